import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { counterOf, noneCounted, rowHashesOf } from '../formats/h5ad/matrix-count.js';
import { type H5adParts, type MatrixParts, writeH5ad } from '../samples/h5ad.js';
import { annDataOf, isRead, type Matrix } from './anndata.js';
import { type Hdf5, openHdf5 } from './hdf5.js';
import { placeOf, pointersOf, type Slice, slicesOf } from './matrix.js';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'matrix-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

async function withX<T>(parts: Partial<H5adParts>, use: (hdf5: Hdf5, X: Matrix) => T): Promise<T> {
  const local = join(folder, `${files++}.h5ad`);
  await writeH5ad(local, { raw: null, ...parts });
  const hdf5 = await openHdf5(local);
  try {
    const { X } = annDataOf(hdf5);
    if (!isRead(X)) throw new Error('X cannot be read.');
    return use(hdf5, X);
  } finally {
    hdf5.close();
  }
}

function countOver(slices: Iterable<Slice>, shape: Matrix['shape']) {
  const counted = noneCounted(shape[1]);
  const rows = { filled: new Uint8Array(shape[0]), hashes: rowHashesOf(shape) };
  const counter = counterOf(shape, counted, rows);
  for (const slice of slices) counter.count(slice);
  return { ...counted, ...rows };
}

interface Drawn {
  readonly rows: number;
  readonly columns: number;
  readonly values: readonly number[];
  readonly stored: readonly boolean[];
  readonly parts: Partial<MatrixParts>;
}

const drawn: fc.Arbitrary<Drawn> = fc
  .record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 7 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      values: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 1.5, -3, Number.NaN), { minLength: 63, maxLength: 63 }),
      stored: fc.array(fc.boolean(), { minLength: 63, maxLength: 63 }),
      parts: fc.record({
        encoding: fc.constantFrom('csr_matrix', 'csc_matrix', 'array'),
        indexDtype: fc.constantFrom('int32', 'int64'),
        dtype: fc.constantFrom('float32', 'float64'),
        chunk: fc.integer({ min: 1, max: 20 }),
      }),
    }),
  );

const writtenAs = ({ rows, columns, values, stored, parts }: Drawn): Partial<H5adParts> => {
  const value = (row: number, column: number) => values[row * columns + column] ?? 0;
  const isStored = (row: number, column: number) => value(row, column) !== 0 || stored[row * columns + column] === true;
  return { cells: rows, genes: columns, X: { ...parts, value, isStored } };
};

describe('matrix slices', () => {
  it('hold each value once, at its place, however long they are', { timeout: MINUTE }, async () => {
    await fc.assert(
      fc.asyncProperty(drawn, fc.integer({ min: 1, max: 40 }), async (matrix, size) => {
        const dense = new Array<number>(matrix.rows * matrix.columns).fill(0);

        await withX(writtenAs(matrix), (hdf5, X) => {
          for (const slice of slicesOf(hdf5, X, { size })) {
            slice.data.forEach((value, i) => {
              const [row, column] = placeOf(slice, i);
              dense[row * matrix.columns + column] = value;
            });
          }
        });

        expect(dense).toEqual(matrix.values.slice(0, dense.length));
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('give the same counts, however long they are', { timeout: MINUTE }, async () => {
    await fc.assert(
      fc.asyncProperty(drawn, fc.integer({ min: 1, max: 40 }), async (matrix, size) => {
        const { rows, columns, values } = matrix;
        const rowOf = (row: number) => values.slice(row * columns, (row + 1) * columns);
        const inside = values.slice(0, rows * columns);

        const [sliced, whole] = await withX(writtenAs(matrix), (hdf5, X) =>
          [size, 2 ** 20].map((length) => countOver(slicesOf(hdf5, X, { size: length }), X.shape)),
        );

        expect(sliced).toEqual(whole);
        expect(sliced?.fractions.count).toBe(inside.filter((value) => value === 1.5).length);
        expect(sliced?.negatives.count).toBe(inside.filter((value) => value < 0).length);
        expect(sliced?.infinities.count).toBe(inside.filter(Number.isNaN).length);
        expect(Array.from(sliced?.filled ?? [])).toEqual(
          Array.from({ length: rows }, (_, row) => Number(rowOf(row).some((value) => value !== 0))),
        );
        expect([sliced?.strays.count, sliced?.repeats.count]).toEqual([0, 0]);
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  it('keep a row together that is longer than they are', async () => {
    const parts = { cells: 3, genes: 50, X: { value: () => 1, chunk: 8 } };

    const { filled, repeats } = await withX(parts, (hdf5, X) => countOver(slicesOf(hdf5, X, { size: 8 }), X.shape));

    expect(Array.from(filled)).toEqual([1, 1, 1]);
    expect(repeats.count).toBe(0);
  });

  it('see a gene that a row has in two of them', async () => {
    const parts = {
      ...{ cells: 1, genes: 30 },
      X: { value: () => 1, spoil: ({ indices }: { indices: number[] }) => indices.splice(29, 1, 0) },
    };

    const { repeats } = await withX(parts, (hdf5, X) => countOver(slicesOf(hdf5, X, { size: 4 }), X.shape));

    expect(repeats).toEqual({ count: 1, places: [{ row: 0, column: 0, value: 1 }] });
  });

  it('tell what is wrong with pointers, and nothing of sound ones', async () => {
    const wrongIn = (spoil: MatrixParts['spoil']) =>
      withX({ X: { spoil } }, (hdf5, X) => (X.encoding === 'array' ? [] : pointersOf(hdf5, X).wrong));

    expect(await wrongIn(() => {})).toEqual([]);
    expect(await wrongIn(({ indptr }) => indptr.splice(3, 1, 0))).toEqual([
      'indptr goes down once: entry 3 is 0 after 12',
    ]);
    expect(await wrongIn(({ indptr }) => indptr.splice(40, 1, 322))).toEqual([
      'indptr ends with 322, and 323 values are stored',
    ]);
  });
});
