/** Is this an HDF5 file, and is it all there? Its signature, and the length that its superblock states. */
import type { SourceFile } from '../check.js';

export interface Extent {
  /** Where the superblock lies: 0, unless something of its own stands before it. */
  readonly start: number;
  /** Where the superblock says that the file ends; null where it is cut off before that. */
  readonly end: number | null;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Where the three addresses begin (base, extension or free space, end of file), by version of the superblock. */
const ADDRESSES: Readonly<Record<number, { sizeAt: number; firstAt: number }>> = {
  0: { sizeAt: 13, firstAt: 24 },
  1: { sizeAt: 13, firstAt: 28 },
  2: { sizeAt: 9, firstAt: 12 },
  3: { sizeAt: 9, firstAt: 12 },
};

/** Null for what is no HDF5 file. */
export async function extentOf(file: SourceFile): Promise<Extent | null> {
  for (let start = 0; start < file.size; start = start === 0 ? 512 : start * 2) {
    const superblock = await file.read(start, 64);
    if (SIGNATURE.every((byte, i) => superblock[i] === byte)) return { start, end: endIn(superblock) };
  }
  return null;
}

function endIn(superblock: Uint8Array): number | null {
  const addresses = ADDRESSES[superblock[8] ?? -1];
  const size = addresses && superblock[addresses.sizeAt];
  if (!addresses || (size !== 4 && size !== 8)) return null;
  const at = addresses.firstAt + 2 * size;
  if (superblock.length < at + size) return null;
  const view = new DataView(superblock.buffer, superblock.byteOffset, superblock.length);
  return size === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
