/**
 * Which values does a matrix store, and where? Streamed in slices that follow the chunks, whatever the encoding, so
 * that a matrix of any size takes the memory of one slice.
 */
import type { DenseMatrix, Matrix, SparseMatrix } from './anndata.js';
import type { Hdf5 } from './hdf5.js';
import type { Numbers } from './hdf5-values.js';

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

/** All slices in order; of a sparse matrix only when `pointersOf` found nothing. */
export function* slicesOf(hdf5: Hdf5, matrix: Matrix, size = SLICE): Generator<Slice> {
  if (matrix.encoding === 'array') yield* tilesOf(hdf5, matrix, size);
  else yield* runsOf(hdf5, matrix, size);
}

/** What is wrong with the row pointers (of CSC: column pointers) of a sparse matrix, as sentences. */
export function pointersOf(hdf5: Hdf5, { encoding, shape, data, indices, indptr }: SparseMatrix): string[] {
  const lines = encoding === 'csr_matrix' ? shape[0] : shape[1];
  const [stored = 0] = data.shape;
  const [located = 0] = indices.shape;
  const [pointers = 0] = indptr.shape;
  const wrong: string[] = [];
  if (located !== stored) wrong.push(`data has ${stored} values and indices has ${located}`);
  if (pointers !== lines + 1) {
    wrong.push(`indptr has ${pointers} entries, and ${lines} lines take ${lines + 1}`);
    return wrong;
  }

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
    }
  }
  if (falls > 0) wrong.push(`indptr goes down ${falls === 1 ? 'once' : `${falls} times`}: ${firstFall}`);
  if (last !== stored) wrong.push(`indptr ends with ${last}, and ${stored} values are stored`);
  return wrong;
}

function* runsOf(hdf5: Hdf5, matrix: SparseMatrix, size: number): Generator<Slice> {
  const { encoding, data, indices, indptr } = matrix;
  const lines = (indptr.shape[0] ?? 1) - 1;
  const length = wholeChunks(data.chunks?.[0] ?? 1, size);
  let block: Numbers = new Float64Array();
  let blockFirst = 0;
  const endOf = (line: number): number => {
    if (line + 1 >= blockFirst + block.length) {
      blockFirst = line + 1;
      block = hdf5.numbers(indptr, [blockFirst, Math.min(blockFirst + LINES, lines + 1)]);
    }
    return block[line + 1 - blockFirst] ?? 0;
  };

  let line = 0;
  for (let first = 0; line < lines; ) {
    const firstLine = line;
    const limit = first - (first % length) + length;
    const bounds = [0];
    let end = first;
    while (line < lines && bounds.length <= LINES && endOf(line) <= limit) {
      end = endOf(line++);
      bounds.push(end - first);
    }
    // The line that goes on in the next slice.
    if (line < lines && bounds.length <= LINES) {
      end = limit;
      bounds.push(end - first);
    }
    if (end > first) {
      const run = { encoding, firstLine, bounds };
      yield { ...run, data: hdf5.numbers(data, [first, end]), indices: hdf5.indices(indices, [first, end]) };
    }
    first = end;
  }
}

function* tilesOf(hdf5: Hdf5, { data, shape }: DenseMatrix, size: number): Generator<Slice> {
  const [rows, columns] = shape;
  if (columns === 0) return;
  const [chunkRows = 1, chunkColumns = 1] = data.chunks ?? [];
  const width = Math.min(columns, wholeChunks(chunkColumns, Math.max(1, size / chunkRows)));
  const height = wholeChunks(chunkRows, Math.max(1, size / width));
  for (let firstRow = 0; firstRow < rows; firstRow += height) {
    for (let firstColumn = 0; firstColumn < columns; firstColumn += width) {
      const end = Math.min(firstColumn + width, columns);
      const values = hdf5.numbers(data, [firstRow, Math.min(firstRow + height, rows)], [firstColumn, end]);
      yield { encoding: 'array', data: values, firstRow, firstColumn, width: end - firstColumn };
    }
  }
}

/** As many whole chunks as `size` takes, and at least one: what is cut is inflated twice. */
const wholeChunks = (chunk: number, size: number): number => Math.max(1, Math.floor(size / chunk)) * chunk;
