import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NdArray } from '../samples/anndata-writer.js';
import { type H5adParts, writeH5ad } from '../samples/h5ad.js';
import { annDataOf } from './anndata.js';
import { blocksOf } from './array.js';
import { openHdf5 } from './hdf5.js';

const folder = mkdtempSync(join(tmpdir(), 'array-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

/** Blocks of `/obsm/X_a`. */
async function blocks(spoil: H5adParts['spoil'], size: number) {
  await writeH5ad(local, { spoil });
  const hdf5 = await openHdf5(local);
  try {
    const entry = annDataOf(hdf5).obsm.find(({ key }) => key === 'X_a');
    if (entry?.kind !== 'array') throw new Error('There is no X_a.');
    return [...blocksOf(hdf5, entry.values, size)];
  } finally {
    hdf5.close();
  }
}

const numbered = (count: number) => Float32Array.from({ length: count }, (_, i) => i);
const array = (shape: number[], chunks?: number[]): H5adParts['spoil'] => {
  const data = numbered(shape.reduce((product, length) => product * length, 1));
  return (file) => file.create_dataset({ name: 'obsm/X_a', data, shape, ...(chunks && { chunks }) });
};

describe('blocks of an array', () => {
  it.each<[string, number[], number[] | undefined, number]>([
    ['one dimension', [10], undefined, 3],
    ['rows', [10, 4], undefined, 9],
    ['parts of rows', [3, 10], undefined, 4],
    ['three dimensions', [3, 4, 5], undefined, 7],
    ['chunks', [10, 7], [4, 3], 5],
    ['more than there is', [10, 7], [4, 3], 1_000],
    ['one value', [1, 1], undefined, 1],
  ])('of %s are all of it, once', async (_, shape, chunks, size) => {
    const found = await blocks(array(shape, chunks), size);

    const values = found.flatMap((block) => [...block.values]).sort((a, b) => a - b);
    expect(values).toEqual([...numbered(values.length)]);
    expect(values).toHaveLength(shape.reduce((product, length) => product * length, 1));
  });

  it('follow its chunks', async () => {
    const found = await blocks(array([10, 7], [4, 3]), 12);

    expect(found.map(({ first, lengths }) => [first, lengths])).toEqual([
      ...[0, 4, 8].flatMap((row) =>
        [0, 3, 6].map((column) => [
          [row, column],
          [Math.min(4, 10 - row), Math.min(3, 7 - column)],
        ]),
      ),
    ]);
  });

  it('are none where its size is zero', async () => {
    await writeH5ad(local, { obsm: { X_a: new NdArray([40, 0], new Float32Array()) } });
    const hdf5 = await openHdf5(local);

    const [entry] = annDataOf(hdf5).obsm.filter(({ key }) => key === 'X_a');
    const found = entry?.kind === 'array' ? [...blocksOf(hdf5, entry.values)] : null;
    hdf5.close();

    expect(found).toEqual([]);
  });
});
