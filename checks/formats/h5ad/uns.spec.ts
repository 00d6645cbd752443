import { describe, expect, it } from 'vitest';
import { DataFrame, type Elements, encode, MatrixElement, NdArray } from '../../samples/anndata-writer.js';
import type { H5adParts } from '../../samples/h5ad.js';
import { judgedH5ad } from '../../samples/judged-h5ad.js';
import { UNS_RULES } from './uns.js';

const judged = (uns: Elements, parts: Partial<H5adParts> = {}) => judgedH5ad(UNS_RULES, { uns, ...parts });
const sparse = (encoding: 'csr_matrix' | 'csc_matrix', columns: number) =>
  new MatrixElement({ encoding, rows: 1, columns, value: () => 1 });

describe('uns of an h5ad file', () => {
  it.each<[string, Elements]>([
    ['as it is', {}],
    ['with numbers and bools, of which none is empty', { zero: 0, whole: 10n, half: 0.5, no: false, yes: true }],
    ['with dictionaries, arrays and frames', { log1p: { base: 2 }, list: ['a'], table: new DataFrame(['a'], {}) }],
    ['with sparse matrices', { csr: sparse('csr_matrix', 1), csc: sparse('csc_matrix', 1) }],
    ['that names columns whose batches differ', { batch_condition: ['donor_id', 'suspension_type'] }],
    ['that says how X is distributed', { X_approximate_distribution: 'normal' }],
    ['without a default embedding', { default_embedding: null }],
  ])('is sound %s', async (_, uns) => {
    expect((await judged(uns)).told).toEqual([]);
  });

  it.each<[string, Elements, string[]]>([
    ['no title', { title: null }, ['U01 /uns/title']],
    ['no organism', { organism_ontology_term_id: null }, ['U01 /uns/organism_ontology_term_id']],
    ['a title that is a list', { title: ['A title'] }, ['U02 /uns/title']],
    ['a default embedding that is a number', { default_embedding: 123 }, ['U02 /uns/default_embedding']],
    [
      'a distribution that is a list',
      { X_approximate_distribution: ['count'] },
      ['U02 /uns/X_approximate_distribution'],
    ],
    ['a space before the title', { title: ' A title' }, ['U03a /uns/title']],
    ['a space behind the title', { title: 'A title ' }, ['U03b /uns/title']],
    ['two spaces within the title', { title: 'A  title' }, ['U03c /uns/title']],
    ['all of these', { title: ' A  title ' }, ['U03b /uns/title', 'U03a /uns/title', 'U03c /uns/title']],
    ['spaces, which let the name itself be', { default_embedding: 'X_other ' }, ['U03b /uns/default_embedding']],
    ['one batch that is no list', { batch_condition: 'donor_id' }, ['U04 /uns/batch_condition']],
    ['batches in a table', { batch_condition: new NdArray([1, 1], ['donor_id']) }, ['U04 /uns/batch_condition']],
    ['a batch that is no column', { batch_condition: ['donor_id', 'lane', 'lane'] }, ['U05 /uns/batch_condition']],
    ['an embedding that is not there', { default_embedding: 'X_other' }, ['U06 /uns/default_embedding']],
    ['another distribution', { X_approximate_distribution: 'COUNT' }, ['U07 /uns/X_approximate_distribution']],
    ['an empty text', { log1p: '' }, ['U08 /uns/log1p']],
    ['an empty title', { title: '' }, ['U08 /uns/title']],
    [
      'an empty name of an embedding, which names none',
      { default_embedding: '' },
      ['U06 /uns/default_embedding', 'U08 /uns/default_embedding'],
    ],
    [
      'an empty distribution, which is none',
      { X_approximate_distribution: '' },
      ['U07 /uns/X_approximate_distribution', 'U08 /uns/X_approximate_distribution'],
    ],
    ['an empty array', { log1p: new Float64Array() }, ['U08 /uns/log1p']],
    ['an empty dictionary', { log1p: {} }, ['U08 /uns/log1p']],
    ['an empty CSR matrix', { test: sparse('csr_matrix', 0) }, ['U08 /uns/test']],
    ['an empty CSC matrix', { test: sparse('csc_matrix', 0) }, ['U08 /uns/test']],
    ['a table without rows', { test: new DataFrame([], {}) }, ['U08 /uns/test']],
  ])('is told of %s', async (_, uns, told) => {
    expect((await judged(uns)).told).toEqual(told);
  });

  it('may have a None', async () => {
    const none: H5adParts['spoil'] = (file) => {
      const empty = file.create_dataset({ name: 'uns/none', data: new Float32Array() });
      encode(empty, 'null', '0.1.0');
    };

    expect((await judged({}, { spoil: none })).told).toEqual([]);
  });

  it('says what to write instead', async () => {
    const { findings } = await judged({ default_embedding: 'UMAP', X_approximate_distribution: 'Count' });

    expect(findings).toMatchObject([
      {
        found: '"UMAP"',
        expected: 'X_umap',
        fix: expect.stringContaining('adata.uns["default_embedding"] = "X_umap"'),
      },
      { found: '"Count"', expected: 'count or normal', fix: expect.stringContaining('distribution"] = "count"') },
    ]);
  });

  it('tells the first of many strangers one by one, and counts the rest', async () => {
    const { findings } = await judged({ batch_condition: Array.from({ length: 50 }, (_, i) => `lane_${i}`) });

    expect(findings).toHaveLength(21);
    expect(findings.at(-1)).toMatchObject({ rule: 'U05', count: 30, samples: { length: 5 } });
  });

  it('does not show the whole of a long text', async () => {
    const { findings } = await judged({ title: `${'a'.repeat(50_000)} ` });

    expect(findings[0]?.message.length).toBeLessThan(200);
  });
});
