import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DataFrame, type Element, encode, MatrixElement, NdArray } from '../samples/anndata-writer.js';
import { type H5adParts, writeH5ad } from '../samples/h5ad.js';
import { openHdf5 } from './hdf5.js';
import { inWords, isEmpty, type UnsValue, unsAt } from './uns.js';

const folder = mkdtempSync(join(tmpdir(), 'uns-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

async function valueAt(keys: readonly string[], parts: Partial<H5adParts>): Promise<UnsValue | null> {
  await writeH5ad(local, parts);
  const hdf5 = await openHdf5(local);
  try {
    return unsAt(hdf5, ...keys);
  } finally {
    hdf5.close();
  }
}

const sparse = (columns: number) => new MatrixElement({ encoding: 'csc_matrix', rows: 1, columns, value: () => 1 });

describe('a value of uns', () => {
  it.each<[string, Element, object, boolean]>([
    ['"lung"', 'lung', { kind: 'string', text: 'lung' }, false],
    ['""', '', { kind: 'string', text: '' }, true],
    ['the number 0.5', 0.5, { kind: 'number', dtype: 'float64', value: 0.5 }, false],
    ['the number 7', 7n, { kind: 'number', dtype: 'int64', value: 7 }, false],
    ['True', true, { kind: 'bool', value: true }, false],
    ['False', false, { kind: 'bool', value: false }, false],
    ['an array of 2 strings', ['a', 'b'], { kind: 'array', dtype: 'string', shape: [2] }, false],
    ['an array of 0 float32', new Float32Array(), { kind: 'array', dtype: 'float32', shape: [0] }, true],
    ['an array of 2 × 3 uint8', new NdArray([2, 3], new Uint8Array(6)), { kind: 'array', shape: [2, 3] }, false],
    ['a sparse matrix (csc_matrix) of 2 values', sparse(2), { kind: 'sparse', stored: 2 }, false],
    ['a sparse matrix (csc_matrix) of 0 values', sparse(0), { kind: 'sparse', stored: 0 }, true],
    ['a dictionary of 1 key', { base: 2 }, { kind: 'dict' }, false],
    ['a dictionary of 0 keys', {}, { kind: 'dict' }, true],
    ['a dataframe of 1 row', new DataFrame(['a'], {}), { kind: 'other', encoding: 'dataframe', length: 1 }, false],
    ['a dataframe of 0 rows', new DataFrame([], {}), { kind: 'other', encoding: 'dataframe', length: 0 }, true],
  ])('may be %s', async (words, element, expected, empty) => {
    const value = await valueAt(['value'], { uns: { value: element } });

    expect(value).toMatchObject(expected);
    expect(value && isEmpty(value)).toBe(empty);
    expect(value && inWords(value)).toBe(words);
  });

  it('is None where AnnData wrote that', async () => {
    const spoil: H5adParts['spoil'] = (file) => {
      encode(file.create_dataset({ name: 'uns/value', data: new Float32Array() }), 'null', '0.1.0');
    };

    const value = await valueAt(['value'], { spoil });

    expect(value).toEqual({ kind: 'null' });
    expect(value && isEmpty(value)).toBe(false);
  });

  it('lies in dictionaries', async () => {
    const uns = { spatial: { library: { scalefactors: { spot: 1.5 } } } };

    expect(await valueAt(['spatial', 'library', 'scalefactors', 'spot'], { uns })).toMatchObject({ value: 1.5 });
    expect(await valueAt(['spatial', 'library', 'images', 'hires'], { uns })).toBeNull();
    expect(await valueAt(['title', 'more'], { uns })).toBeNull();
  });

  it('is not read where a link leads to another file', async () => {
    const spoil: H5adParts['spoil'] = (file) => file.create_external_link('/etc/passwd', '/x', 'uns/value');

    expect(await valueAt(['value'], { spoil })).toMatchObject({ kind: 'unreadable', path: '/uns/value' });
  });
});
