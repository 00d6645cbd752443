/**
 * What is there to know of the values of a matrix? How many are no counts, and where; which indices make no sense; which
 * rows and columns have values; and a hash of each row. One pass over slices of any length, in which a row may go on from
 * one slice to the next.
 */
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
  /** Values other than zero, in all and by column. */
  nonZeros: number;
  readonly byColumn: Uint32Array;
}

/** One entry for each row, which threads may share as long as no two count in one row. */
export interface Rows {
  /** 1 for each row that has a value other than zero. */
  readonly filled: Uint8Array;
  /** Null where nobody asks for them. */
  readonly hashes: RowHashes | null;
}

/**
 * 64 bits for each row: twice the sum of its values, each times the weight of its column. Neither their order nor zeros that
 * are stored change it, and rows that differ have the same sum as rarely as the weights are random.
 */
export interface RowHashes {
  /** Two entries for each row. */
  readonly sums: Int32Array;
  /** Two odd numbers for each column. */
  readonly weights: Int32Array;
}

export function rowHashesOf([rows, columns]: readonly [rows: number, columns: number]): RowHashes {
  const weights = new Int32Array(new SharedArrayBuffer(8 * columns));
  for (let i = 0; i < weights.length; i++) weights[i] = mixed(i) | 1;
  return { sums: new Int32Array(new SharedArrayBuffer(8 * rows)), weights };
}

