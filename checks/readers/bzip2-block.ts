/**
 * What does a block of bzip2 hold? Decoded by its steps in reverse: Huffman codes in groups of 50, runs and moves to the front,
 * the Burrows-Wheeler transform, and runs of bytes. Every length is compared with what a block can hold before it is believed:
 * the decoders of npm go round for ever where a run is longer than a number of 32 bits.
 */

/** It is no block that bzip2 writes. */
export class BlockFault extends Error {}

/** The next bits, up to 24 at once. */
export type Bits = (count: number) => number;

const LONGEST_CODE = 20;
const GROUP_SIZE = 50;
/** More selectors than a block of 900,000 symbols needs are read and not kept, as bzip2 does it. */
const MOST_SELECTORS = 18_002;
const [RUN_A, RUN_B] = [0, 1];

/** `size`: what the stream says a block may hold. The bytes, and their checksum as computed; `bits` stand after the block's magic. */
export function decodeBlock(bits: Bits, size: number): { bytes: Uint8Array; checksum: number } {
  const expected = bits32(bits);
  if (bits(1) === 1) throw new BlockFault('it is of a version before 1.0');
  const origin = bits(24);
  const symbols = usedBytes(bits);
  const { selectors, tables } = codeTables(bits, symbols.length + 2);
  const transformed = new Uint32Array(size);
  const length = readSymbols(bits, symbols, selectors, tables, transformed);
  if (origin >= length) throw new BlockFault('it begins outside of itself');

  const block = unrolled(transformed, length, origin);
  if (block.checksum !== expected) throw new BlockFault('its checksum is another');
  return block;
}

export const bits32 = (bits: Bits): number => ((bits(16) << 16) | bits(16)) >>> 0;

/** The bytes that occur, by a map of maps. */
function usedBytes(bits: Bits): Uint8Array {
  const used: number[] = [];
  const ranges = bits(16);
  for (let range = 0; range < 16; range++) {
    if (!(ranges & (0x8000 >> range))) continue;
    const within = bits(16);
    for (let i = 0; i < 16; i++) if (within & (0x8000 >> i)) used.push(16 * range + i);
  }
  if (used.length === 0) throw new BlockFault('it uses no byte');
  return Uint8Array.from(used);
}

/** Canonical codes: of each length, the highest code, and where its symbols begin. */
interface Table {
  readonly shortest: number;
  readonly highest: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint16Array;
}

function codeTables(bits: Bits, alphabet: number): { selectors: Uint8Array; tables: Table[] } {
  const groups = bits(3);
  const count = bits(15);
  if (groups < 2 || groups > 6 || count < 1) throw new BlockFault('its tables of codes make no sense');

  const selectors = new Uint8Array(Math.min(count, MOST_SELECTORS));
  const order = Array.from({ length: groups }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (bits(1) === 1) if (++place >= groups) throw new BlockFault('it selects a table that is not there');
    const [group = 0] = order.splice(place, 1);
    order.unshift(group);
    selectors[i] = group;
  }
  return { selectors, tables: Array.from({ length: groups }, () => tableOf(codeLengths(bits, alphabet))) };
}

