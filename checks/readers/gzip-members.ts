/**
 * What is in a gzip file, and what follows it? Its members by RFC 1952, one after the other: zlib's own reader of them takes
 * what follows the last one for another, and tells nothing of what came before.
 */
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { SourceFile } from '../check.js';
import { type Packed, PackFault } from './pack.js';

const PIECE = 1 << 18;
const TRAILER_BYTES = 8;
const FLAGS = { hasChecksum: 2, hasExtra: 4, hasName: 8, hasComment: 16 } as const;
/** Names and comments in a header are short; more is no header. */
const MOST_HEADER_BYTES = 1 << 17;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;

export const openGzip = async (file: SourceFile): Promise<Packed> => ({
  name: null,
  size: null,
  saysAtEnd: await sizeAtEnd(file),
  async *unpack() {
    let at = 0;
    while (at < file.size) {
      const head = await file.read(at, MOST_HEADER_BYTES);
      if (!isGzip(head)) break;
      at = yield* member(file, at, at + headerBytes(head));
    }
    return file.size - at;
  },
});

/** Deflated data are at least so much smaller than what is in them. */
export const MOST_RATIO = 1032;

/** ISIZE of the last member: the size of all only where there is one, as nearly always, and below 4 GiB; null where it may be other. */
async function sizeAtEnd(file: SourceFile): Promise<number | null> {
  const head = await file.read(0, 4);
  const isInBlocks = ((head[3] ?? 0) & FLAGS.hasExtra) !== 0; // as BGZF
  if (isInBlocks || file.size < TRAILER_BYTES || file.size * MOST_RATIO >= 2 ** 32) return null;
  const end = await file.read(file.size - 4, 4);
  return new DataView(end.buffer, end.byteOffset, end.length).getUint32(0, true);
}

/** From its first byte to the one after the flags' fields. */
function headerBytes(head: Uint8Array): number {
  const flags = head[3] ?? 0;
  let at = 10;
  if (flags & FLAGS.hasExtra) at += 2 + (head[at] ?? 0) + 256 * (head[at + 1] ?? 0);
  for (const flag of [FLAGS.hasName, FLAGS.hasComment]) {
    if (!(flags & flag)) continue;
    const end = head.indexOf(0, at);
    if (end < 0) throw new PackFault(head.length < MOST_HEADER_BYTES ? 'pack_truncated' : 'pack_damaged');
    at = end + 1;
  }
  if (flags & FLAGS.hasChecksum) at += 2;
  if (at > head.length) throw new PackFault('pack_truncated');
  return at;
}

/** Returns where the next one begins. */
async function* member(file: SourceFile, start: number, from: number): AsyncGenerator<Uint8Array, number> {
  let [checksum, length] = [0, 0];
  const inflated = inflate(file, from, file.size);
  for (let next = await inflated.next(); ; next = await inflated.next()) {
    if (next.done) {
      const end = next.value + TRAILER_BYTES;
      const trailer = await file.read(next.value, TRAILER_BYTES);
      if (trailer.length < TRAILER_BYTES) throw new PackFault('pack_truncated');
      const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER_BYTES);
      const isRight = view.getUint32(0, true) === checksum && view.getUint32(4, true) === length % 2 ** 32;
      if (!isRight)
        throw new PackFault('pack_damaged', { why: `the checksum of the part from byte ${start} is another` });
      return end;
    }
    checksum = crc32(next.value, checksum);
    length += next.value.length;
    yield next.value;
  }
}

/** Deflated data that lie in `file` between two places; returns where they end. @throws PackFault */
export async function* inflate(file: SourceFile, from: number, to: number): AsyncGenerator<Uint8Array, number> {
  const inflating = createInflateRaw({ chunkSize: PIECE });
  const feeding = Readable.from(pieces(file, from, to), { objectMode: true, highWaterMark: 1 });
  feeding.on('error', (error) => inflating.destroy(error));
  feeding.pipe(inflating);
  try {
    for await (const bytes of inflating) yield bytes;
    return from + inflating.bytesWritten;
  } catch (error) {
    throw faultOf(error) ?? error;
  } finally {
    feeding.destroy();
    inflating.destroy();
  }
}

export async function* pieces(file: SourceFile, from: number, to: number): AsyncGenerator<Uint8Array, void> {
  for (let at = from; at < to; at += PIECE) yield await file.read(at, Math.min(PIECE, to - at));
}

function faultOf(error: unknown): PackFault | null {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'Z_BUF_ERROR') return new PackFault('pack_truncated');
  return code === 'Z_DATA_ERROR' ? new PackFault('pack_damaged', { why: String((error as Error).message) }) : null;
}
