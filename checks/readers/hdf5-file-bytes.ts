/** How are the structures of an HDF5 file read? A few bytes at a time, each number within bounds, or not at all. */
import { fstatSync, readSync } from 'node:fs';

/** Thrown where a file is other than this reader knows: no fault of the file's, for the library may know it. */
export class Unknown extends Error {}

/** An address that stands for nothing. */
export const UNDEFINED = -1;

/** All structures together: those of a file that fits the limits of its chunks take far less. */
const MOST_BYTES = 128 * 2 ** 20;

export class Bytes {
  private readonly view: DataView;

  constructor(
    readonly all: Uint8Array,
    /** Where in the file they lie. */
    readonly start: number,
  ) {
    this.view = new DataView(all.buffer, all.byteOffset, all.length);
  }

  u8(at: number): number {
    return this.view.getUint8(this.within(at, 1));
  }

  u16(at: number): number {
    return this.view.getUint16(this.within(at, 2), true);
  }

  u32(at: number): number {
    return this.view.getUint32(this.within(at, 4), true);
  }

  /** An unsigned number of 1 to 8 bytes, which must be exact. */
  uint(at: number, bytes: number): number {
    this.within(at, bytes);
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.view.getUint8(at + i);
    if (!Number.isSafeInteger(value)) throw new Unknown('a number beyond 2^53');
    return value;
  }

  address(at: number): number {
    this.within(at, 8);
    const isUndefined =
      this.view.getUint32(at, true) === 0xffffffff && this.view.getUint32(at + 4, true) === 0xffffffff;
    return isUndefined ? UNDEFINED : this.uint(at, 8);
  }

  text(at: number, length: number): string {
    return String.fromCharCode(...this.part(at, length).all);
  }

  part(at: number, length: number): Bytes {
    this.within(at, length);
    return new Bytes(this.all.subarray(at, at + length), this.start + at);
  }

  private within(at: number, length: number): number {
    if (!(at >= 0 && length >= 0 && at + length <= this.all.length)) throw new Unknown('it goes beyond its block');
    return at;
  }
}

/** The file that is open as `fd`. */
export class FileBytes {
  readonly size: number;
  /** What is added to its addresses. */
  base = 0;
  private left = MOST_BYTES;

  constructor(private readonly fd: number) {
    this.size = fstatSync(fd).size;
  }

  at(address: number, length: number): Bytes {
    if (!(address >= 0 && length >= 0 && address + length <= this.size)) throw new Unknown('it is beyond the file');
    this.left -= length;
    if (this.left < 0) throw new Unknown('it takes too much reading');
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.fd, bytes, filled, length - filled, address + filled);
      if (count === 0) throw new Unknown('it is beyond the file');
      filled += count;
    }
    return new Bytes(bytes, address);
  }
}

const SIGNATURE = '\x89HDF\r\n\x1a\n';

/** The superblock, of versions 0 to 3, with addresses and lengths of 8 bytes; sets what addresses count from. */
export function superblockOf(file: FileBytes): { readonly base: number } {
  for (let start = 0; start + 64 <= file.size; start = start === 0 ? 512 : start * 2) {
    const block = file.at(start, 64);
    if (block.text(0, 8) !== SIGNATURE) continue;
    const version = block.u8(8);
    if (version > 3) break;
    const sizesAt = version < 2 ? 13 : 9;
    if (block.u8(sizesAt) !== 8 || block.u8(sizesAt + 1) !== 8) break;
    const base = block.address(version === 0 ? 24 : version === 1 ? 28 : 12);
    // The library takes the place of the superblock where the two differ.
    if (base !== start) break;
    file.base = base;
    return { base };
  }
  throw new Unknown('its superblock');
}
