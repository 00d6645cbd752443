/**
 * Which values does a matrix store, and where? Streamed in slices that follow the chunks, whatever the encoding, so
 * that a matrix of any size takes the memory of one slice.
 */
import type { SparseMatrix } from './anndata.js';
import type { Hdf5 } from './hdf5.js';
import type { Values } from './hdf5-direct.js';
import type { Dataset } from './hdf5-tree.js';
import type { Numbers, Range } from './hdf5-values.js';

/** The lists of a matrix, whoever reads them. */
export type Lists<List> =
  | {
      readonly encoding: 'csr_matrix' | 'csc_matrix';
      readonly shape: readonly [rows: number, columns: number];
      readonly data: List;
      readonly indices: List;
      readonly indptr: List;
    }
  | { readonly encoding: 'array'; readonly shape: readonly [rows: number, columns: number]; readonly data: List };

type Listed = Pick<Dataset, 'shape' | 'chunks'>;

/** Values a slice holds, unless a chunk is larger. */
const SLICE = 2 ** 20;
/** Rows of a slice, in a matrix that is nearly empty; entries of indptr that are read at once. */
const LINES = 2 ** 16;

/** A run of stored values, with their rows and columns. */
export type Slice =
  | {
      readonly encoding: 'csr_matrix' | 'csc_matrix';
      readonly data: Numbers;
      /** The other coordinate of each value; -1 where it is beyond 32 bits. */
      readonly indices: Int32Array;
      /** The first row (of CSC: column). It and the last may have more values in the slices beside this one. */
      readonly firstLine: number;
      /** Where in `data` each line begins, and where the last ends. */
      readonly bounds: readonly number[];
    }
  | {
      readonly encoding: 'array';
      readonly data: Numbers;
      readonly firstRow: number;
      readonly firstColumn: number;
      /** Columns of this slice: `data` goes along them. */
      readonly width: number;
    };

/** Row and column of the value at `i` in `slice.data`. */
export function placeOf(slice: Slice, i: number): readonly [row: number, column: number] {
  if (slice.encoding === 'array') {
    const { firstRow, firstColumn, width } = slice;
    return [firstRow + Math.floor(i / width), firstColumn + (i % width)];
  }
  const line = slice.firstLine + slice.bounds.findIndex((bound) => bound > i) - 1;
  const index = slice.indices[i] ?? -1;
  return slice.encoding === 'csr_matrix' ? [line, index] : [index, line];
}

/**
 * The slices of some lines (of CSC: columns; else rows), or of all, in order; of a sparse matrix only when `pointersOf`
 * found nothing wrong.
 */
export function* slicesOf<List extends Listed>(
  values: Values<List>,
  matrix: Lists<List>,
  { lines = null, size = SLICE }: { lines?: Range | null; size?: number } = {},
): Generator<Slice> {
  if (matrix.encoding === 'array') yield* tilesOf(values, matrix, lines ?? [0, matrix.shape[0]], size);
  else yield* runsOf(values, matrix, lines ?? [0, (matrix.indptr.shape[0] ?? 1) - 1], size);
}

/** Values, and lines, that are read by one thread at a time: fewer towards the end, so that all end together. */
const PART = 2 ** 21;
const LEAST_PART = 2 ** 18;
const partOf = (left: number): number => Math.max(LEAST_PART, Math.min(PART, left / 8));

/** Lines at which a matrix may be parted, so that its parts are read apart: each line, and of a dense one each chunk, lies in one. */
export function partsOf({ encoding, shape, data }: Lists<Listed>, cuts: readonly number[]): Range[] {
  if (encoding !== 'array') return cuts.slice(1).map((end, i) => [cuts[i] ?? 0, end]);
  const [rows, columns] = shape;
  const height = wholeChunks(data.chunks?.[0] ?? 1, partOf(rows * columns) / Math.max(1, columns));
  return Array.from({ length: Math.ceil(rows / height) }, (_, i) => [i * height, Math.min((i + 1) * height, rows)]);
}

export interface Pointers {
  /** What is wrong with them, as sentences. */
  readonly wrong: readonly string[];
  /** Lines that begin a part, from the first to after the last. */
  readonly cuts: readonly number[];
}

const known = new WeakMap<SparseMatrix, Pointers>();

/** The row pointers (of CSC: column pointers) of a sparse matrix; they are read once. */
export function pointersOf(hdf5: Hdf5, matrix: SparseMatrix): Pointers {
  const pointers = known.get(matrix) ?? readPointers(hdf5, matrix);
  known.set(matrix, pointers);
  return pointers;
}

