/** How is a chunk unpacked? By codecs none of which may give more bytes than there is room for. */
import { gunzipSync, inflateSync } from 'node:zlib';
import { Decompress } from 'fzstd';

/** Unpacks `bytes` to `most` bytes at the most. @throws whatever the bytes make it throw */
export type Codec = (bytes: Uint8Array, most: number) => Uint8Array | Promise<Uint8Array>;

/** By their names in zarr v3; those of v2 are the same. */
export const CODECS: Readonly<Record<string, Codec>> = {
  gzip: (bytes, most) => gunzipSync(bytes, { maxOutputLength: Math.max(1, most) }),
  zlib: (bytes, most) => inflateSync(bytes, { maxOutputLength: Math.max(1, most) }),
  ...{ zstd, blosc, lz4, crc32c },
};

/** What a codec that is not the innermost may add to what it wraps. */
const withSlack = (most: number): number => most + (most >> 4) + 65_536;

/** From packed bytes to those of the elements: exactly as many as the chunk takes where all is well. */
export async function unpack(codecs: readonly Codec[], bytes: Uint8Array, most: number): Promise<Uint8Array> {
  let unpacked = bytes;
  for (const [i, codec] of codecs.entries())
    unpacked = await codec(unpacked, i === codecs.length - 1 ? most : withSlack(most));
  return unpacked;
}

/** Its own header is the length of what is packed. */
async function lz4(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  if (bytes.length < 4) throw new Error('the length before the LZ4 block is missing');
  refuseMore(viewOf(bytes).getUint32(0, true), most);
  const { default: Lz4 } = await import('numcodecs/lz4');
  return Lz4.fromConfig({}).decode(bytes);
}

const BLOSC_HEADER_BYTES = 16;
const BLOSC_COPIED_FLAG = 2;

/** The library believes what the header says of the lengths, and reads past the end of what was cut off. */
async function blosc(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  if (bytes.length < BLOSC_HEADER_BYTES) throw new Error('the Blosc header is cut off');
  const view = viewOf(bytes);
  const [unpacked, block, packed] = [view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
  refuseMore(unpacked, most);
  if (packed !== bytes.length) throw new Error(`the Blosc header tells ${packed} bytes, and ${bytes.length} are there`);
  if (unpacked === 0) return new Uint8Array();
  if (view.getUint8(2) & BLOSC_COPIED_FLAG) {
    if (packed !== unpacked + BLOSC_HEADER_BYTES) throw new Error('the Blosc header contradicts itself');
    return bytes.subarray(BLOSC_HEADER_BYTES);
  }
  const starts = 4 * Math.ceil(unpacked / block);
  if (block === 0 || block > unpacked || BLOSC_HEADER_BYTES + starts > packed)
    throw new Error(`the Blosc header tells blocks of ${block} bytes`);
  const { default: Blosc } = await import('numcodecs/blosc');
  return Blosc.fromConfig({}).decode(bytes);
}

const ZSTD_MAGIC = 0xfd2fb528;
/** What any reader must be ready to keep (RFC 8878, 3.1.1.1.2). */
const ZSTD_WINDOW = 8 << 20;

/** By the fast library where one frame says how much it holds, else by one that can be stopped. */
async function zstd(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const frame = zstdFrame(bytes);
  if (frame.content !== null) refuseMore(frame.content, most);
  if (frame.window > Math.max(most, ZSTD_WINDOW)) throw new Error(`it asks for a window of ${frame.window} bytes`);
  if (frame.isOnly && frame.content !== null) {
    const { default: Zstd } = await import('numcodecs/zstd');
    return Zstd.fromConfig({}).decode(bytes);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    refuseMore(length, most);
    parts.push(part.slice());
  });
  stream.push(bytes, true);
  return Buffer.concat(parts);
}

/** RFC 8878, 3.1.1: what the header of the first frame tells, and whether its blocks end where the bytes do. */
function zstdFrame(bytes: Uint8Array): { content: number | null; window: number; isOnly: boolean } {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== ZSTD_MAGIC) throw new Error('it does not begin as Zstandard does');
  const flags = view.getUint8(4);
  const isSingle = (flags & 0x20) !== 0;
  const windowAt = 5;
  const contentAt = windowAt + (isSingle ? 0 : 1) + ([0, 1, 2, 4][flags & 3] ?? 0);
  const contentBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const content = [
    () => null,
    () => view.getUint8(contentAt),
    () => view.getUint16(contentAt, true) + 256,
    () => view.getUint32(contentAt, true),
    () => Number(view.getBigUint64(contentAt, true)),
  ][[0, 1, 2, 4, 8].indexOf(contentBytes)]?.();
  const exponent = isSingle ? 0 : view.getUint8(windowAt);
  const window = isSingle ? (content ?? 0) : 2 ** (10 + (exponent >> 3)) * (1 + (exponent & 7) / 8);

  let at = contentAt + contentBytes;
  for (let isLast = false; !isLast; ) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    isLast = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  return { content: content ?? null, window, isOnly: at + (flags & 4) === bytes.length };
}

function crc32c(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw new Error('its checksum is cut off');
  const body = bytes.subarray(0, -4);
  if (crc32cOf(body) !== viewOf(bytes).getUint32(body.length, true)) throw new Error('its CRC-32C is another');
  return body;
}

/** Castagnoli's polynomial, reflected. */
const CRC32C_POLYNOMIAL = 0x82f63b78;
let crcTable: Uint32Array | undefined;

export function crc32cOf(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let sum = byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ CRC32C_POLYNOMIAL : sum >>> 1;
    return sum;
  });
  let sum = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) sum = (crcTable[(sum ^ (bytes[i] ?? 0)) & 255] ?? 0) ^ (sum >>> 8);
  return ~sum >>> 0;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function refuseMore(bytes: number, most: number): void {
  if (bytes > most) throw new Error(`it holds ${bytes} bytes or more, and the chunk has room for ${most}`);
}
