/** Does this GLB file hold a surface, and is it as glTF 2.0 says? The validator of the Khronos Group is asked. */
import { defineCheck, type Pen, type Said, type SourceFile } from '../check.js';
import type { Rule } from '../finding.js';
import { contentOf } from '../readers/content.js';
import { type GlbHead, type Gltf, glbHead, sizeOf } from '../readers/gltf.js';
import { boundsOf } from '../readers/gltf-bounds.js';
import { type GltfMessage, gltfMessages } from '../readers/gltf-validation.js';
import { shortened } from './by-line.js';

const SPEC = 'https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html';
const UPLOAD_AGAIN = 'Upload the file again, and compare its size with the original.';
const EXPORT = 'Export the surface again as binary glTF 2.0.';

const RULES = {
  empty_file: { severity: 'error', message: 'The file is empty.', fix: UPLOAD_AGAIN },
  content: { severity: 'error', message: 'This is {what}, and no GLB file.', fix: EXPORT, docs: SPEC },
  length: {
    severity: 'error',
    message: 'The header promises {expected} bytes, and {found} are there.',
    fix: UPLOAD_AGAIN,
    docs: SPEC,
  },
  too_complex: {
    severity: 'error',
    message: 'The file is not read: {why}, which no surface needs.',
    fix: 'Export the surface alone, as one mesh.',
    docs: SPEC,
  },
  unreadable: {
    severity: 'error',
    message: 'The glTF validator could not read the file to its end.',
    fix: EXPORT,
    docs: SPEC,
  },
  gltf_error: { severity: 'error', message: 'glTF 2.0 is not followed: {what}.', fix: EXPORT, docs: SPEC },
  gltf_warning: { severity: 'warning', message: 'The glTF validator warns: {what}.', fix: EXPORT, docs: SPEC },
  gltf_note: {
    severity: 'info',
    message: 'The glTF validator notes: {what}.',
    fix: 'Nothing needs to be done; an export without it is more widely read.',
    docs: SPEC,
  },
  unaligned: {
    severity: 'warning',
    message: 'A chunk does not take a multiple of four bytes: viewers open the file nevertheless.',
    fix: EXPORT,
    docs: SPEC,
  },
  no_triangles: {
    severity: 'error',
    message: 'There is no surface: no triangle with positions.',
    fix: 'Export the surface with its triangles; points alone belong in a CSV or STAR file.',
    docs: SPEC,
  },
  external: {
    severity: 'warning',
    message: 'Parts of it lie in other files or are embedded as text: {found}.',
    fix: 'Export the surface as one self-contained GLB file.',
    docs: SPEC,
  },
  images: {
    severity: 'warning',
    message: 'There are {found} images in it: only its shape is used.',
    fix: 'Export the surface without textures.',
  },
  animations: {
    severity: 'warning',
    message: 'There are {found} animations in it: only its shape at rest is used.',
    fix: 'Export the surface without animations.',
  },
  not_read_whole: {
    severity: 'info',
    message: 'The file has more than {expected} bytes: its header and its description were judged, and not its values.',
    fix: 'Nothing needs to be done; a surface with fewer triangles is judged whole.',
  },
} as const satisfies Record<string, Rule>;

type Code = keyof typeof RULES;
type GlbPen = Pen<Code>;

/** The validator takes three times the size in memory. */
const MOST_BYTES = 256 << 20;
const MOST_SAMPLES = 5;

const LIMITS: Readonly<Record<NonNullable<GlbHead['limit']>, string>> = {
  json: 'its description takes more than 64 MiB',
  depth: 'more than 200 things are nested in it',
  numbers: 'numbers in it are larger than 32 bits can hold',
  values: 'it describes more values than its size can hold',
};

/** What is told otherwise than by the severity that the validator gives: viewers do not mind. */
const OTHERWISE: Readonly<Record<string, Code>> = { GLB_CHUNK_LENGTH_UNALIGNED: 'unaligned' };
const BY_SEVERITY: readonly Code[] = ['gltf_error', 'gltf_warning', 'gltf_note', 'gltf_note'];

/** glTF 2.0 in its binary form. */
export const glbCheck = defineCheck<Code>({
  id: 'glb',
  version: 1,
  title: 'Surface in a GLB file',
  extensions: ['.glb'],
  rules: RULES,

  async *run(file, pen) {
    if (file.size === 0) return yield pen.report('empty_file');
    const head = await glbHead(file);
    if (!head.isGlb) {
      const content = contentOf(await file.read(0, 512));
      if (content) return yield pen.report('content', { what: content.name, fix: content.fix });
    }
    const facts = head.json && factsOf(head.json);
    if (facts) yield pen.learn(facts);
    if (head.limit) return yield pen.report('too_complex', { why: LIMITS[head.limit] });

    if (file.size <= MOST_BYTES) yield* validate(file, pen);
    else yield* judgeHead(file, head, pen);
    if (head.json) yield* judgeUse(head.json, pen);
  },
});

async function* validate(file: SourceFile, pen: GlbPen): AsyncGenerator<Said, void> {
  // It looks at the whole of the memory behind an array, and so it is given one of its own.
  const messages = await gltfMessages(new Uint8Array(await file.read(0, file.size)));
  if (!messages) return yield pen.report('unreadable');
  for (const [code, same] of grouped(messages)) {
    const [first] = same;
    const places = same.map(({ pointer, offset }) => (offset === undefined ? (pointer ?? '') : `byte ${offset}`));
    yield pen.report(OTHERWISE[code] ?? BY_SEVERITY[first?.severity ?? 0] ?? 'gltf_note', {
      ...{ key: code, found: code, what: shortenedText(first?.message ?? code), count: same.length },
      location: places[0] || undefined,
      samples: places.filter(Boolean).map(shortened).slice(0, MOST_SAMPLES),
    });
  }
}

const shortenedText = (text: string) => text.slice(0, 300).replace(/\.$/, '');

function grouped(messages: readonly GltfMessage[]): Map<string, GltfMessage[]> {
  const groups = new Map<string, GltfMessage[]>();
  for (const message of messages) groups.set(message.code, [...(groups.get(message.code) ?? []), message]);
  return groups;
}

function* judgeHead(file: SourceFile, { isGlb, length, json }: GlbHead, pen: GlbPen): Generator<Said, void> {
  if (!isGlb || !json) return yield pen.report('content', { what: 'something else' });
  yield pen.report('not_read_whole', { expected: String(MOST_BYTES) });
  const sizes = { location: 'byte 8', expected: String(length), found: String(file.size) };
  if (length !== file.size) yield pen.report('length', sizes);
}

/** What it holds beside a surface, and whether it holds one. */
function* judgeUse(json: Gltf, pen: GlbPen): Generator<Said, void> {
  const uris = [...json.buffers, ...json.images].flatMap(({ uri }) => uri ?? []);
  const { vertices, triangles } = sizeOf(json);
  if (vertices === 0 || triangles === 0) yield pen.report('no_triangles');
  if (uris.length > 0)
    yield pen.report('external', { found: uris.slice(0, MOST_SAMPLES).map(shortened).join(', '), count: uris.length });
  if (json.images.length > 0) yield pen.report('images', { found: String(json.images.length) });
  if (json.animations.length > 0) yield pen.report('animations', { found: String(json.animations.length) });
}

function factsOf(json: Gltf) {
  const bounds = boundsOf(json);
  return bounds && { ...bounds, ...sizeOf(json) };
}
