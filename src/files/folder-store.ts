/** How do objects lie in a folder? Each is a file, written under another name, flushed, and then renamed. */
import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { access, copyFile, link, mkdir, open, opendir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ByteRange, type LocalCopy, ObjectMissing, type ObjectStore, type StoredBytes } from './object-store.js';

/** Where files are written before they have their name; what a crash leaves here is nobody's. */
const UNFINISHED = 'tmp';

/** Reading less at a time costs more than the memory is worth. */
const READ_BYTES = 262_144;

/** The file system cannot link these two, or not once more. */
const CANNOT_LINK = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS', 'EACCES']);

export class FolderStore implements ObjectStore {
  constructor(private readonly root: string) {}

  async put(key: string, bytes: Readable, { size }: { readonly size?: number } = {}): Promise<void> {
    await this.becomes(key, async (unfinished) => {
      const file = createWriteStream(unfinished, { flush: true });
      await pipeline(bytes, file);
      if (size !== undefined && file.bytesWritten !== size) {
        throw new Error(`"${key}" was to be ${size} bytes, and ${file.bytesWritten} came.`);
      }
    });
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    const file = await open(this.pathOf(key)).catch((error) => missing(key, error));
    return file.createReadStream({ ...range, highWaterMark: READ_BYTES });
  }

  async stat(key: string): Promise<{ size: number } | null> {
    const found = await stat(this.pathOf(key)).catch(absent);
    return found?.isFile() ? { size: found.size } : null;
  }

  async copy(from: string, to: string): Promise<void> {
    const source = this.pathOf(from);
    await flush(source).catch((error) => missing(from, error));
    await this.becomes(to, async (unfinished) => {
      const linked = await link(source, unfinished).then(
        () => true,
        (error) => (CANNOT_LINK.has(error.code) ? false : missing(from, error)),
      );
      if (linked) return;
      await copyFile(source, unfinished, constants.COPYFILE_FICLONE);
      await flush(unfinished);
    });
  }

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
    await this.removeEmptyFolders(dirname(key));
  }

  /** Where a folder was, a file may be wanted next. */
  private async removeEmptyFolders(folder: string): Promise<void> {
    if (!folder.includes('/')) return;
    const gone = await rmdir(this.pathOf(folder)).then(
      () => true,
      () => false, // something is in it, or has just been put there
    );
    if (gone) await this.removeEmptyFolders(dirname(folder));
  }

  async *list(prefix: string): AsyncIterable<StoredBytes> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    for await (const path of this.walk(this.pathOf(folder))) {
      const key = relative(this.root, path).replaceAll(sep, '/');
      const found = key.startsWith(prefix) ? await stat(path).catch(absent) : null;
      if (found) yield { key, size: found.size, modifiedAt: found.mtime };
    }
  }

  async toLocal(key: string): Promise<LocalCopy> {
    const path = this.pathOf(key);
    await access(path).catch((error) => missing(key, error));
    return { path, release: async () => {} };
  }

  async ping(): Promise<void> {
    await mkdir(this.root, { recursive: true });
    await access(this.root, constants.R_OK | constants.W_OK);
  }

  async clean(cutoff: Date): Promise<number> {
    let removed = 0;
    for await (const { key, modifiedAt } of this.list(`${UNFINISHED}/`)) {
      if (modifiedAt >= cutoff) continue;
      await this.remove(key);
      removed++;
    }
    return removed;
  }

  /** The name is given last and at once; the folder is flushed, so that it keeps the name too. */
  private async becomes(key: string, write: (unfinished: string) => Promise<void>): Promise<void> {
    const path = this.pathOf(key);
    const unfinished = this.pathOf(`${UNFINISHED}/${randomUUID()}`);
    await mkdir(dirname(unfinished), { recursive: true });
    await mkdir(dirname(path), { recursive: true });
    try {
      await write(unfinished);
      await renameInto(unfinished, path);
      await flush(dirname(path));
    } finally {
      // Also after success: `rename` leaves both names when they are links to the same file.
      await rm(unfinished, { force: true });
    }
  }

  private async *walk(folder: string): AsyncIterable<string> {
    const entries = await opendir(folder).catch(absent);
    if (!entries) return;
    for await (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* this.walk(path);
      else if (entry.isFile()) yield path;
    }
  }

  private pathOf(key: string): string {
    const path = join(this.root, key);
    if (relative(this.root, path).startsWith('..')) throw new Error(`The key "${key}" leads out of the store.`);
    return path;
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path);
  await handle.sync().finally(() => handle.close());
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

function missing(key: string, error: NodeJS.ErrnoException): never {
  throw error.code === 'ENOENT' ? new ObjectMissing(key) : error;
}

/** The folder may have gone meanwhile, as the last of its files was removed. */
async function renameInto(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  });
}
