/** What were the bytes of a chunk before HDF5's filters? gzip, shuffle, Fletcher-32 and LZF undone, the last one first. */
import { inflateSync } from 'node:zlib';
import { Unknown } from './hdf5-file-bytes.js';

/** One way in which the bytes of a chunk were changed, in the order of writing. */
export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

type Undo = (bytes: Uint8Array, filter: Filter, length: number) => Uint8Array;

/** By the numbers that HDF5 gives them. */
const FILTERS: Readonly<Record<number, Undo>> = {
  1: (bytes, _, length) => inflated(bytes, length),
  2: (bytes, { values: [size = 1] }) => unshuffled(bytes, size),
  3: (bytes) => summed(bytes),
  32000: (bytes, _, length) => decompressed(bytes, length),
};

export const knowsFilter = (id: number): boolean => id in FILTERS;

/** `length` bytes, a chunk whole; `mask` has a bit for each filter that was left out. */
export function unfiltered(bytes: Uint8Array, filters: readonly Filter[], mask: number, length: number): Uint8Array {
  let undone = bytes;
  for (let i = filters.length - 1; i >= 0; i--) {
    const filter = filters[i];
    const undo = filter && FILTERS[filter.id];
    if (!filter || !undo) throw new Unknown('its filter');
    if ((mask & (1 << i)) === 0) undone = undo(undone, filter, length);
  }
  if (undone.length !== length) throw new Unknown('the length of a chunk');
  return undone;
}

/** Beyond the values a checksum may follow; and zlib asks for more where the room is just filled. */
const ROOM = 64;

function inflated(bytes: Uint8Array, length: number): Uint8Array {
  try {
    return inflateSync(bytes, { chunkSize: length + ROOM, maxOutputLength: length + ROOM });
  } catch {
    throw new Unknown('a chunk does not inflate');
  }
}

/** The bytes before their sum by Fletcher, which goes over numbers of two bytes, high byte first. */
function summed(all: Uint8Array): Uint8Array {
  const bytes = all.subarray(0, Math.max(0, all.length - 4));
  const even = bytes.length - (bytes.length % 2);
  let low = 0;
  let high = 0;
  for (let at = 0; at < even; ) {
    // So many cannot exceed 32 bits.
    for (const end = Math.min(at + 720, even); at < end; at += 2) {
      low += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      high += low;
    }
    low = folded(low);
    high = folded(high);
  }
  if (even < bytes.length) {
    low += (bytes[even] ?? 0) << 8;
    high = folded(high + low);
    low = folded(low);
  }
  const sum = folded(high) * 2 ** 16 + folded(low);
  const stored = Buffer.from(all.buffer, all.byteOffset + bytes.length, all.length - bytes.length);
  if (stored.length < 4 || stored.readUInt32LE(0) !== sum) throw new Unknown('the checksum of a chunk');
  return bytes;
}

const folded = (sum: number): number => (sum & 0xffff) + (sum >>> 16);

/** First bytes of all values, then second bytes, and so on; what is left over stands at the end as it is. */
function unshuffled(bytes: Uint8Array, size: number): Uint8Array {
  if (size <= 1) return bytes;
  const count = Math.floor(bytes.length / size);
  const whole = new Uint8Array(bytes.length);
  for (let byte = 0; byte < size; byte++) {
    const from = byte * count;
    for (let i = 0, to = byte; i < count; i++, to += size) whole[to] = bytes[from + i] ?? 0;
  }
  whole.set(bytes.subarray(count * size), count * size);
  return whole;
}

/**
 * LZF: a control byte below 32 is followed by so many bytes and one, as they are; any other stands for bytes that came
 * before. Its upper three bits and two are how many, with a byte more where they are all set; the rest and the next byte
 * are how far back, less one.
 */
function decompressed(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let to = 0;
  for (let at = 0; at < bytes.length; ) {
    const control = bytes[at++] ?? 0;
    if (control < 32) {
      const end = at + control + 1;
      if (end > bytes.length || to + control + 1 > length) throw new Unknown('a chunk does not decompress');
      whole.set(bytes.subarray(at, end), to);
      to += control + 1;
      at = end;
      continue;
    }
    let count = control >> 5;
    if (count === 7) count += bytes[at++] ?? 0;
    count += 2;
    let from = to - ((control & 31) << 8) - (bytes[at++] ?? 0) - 1;
    if (at > bytes.length || from < 0 || to + count > length) throw new Unknown('a chunk does not decompress');
    // One by one: what is copied may overlap what it makes.
    for (const end = to + count; to < end; ) whole[to++] = whole[from++] ?? 0;
  }
  return to === length ? whole : whole.subarray(0, to);
}
