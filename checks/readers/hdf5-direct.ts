/** What are the values of a dataset that was located? Chunks are read and unfiltered here, without the library. */
import { readSync } from 'node:fs';
import type { Located } from './hdf5-chunks.js';
import { Unknown } from './hdf5-file-bytes.js';
import { unfiltered } from './hdf5-filters.js';
import { indicesOf, type Numbers, numbersOf, type Range } from './hdf5-values.js';

/** Values of datasets, by range: the library's, or those read here. */
export interface Values<Of> {
  numbers(dataset: Of, ...ranges: Range[]): Numbers;
  /** As numbers of a row or a column; -1 for what is none. */
  indices(dataset: Of, range: Range): Int32Array;
}

export interface DirectValues extends Values<Located> {
  /** As they lie in the file. */
  bytes(dataset: Located, ...ranges: Range[]): Uint8Array;
}

interface Chunk {
  readonly number: number;
  /** As it lies in the file, where a twin may ask for it. */
  readonly packed: Uint8Array | null;
  readonly bytes: Uint8Array;
}

/**
 * Read from the file that is open as `fd`. What is returned may be a view of a chunk: it holds until the next call for
 * the same dataset. Of each dataset the last chunk is kept, for whoever reads on in it, and for its twin: a dataset that is
 * read side by side with it and may have the same chunks, which are then unpacked once.
 */
export function directValues(fd: number, twins: ReadonlyMap<Located, Located> = new Map()): DirectValues {
  const last = new Map<Located, Chunk>();
  const withTwins = new Set(twins.values());
  let packed = new Uint8Array(2 ** 16);

  function read(into: Uint8Array, address: number): Uint8Array {
    for (let filled = 0; filled < into.length; ) {
      const count = readSync(fd, into, filled, into.length - filled, address + filled);
      if (count === 0) throw new Unknown('it is beyond the end of the file');
      filled += count;
    }
    return into;
  }

  function chunkOf(located: Located, number: number): Uint8Array {
    const kept = last.get(located);
    if (kept?.number === number) return kept.bytes;
    const chunk = freshChunk(located, number);
    last.set(located, chunk);
    return chunk.bytes;
  }

  function freshChunk(located: Located, number: number): Chunk {
    const { layout, itemBytes } = located;
    if (layout.kind !== 'chunked') throw new Unknown('it has no chunks');
    const length = layout.lengths.reduce((product, side) => product * side, itemBytes);
    const { addresses, sizes, masks } = layout.table;
    const address = addresses[number] ?? -1;
    const size = sizes[number] ?? 0;
    const plain = (bytes: Uint8Array): Chunk => ({ number, packed: null, bytes });
    if (address < 0) return plain(new Uint8Array(length));
    if (layout.filters.length === 0) return plain(read(new Uint8Array(length), address));
    // A chunk that does not shrink may grow a little; one that is far longer is none.
    if (size > 2 * length + 1024) throw new Unknown('the length of a chunk');
    if (packed.length < size) packed = new Uint8Array(size);
    const stored = read(packed.subarray(0, size), address);
    const twin = last.get(twins.get(located) ?? located);
    if (twin?.number === number && twin.packed && Buffer.compare(twin.packed, stored) === 0) return plain(twin.bytes);
    const bytes = unfiltered(stored, layout.filters, masks[number] ?? 0, length);
    return { number, packed: withTwins.has(located) ? stored.slice() : null, bytes };
  }

  function bytesOf(located: Located, ranges: readonly Range[]): Uint8Array {
    const { layout, shape, itemBytes } = located;
    const isWithin = ranges.every(([first, end], i) => 0 <= first && first <= end && end <= (shape[i] ?? 0));
    if (ranges.length !== shape.length || !isWithin) throw new Unknown('its dimensions');
    const [[first, end], across = [0, 1]] = ranges as readonly [Range, Range?];
    const width = shape[1] ?? 1;
    const length = (end - first) * (across[1] - across[0]) * itemBytes;
    if (layout.kind === 'contiguous') {
      const whole = new Uint8Array(length);
      // Rows that are read whole lie side by side.
      const rows = across[1] - across[0] === width ? 1 : end - first;
      for (let i = 0; i < rows; i++) {
        const start = (i * length) / rows;
        const at = layout.address + ((first + i) * width + across[0]) * itemBytes;
        read(whole.subarray(start, start + length / rows), at);
      }
      return whole;
    }
    const [high = 1, wide = 1] = layout.lengths;
    const inRow = Math.ceil(width / wide);
    const isInOne =
      Math.floor(first / high) === Math.floor((end - 1) / high) &&
      wide === across[1] - across[0] &&
      across[0] % wide === 0;
    if (isInOne) {
      const chunk = chunkOf(located, Math.floor(first / high) * inRow + across[0] / wide);
      const start = (first % high) * wide * itemBytes;
      return chunk.subarray(start, start + length);
    }
    const whole = new Uint8Array(length);
    for (let row = Math.floor(first / high); row * high < end; row++) {
      for (let column = Math.floor(across[0] / wide); column * wide < across[1]; column++) {
        const chunk = chunkOf(located, row * inRow + column);
        copyFrom({ chunk, row: row * high, column: column * wide }, { whole, first, end, across });
      }
    }
    return whole;

    /** The rows of a chunk that are asked for, as far as they are. */
    function copyFrom(
      from: { chunk: Uint8Array; row: number; column: number },
      to: { whole: Uint8Array; first: number; end: number; across: Range },
    ): void {
      const left = Math.max(from.column, to.across[0]);
      const right = Math.min(from.column + wide, to.across[1]);
      const bottom = Math.min(from.row + high, to.end);
      for (let row = Math.max(from.row, to.first); row < bottom; row++) {
        const start = ((row - from.row) * wide + left - from.column) * itemBytes;
        const part = from.chunk.subarray(start, start + (right - left) * itemBytes);
        to.whole.set(part, ((row - to.first) * (to.across[1] - to.across[0]) + left - to.across[0]) * itemBytes);
      }
    }
  }

  function alignedBytesOf(located: Located, ranges: readonly Range[]): Uint8Array {
    const bytes = bytesOf(located, ranges);
    return bytes.byteOffset % located.itemBytes === 0 ? bytes : bytes.slice();
  }

  return {
    bytes: (located, ...ranges) => bytesOf(located, ranges),
    numbers: (located, ...ranges) => numbersOf(alignedBytesOf(located, ranges), located.dtype),
    indices: (located, range) => indicesOf(alignedBytesOf(located, [range]), located.dtype),
  };
}
