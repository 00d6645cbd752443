/** Which values of an embedding are infinite or NaN, and where? */
import { type Block, blocksOf } from '../../readers/array.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import type { Dataset } from '../../readers/hdf5-tree.js';

/** How many values, and the first few. */
export interface Tally {
  count: number;
  readonly samples: string[];
}

/** Read block by block: an embedding of millions of cells takes the memory of one block. */
export function notFiniteIn(hdf5: Hdf5, dataset: Dataset): { infinite: Tally; nan: Tally; isAllNan: boolean } {
  const infinite: Tally = { count: 0, samples: [] };
  const nan: Tally = { count: 0, samples: [] };
  let all = 0;
  for (const block of blocksOf(hdf5, dataset)) {
    const { values } = block;
    all += values.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      // Of NaN and of infinity alone this is NaN.
      if (value - value === 0) continue;
      const tally = Number.isNaN(value) ? nan : infinite;
      if (++tally.count <= 5) tally.samples.push(`${placeIn(dataset, block, i)}: ${value}`);
    }
  }
  return { infinite, nan, isAllNan: nan.count === all };
}

/** `row 3, column 1`, as Python counts. */
function placeIn({ shape }: Dataset, { first, lengths }: Block, i: number): string {
  const place = shape.map(() => 0);
  for (let d = shape.length - 1, rest = i; d >= 0; d--) {
    const length = lengths[d] ?? 1;
    place[d] = (first[d] ?? 0) + (rest % length);
    rest = Math.floor(rest / length);
  }
  const [row, ...columns] = place;
  return `row ${row}, column ${columns.join(', ')}`;
}
