/** What lies in a folder that is a Zarr store? Files, and links to files of it: what leads out is not followed. */
import type { Dirent } from 'node:fs';
import { lstat, open, opendir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { KeyFault, type Listed, MOST_KEYS, type TreeFault, type ZarrTree } from './zarr-tree.js';

export async function openFolder(folder: string): Promise<Listed> {
  const sizes = new Map<string, number>();
  const faults: TreeFault[] = [];
  const root = await realpath(folder);
  const waiting = [''];
  for (let prefix = waiting.pop(); prefix !== undefined; prefix = waiting.pop()) {
    const entries = await opendir(join(root, prefix)).catch(() => null);
    if (!entries) faults.push({ rule: 'unreadable', key: prefix, why: 'the folder cannot be opened' });
    for await (const entry of entries ?? []) {
      const key = `${prefix}${entry.name}`;
      if (entry.isDirectory()) waiting.push(`${key}/`);
      else {
        const found = await sizeOf(root, key, entry);
        if (typeof found === 'number') sizes.set(key, found);
        else faults.push(found);
      }
      if (sizes.size + waiting.length + faults.length > MOST_KEYS)
        return { tree: null, faults: [{ rule: 'too_many_keys' }] };
    }
  }
  return { tree: treeOf(root, sizes), faults };
}

async function sizeOf(root: string, key: string, entry: Dirent): Promise<number | TreeFault> {
  const path = join(root, key);
  if (entry.isFile()) {
    const found = await lstat(path).catch(() => null);
    return found?.size ?? { rule: 'unreadable', key, why: 'the file cannot be found by its name' };
  }
  if (!entry.isSymbolicLink()) return { rule: 'unreadable', key, why: 'it is neither a file nor a folder' };

  const target = await realpath(path).catch(() => null);
  if (target === null) return { rule: 'link', key, why: 'it leads to nothing' };
  if (!target.startsWith(root + sep)) return { rule: 'link', key, why: 'it leads out of the folder' };
  const found = await stat(target);
  return found.isFile() ? found.size : { rule: 'link', key, why: 'it leads to a folder' };
}

function treeOf(root: string, sizes: ReadonlyMap<string, number>): ZarrTree {
  return {
    ...{ container: 'folder', sizes },
    read: async (key, offset, length) => {
      const handle = await open(join(root, key)).catch(() => null);
      if (!handle) throw new KeyFault('unreadable', key, 'the file cannot be opened');
      try {
        const bytes = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await handle.close();
      }
    },
    verify: async () => {},
  };
}
