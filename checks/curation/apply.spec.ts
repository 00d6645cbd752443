import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ColumnParts, writeH5ad } from '../samples/h5ad.js';
import { editBy } from './apply.js';
import { Recipe } from './recipe.js';
import { withH5ad } from './with-h5ad.js';

const folder = mkdtempSync(join(tmpdir(), 'apply-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

/** The column `field` of obs as a recipe writes it from the column `own`. */
async function written(own: ColumnParts, field: object) {
  await writeH5ad(local, { obs: { own } });
  const recipe = Recipe.parse({ obs: { field: { from: 'own', ...field } } });
  const { frames } = await withH5ad(local, '7.0.0', (h5ad) => editBy(recipe, h5ad));
  return frames.find(({ frame }) => frame === '/obs')?.columns.get('field');
}

const even = (_: unknown, row: number) => row % 2 === 0;
const bools = Array.from({ length: 40 }, even);
const categories: ColumnParts = {
  categories: [true, false] as never,
  codes: Int8Array.from({ length: 40 }, (_, row) => row % 2),
};

describe('a column of bools', () => {
  it.each([
    ['bools', bools],
    ['categories', categories],
  ])('is written as it is, of %s', async (_, own) => {
    const column = await written(own, {});

    expect(column).toMatchObject({ kind: 'bools' });
    expect([...((column?.kind === 'bools' && column.values) || [])].slice(0, 3)).toEqual([1, 0, 1]);
  });

  it.each([
    ['as YAML does', { true: 'cell', false: 'nucleus' }],
    ['as Python does', { True: 'cell', False: 'nucleus' }],
    ['by numbers', { 1: 'cell', 0: 'nucleus' }],
  ])('is put in other words by a map that names its values %s', async (_, map) => {
    const column = await written(bools, { map });

    expect(column).toMatchObject({ kind: 'categorical', categories: ['cell', 'nucleus'] });
    expect(column?.kind === 'categorical' && [...column.codes.slice(0, 3)]).toEqual([0, 1, 0]);
  });

  it('is named as it is called where a map lacks one of its values', async () => {
    await expect(written(bools, { map: { true: 'cell' } })).rejects.toThrow('the map lacks "false"');
  });
});

describe('a column of strings', () => {
  it('is put in other words as it is spelled', async () => {
    const own = { categories: ['1', 'true'], codes: Int8Array.from({ length: 40 }, (_, row) => row % 2) };

    expect(await written(own, { map: { 1: 'cell', true: 'nucleus' } })).toMatchObject({
      categories: ['cell', 'nucleus'],
    });
    await expect(written(own, { map: { true: 'cell' } })).rejects.toThrow('the map lacks "1"');
  });
});
