import { describe, expect, it } from 'vitest';
import type { H5adParts } from '../../samples/h5ad.js';
import { judgedH5ad } from '../../samples/judged-h5ad.js';
import { EMBEDDING_RULES } from './embeddings.js';
import { PRE_ANALYSIS_RULES } from './pre-analysis.js';
import { UNS_RULES } from './uns.js';

const RULES = { ...PRE_ANALYSIS_RULES, ...EMBEDDING_RULES, ...UNS_RULES };
const WITHOUT: Partial<H5adParts> = {
  obs: { cell_type_ontology_term_id: null },
  obsm: { X_umap: null },
  uns: { default_embedding: null },
};
const told = async (parts: Partial<H5adParts>, preAnalysis = true) =>
  (await judgedH5ad(RULES, { ...WITHOUT, ...parts }, { preAnalysis })).told;

describe('h5ad file before its analysis', () => {
  it('is sound without cell types and embeddings', async () => {
    expect(await told({})).toEqual([]);
  });

  it.each<[string, Partial<H5adParts>, string[]]>([
    ['embeddings', { obsm: {} }, ['P01 /obsm']],
    ['cell types', { obs: {} }, ['P02 /obs/cell_type_ontology_term_id']],
    ['a default embedding', { uns: {} }, ['P03 /uns/default_embedding']],
    ['one that is a number', { uns: { default_embedding: 123 } }, ['P03 /uns/default_embedding']],
  ])('must not have %s', async (_, parts, expected) => {
    expect(await told(parts)).toEqual(expected);
  });

  it('is asked for them when it is analysed', async () => {
    expect(await told({}, false)).toEqual(['E01 /obsm']);
    expect(await told({ obs: {}, obsm: {}, uns: {} }, false)).toEqual([]);
  });
});
