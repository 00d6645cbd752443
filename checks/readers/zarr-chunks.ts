/** Which chunks of an array are there, and which are missing? Told by the keys: readers take a missing one for zeros. */
import type { ZarrArray } from './zarr-metadata.js';

export interface Chunk {
  readonly key: string;
  readonly index: readonly number[];
}

export interface ChunkList {
  /** How many the shape asks for. */
  readonly expected: number;
  /** In the order of the array. */
  readonly present: readonly Chunk[];
  /** The first keys of those that are not there. */
  readonly missing: readonly string[];
  /** Keys of chunks outside of the shape. */
  readonly outside: readonly string[];
  /** Whether the keys are parted by the other separator than the metadata say. */
  readonly isMisnamed: boolean;
  /** Keys that are no chunk's. */
  readonly others: readonly string[];
}

const MOST_MISSING = 5;
const INDEX = /^(0|[1-9]\d{0,15})$/;

/** Sort the keys below the array's folder, given without it. */
export function listChunks(array: ZarrArray, keys: readonly string[]): ChunkList {
  const counts = array.shape.map((length, i) => Math.ceil(length / (array.chunks[i] ?? 1)));
  const expected = counts.reduce((a, b) => a * b, 1);
  const asTold = sort(array, array.separator, keys);
  const other = array.separator === '/' ? '.' : '/';
  const asOther = asTold.chunks.length === 0 && expected > 0 ? sort(array, other, keys) : asTold;
  const { chunks, others } = asOther.chunks.length > 0 ? asOther : asTold;

  const isWithin = ({ index }: Chunk) => index.every((n, i) => n < (counts[i] ?? 0));
  const placeOf = (index: readonly number[]) => index.reduce((place, n, i) => place * (counts[i] ?? 1) + n, 0);
  const present = chunks.filter(isWithin).sort((a, b) => placeOf(a.index) - placeOf(b.index));
  const places = new Set(present.map(({ index }) => placeOf(index)));
  const missing: string[] = [];
  for (let place = 0; place < expected && missing.length < MOST_MISSING; place++)
    if (!places.has(place)) missing.push(keyOf(array, indexAt(place, counts)));
  return {
    ...{ expected, present, missing, others, isMisnamed: asOther !== asTold && asOther.chunks.length > 0 },
    outside: chunks.filter((chunk) => !isWithin(chunk)).map(({ key }) => key),
  };
}

function sort({ path, prefix, shape }: ZarrArray, separator: '/' | '.', keys: readonly string[]) {
  const chunks: Chunk[] = [];
  const others: string[] = [];
  const start = prefix === '' ? '' : `c${separator}`;
  for (const below of keys) {
    const key = path === '' ? below : `${path}/${below}`;
    const parts = below.startsWith(start) ? below.slice(start.length).split(separator) : [];
    if (parts.length === shape.length && parts.every((part) => INDEX.test(part)))
      chunks.push({ key, index: parts.map(Number) });
    else others.push(key);
  }
  return { chunks, others };
}

const keyOf = ({ path, prefix, separator }: ZarrArray, index: readonly number[]): string =>
  `${path === '' ? '' : `${path}/`}${prefix}${index.join(separator)}`;

/** Where a chunk lies that has this place among `counts` along each axis. */
export function indexAt(place: number, counts: readonly number[]): readonly number[] {
  let rest = place;
  return counts
    .toReversed()
    .map((count) => {
      const n = rest % count;
      rest = Math.floor(rest / count);
      return n;
    })
    .toReversed();
}

/** The first, the last and some between, always the same of as many. */
export function sampleOf<T>(list: readonly T[], some: number): readonly T[] {
  if (list.length <= some + 2) return list;
  const chosen = new Set([0, list.length - 1]);
  for (let state = list.length; chosen.size < some + 2; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    chosen.add(Math.floor((state / 2 ** 32) * list.length));
  }
  return [...chosen].sort((a, b) => a - b).flatMap((i) => list[i] ?? []);
}
