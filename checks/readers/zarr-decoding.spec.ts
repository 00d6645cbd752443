import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { get, open, root } from 'zarrita';
import { sharedFolder } from '../../test/shared.js';
import { lookInto } from './zarr-chunk-bytes.js';
import { listChunks } from './zarr-chunks.js';
import { openFolder } from './zarr-folder.js';
import { arrayOf } from './zarr-metadata.js';
import { readStore } from './zarr-nodes.js';
import { Voxels } from './zarr-voxels.js';

const fixtures = sharedFolder('fixtures/cryoet/manzt+zarrita.js/fixtures');

/** As zarrita asks for it. */
const storeAt = (store: string) => {
  const bytesOf = (key: string) => {
    const path = `${store}${key}`;
    return existsSync(fixtures.at(path)) ? new Uint8Array(fixtures.bytes(path)) : undefined;
  };
  return {
    get: async (key: string) => bytesOf(key),
    getRange: async (key: string, range: { suffixLength: number } | { offset: number; length: number }) =>
      'suffixLength' in range
        ? bytesOf(key)?.slice(-range.suffixLength)
        : bytesOf(key)?.slice(range.offset, range.offset + range.length),
  };
};

/** All values of the array, in order, by our own reading; and by that of zarrita. */
async function readBoth(store: string, path: string) {
  const { tree } = await openFolder(fixtures.at(store));
  if (!tree) throw new Error('The store cannot be listed.');
  const { nodes, below } = await readStore(tree);
  const node = nodes.get(path);
  const array = node && arrayOf(node.json ?? null, path, node.key, node.version);
  if (!array || !('path' in array)) return null;

  const voxels = new Voxels(array.dtype.name, array.isBigEndian);
  const faults: unknown[] = [];
  const { present, expected } = listChunks(array, below.get(path) ?? []);
  for (const chunk of present) {
    const fault = array.unknown === null && (await lookInto(tree, array, chunk, voxels, true));
    if (fault) faults.push(fault);
  }
  if (present.length < expected) voxels.addFill(array.fill);
  const theirs = await get(await open(root(storeAt(store)).resolve(path), { kind: 'array' }));
  const values = [...(theirs.data as Iterable<number | bigint | boolean>)].map(Number);
  return { array, faults, voxels, values };
}

const namesOf = (store: string) =>
  fixtures.isMissing ? [] : readdirSync(fixtures.at(store)).filter((name) => /^\dd\./.test(name));
/** No numbers: text and JSON. */
const isText = (name: string) => /\.(U\d+|S\d+|O|string|V\d*)\b|string|json|vlen/.test(name);
/** Of 16 bits zarrita has no array before Node 24. */
const isNumbers = (name: string) => !isText(name) && !/\.f2\./.test(name);

describe.each(['v2/data.zarr', 'v3/data.zarr'])(`arrays of zarrita in %s${fixtures.note}`, (store) => {
  it.skipIf(fixtures.isMissing)('are many', () => {
    expect(namesOf(store).filter(isNumbers).length).toBeGreaterThan(15);
  });

  it.skipIf(fixtures.isMissing).each(namesOf(store).filter(isNumbers))(
    '%s is read as zarrita reads it',
    async (name) => {
      const read = await readBoth(store, name);

      expect(read?.faults).toEqual([]);
      if (!read || read.array.unknown !== null)
        return expect(read?.array.unknown).toMatch(/^(shuffle|delta|bitround|fixedscaleoffset)$/);
      expect(read.voxels.count).toBeGreaterThan(0);
      if (read.voxels.values) expect(read.voxels.values).toEqual([...new Set(read.values)].sort((a, b) => a - b));
      expect(read.voxels.isConstant).toBe(new Set(read.values).size <= 1);
    },
  );

  it.skipIf(fixtures.isMissing).each(namesOf(store).filter(isText))('%s is no array of numbers', async (name) => {
    expect(await readBoth(store, name)).toBeNull();
  });
});
