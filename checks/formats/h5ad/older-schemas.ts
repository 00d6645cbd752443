/** Was the file made for an older edition of the schema? Then what has changed since explains most of what is found. */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { valuesOf } from '../../readers/columns.js';
import { OLDER_EDITIONS, type OlderEdition, type Sign } from '../../schemas/older.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import type { FILE_RULES, Saying } from './saying.js';

/** Not of the specification: ours. */
export const OLDER_RULES = {
  X01: {
    severity: 'info',
    message: 'The file looks as if it were made for schema {name}, and it is judged by {version}: {signs}.',
    fix: 'Bring it up to date step by step; the other findings say where. What has changed: {changes}.',
    docs: DOCS.schema,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type OlderPen = Pen<keyof typeof OLDER_RULES | keyof typeof FILE_RULES>;

/** A column of terms has a few. */
const MOST_VALUES = 200;

export function* recognizeOlder(h5ad: H5ad, pen: OlderPen): Saying {
  const { version } = h5ad.schema;
  const stated = statedIn(h5ad);
  const edition = OLDER_EDITIONS.findLast((one) => isOf(h5ad, one)) ?? stated;
  if (!edition) return;
  const signs = [...edition.requires, ...edition.shows].filter((sign) => isSeen(h5ad, sign)).map(wordsFor);
  if (edition === stated) signs.push(`uns.schema_version is ${h5ad.anndata.uns.schema_version?.slice(0, 20)}`);
  const { name } = edition;
  const changes = OLDER_EDITIONS.slice(OLDER_EDITIONS.indexOf(edition)).map(({ changedAfter }) => changedAfter);
  yield pen.report('X01', {
    ...{ location: '/', name, version, found: `schema ${name}`, expected: `schema ${version}` },
    ...{ signs: signs.join(', '), changes: changes.join('; '), samples: signs.slice(0, 5) },
  });
}

/** The edition that the file states, unless it has not the columns of that edition: whoever rewrote it left the number. */
function statedIn(h5ad: H5ad): OlderEdition | undefined {
  const stated = h5ad.anndata.uns.schema_version;
  const edition = stated === null ? undefined : OLDER_EDITIONS.find(({ versions }) => versions.test(stated));
  return edition?.requires.every((sign) => 'value' in sign || isSeen(h5ad, sign)) ? edition : undefined;
}

const isOf = (h5ad: H5ad, { requires, shows }: OlderEdition): boolean =>
  requires.every((sign) => isSeen(h5ad, sign)) && (shows.length === 0 || shows.some((sign) => isSeen(h5ad, sign)));

function isSeen(h5ad: H5ad, sign: Sign): boolean {
  if ('has' in sign) return isThere(h5ad, sign.has);
  if ('lacks' in sign) return isReadable(h5ad, sign.lacks) && !isThere(h5ad, sign.lacks);
  const { obs } = h5ad.anndata;
  if ('hasLike' in sign) return [...(obs?.columns.keys() ?? [])].some((name) => name.startsWith(sign.hasLike));
  const column = obs?.columns.get(sign.in);
  return (
    column !== undefined && [...valuesOf(h5ad.hdf5, column, MOST_VALUES).keys()].some((text) => sign.value.test(text))
  );
}

/** `obs.tissue_type`: a column, or a key of uns. */
function isThere({ hdf5, anndata }: H5ad, place: string): boolean {
  const [part = '', name = ''] = place.split('.');
  if (part === 'obs') return anndata.obs?.names.includes(name) ?? false;
  const group = hdf5.root.children.get(part);
  return group?.kind === 'group' && group.children.has(name);
}

/** What is missing from what could not be read is no sign. */
const isReadable = ({ anndata: { obs } }: H5ad, place: string): boolean =>
  !place.startsWith('obs.') || (obs !== null && obs.names.length > 0);

function wordsFor(sign: Sign): string {
  if ('has' in sign) return `there is ${sign.has}`;
  if ('lacks' in sign) return `there is no ${sign.lacks}`;
  if ('hasLike' in sign) return `obs has columns ${sign.hasLike}…`;
  return `${sign.in} has values of that time`;
}
