/**
 * Which strings do the values of a dataset of strings stand for? Fixed ones lie in place; for one of variable length there
 * is its length, the address of a global heap, and its number in there.
 */
import { FileBytes, Unknown } from './hdf5-file-bytes.js';
import { STRING_BYTES, textIn } from './hdf5-values.js';

/** Length, address and number: what a string of variable length takes among the values. */
export const REFERENCE_BYTES = 16;
/** HDF5 makes them 4 KiB long, and longer only for strings that are. */
const MOST_HEAP_BYTES = 16 * 2 ** 20;
/** Heaps are filled one after another, and read so. */
const MOST_HEAPS = 2;
/** Many values may stand for one long string. */
const MOST_TEXT_BYTES = 64 * 2 ** 20;

export function fixedTexts(bytes: Uint8Array, itemBytes: number): string[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / itemBytes }, (_, i) => textIn(all, i * itemBytes, itemBytes));
}

export interface Heaps {
  texts(references: Uint8Array): string[];
}

/** The objects of a heap by their numbers: where they begin in it, and how long they are. */
interface Heap {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

/** The heaps of the file that is open as `fd`, whose addresses count from `base`. */
export function heapsOf(fd: number, base: number): Heaps {
  const heaps = new Map<number, Heap>();

  function heapAt(address: number): Heap {
    const known = heaps.get(address);
    if (known) return known;
    const [oldest] = heaps.keys();
    if (heaps.size === MOST_HEAPS && oldest !== undefined) heaps.delete(oldest);
    // How much may be read is limited for each heap, not for all.
    const heap = objectsIn(new FileBytes(fd), base + address);
    heaps.set(address, heap);
    return heap;
  }

  return {
    texts(references) {
      const view = new DataView(references.buffer, references.byteOffset, references.length);
      let left = MOST_TEXT_BYTES;
      return Array.from({ length: references.length / REFERENCE_BYTES }, (_, i) => {
        const at = i * REFERENCE_BYTES;
        const length = view.getUint32(at, true);
        const address = Number(view.getBigUint64(at + 4, true));
        if (length === 0 || address === 0) return '';
        const { bytes, starts, lengths } = heapAt(address);
        const number = view.getUint32(at + 12, true);
        const start = starts[number];
        if (start === undefined || (lengths[number] ?? 0) < length)
          throw new Unknown('a string is not where it should be');
        left -= Math.min(length, STRING_BYTES);
        if (left < 0) throw new Unknown('its strings would take too much memory at once');
        return textIn(bytes, start, length);
      });
    },
  };
}

/** Each object has its number in 2 bytes, 6 of no matter here, its length in 8, and its bytes up to a multiple of 8. */
function objectsIn(file: FileBytes, start: number): Heap {
  const header = file.at(start, 16);
  const length = header.uint(8, 8);
  if (header.text(0, 4) !== 'GCOL' || header.u8(4) !== 1 || length > MOST_HEAP_BYTES) {
    throw new Unknown('its strings are not where they should be');
  }
  const heap = file.at(start, length);
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let at = 16; at + 16 <= length; ) {
    const number = heap.u16(at);
    // Number 0 is the room that is left.
    if (number === 0) break;
    const bytes = heap.uint(at + 8, 8);
    if (at + 16 + bytes > length) throw new Unknown('a string goes beyond its heap');
    starts[number] = at + 16;
    lengths[number] = bytes;
    at += 16 + 8 * Math.ceil(bytes / 8);
  }
  return { bytes: Buffer.from(heap.all.buffer, heap.all.byteOffset, length), starts, lengths };
}
