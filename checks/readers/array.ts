/** Which numbers does an array of any number of dimensions hold? Streamed in blocks that follow its chunks. */
import type { Hdf5 } from './hdf5.js';
import type { Dataset } from './hdf5-tree.js';
import type { Numbers, Range } from './hdf5-values.js';

/** Values of a block, unless a chunk is larger. */
const BLOCK = 2 ** 20;

export interface Block {
  /** Where it begins, along each dimension. */
  readonly first: readonly number[];
  /** Of the block, along each dimension: `values` goes along the last. */
  readonly lengths: readonly number[];
  readonly values: Numbers;
}

/** All values, block by block; an array of size zero has none. */
export function* blocksOf(hdf5: Hdf5, dataset: Dataset, size = BLOCK): Generator<Block> {
  const lengths = blockLengths(dataset, size);
  for (const first of cornersOf(dataset.shape, lengths)) {
    const ranges = first.map((start, d): Range => [start, Math.min(start + (lengths[d] ?? 1), dataset.shape[d] ?? 0)]);
    const values = hdf5.numbers(dataset, ...ranges);
    yield { first, lengths: ranges.map(([start, end]) => end - start), values };
  }
}

/** As much of the last dimension as `size` takes, then of the one before it: whole chunks, since one that is cut is inflated twice. */
function blockLengths({ shape, chunks }: Dataset, size: number): number[] {
  const lengths = shape.map((_, d) => chunks?.[d] ?? 1);
  for (let d = shape.length - 1; d >= 0; d--) {
    const chunk = lengths[d] ?? 1;
    const others = lengths.reduce((product, length) => product * length, 1) / chunk;
    lengths[d] = Math.min(shape[d] ?? 0, Math.max(1, Math.floor(size / others / chunk)) * chunk);
  }
  return lengths;
}

function* cornersOf(shape: readonly number[], lengths: readonly number[]): Generator<number[]> {
  if (shape.includes(0)) return;
  const corner = shape.map(() => 0);
  for (let d = 0; d >= 0; ) {
    yield [...corner];
    for (d = shape.length - 1; d >= 0; d--) {
      corner[d] = (corner[d] ?? 0) + (lengths[d] ?? 1);
      if ((corner[d] ?? 0) < (shape[d] ?? 0)) break;
      corner[d] = 0;
    }
  }
}
