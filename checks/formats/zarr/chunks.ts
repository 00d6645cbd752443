/** Are the chunks of a level there, of the right size, and is there an image in them? */
import type { Options, Said } from '../../check.js';
import { bytesOf, type ChunkFault, lookInto, MOST_CHUNK_BYTES } from '../../readers/zarr-chunk-bytes.js';
import { type Chunk, type ChunkList, listChunks, sampleOf } from '../../readers/zarr-chunks.js';
import type { ZarrArray } from '../../readers/zarr-metadata.js';
import { METADATA } from '../../readers/zarr-nodes.js';
import type { ZarrTree } from '../../readers/zarr-tree.js';
import { Voxels } from '../../readers/zarr-voxels.js';
import { byRule, placesOf, type ZarrPen } from './saying.js';

/** How many chunks are looked at between the first and the last, where not all are. */
const SAMPLES = 8;
/** A level with so many faults is broken: the rest of it is not looked at. */
const MOST_FAULTS = 20;
const MASK_DTYPES = ['bool', 'int8', 'uint8'];

export interface Looked {
  readonly expected: number;
  readonly missing: number;
  /** Of integers of which every chunk was looked at; null where there are too many, undefined where it is not known. */
  readonly values?: readonly number[] | null;
}

export interface LevelOf {
  readonly array: ZarrArray;
  /** From 0, the finest. */
  readonly level: number;
  readonly isLabel: boolean;
  /** Keys below its folder. */
  readonly keys: readonly string[];
}

export async function* judgeChunks(
  tree: ZarrTree,
  { array, level, isLabel, keys }: LevelOf,
  pen: ZarrPen,
  { full }: Options,
): AsyncGenerator<Said, Looked> {
  const list = listChunks(array, keys);
  const { expected, present } = list;
  const looked = { expected, missing: expected - present.length };
  yield* judgeKeys(list, array, level, pen);

  const bytes = bytesOf(array);
  const isPlain = array.codecs?.length === 0 && !array.sharding;
  const misfits = isPlain ? present.filter(({ key }) => tree.sizes.get(key) !== bytes) : [];
  if (misfits.length > 0) yield tellMisfits(misfits, tree, bytes, array, pen);
  if (array.unknown !== null) {
    yield pen.report('codec_unknown', { location: array.key, found: array.unknown.slice(0, 100) });
    return looked;
  }
  if (bytes > MOST_CHUNK_BYTES) {
    const told = { found: `${bytes} bytes`, expected: `${MOST_CHUNK_BYTES} bytes` };
    yield pen.report('chunk_too_large', { location: array.key, ...told });
    return looked;
  }

  const sound = isPlain ? present.filter(({ key }) => tree.sizes.get(key) === bytes) : present;
  const chosen = full ? sound : sampleOf(sound, SAMPLES);
  const { voxels, faults, notFinite } = await look(tree, array, chosen, full);
  yield* tellDamage(faults, array, pen);
  if (notFinite.length > 0) yield pen.report('not_finite', { location: array.path, ...placesOf(notFinite) });

  const isAll = chosen.length === present.length && faults.length === 0 && (full || !array.sharding);
  if (!isAll || present.length === 0) return looked;
  if (looked.missing > 0) voxels.addFill(array.fill);
  if (level === 0 && voxels.isConstant && voxels.count > 1) {
    const isMask = isLabel || MASK_DTYPES.includes(array.dtype.name);
    yield pen.report(isMask ? 'empty_mask' : 'empty_volume', { location: array.path });
  }
  return { ...looked, values: voxels.values };
}

function* judgeKeys(list: ChunkList, array: ZarrArray, level: number, pen: ZarrPen): Generator<Said, void> {
  const { expected, present, missing, outside, isMisnamed, others } = list;
  const { path, key, separator, version } = array;
  const location = path || '/';
  if (version === 2 && separator === '.')
    yield pen.report('separator', { location: key, found: '"."', expected: '"/"' });
  const other = separator === '/' ? '.' : '/';
  if (isMisnamed) yield pen.report('chunk_names', { location: key, found: `0${other}0`, expected: `0${separator}0` });
  if (outside.length > 0) yield pen.report('chunk_outside', { location, ...placesOf(outside) });
  const strays = others.filter((stray) => !METADATA.includes(stray.slice(stray.lastIndexOf('/') + 1)));
  if (strays.length > 0) yield pen.report('stray_files', { location, ...placesOf(strays) });

  const lost = expected - present.length;
  if (lost === 0) return;
  const told = { location, count: lost, samples: missing, expected: String(expected), found: String(present.length) };
  if (present.length === 0 && level === 0) return yield pen.report('no_chunks', told);
  const fill = array.fill === null ? 'its fill value' : String(array.fill);
  const percent = Math.max(0.01, Math.round((10_000 * lost) / expected) / 100);
  yield pen.report('chunks_missing', { ...told, percent, fill });
}

function tellMisfits(
  misfits: readonly Chunk[],
  tree: ZarrTree,
  bytes: number,
  { path }: ZarrArray,
  pen: ZarrPen,
): Said {
  const [first] = misfits;
  const found = `${tree.sizes.get(first?.key ?? '') ?? 0} bytes`;
  const places = placesOf(misfits.map(({ key }) => key));
  return pen.report('chunk_size', { location: path || '/', found, expected: `${bytes} bytes`, ...places });
}

/** What the chosen chunks hold, until too many are broken. */
async function look(tree: ZarrTree, array: ZarrArray, chosen: readonly Chunk[], isWhole: boolean) {
  const voxels = new Voxels(array.dtype.name, array.isBigEndian);
  const faults: ChunkFault[] = [];
  const notFinite: string[] = [];
  for (const chunk of chosen) {
    const before = voxels.notFinite;
    const fault = await lookInto(tree, array, chunk, voxels, isWhole);
    if (fault) faults.push(fault);
    if (voxels.notFinite > before) notFinite.push(chunk.key);
    if (faults.length >= MOST_FAULTS) break;
  }
  return { voxels, faults, notFinite };
}

function* tellDamage(faults: readonly ChunkFault[], { path }: ZarrArray, pen: ZarrPen): Generator<Said, void> {
  for (const [rule, some] of byRule(faults)) {
    const [first] = some;
    const places = placesOf(some.map(({ key }) => key));
    if (first) yield pen.report(rule, { ...first, key: rule, location: path || '/', ...places });
  }
}
