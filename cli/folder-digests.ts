/** What is the digest of each thing in a folder, as the server would have it? Each byte is read once, and none is held. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isHidden, isWholeFolder, type ManifestFile, wholeThings } from '../checks/whole-things.js';

/** @param paths of files, and of folders that are one thing, within the folder; what cannot be read has no digest */
export async function digestsOf(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const manifest: ManifestFile[] = [];
  const unread = new Set<string>();
  for (const path of paths) {
    try {
      for (const file of isWholeFolder(path) ? await partsOf(folder, path) : [path]) {
        manifest.push(await entryOf(folder, file, signal));
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!isOfFile(error)) throw error;
      unread.add(path);
    }
  }
  const things = wholeThings(manifest).filter(({ path }) => !unread.has(path));
  return new Map(things.map(({ path, sha256 }) => [path, sha256]));
}

async function partsOf(folder: string, path: string): Promise<string[]> {
  if ((await stat(join(folder, path))).isFile()) return [path];
  const entries = await readdir(join(folder, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length).split(sep).join('/'))
    .filter((part) => !isHidden(part));
}

async function entryOf(folder: string, path: string, signal: AbortSignal): Promise<ManifestFile> {
  const hash = createHash('sha256');
  const local = join(folder, path);
  await pipeline(createReadStream(local), hash, { signal });
  return { path, sha256: hash.digest('hex'), size: (await stat(local)).size };
}

/** It was taken away, or must not be read. */
const isOfFile = (error: unknown): boolean => error instanceof Error && 'code' in error && 'syscall' in error;
