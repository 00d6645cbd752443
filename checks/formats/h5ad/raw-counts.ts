/** Are the values of a matrix raw counts, and do its indices make sense? One pass over its slices, whatever their lengths. */
import { placeOf, type Slice } from '../../readers/matrix.js';

export interface Place {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** How often something is so, and the first few places. */
export interface Tally {
  count: number;
  readonly places: Place[];
}

export interface Counted {
  readonly fractions: Tally;
  readonly negatives: Tally;
  /** NaN and infinity. */
  readonly infinities: Tally;
  /** Indices outside of the matrix: their place has a -1 where it is not known. */
  readonly strays: Tally;
  /** A value for a place that has one already. */
  readonly repeats: Tally;
  /** 1 for each row that has a value other than zero. */
  readonly filled: Uint8Array;
}

const PLACES = 5;

export function countOver(slices: Iterable<Slice>, [rows, columns]: readonly [rows: number, columns: number]): Counted {
  const tally = (): Tally => ({ count: 0, places: [] });
  const counted: Counted = {
    ...{ fractions: tally(), negatives: tally(), infinities: tally(), strays: tally(), repeats: tally() },
    filled: new Uint8Array(rows),
  };
  let lastSeen: Uint32Array | null = null;
  for (const slice of slices) {
    const zeros = testValues(slice, counted);
    markFilled(slice, zeros, counted.filled);
    if (slice.encoding === 'array') continue;
    lastSeen ??= new Uint32Array(slice.encoding === 'csr_matrix' ? columns : rows);
    testIndices(slice, lastSeen, counted);
  }
  return counted;
}

function add(tally: Tally, slice: Slice, i: number): void {
  if (++tally.count > PLACES) return;
  const [row, column] = placeOf(slice, i);
  tally.places.push({ row, column, value: slice.data[i] ?? Number.NaN });
}

/** How many zeros are stored, by the way. */
function testValues(slice: Slice, { fractions, negatives, infinities }: Counted): number {
  const { data } = slice;
  let zeros = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? Number.NaN;
    if (value === 0) zeros++;
    else if (value === (value | 0) && value > 0) continue;
    else if (!Number.isFinite(value)) add(infinities, slice, i);
    else if (value < 0) add(negatives, slice, i);
    else if (!Number.isInteger(value)) add(fractions, slice, i);
  }
  return zeros;
}

function markFilled(slice: Slice, zeros: number, filled: Uint8Array): void {
  const { data } = slice;
  if (slice.encoding === 'array') {
    const { firstRow, width } = slice;
    for (let i = 0; i < data.length; i++) if (data[i] !== 0) filled[firstRow + Math.floor(i / width)] = 1;
    return;
  }
  const { encoding, indices, bounds, firstLine } = slice;
  if (encoding === 'csc_matrix') {
    for (let i = 0; i < data.length; i++) if (data[i] !== 0) filled[indices[i] ?? -1] = 1;
    return;
  }
  for (let line = 0; line + 1 < bounds.length; line++) {
    const end = bounds[line + 1] ?? 0;
    let i = bounds[line] ?? 0;
    if (zeros > 0) while (i < end && data[i] === 0) i++;
    if (i < end) filled[firstLine + line] = 1;
  }
}

/** `lastSeen` holds for each index the number of the line, from 1, that had it last. */
function testIndices(slice: Slice, lastSeen: Uint32Array, { strays, repeats }: Counted): void {
  if (slice.encoding === 'array') return;
  const { bounds, firstLine, indices } = slice;
  for (let line = 0; line + 1 < bounds.length; line++) {
    const number = firstLine + line + 1;
    const end = bounds[line + 1] ?? 0;
    for (let i = bounds[line] ?? 0; i < end; i++) {
      const index = indices[i] ?? -1;
      if (index < 0 || index >= lastSeen.length) add(strays, slice, i);
      else if (lastSeen[index] === number) add(repeats, slice, i);
      else lastSeen[index] = number;
    }
  }
}
