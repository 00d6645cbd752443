/** How does a thing come to lie on this machine, so that a check can open it? A file as it is, a folder with links to its parts. */
import { randomUUID } from 'node:crypto';
import { copyFile, link, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MOST_KEYS } from '../../checks/readers/zarr-tree.js';
import type { ManifestFile, Thing } from '../../checks/whole-things.js';
import { type LocalCopy, type ObjectStore, objectKey } from '../../src/files/object-store.js';

type Store = Pick<ObjectStore, 'toLocal'>;

/** How many objects are fetched at once: a store far away takes its time for each. */
const AT_ONCE = 16;

/** Where the thing lies until it is released; nothing is left where it could not be laid out. */
export async function layOut(store: Store, scratch: string, { path, sha256, parts }: Thing): Promise<LocalCopy> {
  if (parts === null) return store.toLocal(objectKey(sha256), scratch);

  const folder = join(scratch, randomUUID());
  const release = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(folder, { recursive: true });
    // One more than a check lists: it says so, and nobody waits for the others.
    const equals = [...bySha256(parts.slice(0, MOST_KEYS + 1))];
    for (let i = 0; i < equals.length; i += AT_ONCE) {
      const batch = equals.slice(i, i + AT_ONCE);
      // All are waited for, so that nothing is put into a folder that is removed.
      const placed = await Promise.allSettled(
        batch.map(([sha, files]) =>
          place(
            store,
            scratch,
            sha,
            files.map((file) => join(folder, file.slice(path.length))),
          ),
        ),
      );
      for (const result of placed) if (result.status === 'rejected') throw result.reason;
    }
    return { path: folder, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Equal parts, as chunks of nothing are, are fetched once. */
function bySha256(parts: readonly ManifestFile[]): ReadonlyMap<string, readonly string[]> {
  const equals = new Map<string, string[]>();
  for (const { sha256, path } of parts) {
    const known = equals.get(sha256);
    if (known) known.push(path);
    else equals.set(sha256, [path]);
  }
  return equals;
}

async function place(store: Store, scratch: string, sha256: string, targets: readonly string[]): Promise<void> {
  const object = await store.toLocal(objectKey(sha256), scratch);
  try {
    for (const target of targets) {
      await mkdir(dirname(target), { recursive: true });
      // A hard link: a symbolic one would lead out of the folder, where no check follows. Copied where there can be none.
      await link(object.path, target).catch(() => copyFile(object.path, target));
    }
  } finally {
    await object.release();
  }
}

/** Remove what a worker that was killed has left, from before `cutoff`. */
export async function sweepScratch(scratch: string, cutoff: Date): Promise<number> {
  let removed = 0;
  for (const name of await readdir(scratch).catch(() => [])) {
    const found = await lstat(join(scratch, name)).catch(() => null);
    if (!found || found.mtime >= cutoff) continue;
    await rm(join(scratch, name), { recursive: true, force: true });
    removed++;
  }
  return removed;
}