function codeLengths(bits: Bits, alphabet: number): Uint8Array {
  const lengths = new Uint8Array(alphabet);
  let length = bits(5);
  for (let symbol = 0; symbol < alphabet; symbol++) {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) throw new BlockFault('a code is too long');
      if (bits(1) === 0) break;
      length += bits(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return lengths;
}

function tableOf(lengths: Uint8Array): Table {
  const symbols = Uint16Array.from(lengths.keys()).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
  const highest = new Int32Array(LONGEST_CODE + 1).fill(-1);
  const offset = new Int32Array(LONGEST_CODE + 1);
  let [code, at] = [0, 0];
  for (let length = 1; length <= LONGEST_CODE; length++) {
    const count = lengths.reduce((sum, one) => sum + (one === length ? 1 : 0), 0);
    offset[length] = at - code;
    if (count > 0) highest[length] = code + count - 1;
    code = (code + count) << 1;
    at += count;
  }
  return { shortest: Math.min(...lengths), highest, offset, symbols };
}

function symbolOf(bits: Bits, { shortest, highest, offset, symbols }: Table): number {
  let code = bits(shortest);
  for (let length = shortest; ; code = (code << 1) | bits(1)) {
    // Codes of this length are the next ones after all shorter: whatever is lower was one of those.
    if (code <= (highest[length] ?? -1)) return symbols[code + (offset[length] ?? 0)] ?? 0;
    if (++length > LONGEST_CODE) throw new BlockFault('a code is none of its table');
  }
}

/** Fills `transformed` with the last column of the sorted rotations; returns how many there are. */
function readSymbols(
  bits: Bits,
  symbols: Uint8Array,
  selectors: Uint8Array,
  tables: readonly Table[],
  transformed: Uint32Array,
): number {
  const front = Uint8Array.from(symbols);
  const end = symbols.length + 1;
  let length = 0;
  let [run, weight] = [0, 1];
  const put = (byte: number, times: number) => {
    if (times > transformed.length - length) throw new BlockFault('it holds more than it may');
    transformed.fill(byte, length, length + times);
    length += times;
  };
  for (const selector of selectors) {
    const table = tables[selector];
    if (!table) throw new BlockFault('it selects a table that is not there');
    for (let i = 0; i < GROUP_SIZE; i++) {
      const symbol = symbolOf(bits, table);
      if (symbol === RUN_A || symbol === RUN_B) {
        run += weight * (symbol + 1);
        weight *= 2;
        if (run > transformed.length) throw new BlockFault('a run is longer than a block');
        continue;
      }
      if (run > 0) put(front[0] ?? 0, run);
      [run, weight] = [0, 1];
      if (symbol === end) return length;

      const byte = front[symbol - 1] ?? 0;
      front.copyWithin(1, 0, symbol - 1);
      front[0] = byte;
      if (length >= transformed.length) throw new BlockFault('it holds more than it may');
      transformed[length++] = byte;
    }
  }
  throw new BlockFault('it has no end');
}

/** The rotation that was the first, and its runs: after four equal bytes, one says how many more follow. */
function unrolled(transformed: Uint32Array, length: number, origin: number): { bytes: Uint8Array; checksum: number } {
  const starts = new Int32Array(257);
  for (let i = 0; i < length; i++) starts[(transformed[i] ?? 0) + 1] = (starts[(transformed[i] ?? 0) + 1] ?? 0) + 1;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1] = (starts[byte + 1] ?? 0) + (starts[byte] ?? 0);
  for (let i = 0; i < length; i++) {
    const byte = (transformed[i] ?? 0) & 0xff;
    const at = starts[byte] ?? 0;
    transformed[at] = (transformed[at] ?? 0) | (i << 8);
    starts[byte] = at + 1;
  }

  let bytes = new Uint8Array(2 * length + 256);
  let [filled, checksum, equal, last] = [0, 0xffffffff, 0, -1];
  let next = (transformed[origin] ?? 0) >>> 8;
  for (let i = 0; i < length; i++) {
    const both = transformed[next] ?? 0;
    next = both >>> 8;
    const byte = both & 0xff;
    const isCount = equal === 4;
    const value = isCount ? last : byte;
    const times = isCount ? byte : 1;
    equal = isCount ? 0 : byte === last ? equal + 1 : 1;
    last = isCount ? -1 : byte;
    if (filled + times > bytes.length) bytes = grown(bytes);
    for (let k = 0; k < times; k++) {
      bytes[filled++] = value;
      checksum = (checksum << 8) ^ (CHECKSUMS[((checksum >>> 24) ^ value) & 0xff] ?? 0);
    }
  }
  return { bytes: bytes.subarray(0, filled), checksum: ~checksum >>> 0 };
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}

/** CRC-32 with the highest bit first. */
const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let checksum = byte << 24;
  for (let i = 0; i < 8; i++) checksum = (checksum << 1) ^ (checksum < 0 ? 0x04c11db7 : 0);
  return checksum >>> 0;
});