function readPointers(hdf5: Hdf5, { encoding, shape, data, indices, indptr }: SparseMatrix): Pointers {
  const lines = encoding === 'csr_matrix' ? shape[0] : shape[1];
  const [stored = 0] = data.shape;
  const [located = 0] = indices.shape;
  const [pointers = 0] = indptr.shape;
  const wrong: string[] = [];
  if (located !== stored) wrong.push(`data has ${stored} values and indices has ${located}`);
  if (pointers !== lines + 1) {
    wrong.push(`indptr has ${pointers} entries, and ${lines} lines take ${lines + 1}`);
    return { wrong, cuts: [] };
  }

  const cuts = [0];
  let cutAt = 0;
  let last = 0;
  let falls = 0;
  let firstFall = '';
  for (let first = 0; first < pointers; first += LINES) {
    const block = hdf5.numbers(indptr, [first, Math.min(first + LINES, pointers)]);
    if (first === 0 && block[0] !== 0) wrong.push(`indptr begins with ${block[0]} and not with 0`);
    for (let i = 0; i < block.length; i++) {
      const pointer = block[i] ?? Number.NaN;
      if (!(pointer >= last) && !(first === 0 && i === 0) && falls++ === 0) {
        firstFall = `entry ${first + i} is ${pointer} after ${last}`;
      }
      last = pointer;
      const line = first + i;
      if (line === 0 || (pointer - cutAt < partOf(stored - cutAt) && line - (cuts.at(-1) ?? 0) < LINES)) continue;
      cuts.push(line);
      cutAt = pointer;
    }
  }
  if (cuts.at(-1) !== lines) cuts.push(lines);
  if (falls > 0) wrong.push(`indptr goes down ${falls === 1 ? 'once' : `${falls} times`}: ${firstFall}`);
  if (last !== stored) wrong.push(`indptr ends with ${last}, and ${stored} values are stored`);
  return { wrong, cuts };
}

function* runsOf<List extends Listed>(
  values: Values<List>,
  matrix: Lists<List> & { encoding: 'csr_matrix' | 'csc_matrix' },
  [firstOfAll, lines]: Range,
  size: number,
): Generator<Slice> {
  const { encoding, data, indices, indptr } = matrix;
  const length = wholeChunks(data.chunks?.[0] ?? 1, size);
  let block: Numbers = new Float64Array();
  let blockFirst = 0;
  /** Where line `line` begins, and the one before it ends. */
  const startOf = (line: number): number => {
    if (line < blockFirst || line >= blockFirst + block.length) {
      blockFirst = line;
      block = values.numbers(indptr, [line, Math.min(line + LINES, lines + 1)]);
    }
    return block[line - blockFirst] ?? 0;
  };

  let line = firstOfAll;
  for (let first = startOf(line); line < lines; ) {
    const firstLine = line;
    const limit = first - (first % length) + length;
    const bounds = [0];
    let end = first;
    while (line < lines && bounds.length <= LINES && startOf(line + 1) <= limit) {
      end = startOf(++line);
      bounds.push(end - first);
    }
    // The line that goes on in the next slice.
    if (line < lines && bounds.length <= LINES) {
      end = limit;
      bounds.push(end - first);
    }
    if (end > first) {
      const run = { encoding, firstLine, bounds };
      yield { ...run, data: values.numbers(data, [first, end]), indices: values.indices(indices, [first, end]) };
    }
    first = end;
  }
}

function* tilesOf<List extends Listed>(
  values: Values<List>,
  { data, shape }: Lists<List>,
  [first, rows]: Range,
  size: number,
): Generator<Slice> {
  const columns = shape[1];
  if (columns === 0) return;
  const [chunkRows = 1, chunkColumns = 1] = data.chunks ?? [];
  const width = Math.min(columns, wholeChunks(chunkColumns, Math.max(1, size / chunkRows)));
  const height = wholeChunks(chunkRows, Math.max(1, size / width));
  for (let firstRow = first; firstRow < rows; firstRow += height) {
    for (let firstColumn = 0; firstColumn < columns; firstColumn += width) {
      const end = Math.min(firstColumn + width, columns);
      const tile = values.numbers(data, [firstRow, Math.min(firstRow + height, rows)], [firstColumn, end]);
      yield { encoding: 'array', data: tile, firstRow, firstColumn, width: end - firstColumn };
    }
  }
}

/** As many whole chunks as `size` takes, and at least one: what is cut is inflated twice. */
const wholeChunks = (chunk: number, size: number): number => Math.max(1, Math.floor(size / chunk)) * chunk;
