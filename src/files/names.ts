/** What may a file be called? What a submitter writes becomes a path that every system understands, or is refused. */

/** Longer ones cannot be unpacked everywhere. */
const PATH_BYTES = 960;
const SEGMENT_BYTES = 255;

/** Controls, and what turns the direction of writing, so that a name looks like another. */
const CONTROLS = /[\p{Control}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Refusals in the order in which they are looked for; the sentence goes on after the quoted path. */
const REFUSALS: readonly (readonly [applies: (path: string, segments: readonly string[]) => boolean, why: string])[] = [
  [(path) => path === '', 'is empty. Name the file, with its folders if it has any, as in "images/tomo_001.mrc".'],
  [(path) => /[\p{Surrogate}\u{fffd}]/u.test(path), 'is not valid text. Send it as UTF-8.'],
  [(path) => CONTROLS.test(path), 'has a control character. Rename the file without it.'],
  [(path) => path.includes('\\'), 'has a backslash. Separate folders by "/", as in "images/tomo_001.mrc".'],
  [(path) => /^(\/|[a-z]:)/i.test(path), 'is an absolute path. Give it as seen from the folder of the data set.'],
  [(_, segments) => segments.includes(''), 'has an empty part. Write one "/" between folders, and none at the end.'],
  [
    (_, segments) => segments.includes('..') || segments.includes('.'),
    'has a part "." or "..". Write the folders out.',
  ],
  [
    (_, segments) => segments.some((segment) => segment !== segment.trim()),
    'has a part that begins or ends with a space. Rename the file or its folder without it.',
  ],
  [
    (path, segments) => bytes(path) > PATH_BYTES || segments.some((segment) => bytes(segment) > SEGMENT_BYTES),
    `is too long: at most ${PATH_BYTES} bytes in all and ${SEGMENT_BYTES} in one part. Shorten it.`,
  ],
];

const FOREIGN = new RegExp(`${CONTROLS.source}|[\\p{Surrogate}\\ufffd]`, 'gu');

export type Name = { readonly path: string } | { readonly refusal: string };

/** The path in normal form (NFC), or the sentence that says why it cannot be one. */
export function nameOf(written: string): Name {
  const path = written.normalize('NFC');
  const segments = path.split('/');
  const refusal = REFUSALS.find(([applies]) => applies(path, segments));
  return refusal ? { refusal: `The path ${quoted(path)} ${refusal[1]}` } : { path };
}

/** The folders that a path lies in: of `a/b/c`, `a` and `a/b`. */
export const foldersOf = (path: string): string[] => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

/** What a name that came from elsewhere, a URL or a header, can be called here: its last part, without what is refused. */
export function nameFrom(foreign: string): string | null {
  const last = foreign.normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const name = nameOf(last.replace(FOREIGN, '').trim());
  return 'path' in name ? name.path : null;
}

const bytes = (text: string) => Buffer.byteLength(text);

/** As JSON writes it, so that what cannot be seen can be; cut where nobody would read on. */
const quoted = (path: string) => JSON.stringify(path.length > 80 ? `${path.slice(0, 80)}…` : path);
