import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import h5wasm, { type File } from 'h5wasm/node';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Hdf5, openHdf5 } from './hdf5.js';
import { Hdf5Fault } from './hdf5-library.js';
import type { Dataset, Group } from './hdf5-tree.js';

const folder = mkdtempSync(join(tmpdir(), 'hdf5-'));
const local = join(folder, 'file.h5');
const opened: Hdf5[] = [];
afterEach(() => {
  for (const hdf5 of opened.splice(0)) hdf5.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function written(write: (file: File) => unknown): Promise<Hdf5> {
  await h5wasm.ready;
  const file = new h5wasm.File(local, 'w', { libver: ['earliest', 'latest'] });
  write(file);
  file.close();
  return reopened();
}

async function reopened(): Promise<Hdf5> {
  const hdf5 = await openHdf5(local);
  opened.push(hdf5);
  return hdf5;
}

const datasetIn = ({ root }: Hdf5, name: string): Dataset => {
  const node = root.children.get(name);
  if (node?.kind !== 'dataset') throw new Error(`There is no dataset ${name}.`);
  return node;
};

describe('hdf5 reader', () => {
  it('reads the tree as data', async () => {
    const { root, closed } = await written((file) => {
      file
        .create_group('a')
        .create_group('b')
        .create_dataset({ name: 'c', data: new Float32Array(6), shape: [2, 3] });
    });

    const a = root.children.get('a') as Group;
    const b = a.children.get('b') as Group;
    expect(b.children.get('c')).toEqual({
      ...{ kind: 'dataset', path: '/a/b/c', dtype: 'float32', shape: [2, 3], chunks: null, itemBytes: 4, text: null },
    });
    expect(closed).toEqual([]);
  });

  it.each([
    [Int8Array.of(-128, 127), 'int8'],
    [Uint16Array.of(0, 65_535), 'uint16'],
    [Int32Array.of(-(2 ** 31), 2 ** 31 - 1), 'int32'],
    [Float32Array.of(1.5, Number.NaN), 'float32'],
    [Float64Array.of(0.1, Number.NEGATIVE_INFINITY), 'float64'],
  ])('reads %o as %s', async (values, dtype) => {
    const hdf5 = await written((file) => file.create_dataset({ name: 'x', data: values }));
    const dataset = datasetIn(hdf5, 'x');

    expect(dataset.dtype).toBe(dtype);
    expect(hdf5.numbers(dataset, [0, 2])).toEqual(values);
    expect(hdf5.numbers(dataset, [1, 2])).toEqual(values.slice(1));
  });

  it('reads 64-bit integers as doubles', async () => {
    const values = BigInt64Array.of(-1n, 2n ** 40n, -(2n ** 53n));
    const hdf5 = await written((file) => {
      file.create_dataset({ name: 'signed', data: values });
      file.create_dataset({ name: 'unsigned', data: BigUint64Array.of(2n ** 63n) });
    });

    expect(hdf5.numbers(datasetIn(hdf5, 'signed'), [0, 3])).toEqual(Float64Array.of(-1, 2 ** 40, -(2 ** 53)));
    expect(hdf5.numbers(datasetIn(hdf5, 'unsigned'), [0, 1])).toEqual(Float64Array.of(2 ** 63));
  });

  it.each([
    [BigInt64Array.of(0n, 29n, -1n, 2n ** 31n, 2n ** 40n), [0, 29, -1, -1, -1]],
    [BigUint64Array.of(0n, 29n, 2n ** 63n), [0, 29, -1]],
    [Int32Array.of(0, 2 ** 31 - 1, -7), [0, 2 ** 31 - 1, -7]],
    [Uint32Array.of(29, 2 ** 31), [29, -1]],
    [Uint16Array.of(29, 65_535), [29, 65_535]],
    [Float32Array.of(29, 1.5, Number.NaN), [29, -1, -1]],
  ])('reads the row numbers %o, and what is none as -1', async (values, numbers) => {
    const hdf5 = await written((file) => file.create_dataset({ name: 'x', data: values }));

    expect(Array.from(hdf5.indices(datasetIn(hdf5, 'x'), [0, values.length]))).toEqual(numbers);
  });

  it('reads half floats as singles', async () => {
    // h5wasm writes none: `h5py.File(…, libver='latest')['x'] = np.array([0, -0.0, 1, -2.5, 65504, 6e-8, inf, nan], 'f2')`.
    const deflated =
      'eNrr9HBx4+WS4mLm4GCAgf9QIAAVMoCKP46bU+bv4RLExFDBJISsEAa4mBgYGRjYeBiAFGPFZph5HgxUA5k/ZWrATgBawCjCwMDEyMgI' +
      'cziMZhZhYBRU4GdgAvMEGLhYGbj4gSxWoOuYuTiALmdmhCkWgBm8gWHIgelvplYxjIJRMApGwSgYBWSCBgYbhoP/q4E1dw1DHQB7tSri';
    writeFileSync(local, inflateSync(Buffer.from(deflated, 'base64')));
    const hdf5 = await reopened();

    expect(datasetIn(hdf5, 'x').dtype).toBe('float16');
    expect(hdf5.numbers(datasetIn(hdf5, 'x'), [0, 8])).toEqual(
      Float32Array.of(0, -0, 1, -2.5, 65_504, 2 ** -24, Number.POSITIVE_INFINITY, Number.NaN),
    );
  });

  it('reads a block of a matrix in chunks', async () => {
    const data = Float32Array.from({ length: 12 }, (_, i) => i);
    const hdf5 = await written((file) =>
      file.create_dataset({ name: 'x', data, shape: [3, 4], chunks: [2, 2], compression: 'gzip' }),
    );

    expect(hdf5.numbers(datasetIn(hdf5, 'x'), [1, 3], [0, 2])).toEqual(Float32Array.of(4, 5, 8, 9));
  });

  it('reads strings of fixed and of variable length', async () => {
    const texts = ['', 'Zelle', 'cellule épithéliale 🧬'];
    const hdf5 = await written((file) => {
      file.create_dataset({ name: 'variable', data: texts });
      file.create_dataset({ name: 'fixed', data: texts, dtype: 'S40' });
      file.create_dataset({ name: 'single', data: 'one', shape: [], dtype: 'S' });
    });

    expect(hdf5.strings(datasetIn(hdf5, 'variable'), [0, 3])).toEqual(texts);
    expect(hdf5.strings(datasetIn(hdf5, 'fixed'), [1, 3])).toEqual(texts.slice(1));
    expect(hdf5.strings(datasetIn(hdf5, 'single'))).toEqual(['one']);
  });

  it('reads many strings from where they lie, as the library reads them one by one', async () => {
    const texts = Array.from({ length: 2_000 }, (_, i) =>
      i % 5 === 0 ? '' : i % 7 === 0 ? `é🧬${i}` : i === 333 ? 'long '.repeat(2_000) : `ENSG${i}`,
    );
    const hdf5 = await written((file) => {
      file.create_dataset({ name: 'whole', data: texts });
      file.create_dataset({ name: 'chunked', data: texts, chunks: [300] });
    });

    for (const name of ['whole', 'chunked']) {
      const dataset = datasetIn(hdf5, name);
      expect(hdf5.strings(dataset, [0, 2_000])).toEqual(texts);
      expect(hdf5.strings(dataset, [250, 1_750])).toEqual(texts.slice(250, 1_750));
      expect(texts.map((_, i) => hdf5.strings(dataset, [i, i + 1])[0])).toEqual(texts);
    }
  });

  it('leaves to the library what it does not know, and tells what that says', async () => {
    const texts = Array.from({ length: 1_000 }, (_, i) => `text ${i}`);
    await written((file) => file.create_dataset({ name: 'x', data: texts }));
    const bytes = readFileSync(local);
    bytes.write('GONE', bytes.indexOf('GCOL'));
    writeFileSync(local, bytes);
    const hdf5 = await reopened();

    expect(() => hdf5.strings(datasetIn(hdf5, 'x'), [0, 1_000])).toThrow('/x cannot be read: its checksum is wrong');
  });

  it('reads attributes: strings, numbers, lists of both, and none', async () => {
    const hdf5 = await written((file) => {
      file.create_attribute('word', 'dataframe');
      file.create_attribute('words', ['a', 'b'], [2], 'S');
      file.create_attribute('lengths', BigInt64Array.of(40n, 30n), [2]);
      file.create_attribute('empty', new Float64Array(), [0]);
    });
    const read = (name: string) => hdf5.attribute(hdf5.root, name);

    expect(read('word')).toBe('dataframe');
    expect(read('words')).toEqual(['a', 'b']);
    expect(read('lengths')).toEqual(Float64Array.of(40, 30));
    expect(read('empty')).toEqual(new Float64Array());
    expect(read('missing')).toBeNull();
  });

  it('closes what leads out of the tree or back into it', async () => {
    const { root, closed } = await written((file) => {
      file.create_group('a').create_group('b');
      file.create_external_link('/etc/passwd', '/x', 'a/external');
      file.create_soft_link('/a/b', 'a/soft');
      file.create_soft_link('/nowhere', 'a/dangling');
      file.create_hard_link('/a', 'a/b/up');
      file.create_hard_link('/', 'a/root');
    });

    expect(closed.map(({ path, because }) => `${path} ${because}`)).toEqual([
      '/a/b/up cycle',
      '/a/dangling link',
      '/a/external link',
      '/a/root cycle',
      '/a/soft link',
    ]);
    expect((root.children.get('a') as Group).children.get('soft')).toMatchObject({ kind: 'closed' });
  });

  it('reads a dataset under both of its names', async () => {
    const hdf5 = await written((file) => {
      file.create_dataset({ name: 'x', data: Int8Array.of(7) });
      file.create_hard_link('/x', 'y');
    });

    expect(hdf5.numbers(datasetIn(hdf5, 'y'), [0, 1])).toEqual(Int8Array.of(7));
  });

  it('goes no deeper than any file of ours does', async () => {
    const { closed } = await written((file) => {
      let group: Group | File | ReturnType<File['create_group']> = file;
      for (let i = 0; i < 100; i++) group = (group as File).create_group('g');
    });

    expect(closed).toMatchObject([{ because: 'depth', path: '/g'.repeat(33) }]);
  });

  it('closes a dataset whose chunks are too large to inflate', async () => {
    const chunks = [2 ** 24];
    const { closed } = await written((file) =>
      file.create_dataset({ name: 'x', data: new Float32Array(1), shape: [1], maxshape: [null], chunks }),
    );

    expect(closed).toMatchObject([
      { because: 'chunk', detail: 'its chunks are 16777216 and take 67108864 bytes each' },
    ]);
  });

  it('refuses to read more at once than fits', async () => {
    const hdf5 = await written((file) => {
      const dataset = file.create_dataset({
        name: 'x',
        data: new Float32Array(),
        shape: [0],
        maxshape: [null],
        chunks: [64],
      });
      dataset.resize([2 ** 40]);
    });

    expect(() => hdf5.numbers(datasetIn(hdf5, 'x'), [0, 2 ** 40])).toThrow(/4398046511104 bytes at once/);
    expect(hdf5.numbers(datasetIn(hdf5, 'x'), [2 ** 40 - 2, 2 ** 40])).toEqual(new Float32Array(2));
  });

  it.each([
    ['strings as numbers', (hdf5: Hdf5) => hdf5.numbers(datasetIn(hdf5, 'text'), [0, 1]), /are string and not numbers/],
    ['numbers as strings', (hdf5: Hdf5) => hdf5.strings(datasetIn(hdf5, 'x'), [0, 1]), /are int8 and not strings/],
    ['a list as a matrix', (hdf5: Hdf5) => hdf5.numbers(datasetIn(hdf5, 'x'), [0, 1], [0, 1]), /it is 1-dimensional/],
    ['what lies beyond the end', (hdf5: Hdf5) => hdf5.numbers(datasetIn(hdf5, 'x'), [0, 9]), /cannot be read/],
  ])('refuses to read %s', async (_, read, message) => {
    const hdf5 = await written((file) => {
      file.create_dataset({ name: 'x', data: Int8Array.of(7) });
      file.create_dataset({ name: 'text', data: ['a'] });
    });

    expect(() => read(hdf5)).toThrow(Hdf5Fault);
    expect(() => read(hdf5)).toThrow(message);
  });

  it('refuses strings whose lengths lead nowhere, which the library would follow for ever', async () => {
    await written((file) => file.create_dataset({ name: 'x', data: ['first', 'second'] }));
    const bytes = readFileSync(local);
    // The length of the first string, before it.
    bytes.fill(0xff, bytes.indexOf('first') - 8, bytes.indexOf('first') - 1);
    writeFileSync(local, bytes);
    const hdf5 = await reopened();

    expect(() => hdf5.strings(datasetIn(hdf5, 'x'), [0, 2])).toThrow(/cannot be read/);
  });

  it('says nothing on the standard error', async () => {
    const write = process.stderr.write;
    const said: unknown[] = [];
    process.stderr.write = (text: unknown) => said.push(text) > 0;
    try {
      writeFileSync(local, 'no HDF5 at all');
      await expect(openHdf5(local)).rejects.toThrow(
        '/ cannot be read: the HDF5 library says "file signature not found"',
      );
    } finally {
      process.stderr.write = write;
    }

    expect(said).toEqual([]);
  });
});
