import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLocalFile } from '../../local-file.js';
import { type CheckResult, runCheck } from '../../run-checks.js';
import { type ColumnParts, type H5adParts, writeH5ad } from '../../samples/h5ad.js';
import { h5adCheck } from '../h5ad.check.js';

const _MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'term-findings-'));
const local = join(folder, 'sample.h5ad');
const before = process.env.ACCESSION_REFERENCE_DIR;
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.ACCESSION_REFERENCE_DIR;
  else process.env.ACCESSION_REFERENCE_DIR = before;
});

async function judged(path: string, options = {}): Promise<CheckResult> {
  const all = { schema: '7.0.0', full: true, ...options };
  const result = await withLocalFile({ path: 'sample.h5ad', local: path }, (file) => runCheck(h5adCheck, file, all));
  expect(result.cause).toBeUndefined();
  return result;
}

async function resultOf(obs: Record<string, ColumnParts | null>, more: Partial<H5adParts> = {}): Promise<CheckResult> {
  await writeH5ad(local, { ...more, obs });
  return judged(local);
}

const isOurs = (rule: string) => /^[TO]/.test(rule);
const ours = ({ findings }: CheckResult) => findings.filter(({ rule }) => isOurs(rule));
const rulesIn = (result: CheckResult) => [...new Set(ours(result).map(({ rule }) => rule))].sort();

/** `values` in the first rows, and the last of them in all others; as categories. */
function cells(...values: (string | null)[]): ColumnParts {
  const categories = [...new Set(values.filter((value) => value !== null))];
  const at = (row: number) => categories.indexOf(values[Math.min(row, values.length - 1)] ?? '\0');
  return { categories, codes: Array.from({ length: 40 }, (_, row) => at(row)) };
}

const LINE = {
  tissue_type: cells('cell line'),
  tissue_ontology_term_id: cells('CVCL_0030'),
  cell_type_ontology_term_id: cells('na'),
  sex_ontology_term_id: cells('na'),
  self_reported_ethnicity_ontology_term_id: cells('na'),
  development_stage_ontology_term_id: cells('na'),
  donor_id: cells('na'),
};

const NAMES = [
  ...['cell_type', 'assay', 'disease', 'sex', 'tissue', 'self_reported_ethnicity', 'development_stage'].map(
    (name) => `${name}_ontology_term_id`,
  ),
  ...['tissue_type', 'is_primary_data', 'donor_id', 'suspension_type'],
];

