import { describe, expect, it } from 'vitest';
import { pairedContents } from './paired-contents.js';
import { runDifferences } from './run-difference.js';

type Side = Parameters<typeof pairedContents>[0];
const side = (files: Record<string, string>, datasets: Side['datasets'] = []): Side => ({
  files: Object.entries(files).map(([path, sha256]) => [path, 1, sha256]),
  datasets,
});
const dataset = (id: string, path: string, title: string | null = null) => ({ id, path, title });
const told = (before: Side, after: Side) =>
  pairedContents(before, after).map((pair) => ({
    path: pair.path,
    datasetId: pair.datasetId,
    was: pair.before?.sha256 ?? null,
    is: pair.after?.sha256 ?? null,
    title: pair.title,
    position: pair.position,
  }));

describe('contents', () => {
  it('are compared by path, where they have changed', () => {
    expect(told(side({ a: '1', b: '2', c: '3' }), side({ a: '1', b: '9', d: '4' }))).toMatchObject([
      { path: 'b', was: '2', is: '9' },
      { path: 'c', was: '3', is: null },
      { path: 'd', was: null, is: '4' },
    ]);
  });

  it('are the same under another name', () => {
    expect(told(side({ a: '1' }), side({ b: '1' }))).toEqual([]);
  });

  it('are compared by their data set, whatever its file is called', () => {
    const before = side({ 'a.h5ad': '1' }, [dataset('x', 'a.h5ad')]);

    expect(told(before, side({ 'b.h5ad': '2' }, [dataset('x', 'b.h5ad')]))).toEqual([
      { path: 'b.h5ad', datasetId: 'x', was: '1', is: '2', title: null, position: null },
    ]);
  });

  it('are told where a data set has another title or another place', () => {
    const files = { a: '1', b: '2', c: '3' };
    const before = side(files, [dataset('x', 'a', 'A'), dataset('y', 'b'), dataset('z', 'c')]);
    const after = side(files, [dataset('z', 'c'), dataset('x', 'a', 'Another'), dataset('y', 'b')]);

    expect(told(before, after)).toMatchObject([
      { path: 'a', title: { before: 'A', after: 'Another' }, position: null },
      { path: 'c', title: null, position: { before: 3, after: 1 } },
    ]);
  });

  it('of a folder that is one thing are one', () => {
    const before = side({ 't.zarr/.zattrs': '1', 't.zarr/0/0': '2' });

    expect(told(before, side({ 't.zarr/.zattrs': '1', 't.zarr/0/0': '3' }))).toMatchObject([{ path: 't.zarr' }]);
  });
});

describe('runs of a deposition', () => {
  const deposition = (runs: Record<string, string[]>) => ({
    datasets: Object.fromEntries(
      Object.entries(runs).map(([key, names]) => [key, { runs: Object.fromEntries(names.map((name) => [name, {}])) }]),
    ),
  });

  it('are told where they came or went', () => {
    expect(runDifferences(deposition({ a: ['1', '2'], b: ['1'] }), deposition({ a: ['2', '3'], b: ['1'] }))).toEqual([
      { dataset: 'a', added: ['3'], removed: ['1'] },
    ]);
    expect(runDifferences({}, deposition({ c: ['1'] }))).toEqual([{ dataset: 'c', added: ['1'], removed: [] }]);
  });

  it.each([{}, null, { datasets: [1] }, { datasets: { a: { runs: 'all' } } }, { datasets: { a: null } }])(
    'are none in what is not written like a deposition',
    (metadata) => {
      expect(runDifferences(metadata, metadata)).toEqual([]);
      expect(runDifferences(metadata, {})).toEqual([]);
    },
  );
});
