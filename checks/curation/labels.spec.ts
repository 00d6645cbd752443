import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { afterAll, describe, expect, it } from 'vitest';
import { type H5adParts, writeH5ad } from '../samples/h5ad.js';
import { labelsOf } from './labels.js';
import { withH5ad } from './with-h5ad.js';

const folder = mkdtempSync(join(tmpdir(), 'labels-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

/** A column of obs as it is written anew; undefined where it is left as it is. */
async function written(name: string, parts: Partial<H5adParts>) {
  await writeH5ad(local, parts);
  const { frames, replaced } = await withH5ad(local, '7.0.0', (h5ad) => labelsOf(h5ad, null));
  const column = frames.find(({ frame }) => frame === '/obs')?.columns.get(name);
  expect(replaced.includes(`/obs/${name}`)).toBe(column !== undefined);
  return column;
}

const stages = (...categories: string[]) => ({
  stage: { categories, codes: Int8Array.from({ length: 40 }, (_, row) => 2 * (row % 2)) },
});

describe('categories that no cell has', () => {
  it('are left out, and the others keep their order, by which colours go', async () => {
    const column = await written('stage', { obs: stages('late', 'never', 'early') });

    expect(column).toMatchObject({ kind: 'categorical', categories: ['late', 'early'], isOrdered: false });
    expect(column?.kind === 'categorical' && [...column.codes.slice(0, 3)]).toEqual([0, 1, 0]);
  });

  it('are left out of categories that have an order, which they keep', async () => {
    const spoil: H5adParts['spoil'] = (file) => {
      const group = file.get('obs/stage');
      if (!(group instanceof h5wasm.Group)) throw new Error('There is no column "stage".');
      group.delete_attribute('ordered');
      group.create_attribute('ordered', 1, [], '<b');
    };

    expect(await written('stage', { obs: stages('late', 'never', 'early'), spoil })).toMatchObject({ isOrdered: true });
  });

  it('are looked for, and a column that has none is left as it is', async () => {
    const codes = Int8Array.from({ length: 40 }, (_, row) => row % 2);

    expect(await written('stage', { obs: { stage: { categories: ['late', 'early'], codes } } })).toBeUndefined();
  });
});