/** By the starter set. */
describe('the cells of an h5ad file', () => {
  beforeAll(() => {
    process.env.ACCESSION_REFERENCE_DIR = join(folder, 'nothing');
  });

  it.each<[string, Record<string, ColumnParts>]>([
    ['of a tissue', {}],
    ['of a cell line', LINE],
    ['of a cell line with cell types', { ...LINE, cell_type_ontology_term_id: cells('CL:0000066') }],
    ['with two diseases', { disease_ontology_term_id: cells('MONDO:0004975 || MONDO:0005148') }],
    ['as strings', { sex_ontology_term_id: Array<string>(40).fill('PATO:0000383') }],
  ])('are sound %s', async (_, obs) => {
    const result = await resultOf(obs);

    expect(ours(result)).toEqual([]);
    expect(result.undecided).toEqual([]);
  });

  it.each<[string, string[], Record<string, ColumnParts | null>]>([
    [
      'terms that are numbers',
      ['T01'],
      { sex_ontology_term_id: { categories: Int32Array.of(7), codes: Array(40).fill(0) } },
    ],
    ['a term of another ontology', ['T02'], { sex_ontology_term_id: cells('EFO:0009922', 'PATO:0000383') }],
    ['a term that was withdrawn and is forbidden', ['T04'], { cell_type_ontology_term_id: cells('CL:0000548') }],
    ['a root where only what is below is taken', ['T05'], { tissue_ontology_term_id: cells('UBERON:0001062') }],
    ['a sex of a cell line', ['T06'], { ...LINE, sex_ontology_term_id: cells('unknown') }],
    ['diseases that are not sorted', ['T07'], { disease_ontology_term_id: cells('MONDO:0005148 || MONDO:0004975') }],
    ['a disease twice', ['T08'], { disease_ontology_term_id: cells('MONDO:0004975 || MONDO:0004975') }],
    ['health beside a disease', ['T02'], { disease_ontology_term_id: cells('MONDO:0004975 || PATO:0000461') }],
    [
      'an embryo as an organoid',
      ['T04'],
      { tissue_type: cells('organoid'), tissue_ontology_term_id: cells('UBERON:0000922') },
    ],
    ['a stage that is for cell lines', ['T04'], { development_stage_ontology_term_id: cells('na', 'unknown') }],
    ['a value that is missing', ['O03'], { tissue_ontology_term_id: cells(null, 'UBERON:0002048') }],
    ['a donor that is missing', ['O03'], { donor_id: cells(null, 'donor_1') }],
    [
      'categories that are bools',
      ['O05'],
      { batch: { categories: [true, false] as never, codes: Array.from({ length: 40 }, (_, i) => i % 2) } },
    ],
    ['a category that no cell has', ['O06'], { batch: { categories: ['a', 'b'], codes: Array(40).fill(0) } }],
    ['a donor without a name', ['O08'], { donor_id: cells(' ', 'donor_1') }],
    ['a tissue type that is none', ['O09'], { tissue_type: cells('tissue', 'organ', 'tissue') }],
    ['a tissue type that is missing', ['O09'], { tissue_type: cells(null, 'tissue') }],
    ['a donor of a cell line', ['O09'], { ...LINE, donor_id: cells('donor_1') }],
    ['no donor of a tissue', ['O10'], { donor_id: cells('na', 'donor_1') }],
    ['a suspension type that the assay does not have', ['O11'], { suspension_type: cells('na') }],
    ['an assay that the table lacks', ['O12'], { assay_ontology_term_id: cells('EFO:0008913') }],
    [
      'a suspension type that is none',
      ['O09', 'O12'],
      { assay_ontology_term_id: cells('EFO:0008913'), suspension_type: cells('sauce') },
    ],
    ['a tissue by its cell type', ['O14', 'T02'], { tissue_ontology_term_id: cells('CL:0000084') }],
    [
      'cell types of some cells of a cell line',
      ['O15'],
      { ...LINE, cell_type_ontology_term_id: cells('na', 'CL:0000066') },
    ],
  ])('are refused for %s', async (_, rules, obs) => {
    expect(rulesIn(await resultOf(obs))).toEqual(rules);
  });

  it('are refused for integers of which some are missing, which are of two types', async () => {
    const obs = { age: Int32Array.from({ length: 40 }, (_, row) => row) };
    const asNullable: H5adParts['spoil'] = (file) => {
      const mask = Int8Array.from({ length: 40 }, (_, row) => Number(row === 3));
      const frame = file.get('obs');
      if (!(frame && 'create_group' in frame)) throw new Error('There is no obs.');
      const column = frame.create_group('weight');
      column.create_attribute('encoding-type', 'nullable-integer');
      column.create_attribute('encoding-version', '0.1.0');
      column.create_dataset({ name: 'values', data: obs.age });
      column.create_dataset({ name: 'mask', data: mask });
    };

    const result = await resultOf(obs, { obsOrder: [...NAMES, 'age', 'weight'], spoil: asNullable });

    expect(ours(result)).toMatchObject([
      { rule: 'O04', location: '/obs/weight', count: 1, found: 'int32 and 1 that are missing' },
    ]);
  });

  it('are refused for bools of which some are missing, and mended without a NaN', async () => {
    const asNullable: H5adParts['spoil'] = (file) => {
      const frame = file.get('obs');
      if (!(frame && 'create_group' in frame)) throw new Error('There is no obs.');
      const column = frame.create_group('doublet');
      column.create_attribute('encoding-type', 'nullable-boolean');
      column.create_attribute('encoding-version', '0.1.0');
      file.create_hard_link('/obs/is_primary_data', '/obs/doublet/values');
      column.create_dataset({ name: 'mask', data: Int8Array.from({ length: 40 }, (_, row) => Number(row === 3)) });
    };

    const result = await resultOf({}, { obsOrder: [...NAMES, 'doublet'], spoil: asNullable });

    expect(ours(result)).toMatchObject([
      {
        rule: 'O04',
        found: 'bool and 1 that are missing',
        fix: expect.stringContaining('.fillna(False).astype(bool)'),
      },
    ]);
  });

  it('are refused for the cell types of a fish in a human', async () => {
    const { findings } = await resultOf({ cell_type_ontology_term_id: cells('ZFA:0009000') });

    expect(findings.filter(({ rule }) => rule === 'O13')).toMatchObject([{ count: 40, expected: 'CL' }]);
  });

  it('leave undecided what is not in the starter set', async () => {
    const { undecided, outcome } = await resultOf({ cell_type_ontology_term_id: cells('CL:4023077', 'CL:4023051') });

    expect(outcome).toBe('undecided');
    expect(undecided).toMatchObject([{ rule: 'T02', reason: expect.stringMatching(/2 of the values .*CL:4023077/) }]);
  });

  it('are told all at once, with their rows, what was expected and the line that mends them', async () => {
    const result = await resultOf({
      cell_type_ontology_term_id: cells('T cell', 'cl_0000236', 'CL:0000084'),
      tissue_type: cells('tissue', 'tissue', 'cell line', 'tissue'),
      tissue_ontology_term_id: cells('UBERON:0002048', 'UBERON:0002048', 'CVCL:0030', 'UBERON:0002048'),
      donor_id: cells('donor_1', 'donor_1', 'na', 'donor_1'),
      self_reported_ethnicity_ontology_term_id: cells('unknown'),
      sex_ontology_term_id: cells('PATO:0000383', 'PATO:0000383', 'na', 'PATO:0000383'),
      development_stage_ontology_term_id: cells('HsapDv:0000258', 'HsapDv:0000258', 'na', 'HsapDv:0000258'),
    });

    const terms = result.findings.filter(({ rule }) => rule.startsWith('T'));
    expect(terms.map(({ rule, found, fix }) => [rule, found, /: `/.exec(fix) ? fix.split(': `')[0] : fix])).toEqual([
      ['T02', 'T cell', 'Perhaps CL:0000084 T cell is meant'],
      ['T02', 'cl_0000236', 'Write CL:0000236 B cell'],
      ['T02', 'CVCL:0030', 'Write CVCL_0030 HeLa'],
      ['T06', 'unknown', 'Write "na"'],
    ]);
    expect(terms[0]).toMatchObject({
      ...{ location: '/obs/cell_type_ontology_term_id', count: 1, samples: ['row 0 (cell AAAAAAAAAAAAAAAA-1)'] },
      expected: 'CL:0000000 cell, a descendant of CL:0000000 cell or "unknown"',
    });
    expect(terms[0]?.fix).toContain('.astype(str).replace({"T cell": "CL:0000084"}).astype("category")');
    // Elsewhere it may be unknown.
    expect(terms[3]?.fix).toContain('& adata.obs["tissue_type"].isin(["cell line"]), "na")');
  });

  it('with very many wrong values are told of the first, and how many more there are', async () => {
    const { findings } = await resultOf({ assay_ontology_term_id: Array.from({ length: 40 }, (_, i) => `assay ${i}`) });

    const terms = findings.filter(({ rule }) => rule === 'T02');
    expect(terms).toHaveLength(25);
    expect(terms.at(-1)).toMatchObject({ found: '16 more values', count: 16 });
  });

  it('have prefixes that depend on the organism alone where they are cell types', async () => {
    const result = await resultOf({ tissue_type: null, cell_type_ontology_term_id: cells('UBERON:0002048') });

    expect(rulesIn(result)).toEqual(['O01', 'O13', 'T02']);
  });

  it('need no cell types before the analysis', async () => {
    await writeH5ad(local, { obs: { cell_type_ontology_term_id: null } });

    expect(rulesIn(await judged(local))).toEqual(['O01']);
    expect(rulesIn(await judged(local, { preAnalysis: true }))).toEqual([]);
  });

  it.each([
    ['NCBITaxon:32630', ['T04']],
    ['NCBITaxon:9615', ['T05']],
    ['CL:0000084', ['T02']],
  ])('cannot be of %s', async (organism, rules) => {
    const { findings } = await resultOf({}, { uns: { organism_ontology_term_id: organism } });

    expect(
      findings.filter(({ location }) => location === '/uns/organism_ontology_term_id').map(({ rule }) => rule),
    ).toEqual(expect.arrayContaining(rules));
  });
});
