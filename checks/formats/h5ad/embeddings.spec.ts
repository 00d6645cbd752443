import { describe, expect, it } from 'vitest';
import { DataFrame, type Elements, type Floats, MatrixElement, NdArray } from '../../samples/anndata-writer.js';
import type { H5adParts } from '../../samples/h5ad.js';
import { judgedH5ad } from '../../samples/judged-h5ad.js';
import { EMBEDDING_RULES } from './embeddings.js';

const judged = (obsm: Elements, parts: Partial<H5adParts> = {}) => judgedH5ad(EMBEDDING_RULES, { obsm, ...parts });
const CELLS = 40;
const places = (columns = 2, rows = CELLS) => new NdArray([rows, columns], new Float32Array(rows * columns));
const filled = (value: number, columns = 2) =>
  new NdArray([CELLS, columns], new Float64Array(CELLS * columns).fill(value));
/** Sound but for `value` in row 3, column 1. */
const spoilt = (value: number, values: Floats = new Float32Array(CELLS * 2)) => {
  values[3 * 2 + 1] = value;
  return new NdArray([CELLS, 2], values);
};
const frame = () =>
  new DataFrame(
    Array.from({ length: CELLS }, (_, i) => `cell_${i}`),
    { x: new Float64Array(CELLS) },
  );
const sparse = (encoding: 'csr_matrix' | 'csc_matrix') =>
  new MatrixElement({ encoding, rows: CELLS, columns: 2, value: () => 1 });

const of = (assay: string): H5adParts['obs'] => ({
  assay_ontology_term_id: { categories: [assay], codes: new Int8Array(CELLS) },
});
const SLIDE_SEQ = 'EFO:0030062';
const section = { uns: { spatial: { is_single: true } } };

