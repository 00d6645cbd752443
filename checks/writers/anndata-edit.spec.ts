import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonWith } from '../../test/python.js';
import { annDataOf } from '../readers/anndata.js';
import { textsOf } from '../readers/columns.js';
import { openHdf5 } from '../readers/hdf5.js';
import { writeH5ad } from '../samples/h5ad.js';
import { type Edit, editAnnData } from './anndata-edit.js';
import { LinkNotRemoved, removeLink } from './hdf5-links.js';

const folder = mkdtempSync(join(tmpdir(), 'anndata-edit-'));
const input = join(folder, 'in.h5ad');
const output = join(folder, 'out.h5ad');
beforeAll(() =>
  writeH5ad(input, {
    obs: { tissue: Array<string>(40).fill('lung of the author'), patient: Array<string>(40).fill('p') },
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

const edit = (parts: Partial<Edit>): Edit => ({
  ...{ frames: [], uns: new Map(), renamed: new Map(), replaced: [] },
  ...parts,
});

async function columnsOf(path: string): Promise<Record<string, (string | null)[]>> {
  const hdf5 = await openHdf5(path);
  try {
    const { obs } = annDataOf(hdf5);
    return Object.fromEntries(
      [...(obs?.columns ?? [])].map(([name, column]) => [
        name,
        [...textsOf(hdf5, column)].flatMap(({ values }) => [...values]),
      ]),
    );
  } finally {
    hdf5.close();
  }
}

/** The bytes of a dataset as they are, compressed or not. */
async function valuesOf(path: string, dataset: string): Promise<unknown> {
  await h5wasm.ready;
  const file = new h5wasm.File(path, 'r');
  try {
    const node = file.get(dataset);
    return node instanceof h5wasm.Dataset ? node.value : null;
  } finally {
    file.close();
  }
}

describe('an edit of an AnnData file', () => {
  const order = async () => Object.keys(await columnsOf(input));

  it('adds columns of every kind, and leaves the others and the matrices as they were', async () => {
    const columns = new Map([
      ['tissue_ontology', { kind: 'categorical' as const, categories: ['a', 'b'], codes: new Int32Array(40).fill(1) }],
      ['joinid', { kind: 'strings' as const, values: Array.from({ length: 40 }, (_, i) => `id ${i}`) }],
      ['is_new', { kind: 'bools' as const, values: new Uint8Array(40).fill(1) }],
      ['count', { kind: 'integers' as const, values: new Int32Array(40).fill(7) }],
    ]);
    await editAnnData(input, output, edit({ frames: [{ frame: '/obs', columns, order: await order() }] }));

    const [before, after] = [await columnsOf(input), await columnsOf(output)];
    expect(after).toEqual({
      ...before,
      tissue_ontology: Array(40).fill('b'),
      joinid: Array.from({ length: 40 }, (_, i) => `id ${i}`),
      is_new: Array(40).fill('1'),
      count: Array(40).fill('7'),
    });
    for (const part of ['/X/data', '/X/indices', '/raw/X/data', '/obsm/X_umap']) {
      expect(await valuesOf(output, part)).toEqual(await valuesOf(input, part));
    }
    // All that was there is there, but for what says which columns there are.
    const [old, now] = [readFileSync(input), readFileSync(output)];
    let changed = 0;
    for (let i = 0; i < old.length; i++) if (old[i] !== now[i]) changed++;
    expect(changed).toBeLessThan(old.length / 20);
  });

  it('writes bools that HDF5 knows as such', async () => {
    const columns = new Map([['is_new', { kind: 'bools' as const, values: new Uint8Array(40).fill(1) }]]);
    await editAnnData(input, output, edit({ frames: [{ frame: '/obs', columns, order: await order() }] }));

    const hdf5 = await openHdf5(output);
    const column = annDataOf(hdf5).obs?.columns.get('is_new');
    hdf5.close();
    expect(column).toMatchObject({ kind: 'plain', values: { dtype: 'bool' } });
  });

  it('gives a column another name where a new one is to have its own', async () => {
    const columns = new Map([['tissue', { kind: 'strings' as const, values: Array<string>(40).fill('lung') }]]);
    const renamed = new Map([['/obs/tissue', 'author_tissue']]);
    await editAnnData(input, output, edit({ frames: [{ frame: '/obs', columns, order: await order() }], renamed }));

    const after = await columnsOf(output);
    expect(after.tissue).toEqual(Array(40).fill('lung'));
    expect(after.author_tissue).toEqual(Array(40).fill('lung of the author'));
    expect(Object.keys(after)).toHaveLength((await order()).length + 1);
  });

  it('replaces one, and adds to uns', async () => {
    const columns = new Map([['patient', { kind: 'strings' as const, values: Array<string>(40).fill('q') }]]);
    const uns = new Map<string, string | string[]>([
      ['citation', 'Somewhere'],
      ['batch_condition', ['patient', 'tissue']],
    ]);
    const frames = [{ frame: '/obs', columns, order: await order() }];
    await editAnnData(input, output, edit({ frames, uns, replaced: ['/obs/patient'] }));

    expect((await columnsOf(output)).patient).toEqual(Array(40).fill('q'));
    expect(await valuesOf(output, '/uns/citation')).toBe('Somewhere');
    expect(await valuesOf(output, '/uns/batch_condition')).toEqual(['patient', 'tissue']);
  });

  it('that cannot be made leaves no file', async () => {
    rmSync(output, { force: true });
    const renamed = new Map([['/obs/nothing', 'author_nothing']]);

    await expect(editAnnData(input, output, edit({ renamed }))).rejects.toThrow();
    expect(() => readFileSync(output)).toThrow();
  });

  const python = pythonWith('anndata');
  it.skipIf(!python.command)(`makes a file that AnnData opens${python.note}`, async () => {
    const columns = new Map([
      ['tissue', { kind: 'categorical' as const, categories: ['lung'], codes: new Int32Array(40) }],
      ['is_new', { kind: 'bools' as const, values: new Uint8Array(40).fill(1) }],
    ]);
    const renamed = new Map([['/obs/tissue', 'author_tissue']]);
    const uns = new Map([['citation', 'Somewhere']]);
    const frames = [{ frame: '/obs', columns, order: await order() }];
    await editAnnData(input, output, edit({ frames, uns, renamed }));

    const script = `
import anndata, sys
old, new = (anndata.read_h5ad(path) for path in sys.argv[1:])
assert (old.X != new.X).nnz == 0 and (old.raw.X != new.raw.X).nnz == 0
assert list(new.obs["author_tissue"]) == list(old.obs["tissue"])
assert set(new.obs["tissue"]) == {"lung"} and new.obs["is_new"].dtype == bool and new.obs["is_new"].all()
assert new.uns["citation"] == "Somewhere"
assert set(new.obs.columns) - set(old.obs.columns) == {"author_tissue", "is_new"}
print("same")`;
    const { stdout, stderr } = spawnSync(python.command ?? '', ['-c', script, input, output], { encoding: 'utf8' });
    expect(stdout.trim(), stderr).toBe('same');
  });
});

describe('a name that is taken out of its group', () => {
  it('is gone, and all others are there', async () => {
    writeFileSync(output, readFileSync(input));
    await h5wasm.ready;
    const namesIn = () => {
      const file = new h5wasm.File(output, 'r');
      const obs = file.get('obs');
      const names = obs instanceof h5wasm.Group ? obs.keys() : [];
      file.close();
      return names;
    };
    for (let names = namesIn(); names.length > 0; names = namesIn()) {
      const name = names[Math.floor(names.length / 2)] ?? '';
      removeLink(output, `/obs/${name}`);
      expect(namesIn()).toEqual(names.filter((other) => other !== name));
    }
  });

  it('is refused where there is none, or where the file is laid out otherwise', async () => {
    expect(() => removeLink(output, '/obs/nothing')).toThrow(LinkNotRemoved);
    await h5wasm.ready;
    const newer = join(folder, 'newer.h5');
    const file = new h5wasm.File(newer, 'w', { libver: ['latest', 'latest'] });
    file.create_group('obs').create_group('tissue');
    file.close();
    expect(() => removeLink(newer, '/obs/tissue')).toThrow('newer way');
    writeFileSync(newer, 'no HDF5');
    expect(() => removeLink(newer, '/obs/tissue')).toThrow(LinkNotRemoved);
  });
});
