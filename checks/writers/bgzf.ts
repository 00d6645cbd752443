/** How is BGZF written? As gzip in blocks of no more than 64 KiB, each of which says how long it is; an empty one ends it. */
import { promisify } from 'node:util';
import { crc32, deflateRaw, deflateRawSync } from 'node:zlib';

/** Bytes of a block before it is compressed: what does not shrink at all still has room for its head. */
export const MOST_IN_BLOCK = 0xff00;
const HEAD = 18;
const TAIL = 8;
/** In one piece, and not in several that are joined. */
const PACKED = { chunkSize: 2 ** 16 };

export const END_OF_BGZF = Buffer.from('1f8b08040000000000ff0600424302001b0003000000000000000000', 'hex');

/** One block of no more than `MOST_IN_BLOCK` bytes. */
export const bgzfBlock = (bytes: Uint8Array): Buffer => framed(bytes, deflateRawSync(bytes, PACKED));

/** The same, compressed by another thread: `bytes` are not to change until then. */
export async function bgzfBlockBeside(bytes: Uint8Array): Promise<Buffer> {
  return framed(bytes, await promisify(deflateRaw)(bytes, PACKED));
}

export function bgzfOf(bytes: Uint8Array): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += MOST_IN_BLOCK)
    blocks.push(bgzfBlock(bytes.subarray(at, at + MOST_IN_BLOCK)));
  return Buffer.concat([...blocks, END_OF_BGZF]);
}

function framed(bytes: Uint8Array, packed: Uint8Array): Buffer {
  const block = Buffer.alloc(HEAD + packed.length + TAIL);
  block.set(END_OF_BGZF.subarray(0, HEAD));
  // The length of the block, less one, stands in its extra field.
  block.writeUInt16LE(block.length - 1, HEAD - 2);
  block.set(packed, HEAD);
  block.writeUInt32LE(crc32(bytes), HEAD + packed.length);
  block.writeUInt32LE(bytes.length, HEAD + packed.length + 4);
  return block;
}