describe('embeddings of an h5ad file', () => {
  it.each<[string, Elements, Partial<H5adParts>?]>([
    ['one of two dimensions', {}],
    ['of many dimensions', { X_pca: places(50) }],
    ['in three axes', { X_cube: new NdArray([CELLS, 2, 3], new Float32Array(CELLS * 6)) }],
    ['of integers', { X_grid: new NdArray([CELLS, 2], new Int32Array(CELLS * 2)) }],
    ['without places for some cells', { X_umap: spoilt(Number.NaN) }],
    ['of a long name', { 'X_umap_MinDist_0.2_N_Neighbors-15': places() }],
    ['of a section', { spatial: places() }, { ...section, obs: of(SLIDE_SEQ) }],
    ['where spots lie alone', { X_umap: null, spatial: places() }, { ...section, obs: of(SLIDE_SEQ) }],
    ['of several sections', { spatial: places() }, { uns: { spatial: { is_single: false } }, obs: of(SLIDE_SEQ) }],
  ])('are sound %s', async (_, obsm, parts) => {
    expect((await judged(obsm, parts)).told).toEqual([]);
  });

  it.each<[string, Elements, string[], Partial<H5adParts>?]>([
    ['there is none', { X_umap: null }, ['E01 /obsm']],
    ['none is to be shown', { X_umap: null, harmony: places() }, ['E02 /obsm', 'E06 /obsm/harmony']],
    ['places of spots are called X_spatial', { X_spatial: places() }, ['E03 /obsm/X_spatial']],
    ['they are called so in capitals', { X_Spatial: places() }, ['E03 /obsm/X_Spatial']],
    ['nothing follows X_', { X_: places() }, ['E04 /obsm/X_']],
    ['a blank follows X_', { 'X_ umap': places() }, ['E04 /obsm/X_ umap']],
    ['a digit follows X_', { X_3D: places() }, ['E04 /obsm/X_3D']],
    ['another name has blanks', { 'u m a p': places() }, ['E05 /obsm/u m a p', 'E06 /obsm/u m a p']],
    ['another name is not shown', { harmony: places() }, ['E06 /obsm/harmony']],
    ['one is a data frame', { X_tsne: frame() }, ['E07 /obsm/X_tsne']],
    ['one is a CSR matrix', { X_csr: sparse('csr_matrix') }, ['E07 /obsm/X_csr']],
    ['one that is not shown is a CSC matrix', { csc: sparse('csc_matrix') }, ['E06 /obsm/csc', 'E07 /obsm/csc']],
    ['one has too few rows', { X_umap: places(2, 3) }, ['E08 /obsm/X_umap']],
    ['one has one dimension', { X_umap: new Float32Array(CELLS) }, ['E08 /obsm/X_umap']],
    ['one has one column', { X_umap: places(1) }, ['E09 /obsm/X_umap']],
    ['one has no column', { X_umap: places(0) }, ['F08 /obsm/X_umap', 'E09 /obsm/X_umap']],
    [
      'one that is not shown has no column',
      { other: places(0) },
      ['F08 /obsm/other', 'E06 /obsm/other', 'E10 /obsm/other'],
    ],
    [
      'one is of texts',
      { X_umap: new NdArray([CELLS, 2], Array<string>(CELLS * 2).fill('test')) },
      ['E11 /obsm/X_umap'],
    ],
    [
      'one is of bools',
      { X_umap: new NdArray([CELLS, 2], Array<boolean>(CELLS * 2).fill(true)) },
      ['E11 /obsm/X_umap'],
    ],
    ['a value is infinite', { X_umap: spoilt(Number.POSITIVE_INFINITY) }, ['E12 /obsm/X_umap']],
    ['a double is infinite', { X_umap: spoilt(Number.NEGATIVE_INFINITY, new Float64Array(80)) }, ['E12 /obsm/X_umap']],
    ['no value is known', { X_umap: filled(Number.NaN) }, ['E13 /obsm/X_umap']],
    ['a spot lies nowhere', { spatial: spoilt(Number.NaN) }, ['E14 /obsm/spatial'], { ...section, obs: of(SLIDE_SEQ) }],
    ['spots of a section lie nowhere', {}, ['E15 /obsm/spatial'], { ...section, obs: of(SLIDE_SEQ) }],
    ['spots lie somewhere, and there is no section', { spatial: places() }, ['E16 /obsm/spatial']],
    [
      'what is not shown is of texts',
      { other: new NdArray([CELLS, 2], Array<string>(CELLS * 2).fill('test')) },
      ['E06 /obsm/other', 'E11w /obsm/other'],
    ],
    [
      'what is not shown is infinite',
      { other: spoilt(Number.POSITIVE_INFINITY) },
      ['E06 /obsm/other', 'E12w /obsm/other'],
    ],
    ['what is not shown is not known', { other: filled(Number.NaN) }, ['E06 /obsm/other', 'E13w /obsm/other']],
  ])('are told where %s', async (_, obsm, told, parts) => {
    expect((await judged(obsm, parts)).told).toEqual(told);
  });

  it.each<[string, Partial<H5adParts>, string[]]>([
    ['obsp', { obsp: { distances: new NdArray([CELLS, 0], new Float32Array()) } }, ['F08 /obsp/distances']],
    ['varm', { varm: { PCs: new NdArray([30, 0], new Float32Array()) } }, ['F08 /varm/PCs']],
    ['varp', { varp: { pairs: new NdArray([30, 30, 0], new Float32Array()) } }, ['F08 /varp/pairs']],
    ['none of them', { obsp: { distances: places(CELLS) }, varm: { PCs: places(2, 30) } }, []],
  ])('and arrays of size zero are told in %s', async (_, parts, told) => {
    expect((await judged({}, parts)).told).toEqual(told);
  });

  it.each([
    ['a section of Visium', 'EFO:0022860', []],
    ['plain RNA', 'EFO:0009922', ['E02 /obsm']],
  ])('need be named X_… or not, as it is of %s', async (_, assay, told) => {
    const parts = { obs: of(assay), uns: { default_embedding: 'spatial', spatial: { is_single: true } } };

    expect((await judged({ X_umap: null, spatial: places() }, parts)).told).toEqual(told);
  });

  it('are undecided where no one knows whether the assay is Visium', async () => {
    const { told, undecided } = await judged({ X_umap: null, other: places() }, { obs: of('EFO:0099999') });

    expect(told).toEqual(['E06 /obsm/other']);
    expect(undecided.map(({ rule }) => rule)).toEqual(['E02']);
  });

  it('say where they are infinite, and how to mend it', async () => {
    const { findings } = await judged({ X_umap: spoilt(Number.POSITIVE_INFINITY), X_tsne: frame() });

    expect(findings).toMatchObject([
      { rule: 'E07', found: 'dataframe', fix: expect.stringContaining('= adata.obsm["X_tsne"].to_numpy()') },
      { rule: 'E12', count: 1, samples: ['row 3, column 1: Infinity'] },
    ]);
  });

  it('are read to their end, block by block', async () => {
    const cells = 200_000;
    const values = new Float32Array(cells * 50);
    values[199_999 * 50 + 7] = Number.NaN;
    values[150_000 * 50 + 49] = Number.NEGATIVE_INFINITY;
    const X_pca = new NdArray([cells, 50], values);

    const { findings } = await judged({ X_pca });

    expect(findings).toMatchObject([
      { rule: 'E08', found: '200000 × 50', expected: '40 × 2 or more' },
      { rule: 'E12', samples: ['row 150000, column 49: -Infinity'] },
    ]);
  });

  it('are not read where they promise more values than any data set has', async () => {
    const spoil: H5adParts['spoil'] = (file) => {
      const shapes = { shape: [CELLS, 1], maxshape: [CELLS, 2 ** 32], chunks: [CELLS, 4096] };
      file.create_dataset({ name: 'obsm/X_huge', data: new Float64Array(CELLS), ...shapes }).resize([CELLS, 2 ** 31]);
    };

    const { findings } = await judged({ X_umap: spoilt(Number.NEGATIVE_INFINITY) }, { spoil });

    expect(findings).toMatchObject([
      { rule: 'E12', location: '/obsm/X_umap' },
      { rule: 'F01', location: '/obsm/X_huge' },
    ]);
  });
});
