import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withLocalFile } from '../../local-file.js';
import { annDataOf, isRead } from '../../readers/anndata.js';
import { openHdf5 } from '../../readers/hdf5.js';
import { type CheckResult, runCheck } from '../../run-checks.js';
import { countAt, type H5adParts, type MatrixParts, writeH5ad } from '../../samples/h5ad.js';
import { h5adCheck } from '../h5ad.check.js';
import { beginPass } from './matrix-pass.js';

const folder = mkdtempSync(join(tmpdir(), 'matrices-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

async function resultOf(parts: Partial<H5adParts>): Promise<CheckResult> {
  await writeH5ad(local, parts);
  const options = { schema: '7.0.0', full: true };
  const result = await withLocalFile({ path: 'sample.h5ad', local }, (file) => runCheck(h5adCheck, file, options));
  expect(result.cause).toBeUndefined();
  return result;
}

const MINE = /^(M|V06|V08|V09|V11|F09)/;
const rulesIn = ({ findings }: CheckResult) => findings.map(({ rule }) => rule).filter((rule) => MINE.test(rule));
const without =
  (row: number, at = countAt) =>
  (r: number, column: number) =>
    r === row ? 0 : at(r, column);
const twice = (row: number, column: number) => countAt(row === 7 ? 3 : row, column);
const filtered = Array.from({ length: 30 }, (_, i) => i === 4);
const emptied = (row: number, column: number) => (column === 4 ? 0 : Math.log1p(countAt(row, column)));
const genes = (count: number) => Array.from({ length: count }, (_, i) => `ENSG${90_000_000_000 + i}`);

describe('what the matrices of an h5ad file hold', () => {
  it.each<[string, string[], Partial<H5adParts>]>([
    ['nothing of a sound file', [], {}],
    ['a dense matrix of zeros for the most part', ['M02'], { X: { encoding: 'array' } }],
    ['two cells of the same counts', ['F09'], { raw: { value: twice } }],
    [
      'two cells of the same counts, one with zeros that are stored',
      ['F09'],
      { raw: { value: twice, isStored: (row, column) => row === 7 || countAt(row, column) !== 0 } },
    ],
    ['two cells of the same counts in a file without raw', ['F09', 'M09'], { raw: null, X: { value: twice } }],
    ['values of a gene that is filtered', ['V06'], { var: { feature_is_filtered: filtered } }],
    [
      'nothing of a gene that is filtered and empty',
      [],
      { var: { feature_is_filtered: filtered }, X: { value: emptied } },
    ],
    ['a gene that is empty and not filtered', ['V08'], { X: { value: emptied } }],
    ['fewer genes in raw', ['M10', 'V09'], { raw: { columns: 29 }, rawGeneIds: genes(29) }],
  ])('tells %s', async (_, rules, parts) => {
    expect(rulesIn(await resultOf(parts))).toEqual(rules);
  });

  it('names the cells that are the same', async () => {
    const { findings } = await resultOf({ raw: { value: twice } });

    expect(findings.find(({ rule }) => rule === 'F09')).toMatchObject({
      count: 2,
      samples: ['row 3 (cell AAAAAAAAAAAAAAAT-1) and row 7 (cell AAAAAAAAAAAAAACT-1)'],
    });
  });

  it.each<[string, string, string, Partial<H5adParts>]>([
    ['cells that are the same, of CSR', 'F09', 'DataFrame(adata.raw.X.toarray())', { raw: { value: twice } }],
    ['and dense', 'F09', 'DataFrame(adata.raw.X)', { raw: { value: twice, encoding: 'array' } }],
    ['genes that are filtered, of CSR', 'V06', 'adata.X.multiply(', { var: { feature_is_filtered: filtered } }],
    ['and dense', 'V06', 'adata.X * ~', { var: { feature_is_filtered: filtered }, X: { encoding: 'array' } }],
    ['counts that are kept', 'M09', '"feature_is_filtered", errors="ignore"', { raw: null, X: { value: countAt } }],
  ])('mends %s, as the matrix is stored', async (_, rule, line, parts) => {
    const { findings } = await resultOf(parts);

    expect(findings.find((finding) => finding.rule === rule)?.fix).toContain(line);
  });

  it.each<[string, string[], number | null, number]>([
    ['a spot in the tissue is empty', ['M06', 'M05v', 'M08'], 3, 9],
    ['spots outside of the tissue are all empty', ['M06', 'M05w', 'M08'], 9, 9],
    ['no spot is empty', ['M06', 'M08'], null, 9],
  ])('tells of a Visium section that %s', async (_, rules, empty, outside) => {
    const in_tissue = Int32Array.from({ length: 40 }, (_value, row) => Number(row !== outside));
    const result = await resultOf({
      obs: { in_tissue, assay_ontology_term_id: Array<string>(40).fill('EFO:0022857') },
      raw: { value: empty === null ? countAt : without(empty) },
      uns: { spatial: { is_single: true } },
    });

    expect(rulesIn(result)).toEqual(rules);
  });

  it.each<[string, Partial<MatrixParts>]>([
    ['CSR', {}],
    ['CSR of 64-bit indices', { indexDtype: 'int64' }],
    ['a dense matrix', { encoding: 'array', chunk: 9 }],
  ])(
    'is the same with threads and without, of %s',
    async (_, parts) => {
      const spoilt = (row: number, column: number) => (column === 5 ? -1.5 : countAt(row, column, 12));
      const value = { value: spoilt, ...parts };
      // More than one part each.
      await writeH5ad(local, {
        cells: 66_000,
        genes: 12,
        X: null,
        raw: { chunk: 5_000, ...value },
        compression: 'gzip',
      });
      const hdf5 = await openHdf5(local);
      try {
        const { rawX } = annDataOf(hdf5);
        if (!isRead(rawX)) throw new Error('raw.X cannot be read.');
        const asked = [{ matrix: rawX, byRow: true }];

        const inThreads = await beginPass(hdf5, asked, 0).count(rawX);
        const inline = await beginPass(hdf5, asked, Number.POSITIVE_INFINITY).count(rawX);

        expect(inThreads).toEqual(inline);
        expect(inThreads.negatives.count).toBe(66_000);
      } finally {
        hdf5.close();
      }
    },
    120_000,
  );

  type At<T> = (row: number, column: number) => T;
  const log: At<number> = (row, column) => Math.log1p(1 + row + column);
  const counts: At<number> = (row, column) => countAt(row, column, 12);
  const isCounted: At<boolean> = (row, column) => counts(row, column) !== 0;
  const butInSome =
    (at: At<number>): At<number> =>
    (row, column) =>
      row > 30_000 && row < 30_010 ? 0 : at(row, column);
  it.each<[string, At<boolean>, At<number>, At<number>]>([
    ['in the same places', isCounted, log, counts],
    ['in the same places, some of them zeros', isCounted, butInSome(log), counts],
    ['in the same places, where some of those of raw.X are zeros', isCounted, log, butInSome(counts)],
    [
      'in the same places of most cells',
      (row, column) => isCounted(row, column) && (row < 60_000 || column > 2),
      log,
      counts,
    ],
    ['elsewhere', (row, column) => (row + column) % 3 === 0, log, counts],
  ])(
    'is the same with threads and without, where X has values beside those of raw.X %s',
    async (_, isStored, valueAt, rawAt) => {
      const shape = { chunk: 5_000, encoding: 'csr_matrix' } as const;
      await writeH5ad(local, {
        cells: 66_000,
        genes: 12,
        X: { ...shape, isStored, value: (row, column) => (isStored(row, column) ? valueAt(row, column) : 0) },
        raw: { ...shape, isStored: isCounted, value: rawAt },
        compression: 'gzip',
      });
      const hdf5 = await openHdf5(local);
      try {
        const { X, rawX } = annDataOf(hdf5);
        if (!isRead(rawX) || !isRead(X)) throw new Error('A matrix cannot be read.');
        const asked = [
          { matrix: rawX, byRow: true },
          { matrix: X, byRow: false },
        ];
        const [inThreads, inline] = [beginPass(hdf5, asked, 0), beginPass(hdf5, asked, Number.POSITIVE_INFINITY)];

        expect(await inThreads.count(X)).toEqual(await inline.count(X));
        expect(await inThreads.count(rawX)).toEqual(await inline.count(rawX));
      } finally {
        hdf5.close();
      }
    },
    120_000,
  );
});
