/**
 * How does a long text become a BGZF file? Block by block, several compressed at once by other threads, and written in
 * their order. Whoever writes goes on at once, and rests while `isBusy`.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { bgzfBlockBeside, END_OF_BGZF, MOST_IN_BLOCK } from './bgzf.js';

/** Blocks that are compressed or waiting to be. */
const MOST_AT_ONCE = 8;
/** A place is the number of a block times this, and the byte within: where the block will lie is not known yet. */
export const PLACES = 2 ** 16;

export class BgzfFile {
  private block = Buffer.allocUnsafe(MOST_IN_BLOCK);
  private filled = 0;
  private blocks = 0;
  /** Where each block begins in the file, of those that are written. */
  private readonly offsets: number[] = [];
  private size = 0;
  private readonly underWay: Promise<void>[] = [];

  private constructor(private readonly handle: FileHandle) {}

  static async create(path: string): Promise<BgzfFile> {
    return new BgzfFile(await open(path, 'w'));
  }

  get place(): number {
    return this.blocks * PLACES + this.filled;
  }

  get isBusy(): boolean {
    return this.underWay.length >= MOST_AT_ONCE;
  }

  /** Of what fits into a block, nothing lies in two. Gives back the place where it begins. */
  write(bytes: Buffer, from = 0, end = bytes.length): number {
    if (this.filled + end - from > MOST_IN_BLOCK) this.flush();
    const { place } = this;
    for (let at = from; at < end; ) {
      const until = Math.min(end, at + MOST_IN_BLOCK - this.filled);
      this.filled += bytes.copy(this.block, this.filled, at, until);
      at = until;
      if (this.filled === MOST_IN_BLOCK) this.flush();
    }
    return place;
  }

  async rest(): Promise<void> {
    while (this.isBusy) await this.underWay.shift();
  }

  /** Until all blocks but the one that is being filled are written. */
  async settle(): Promise<void> {
    for (let next = this.underWay.shift(); next; next = this.underWay.shift()) await next;
  }

  /** As the formats of indices have it, exact in files of up to 128 GiB. Ask after `settle`. */
  virtualOffset(place: number): number {
    const block = Math.floor(place / PLACES);
    return (this.offsets[block] ?? this.size) * PLACES + (place % PLACES);
  }

  /** Whole, and on the disk. */
  async end(): Promise<void> {
    this.flush();
    await this.settle();
    await this.handle.writeFile(END_OF_BGZF);
    await this.handle.sync();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.underWay);
    await this.handle.close();
  }

  private flush(): void {
    if (this.filled === 0) return;
    const packing = bgzfBlockBeside(this.block.subarray(0, this.filled));
    const written = this.append(packing, this.underWay.at(-1));
    written.catch(() => undefined); // told to whoever rests or settles
    this.underWay.push(written);
    this.block = Buffer.allocUnsafe(MOST_IN_BLOCK);
    this.filled = 0;
    this.blocks++;
  }

  private async append(packing: Promise<Buffer>, before: Promise<void> | undefined): Promise<void> {
    const [block] = await Promise.all([packing, before]);
    this.offsets.push(this.size);
    this.size += block.length;
    await this.handle.writeFile(block);
  }
}
