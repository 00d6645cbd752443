/** How does a check read a file of this machine? By range, through one open handle. */
import { open, stat } from 'node:fs/promises';
import type { SourceFile } from './check.js';

/** Where a file lies, and what it is called in the submission. */
export interface LocalFile {
  readonly path: string;
  /** An absolute path: of a file, or of a folder that is one thing to its format, as a `.zarr`. */
  readonly local: string;
}

/** Open it while `use` looks at it. */
export async function withLocalFile<T>({ path, local }: LocalFile, use: (file: SourceFile) => Promise<T>): Promise<T> {
  const handle = await open(local);
  try {
    const { size } = await stat(local);
    return await use({ path, local, size, read });
  } finally {
    await handle.close();
  }

  async function read(offset: number, length: number): Promise<Uint8Array> {
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
