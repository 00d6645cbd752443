/** Is this OME-Zarr image whole, and do its metadata tell the truth about it? A folder or a zip; 0.4 on zarr v2, 0.5 on v3. */
import { stat } from 'node:fs/promises';
import { defineCheck, type Options, type Said, type SourceFile } from '../check.js';
import { contentOf } from '../readers/content.js';
import { openFolder } from '../readers/zarr-folder.js';
import { asList, asRecord, asText } from '../readers/zarr-json.js';
import { arrayOf } from '../readers/zarr-metadata.js';
import { join, type Node, readStore, type Store } from '../readers/zarr-nodes.js';
import type { ZarrTree } from '../readers/zarr-tree.js';
import { openZip } from '../readers/zarr-zip.js';
import { judgeChunks, type Looked } from './zarr/chunks.js';
import { factsOf } from './zarr/facts.js';
import { type Described, type Image, judgeImage } from './zarr/image.js';
import { judgeLevels, type Pair } from './zarr/levels.js';
import { type Code, RULES } from './zarr/rules.js';
import { placesOf, type SlowJudgement, shown, type ZarrPen } from './zarr/saying.js';
import { schemaFaults } from './zarr/schema-faults.js';
import { judgeStore, tellFaults } from './zarr/store.js';

/** Images of labels beyond these are not looked at. */
const MOST_LABELS = 100;

export const zarrCheck = defineCheck<Code>({
  id: 'zarr',
  version: 1,
  title: 'OME-Zarr image',
  extensions: ['.zarr', '.zarr.zip'],
  rules: RULES,

  async *run(file, pen, options) {
    const isFolder = await stat(file.local).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const content = isFolder ? null : await otherContent(file, pen);
    if (content) return yield content;

    const { tree, faults } = isFolder ? await openFolder(file.local) : await openZip(file);
    yield* tellFaults(faults, pen);
    if (!tree) return;
    if (tree.sizes.size === 0) return yield pen.report('empty');

    const store = await readStore(tree);
    yield* judgeStore(store, pen);
    const root = store.nodes.get('');
    const described = yield* describe(root, store, pen);
    if (!described) return;
    yield* judgeWhole(tree, store, described, pen, options);
  },
});

/** A zip goes by its name, since readers do. */
async function otherContent(file: SourceFile, pen: ZarrPen): Promise<Said | null> {
  const bytes = await file.read(0, 512);
  if (bytes.length === 0) return pen.report('empty');
  const content = contentOf(bytes);
  const isZip = content?.name === 'a ZIP archive';
  if (isZip && /\.zip$/i.test(file.path)) return null;
  const fix = isZip ? 'Let its name end in .zarr.zip.' : content?.fix;
  return pen.report('content', { what: content?.name ?? 'a file of another format', ...(fix && { fix }) });
}

/** What the root says of images; null where it says nothing that can be judged. */
function* describe(root: Node | undefined, { broken }: Store, pen: ZarrPen): Generator<Said, Described | null> {
  if (!root) {
    yield pen.report('no_group', { expected: '.zgroup and .zattrs, or zarr.json' });
    return null;
  }
  const { version, kind, key, json, attributes, attributesAt } = root;
  const isBroken = broken.some((fault) => fault.key === key);
  if (json === undefined && !isBroken) yield pen.report('no_group', { location: key, expected: key });
  if (json !== undefined && kind === 'group' && asRecord(json)?.zarr_format !== version)
    yield pen.report('zarr_format', { location: key, expected: String(version) });

  // Each edition has its place; what stands in the other's is judged too, and its version is found wrong.
  const inOme = asRecord(attributes.ome);
  const [ome, location] =
    inOme && (version === 3 || attributes.multiscales === undefined)
      ? [inOme, `${attributesAt}/ome`]
      : [attributes, attributesAt];
  if (ome.multiscales !== undefined) return { path: '', location, version, ome };
  const isUnread = broken.some((fault) => attributesAt.startsWith(`${fault.key}#`));
  if (!isUnread) yield pen.report('no_multiscales', { location, why: whyNone(root, ome) });
  return null;
}

function whyNone({ kind }: Node, ome: Described['ome']): string {
  if (kind === 'array') return 'this is a bare array, and no group with levels';
  if (ome.plate !== undefined || ome.well !== undefined) return 'this is a plate or a well of many images';
  if (ome['bioformats2raw.layout'] !== undefined) return 'the images lie in folders of it, as "0"';
  return 'there is no "multiscales" in the metadata';
}

