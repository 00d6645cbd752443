import { describe, expect, it } from 'vitest';
import { type Elements, NdArray } from '../../samples/anndata-writer.js';
import type { H5adParts } from '../../samples/h5ad.js';
import { judgedH5ad } from '../../samples/judged-h5ad.js';
import { COLOR_NAMES } from './color-names.js';
import { COLOR_RULES } from './colors.js';
import { UNS_RULES } from './uns.js';

const RULES = { ...COLOR_RULES, U08: UNS_RULES.U08 };
const judged = (uns: Elements, parts: Partial<H5adParts> = {}) => judgedH5ad(RULES, { uns, ...parts });
/** Two donors, and a third that no cell is of. */
const DONORS = { categories: ['donor_1', 'donor_2', 'donor_3'], codes: Array.from({ length: 40 }, (_, i) => i % 2) };

describe('colours of an h5ad file', () => {
  it.each<[string, Elements, Partial<H5adParts>?]>([
    ['by their numbers', { donor_id_colors: ['#1f77b4', '#FF7F0E'] }],
    ['by their names', { donor_id_colors: ['rebeccapurple', 'lightgrey'] }],
    ['that are alike', { donor_id_colors: ['lightgrey', 'lightgrey'] }],
    ['more than are needed', { donor_id_colors: ['red', 'green', 'blue'] }],
    ['of values that cells have', { donor_id_colors: ['red', 'green'] }, { obs: { donor_id: DONORS } }],
  ])('are sound %s', async (_, uns, parts) => {
    expect((await judged(uns, parts)).told).toEqual([]);
  });

  it.each<[string, Elements, string[]]>([
    ['a dictionary', { donor_id_colors: { donor_1: '#000000', donor_2: '#ffffff' } }, ['C01 /uns/donor_id_colors']],
    ['one text', { donor_id_colors: '#000000' }, ['C01 /uns/donor_id_colors']],
    ['a table', { donor_id_colors: new NdArray([2, 1], ['red', 'green']) }, ['C01 /uns/donor_id_colors']],
    ['of no column', { fake_colors: ['red'] }, ['C02 /uns/fake_colors']],
    ['of a column of bools', { is_primary_data_colors: ['red'] }, ['C02b /uns/is_primary_data_colors']],
    ['of a column that the system writes', { cell_type_colors: ['red'] }, ['C02c /uns/cell_type_colors']],
    ['of the organism', { organism_colors: ['red'] }, ['C02c /uns/organism_colors']],
    ['too few', { donor_id_colors: ['red'] }, ['C03 /uns/donor_id_colors']],
    ['none', { donor_id_colors: new Float64Array() }, ['U08 /uns/donor_id_colors', 'C03 /uns/donor_id_colors']],
    ['whole numbers', { donor_id_colors: Int32Array.of(3, 4) }, ['C04 /uns/donor_id_colors']],
    ['not numbers', { donor_id_colors: Float64Array.of(Number.NaN, Number.NaN) }, ['C04 /uns/donor_id_colors']],
    ['of both forms', { donor_id_colors: ['#000000', 'pink'] }, ['C05 /uns/donor_id_colors']],
    ['of three digits', { donor_id_colors: ['#000', '#ffffff'] }, ['C05 /uns/donor_id_colors']],
    ['with a transparency', { donor_id_colors: ['#000000ff', '#ffffffff'] }, ['C05 /uns/donor_id_colors']],
    ['that are misspelt', { donor_id_colors: ['green', 'pynk'] }, ['C05 /uns/donor_id_colors']],
    ['in capitals', { donor_id_colors: ['Green', 'Pink'] }, ['C05 /uns/donor_id_colors']],
    ['that are empty', { donor_id_colors: ['', 'green'] }, ['C05 /uns/donor_id_colors']],
  ])('are told where they are %s', async (_, uns, told) => {
    expect((await judged(uns)).told).toEqual(told);
  });

  it('say which are wrong, and how to write them', async () => {
    const { findings } = await judged({ donor_id_colors: ['#1f77b4', 'green', 'pynk'] });

    expect(findings).toMatchObject([
      {
        ...{ found: '1 #rrggbb, 1 by name, 1 of neither form', count: 1, samples: ['2: "pynk"'] },
        fix: expect.stringContaining('adata.uns["donor_id_colors"] = numpy.array([matplotlib.colors.to_hex(c)'),
      },
    ]);
  });

  it('belong to the terms and not to their labels', async () => {
    const { findings } = await judged({ tissue_colors: ['red'] });

    expect(findings[0]?.fix).toContain('adata.uns["tissue_ontology_term_id_colors"] = adata.uns.pop("tissue_colors")');
  });

  it('have the names of CSS4', () => {
    expect(COLOR_NAMES.size).toBe(148);
  });
});
