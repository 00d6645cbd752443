/** What is in a bzip2 file? Its streams, block after block, from a window that holds a whole block: where bits run out, it was cut off. */
import type { SourceFile } from '../check.js';
import { BlockFault, bits32, decodeBlock } from './bzip2-block.js';
import { type Packed, PackFault } from './pack.js';

/** More than twice what a block takes where nothing could be packed. */
const WINDOW_BYTES = 1 << 21;
/** A block holds so many hundreds of kilobytes as the head of its stream says. */
const HUNDRED = 100_000;
/** What a block begins with, and what follows the last one: the digits of pi and of its square root. */
const BLOCK = [0x314159, 0x265359] as const;
const END = [0x177245, 0x385090] as const;

export const isBzip2 = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68 && (bytes[3] ?? 0) >= 0x31 && (bytes[3] ?? 0) <= 0x39;

class OutOfBits extends Error {}

export const openBzip2 = async (file: SourceFile): Promise<Packed> => ({
  name: null,
  size: null,
  saysAtEnd: null,
  async *unpack() {
    const window = windowOver(file);
    for (await window.fill(); isBzip2(window.ahead()); await window.fill()) {
      const size = HUNDRED * ((window.ahead()[3] ?? 0) - 0x30);
      window.bits(16);
      window.bits(16);
      let checksum = 0;
      for (;;) {
        await window.fill();
        const block = blockOf(() => nextBlock(window.bits, size, checksum));
        if (block === null) break;
        // Turned by one bit before each.
        checksum = (((checksum << 1) | (checksum >>> 31)) ^ block.checksum) >>> 0;
        yield block.bytes;
      }
      window.align();
    }
    return window.left();
  },
});

/** Null at the end of the stream. */
function nextBlock(bits: (count: number) => number, size: number, checksum: number) {
  const magic = [bits(24), bits(24)];
  if (magic[0] === BLOCK[0] && magic[1] === BLOCK[1]) return decodeBlock(bits, size);
  if (magic[0] !== END[0] || magic[1] !== END[1]) throw new BlockFault('what should be a block is none');
  if (bits32(bits) !== checksum) throw new BlockFault('the checksum of all blocks is another');
  return null;
}

function blockOf<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof OutOfBits) throw new PackFault('pack_truncated');
    if (error instanceof BlockFault) throw new PackFault('pack_damaged', { why: `of a block: ${error.message}` });
    throw error;
  }
}

/** Bits of a file, of which the next block is always there. */
function windowOver(file: SourceFile) {
  let bytes: Uint8Array = new Uint8Array();
  /** Where the window begins in the file; the next bit in it. */
  let [start, byte, bit] = [0, 0, 0];
  return {
    async fill() {
      if (start + bytes.length >= file.size || bytes.length - byte > WINDOW_BYTES / 2) return;
      start += byte;
      byte = 0;
      bytes = await file.read(start, WINDOW_BYTES);
    },
    bits(count: number): number {
      let value = 0;
      for (let wanted = count; wanted > 0; ) {
        if (byte >= bytes.length) throw new OutOfBits();
        const taken = Math.min(8 - bit, wanted);
        value = (value << taken) | (((bytes[byte] ?? 0) >> (8 - bit - taken)) & ((1 << taken) - 1));
        bit += taken;
        wanted -= taken;
        if (bit === 8) {
          bit = 0;
          byte++;
        }
      }
      return value;
    },
    /** A stream ends with a whole byte. */
    align() {
      if (bit > 0) byte++;
      bit = 0;
    },
    ahead: () => bytes.subarray(byte, byte + 4),
    left: () => file.size - start - byte,
  };
}