/** The image, and then the images of labels beside it. */
async function* judgeWhole(
  tree: ZarrTree,
  store: Store,
  described: Described,
  pen: ZarrPen,
  options: Options,
): SlowJudgement {
  const image = yield* judgeImage(described, pen);
  if (!image) return;
  const pairs = yield* pair(image, store, pen);
  yield* judgeLevels(image, pairs, pen);
  yield pen.learn(factsOf(tree, image, pairs, described, null));
  const [finest] = yield* judgeAll(tree, store, image, pairs, pen, options);
  if (finest) yield pen.learn(factsOf(tree, image, pairs, described, finest));

  const all = new Set(pairs.map(({ array }) => array.path));
  for (const label of yield* labelsOf(described, store, pen)) {
    const imageOfLabels = yield* judgeImage(label, pen);
    if (!imageOfLabels) continue;
    const levels = yield* pair(imageOfLabels, store, pen);
    for (const { array } of levels) all.add(array.path);
    yield* judgeLevels(imageOfLabels, levels, pen);
    yield* judgeAll(tree, store, imageOfLabels, levels, pen, options);
  }
  const listed = new Set([...image.levels.map(({ path }) => path), ...all]);
  const unlisted = [...store.below.keys()].filter((path) => !listed.has(path) && !path.startsWith('labels/'));
  if (unlisted.length > 0) yield pen.report('array_unlisted', placesOf(unlisted.map((path) => path || '/')));
}

/** Each level with its array, where there is one. */
function* pair(image: Image, { nodes, broken }: Store, pen: ZarrPen): Generator<Said, readonly Pair[]> {
  const pairs: Pair[] = [];
  const seen = new Set<string>();
  for (const level of image.levels) {
    const { path, location } = level;
    const node = nodes.get(path);
    const told = { location, found: shown(path) };
    if (seen.has(path)) yield pen.report('level_repeated', told);
    else if (path.split('/').some((part) => part === '..' || part === '.' || part === ''))
      yield pen.report('level_path', told);
    else if (!node) yield pen.report('level_missing', told);
    else if (node.kind === 'group' && !broken.some(({ key }) => key === node.key))
      yield pen.report('level_is_group', told);
    else if (node.json !== undefined) {
      const array = arrayOf(node.json, path, node.key, node.version);
      if ('path' in array) pairs.push({ level, array });
      else
        for (const { at, found, expected } of array)
          yield pen.report('array', { location: `${node.key}#${at}`, found, expected });
    }
    seen.add(path);
  }
  return pairs;
}

async function* judgeAll(
  tree: ZarrTree,
  { below }: Store,
  { isLabel }: Image,
  pairs: readonly Pair[],
  pen: ZarrPen,
  options: Options,
): AsyncGenerator<Said, readonly Looked[]> {
  const looked: Looked[] = [];
  for (const [level, { array }] of pairs.entries()) {
    const keys = below.get(array.path) ?? [];
    looked.push(yield* judgeChunks(tree, { array, level, isLabel, keys }, pen, options));
  }
  return looked;
}

/** Images of labels: those that the folder of labels names, and those that it does not. */
function* labelsOf(root: Described, { nodes }: Store, pen: ZarrPen): Generator<Said, readonly Described[]> {
  const folder = nodes.get('labels');
  if (!folder) return [];
  const metadata = root.version === 3 ? (asRecord(folder.attributes.ome) ?? {}) : folder.attributes;
  const location = `${folder.attributesAt}${root.version === 3 ? '/ome' : ''}/labels`;
  for (const { at, why } of schemaFaults('labels', metadata.labels ?? []))
    yield pen.report('structure', { location: `${location}${at}`, why, key: why });

  const named = (asList(metadata.labels) ?? []).flatMap((name) => asText(name) ?? []).slice(0, MOST_LABELS);
  const missing = named.filter((name) => !nodes.has(join('labels', name)));
  if (missing.length > 0) yield pen.report('label_missing', { location, ...placesOf(missing) });
  const there = [...nodes.values()].filter(({ path, kind }) => kind === 'group' && /^labels\/[^/]+$/.test(path));
  const unnamed = there.filter(({ path }) => !named.includes(path.slice('labels/'.length)));
  if (unnamed.length > 0)
    yield pen.report('label_unlisted', { location, ...placesOf(unnamed.map(({ path }) => path)) });

  return there.slice(0, MOST_LABELS).flatMap(({ path, version, attributes, attributesAt }) => {
    const ome = version === 3 ? asRecord(attributes.ome) : attributes;
    const place = version === 3 ? `${attributesAt}/ome` : attributesAt;
    // What lies among labels is one, whether it says so or not.
    return ome?.multiscales === undefined
      ? []
      : [{ path, version, location: place, ome: { 'image-label': {}, ...ome } }];
  });
}
