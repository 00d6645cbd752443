/** What is there to know about each chunk of a dataset? Its place in the file, which its index enters here, once and within bounds. */
import { type FileBytes, UNDEFINED, Unknown } from './hdf5-file-bytes.js';

/** Chunks by their number in the grid, the last dimension fastest. */
export interface Chunks {
  /** -1 where none was written. */
  readonly addresses: Float64Array;
  /** Bytes in the file. */
  readonly sizes: Float64Array;
  /** A bit for each filter that was left out. */
  readonly masks: Uint32Array;
}

/** What an index of chunks fills in. */
export interface ChunkTable extends Chunks {
  readonly grid: readonly number[];
  readonly chunk: readonly number[];
  readonly count: number;
  /** Of a whole chunk, before its filters. */
  readonly chunkBytes: number;
  readonly isFiltered: boolean;
}

/** Enters all chunks that it finds from `address` on. */
export type Index = (file: FileBytes, table: ChunkTable, address: number) => void;

/** Enter chunk `i`, each at most once, within the file. */
export function put(
  file: FileBytes,
  table: ChunkTable,
  i: number,
  { address, size, mask }: { address: number; size: number; mask: number },
): void {
  if (address === UNDEFINED) return;
  const at = address + file.base;
  const isSound = i < table.count && table.addresses[i] === -1 && at + size <= file.size && size > 0;
  if (!isSound || (!table.isFiltered && size !== table.chunkBytes)) throw new Unknown('the place of a chunk');
  table.addresses[i] = at;
  table.sizes[i] = size;
  table.masks[i] = mask;
}

/** The number of the chunk at these steps along each dimension; -1 for one beyond the shape, as a shrunk dataset has. */
export function numberOf(grid: readonly number[], steps: readonly number[]): number {
  let number = 0;
  for (let i = 0; i < grid.length; i++) {
    const step = steps[i] ?? -1;
    const length = grid[i] ?? 0;
    if (!(step >= 0 && step < length)) return -1;
    number = number * length + step;
  }
  return number;
}
