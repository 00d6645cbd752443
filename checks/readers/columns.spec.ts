import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ColumnParts, writeH5ad } from '../samples/h5ad.js';
import { annDataOf, type Column } from './anndata.js';
import { groupsOf, isText, missingIn, repeatsIn, textAt, textsOf, useOf, valuesOf } from './columns.js';
import { type Hdf5, openHdf5 } from './hdf5.js';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'columns-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

async function withColumn<T>(values: ColumnParts, cells: number, use: (hdf5: Hdf5, column: Column) => T): Promise<T> {
  const local = join(folder, `${files++}.h5ad`);
  await writeH5ad(local, { cells, genes: 2, obs: { it: values } });
  const hdf5 = await openHdf5(local);
  try {
    const column = annDataOf(hdf5).obs?.columns.get('it');
    if (!column) throw new Error('There is no such column.');
    return use(hdf5, column);
  } finally {
    hdf5.close();
  }
}

const allOf = (hdf5: Hdf5, column: Column) => [...textsOf(hdf5, column)].flatMap(({ values }) => values);

describe('columns', () => {
  it.each<[string, ColumnParts, (string | null)[]]>([
    ['strings', ['a', '', 'ç'], ['a', '', 'ç']],
    ['bools', [true, false, true], ['1', '0', '1']],
    ['numbers', Float64Array.of(0.5, -1, 3), ['0.5', '-1', '3']],
    ['categories', { categories: ['x', 'y'], codes: [1, 0, -1] }, ['y', 'x', null]],
    ['categories that are numbers', { categories: Int32Array.of(7, 8), codes: [1, 1, 0] }, ['8', '8', '7']],
  ])('are read as text where they are %s', async (_, values, texts) => {
    await withColumn(values, 3, (hdf5, column) => {
      expect(allOf(hdf5, column)).toEqual(texts);
      expect([0, 1, 2, 3].map((row) => textAt(hdf5, column, row))).toEqual([...texts, null]);
    });
  });

  it('tell their values and how often each comes, no more than asked', async () => {
    await withColumn(['b', 'a', 'b', 'c'], 4, (hdf5, column) => {
      expect([...valuesOf(hdf5, column, 9)]).toEqual([
        ['b', 2],
        ['a', 1],
        ['c', 1],
      ]);
      expect([...valuesOf(hdf5, column, 2)]).toEqual([
        ['b', 2],
        ['a', 1],
      ]);
    });
  });

  it('tell codes that stand for nothing, and categories that no row has', async () => {
    await withColumn({ categories: ['x', 'y', 'z'], codes: [0, -1, 3, -2] }, 4, (hdf5, column) => {
      expect(column.kind === 'categorical' && useOf(hdf5, column)).toEqual({
        strays: 2,
        rows: [
          { row: 2, code: 3 },
          { row: 3, code: -2 },
        ],
        idle: 2,
        names: ['y', 'z'],
      });
    });
  });

  it.each<[string, boolean, ColumnParts]>([
    ['strings', true, ['a']],
    ['categories that are strings', true, { categories: ['a'], codes: [0] }],
    ['numbers', false, Float64Array.of(1)],
    ['bools', false, [true]],
    ['categories that are numbers', false, { categories: Int32Array.of(1), codes: [0] }],
  ])('of %s are text: %s', async (_, answer, values) => {
    await withColumn(values, 1, (__, column) => expect(isText(column)).toBe(answer));
  });

  it.each<[string, ColumnParts, ColumnParts]>([
    [
      'categories',
      { categories: ['x', 'y', 'x'], codes: [0, 1, 2, -1, 0, 7] },
      { categories: ['p', 'q'], codes: [0, 0, 0, 1, 1, 0] },
    ],
    ['strings', ['x', 'y', 'x', '', 'x', ''], ['p', 'p', 'p', 'q', 'q', 'p']],
    ['strings beside categories', ['x', 'y', 'x', '', 'x', ''], { categories: ['p', 'q'], codes: [0, 0, 0, 1, 1, 0] }],
    ['numbers beside strings', Float64Array.of(1, 2, 1, Number.NaN, 1, Number.NaN), ['p', 'p', 'p', 'q', 'q', 'p']],
  ])('come in groups of rows where they are %s', async (_, left, right) => {
    const local = join(folder, `${files++}.h5ad`);
    await writeH5ad(local, { cells: 6, genes: 2, obs: { left, right } });
    const hdf5 = await openHdf5(local);
    const columns = annDataOf(hdf5).obs?.columns;

    const pair = ['left', 'right'].flatMap((name) => columns?.get(name) ?? []);
    const groups = groupsOf(hdf5, pair);

    hdf5.close();
    expect(groups.map(({ count, rows }) => [count, rows])).toEqual([
      [2, [0, 2]],
      [1, [1]],
      [1, [3]],
      [1, [4]],
      [1, [5]],
    ]);
    const [x, y] = 'categories' in left || Array.isArray(left) ? ['x', 'y'] : ['1', '2'];
    const missing = Array.isArray(left) ? '' : null;
    expect(groups.map(({ values }) => values)).toEqual([
      [x, 'p'],
      [y, 'p'],
      [missing, 'q'],
      [x, 'q'],
      [missing, 'p'],
    ]);
  });

  it('come in groups as a Map finds them, whatever their number and type', { timeout: MINUTE }, async () => {
    const word = fc.constantFrom('', 'a', 'b', 'c', 'unknown', 'CL:0000084');
    const rows = fc.array(fc.tuple(word, word, fc.integer({ min: -1, max: 3 })), { minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        const local = join(folder, `${files++}.h5ad`);
        const codes = values.map(([, , code]) => code);
        const categories = ['a', 'b', 'c', 'd'];
        const obs = {
          one: values.map(([one]) => one),
          two: values.map(([, two]) => two),
          three: { categories, codes },
        };
        await writeH5ad(local, { cells: values.length, genes: 2, obs });
        const expected = new Map<string, number>();
        for (const [one, two, code] of values) {
          const key = JSON.stringify([one, two, categories[code] ?? null]);
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }

        const hdf5 = await openHdf5(local);
        const columns = annDataOf(hdf5).obs?.columns;
        const groups = groupsOf(
          hdf5,
          ['one', 'two', 'three'].flatMap((name) => columns?.get(name) ?? []),
        );
        hdf5.close();

        expect(groups.map(({ values, count }) => [JSON.stringify(values), count])).toEqual([...expected]);
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  it.each<[string, ColumnParts]>([
    ['codes', { categories: ['x'], codes: [0, -1, 0, -1] }],
    ['floats', Float64Array.of(1, Number.NaN, 2, Number.NaN)],
  ])('tell which rows have no value, of %s', async (_, values) => {
    await withColumn(values, 4, (hdf5, column) => expect(missingIn(hdf5, column)).toEqual({ count: 2, rows: [1, 3] }));
  });

  it('of strings and sound codes miss nothing', async () => {
    await withColumn(['', 'nan'], 2, (hdf5, column) => expect(missingIn(hdf5, column).count).toBe(0));
    await withColumn({ categories: ['x'], codes: [0, 0] }, 2, (hdf5, column) =>
      expect(missingIn(hdf5, column).count).toBe(0),
    );
  });

  it('are refused as groups where there are more than are asked for', async () => {
    await withColumn(['a', 'b', 'c', 'a'], 4, (hdf5, column) => {
      expect(groupsOf(hdf5, [column], 3)).toHaveLength(3);
      expect(() => groupsOf(hdf5, [column], 2)).toThrow(/more than 2 different values/);
      expect(() => groupsOf(hdf5, [column, column], 2)).toThrow(/more than 2 different values/);
    });
  });

  it('find the values that come more than once, as a Map does', { timeout: MINUTE }, async () => {
    const words = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 3 }).filter((word) => !word.includes('\0')),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(words, async (values) => {
        const rowsOf = new Map<string, number[]>();
        for (const [row, value] of values.entries()) rowsOf.set(value, [...(rowsOf.get(value) ?? []), row]);
        const repeated = [...rowsOf].filter(([, rows]) => rows.length > 1);

        const { count, values: found } = await withColumn(values, values.length, repeatsIn);

        expect(count).toBe(repeated.reduce((sum, [, rows]) => sum + rows.length, 0));
        expect(found).toHaveLength(Math.min(repeated.length, 5));
        for (const { value, rows } of found) expect(rows).toEqual(rowsOf.get(value)?.slice(0, 2));
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it('tell tens of thousands of names apart', async () => {
    const names = Array.from({ length: 40_000 }, (_, i) => `cell-${i === 39_999 ? 123 : i}`);

    const repeats = await withColumn(names, 40_000, repeatsIn);

    expect(repeats).toEqual({ count: 2, values: [{ value: 'cell-123', rows: [123, 39_999] }] });
  });
});