/** The bits of a number spread over 32, as MurmurHash3 and its kin end. */
function mixed(number: number): number {
  let bits = Math.imul(number + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

const PLACES = 5;
const NO_WEIGHTS = new Int32Array();

export function noneCounted(columns: number): Counted {
  const tally = (): Tally => ({ count: 0, places: [] });
  return {
    ...{ fractions: tally(), negatives: tally(), infinities: tally(), strays: tally(), repeats: tally() },
    ...{ nonZeros: 0, byColumn: new Uint32Array(columns) },
  };
}

/** What parts of a matrix made, together; each row was counted in one part. */
export function sumOf(parts: readonly Counted[], columns: number): Counted {
  const sum = noneCounted(columns);
  for (const part of parts) {
    sum.nonZeros += part.nonZeros;
    part.byColumn.forEach((count, column) => {
      sum.byColumn[column] = (sum.byColumn[column] ?? 0) + count;
    });
    for (const name of TALLIES) {
      sum[name].count += part[name].count;
      const places = [...sum[name].places, ...part[name].places].sort((a, b) => a.row - b.row).slice(0, PLACES);
      sum[name].places.splice(0, PLACES, ...places);
    }
  }
  return sum;
}

const TALLIES = ['fractions', 'negatives', 'infinities', 'strays', 'repeats'] as const;

export interface Counter {
  count(slice: Slice): void;
  /** Only whether its first and its last line, which may go on in other slices, make sense. */
  testEnds(slice: Slice): void;
}

/** Counts slices of a matrix of this shape into `counted`, and where values are asked about into `rows`, too. */
export function counterOf(
  [rowCount, columns]: readonly [rows: number, columns: number],
  counted: Counted,
  rows: Rows | null,
): Counter {
  const { filled = null, hashes = null } = rows ?? {};
  const { sums, weights } = hashes ?? { sums: null, weights: NO_WEIGHTS };
  const { byColumn } = counted;
  /** For each index the number of the line, from 1, that had it last: of lines that may be unsorted, or go on. */
  let lastSeen: Uint32Array | null = null;

  return {
    count(slice) {
      if (slice.encoding === 'array') countTile(slice);
      else if (slice.encoding === 'csc_matrix') countColumns(slice);
      else if (rows) countRows(slice);
      else countNonZeros(slice);
    },
    testEnds(slice) {
      if (slice.encoding === 'array') return;
      const last = slice.bounds.length - 2;
      if (last >= 0) testLine(slice, 0);
      if (last > 0) testLine(slice, last);
    },
  };

  /** Whether indices lie within the matrix, and none comes twice, in a line that is not simply in ascending order. */
  function testLine(slice: Sparse, line: number): void {
    const { bounds, firstLine, indices } = slice;
    lastSeen ??= new Uint32Array(slice.encoding === 'csr_matrix' ? columns : rowCount);
    const number = firstLine + line + 1;
    const end = bounds[line + 1] ?? 0;
    for (let i = bounds[line] ?? 0; i < end; i++) {
      const index = indices[i] ?? -1;
      if (index < 0 || index >= lastSeen.length) add(counted.strays, slice, i);
      else if (lastSeen[index] === number) add(counted.repeats, slice, i);
      else lastSeen[index] = number;
    }
  }

  /** Nothing but how many values each column has; what lies outside of the columns is not counted. */
  function countNonZeros(slice: Sparse): void {
    const { data, indices, bounds } = slice;
    let zeros = 0;
    for (let line = 0; line + 1 < bounds.length; line++) {
      const end = bounds[line + 1] as number; // there is such a line
      let last = -1;
      let steps = 0;
      for (let i = bounds[line] as number; i < end; i++) {
        const column = indices[i] as number; // as many as values
        steps |= column - last - 1;
        last = column;
        if (data[i] === 0) zeros++;
        else byColumn[column] = (byColumn[column] as number) + 1;
      }
      // A step that does not go up has made them negative.
      if (steps < 0 || last >= columns || !isWithin(slice, line)) testLine(slice, line);
    }
    counted.nonZeros += data.length - zeros;
  }

  function countRows(slice: Sparse): void {
    const { data, indices, bounds, firstLine } = slice;
    for (let line = 0; line + 1 < bounds.length; line++) {
      const end = bounds[line + 1] as number; // there is such a line
      let nonZeros = 0;
      let high = 0;
      let low = 0;
      let last = -1;
      let steps = 0;
      for (let i = bounds[line] as number; i < end; i++) {
        const column = indices[i] as number; // as many as values
        steps |= column - last - 1;
        last = column;
        const value = data[i] as number;
        const whole = value | 0;
        let bits = whole;
        if (value !== whole || whole <= 0) {
          if (value === 0) continue;
          judge(value, slice, i);
          bits = bitsOf(value);
        }
        nonZeros++;
        byColumn[column] = (byColumn[column] as number) + 1;
        high = (high + Math.imul(weights[2 * column] as number, bits)) | 0;
        low = (low + Math.imul(weights[2 * column + 1] as number, bits)) | 0;
      }
      if (steps < 0 || last >= columns || !isWithin(slice, line)) testLine(slice, line);
      if (nonZeros > 0) enter(firstLine + line, nonZeros, high, low);
    }
  }

  /** Lines are columns: their values belong to a row each. */
  function countColumns(slice: Sparse): void {
    const { data, indices, bounds, firstLine } = slice;
    for (let line = 0; line + 1 < bounds.length; line++) {
      const column = firstLine + line;
      testLine(slice, line);
      const end = bounds[line + 1] ?? 0;
      for (let i = bounds[line] ?? 0; i < end; i++) {
        const value = data[i] ?? 0;
        if (value === 0) continue;
        byColumn[column] = (byColumn[column] ?? 0) + 1;
        const row = indices[i] ?? -1;
        if (row >= 0 && row < rowCount) enterOne(row, column, value, slice, i);
        else counted.nonZeros++;
      }
    }
  }

  function countTile(tile: Tile): void {
    const { data, firstRow, firstColumn, width } = tile;
    for (let row = 0, i = 0; i < data.length; row++) {
      let nonZeros = 0;
      let high = 0;
      let low = 0;
      for (let column = firstColumn; column < firstColumn + width; column++, i++) {
        const value = data[i] ?? 0;
        if (value === 0) continue;
        nonZeros++;
        byColumn[column] = (byColumn[column] ?? 0) + 1;
        if (!filled) continue;
        const bits = judged(value, tile, i);
        high = (high + Math.imul(weights[2 * column] as number, bits)) | 0;
        low = (low + Math.imul(weights[2 * column + 1] as number, bits)) | 0;
      }
      if (nonZeros > 0) enter(firstRow + row, nonZeros, high, low);
    }
  }

  function enterOne(row: number, column: number, value: number, slice: Slice, i: number): void {
    if (!filled) {
      counted.nonZeros++;
      return;
    }
    const bits = judged(value, slice, i);
    enter(row, 1, Math.imul(weights[2 * column] ?? 0, bits), Math.imul(weights[2 * column + 1] ?? 0, bits));
  }

  function enter(row: number, nonZeros: number, high: number, low: number): void {
    counted.nonZeros += nonZeros;
    if (filled) filled[row] = 1;
    if (!sums) return;
    sums[2 * row] = ((sums[2 * row] ?? 0) + low) | 0;
    sums[2 * row + 1] = ((sums[2 * row + 1] ?? 0) + high) | 0;
  }

  function judged(value: number, slice: Slice, i: number): number {
    const whole = value | 0;
    if (value === whole && whole >= 0) return whole;
    judge(value, slice, i);
    return bitsOf(value);
  }

  function judge(value: number, slice: Slice, i: number): void {
    if (!Number.isFinite(value)) add(counted.infinities, slice, i);
    else if (value < 0) add(counted.negatives, slice, i);
    else if (!Number.isInteger(value)) add(counted.fractions, slice, i);
  }
}

/**
 * Counts a matrix beside another of its shape, slice by slice: one that has values in the same places, and no zeros, has by
 * column what the other has, and is not counted value by value.
 */
export function counterBeside(other: Counted, shape: readonly [rows: number, columns: number], counted: Counted) {
  const own = counterOf(shape, counted, null);
  /** By column, what the other has in slices that were counted apart. */
  const apart = new Uint32Array(shape[1]);
  return {
    /** Either may have come to its end. `isPlain`: the other's slice has no zeros, and nothing in it is wrong. */
    count(slice: Slice | null, beside: { readonly slice: Slice; readonly isPlain: boolean } | null): void {
      if (slice && beside?.isPlain && areInSamePlaces(slice, beside.slice) && !slice.data.includes(0)) {
        own.testEnds(slice);
        counted.nonZeros += slice.data.length;
        return;
      }
      if (slice) own.count(slice);
      if (beside?.slice.encoding === 'csr_matrix') addTo(apart, beside.slice);
    },
    end(): void {
      for (let column = 0; column < apart.length; column++) {
        const shared = (other.byColumn[column] ?? 0) - (apart[column] ?? 0);
        counted.byColumn[column] = (counted.byColumn[column] ?? 0) + shared;
      }
    },
  };
}

function areInSamePlaces(one: Slice, other: Slice): boolean {
  if (one.encoding !== 'csr_matrix' || other.encoding !== 'csr_matrix') return false;
  const [a, b] = [one.indices, other.indices];
  const isOneList = a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
  return (
    isOneList &&
    one.firstLine === other.firstLine &&
    one.bounds.length === other.bounds.length &&
    one.bounds.every((bound, i) => bound === other.bounds[i])
  );
}

function addTo(byColumn: Uint32Array, { data, indices }: Sparse): void {
  for (let i = 0; i < data.length; i++) {
    const column = indices[i] ?? -1;
    if (data[i] !== 0) byColumn[column] = (byColumn[column] ?? 0) + 1;
  }
}

type Sparse = Slice & { encoding: 'csr_matrix' | 'csc_matrix' };
type Tile = Slice & { encoding: 'array' };

/** The first and the last line of a slice may go on in another. */
const isWithin = ({ bounds }: Sparse, line: number): boolean => line > 0 && line + 2 < bounds.length;

function add(tally: Tally, slice: Slice, i: number): void {
  if (++tally.count > PLACES) return;
  const [row, column] = placeOf(slice, i);
  tally.places.push({ row, column, value: slice.data[i] ?? Number.NaN });
}

const scratch = new Float64Array(1);
const words = new Int32Array(scratch.buffer);

/** Of a value that is no count of 31 bits. */
function bitsOf(value: number): number {
  scratch[0] = value;
  return (words[0] ?? 0) ^ Math.imul(words[1] ?? 0, 0x9e3779b1);
}
