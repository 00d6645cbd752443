import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { penOf } from '../../check.js';
import type { Finding } from '../../finding.js';
import { withLocalFile } from '../../local-file.js';
import { annDataOf } from '../../readers/anndata.js';
import { openHdf5 } from '../../readers/hdf5.js';
import type { Ontology, Reference, Term } from '../../reference/reference.js';
import type { ColumnParts } from '../../samples/anndata-writer.js';
import { type H5adParts, NdArray, writeH5ad } from '../../samples/h5ad.js';
import { SCHEMA_7_0_0 } from '../../schemas/schema-7.0.0.js';
import { h5adCheck } from '../h5ad.check.js';
import { h5adOf } from './h5ad.js';
import { judgeSpatial } from './spatial.js';
import { judgeSpatialCells } from './spatial-cells.js';

const folder = mkdtempSync(join(tmpdir(), 'spatial-'));
const local = join(folder, 'section.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

const VISIUM = 'EFO:0010961';
const V1 = 'EFO:0022857';
const V2 = 'EFO:0022858';
const OF_11MM = 'EFO:0022860';
const SLIDE_SEQ = 'EFO:0030062';
const RNA = 'EFO:0009922';

/** The few assays of EFO that this is about, and what lies below Visium. */
function referenceOf(isWhole: boolean): Reference {
  const below = [V1, V2, 'EFO:0022859', OF_11MM];
  const all = isWhole ? [VISIUM, ...below, SLIDE_SEQ, RNA] : [VISIUM];
  const terms = new Map(
    all.map((id): [string, Term] => [id, { id, label: id, isDeprecated: false, replacedBy: null }]),
  );
  const EFO: Ontology = {
    ...{ name: 'EFO', isWhole, nearest: () => [] },
    term: (id) => terms.get(id) ?? null,
    mayHave: (id) => !isWhole || terms.has(id),
    isBelow: (id, root) => root === VISIUM && below.includes(id),
    ancestors: (id) => new Set(below.includes(id) ? [VISIUM] : []),
  };
  const ontologyOf = (id: string) => (id.startsWith('EFO:') ? EFO : null);
  const genes = { isWhole: false, organisms: [], gene: () => null };
  return { schema: '7.0.0', origin: 'starter', ontology: () => EFO, ontologyOf, genes };
}

async function judged(
  parts: Partial<H5adParts>,
  isWhole = true,
): Promise<{ findings: Finding[]; undecided: string[] }> {
  await writeH5ad(local, { cells: 4, ...parts });
  const hdf5 = await openHdf5(local);
  try {
    return await withLocalFile({ path: 'section.h5ad', local }, async (file) => {
      const pen = penOf(h5adCheck, file);
      const mode = { ignoreLabels: false, preAnalysis: false };
      const h5ad = h5adOf(hdf5, annDataOf(hdf5), { schema: SCHEMA_7_0_0, reference: referenceOf(isWhole), mode });
      const said = [...judgeSpatial(h5ad, pen), ...judgeSpatialCells(h5ad, pen)];
      return {
        findings: said.flatMap((one) => ('finding' in one ? one.finding : [])),
        undecided: said.flatMap((one) => ('undecided' in one ? one.undecided.rule : [])),
      };
    });
  } finally {
    hdf5.close();
  }
}

const rulesOf = async (parts: Partial<H5adParts>) => (await judged(parts)).findings.map(({ rule }) => rule);

const same = (value: string): ColumnParts => ({ categories: [value], codes: [0, 0, 0, 0] });
const each = (...values: string[]): ColumnParts => ({
  categories: values,
  codes: [0, 1, 2, 3].slice(0, values.length),
});
const bytes = (...shape: number[]) => new NdArray(shape, new Uint8Array(shape.reduce((a, b) => a * b, 1)));
const ints = (...values: number[]) => Int32Array.from(values);

const POSITIONS = { array_col: ints(0, 2, 4, 127), array_row: ints(0, 0, 76, 77), in_tissue: ints(1, 1, 0, 1) };
const NO_POSITIONS = { array_col: null, array_row: null, in_tissue: null };
const TYPES = each('CL:0000084', 'CL:0000236', 'unknown', 'CL:0000583');
const IMAGES = { hires: bytes(2000, 10, 3), fullres: bytes(2, 2, 3) };
const FACTORS = { spot_diameter_fullres: 1.5, tissue_hires_scalef: 0.25 };
const LIBRARY = { images: IMAGES, scalefactors: FACTORS };

const visium = (library: object = {}, spatial: object = {}, obs: object = {}): Partial<H5adParts> => ({
  obs: { assay_ontology_term_id: same(V1), cell_type_ontology_term_id: TYPES, ...POSITIONS, ...obs },
  uns: { spatial: { is_single: true, lung_1: { ...LIBRARY, ...library }, ...spatial } },
});
const images = (changed: object) => visium({ images: { ...IMAGES, ...changed } });
const factors = (changed: object) => visium({ scalefactors: { ...FACTORS, ...changed } });
const obs = (changed: object) => visium({}, {}, changed);

const slideSeq = (spatial: object = {}, cells: object = {}): Partial<H5adParts> => ({
  obs: { assay_ontology_term_id: same(SLIDE_SEQ), ...cells },
  uns: { spatial: { is_single: true, ...spatial } },
});
const several = (cells: object = {}): Partial<H5adParts> => ({
  obs: { assay_ontology_term_id: same(V1), is_primary_data: [false, false, false, false], ...cells },
  uns: { spatial: { is_single: false } },
});

describe('uns.spatial and the cells of a section', () => {
  it.each<[string, Partial<H5adParts>]>([
    ['no spatial assay', {}],
    ['one section of Visium', visium()],
    [
      'one section of Visium with images in four channels',
      images({ hires: bytes(3, 2000, 4), fullres: bytes(1, 1, 4) }),
    ],
    [
      'one section of Visium 11 mm',
      {
        ...visium(
          { images: { ...IMAGES, hires: bytes(4000, 2, 3) } },
          {},
          {
            assay_ontology_term_id: same(OF_11MM),
            array_col: ints(0, 1, 2, 223),
            array_row: ints(0, 1, 2, 127),
          },
        ),
      },
    ],
    ['several sections of Visium', several()],
    ['Slide-seqV2', slideSeq()],
    ['positions in 64 bits', obs({ array_col: BigInt64Array.of(0n, 1n, 2n, 3n) })],
  ])('are sound of %s', async (_, parts) => {
    expect(await judged(parts)).toEqual({ findings: [], undecided: [] });
  });

  it.each<[string, string[], Partial<H5adParts>]>([
    ['a spatial assay without it', ['S02'], { obs: { assay_ontology_term_id: same(SLIDE_SEQ) } }],
    ['a Visium file without it', ['S02'], { obs: { assay_ontology_term_id: same(V1) } }],
    ['text in its place', ['S02'], { obs: { assay_ontology_term_id: same(V1) }, uns: { spatial: 'yes' } }],
    ['a number in its place', ['S02'], { obs: { assay_ontology_term_id: same(V1) }, uns: { spatial: 1n } }],
    ['it in a file of another assay', ['S03'], { uns: { spatial: { is_single: true } } }],
    ['no is_single', ['S04'], slideSeq({ is_single: null })],
    ['is_single in words', ['S05'], slideSeq({ is_single: 'True' })],
    ['is_single as a number', ['S05'], slideSeq({ is_single: 1n })],
    ['is_single as a list', ['S05'], slideSeq({ is_single: [true] })],
    ['two libraries', ['S06'], visium({}, { lung_2: LIBRARY })],
    ['a library of Slide-seqV2', ['S07'], slideSeq({ lung_1: LIBRARY })],
    [
      'a library of several sections',
      ['S07'],
      { ...several(), uns: { spatial: { is_single: false, lung_1: LIBRARY } } },
    ],
    ['a section without a library', ['S08'], visium({}, { lung_1: null })],
    ['a library that is text', ['S09'], visium({}, { lung_1: 'none' })],
    ['a strange key in the library', ['S10'], visium({ metadata: 'x' })],
    ['no images', ['S11'], visium({ images: null })],
    ['images that are text', ['S12'], visium({ images: 'none' })],
    ['a third image', ['S13'], images({ lowres: bytes(2, 2, 3) })],
    ['no hires', ['S14'], images({ hires: null })],
    ['no fullres', ['S15'], images({ fullres: null })],
    ['an image that is a path', ['S16'], images({ fullres: 'fullres.png' })],
    ['an image of fractions', ['S17'], images({ fullres: new NdArray([1, 1, 3], Float64Array.of(0, 0.5, 1)) })],
    ['a flat image', ['S18'], images({ fullres: bytes(2, 2) })],
    ['an image in two channels', ['S18'], images({ fullres: bytes(2, 2, 2) })],
    ['an image in five channels', ['S18'], images({ fullres: bytes(2, 2, 5) })],
    ['a hires that is too small', ['S19'], images({ hires: bytes(1999, 2, 3) })],
    ['a hires that is too large', ['S19'], images({ hires: bytes(2001, 2, 3) })],
    ['the hires of 6.5 mm in a file of 11 mm', ['S19'], obs({ assay_ontology_term_id: same(OF_11MM) })],
    ['no scale factors', ['S20'], visium({ scalefactors: null })],
    ['scale factors that are text', ['S21'], visium({ scalefactors: 'none' })],
    ['a strange scale factor', ['S22'], factors({ fiducial_diameter_fullres: 2.5 })],
    ['no spot diameter', ['S23'], factors({ spot_diameter_fullres: null })],
    ['no scale of hires', ['S24'], factors({ tissue_hires_scalef: null })],
    ['a scale factor in words', ['S25'], factors({ tissue_hires_scalef: '0.25' })],
    ['a scale factor that is an integer', ['S25'], factors({ spot_diameter_fullres: 2n })],
    [
      'faults side by side',
      ['S10', 'S13', 'S14', 'S15', 'S23'],
      visium({ x: 'y', images: { low: bytes(1, 1, 3) }, scalefactors: { tissue_hires_scalef: 1.5 } }),
    ],
  ])('are judged where uns has %s', async (_, rules, parts) => {
    const found = await rulesOf(parts);

    expect(found.filter((rule) => rule < 'S26')).toEqual(rules);
  });

  it.each<[string, string[], Partial<H5adParts>]>([
    ['two kinds of Visium', ['S01'], obs({ assay_ontology_term_id: each(V1, V2, V1, V1) })],
    ['the term Visium itself', ['S26', 'S27', 'S27', 'S27'], obs({ assay_ontology_term_id: same(VISIUM) })],
    ['positions of Slide-seqV2', ['S27', 'S27', 'S27'], slideSeq({}, POSITIONS)],
    ['positions of several sections', ['S27', 'S27', 'S27'], several(POSITIONS)],
    ['positions in a file of RNA', ['S27', 'S27', 'S27'], { obs: POSITIONS }],
    [
      'positions of cells beside Visium',
      ['S01', 'S27', 'S27', 'S27'],
      obs({ assay_ontology_term_id: each(V1, V1, V1, RNA) }),
    ],
    ['no positions', ['S28', 'S28', 'S28'], obs(NO_POSITIONS)],
    ['positions as doubles', ['S29'], obs({ array_row: Float64Array.of(1, 2, 3, 4) })],
    ['in_tissue as a bool', ['S29'], obs({ in_tissue: [true, true, false, true] })],
    ['positions in words', ['S29'], obs({ array_col: ['1', '2', '3', '4'] })],
    ['a position that is missing', ['S30', 'S29'], obs({ array_col: Float64Array.of(1, Number.NaN, 3, 4) })],
    ['a column beyond the slide', ['S31'], obs({ array_col: ints(1, 2, 3, 128) })],
    ['a row beyond the slide', ['S31'], obs({ array_row: ints(1, 2, 3, 78) })],
    ['a negative row', ['S31'], obs({ array_row: ints(-1, 2, 3, 4) })],
    ['a third answer to in_tissue', ['S31'], obs({ in_tissue: ints(1, 2, 0, 1) })],
    ['a cell type outside of the tissue', ['S32'], obs({ in_tissue: ints(0, 1, 0, 1) })],
    ['several sections as primary data', ['S33'], several({ is_primary_data: [false, true, true, false] })],
  ])('are judged where the cells have %s', async (_, rules, parts) => {
    const found = await rulesOf(parts);

    expect(found.filter((rule) => rule < 'S02' || rule > 'S25')).toEqual(rules);
  });

  it('say where, how often, and how to mend it', async () => {
    const { findings } = await judged(
      visium({ images: { ...IMAGES, hires: bytes(1, 7, 3) } }, {}, { array_row: ints(1, -2, 3, 99) }),
    );

    expect(findings).toMatchObject([
      { rule: 'S19', location: '/uns/spatial/lung_1/images/hires', found: '7', expected: '2000' },
      { rule: 'S31', location: '/obs/array_row', count: 2, expected: 'from 0 to 77' },
    ]);
    expect(findings[1]?.samples).toEqual([`row 1: -2, ${V1}`, `row 3: 99, ${V1}`]);
  });

  it('give a line of Python with the keys as they are', async () => {
    const { findings } = await judged(images({ fullres: new NdArray([1, 1, 3], Float64Array.of(0, 0.5, 1)) }));

    expect(findings[0]?.fix).toContain('adata.uns["spatial"]["lung_1"]["images"]["fullres"] = (255 * ');
  });

  it('leave undecided what depends on assays that are not known', async () => {
    const unknown = same('EFO:0000001');

    const bare = await judged({ obs: { assay_ontology_term_id: unknown } }, false);
    const section = await judged(obs({ assay_ontology_term_id: unknown }), false);

    expect(bare).toEqual({ findings: [], undecided: ['S02'] });
    expect(section).toEqual({ findings: [], undecided: ['S03', 'S07', 'S27', 'S27', 'S27'] });
  });

  it('leave undecided what depends on assays that are missing', async () => {
    expect(await judged({ obs: { assay_ontology_term_id: null } })).toEqual({ findings: [], undecided: ['S02'] });
  });
});
