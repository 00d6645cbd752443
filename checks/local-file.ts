/** How does a check read a file of this machine? By range, through one open handle; a folder that is one file reads itself. */
import { lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFile } from './check.js';

/** Where a file lies, and what it is called in the submission. */
export interface LocalFile {
  readonly path: string;
  /** An absolute path: of a file, or of a folder that is one thing to its format, as a `.zarr`. */
  readonly local: string;
}

/** Read at once when any of it is asked for: a header is read in many pieces. */
const HEAD_BYTES = 1 << 16;

/** Open it while `use` looks at it. */
export async function withLocalFile<T>({ path, local }: LocalFile, use: (file: SourceFile) => Promise<T>): Promise<T> {
  const handle = await open(local);
  try {
    const info = await handle.stat();
    if (info.isDirectory()) return await use({ path, local, size: await sizeOfFolder(local), read: refuse });
    const { size } = info;
    let head: Promise<Uint8Array> | undefined;
    const read = async (offset: number, length: number) => {
      // What is no plain file says that it holds nothing.
      if (size === 0 || offset + length > HEAD_BYTES) return readFrom(offset, length);
      head ??= readFrom(0, Math.min(size, HEAD_BYTES));
      return (await head).slice(offset, offset + length);
    };
    return await use({ path, local, size, read });
  } finally {
    await handle.close();
  }

  async function readFrom(offset: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
}

async function refuse(): Promise<never> {
  throw new Error('A folder has no bytes of its own: its check opens what is in it.');
}

/** More files than these are not counted: no check looks at as many. */
const MOST_FILES = 200_000;

/** What the files in it take together, links not followed. */
async function sizeOfFolder(folder: string): Promise<number> {
  const waiting = [folder];
  let size = 0;
  let files = 0;
  for (let next = waiting.pop(); next !== undefined && files < MOST_FILES; next = waiting.pop()) {
    const entries = await opendir(next).catch(() => null);
    for await (const entry of entries ?? []) {
      if (++files > MOST_FILES) break;
      const path = join(next, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) size += (await lstat(path).catch(() => null))?.size ?? 0;
    }
  }
  return size;
}
