import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../../test/shared.js';
import { withLocalFile } from '../../local-file.js';
import { DatasetFacts } from '../../profiles/dataset-facts.js';
import { runCheck } from '../../run-checks.js';
import { type H5adParts, writeH5ad } from '../../samples/h5ad.js';
import { h5adCheck } from '../h5ad.check.js';

const folder = mkdtempSync(join(tmpdir(), 'h5ad-facts-'));
const sample = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

async function factsIn(local: string): Promise<DatasetFacts> {
  const options = { schema: '7.0.0', full: true };
  const result = await withLocalFile({ path: 'file.h5ad', local }, (file) => runCheck(h5adCheck, file, options));
  expect(result.cause).toBeUndefined();
  return DatasetFacts.parse(result.facts);
}

async function factsOf(parts: Partial<H5adParts>) {
  await writeH5ad(sample, parts);
  return factsIn(sample);
}

/** One value after the other, over and over. */
const turns = (...categories: string[]) => ({
  categories,
  codes: Int16Array.from({ length: 40 }, (_, row) => row % categories.length),
});

describe('the facts of a data set', () => {
  it('are those that people search by', async () => {
    const facts = await factsOf({
      obs: { disease_ontology_term_id: turns('PATO:0000461', 'PATO:0000461 || MONDO:0005148') },
      uns: {
        ...{
          schema_version: '7.0.0',
          citation: 'Publication: https://doi.org/10.1000/1',
          batch_condition: ['donor_id'],
        },
        X_approximate_distribution: 'normal',
      },
    });

    expect(facts).toMatchObject({
      ...{ title: 'A small sample of lung cells', schemaVersion: '7.0.0' },
      citation: 'Publication: https://doi.org/10.1000/1',
      organism: { id: 'NCBITaxon:9606', label: 'Homo sapiens' },
      ...{ cellCount: 40, primaryCellCount: 40, featureCount: 30, meanGenesPerCell: 323 / 40, rawLocation: 'raw.X' },
      tissue: [{ id: 'UBERON:0002048', label: 'lung', type: 'tissue', cells: 40 }],
      assay: [{ id: 'EFO:0009922', cells: 40 }],
      disease: [
        { id: 'PATO:0000461', label: 'normal', cells: 40 },
        { id: 'MONDO:0005148', cells: 20 },
      ],
      sex: [
        { id: 'PATO:0000383', label: 'female', cells: 20 },
        { id: 'PATO:0000384', label: 'male', cells: 20 },
      ],
      selfReportedEthnicity: [{ id: 'unknown', label: 'unknown', cells: 40 }],
      developmentStage: [{ id: 'HsapDv:0000258', cells: 40 }],
      ...{ suspensionType: ['cell'], isPrimaryData: [true], donors: ['donor_1', 'donor_2'], donorCount: 2 },
      ...{ embeddings: ['X_umap'], defaultEmbedding: 'X_umap', batchCondition: ['donor_id'] },
      ...{ xApproximateDistribution: 'normal', spatial: null, leftOut: {} },
    });
    expect(facts.cellType?.map(({ id, cells }) => `${id} ${cells}`)).toEqual([
      'CL:0000084 10',
      'CL:0000236 10',
      'CL:0000583 10',
      'CL:0002062 10',
    ]);
    expect(facts.obsColumns).toContain('donor_id');
  });

  it('put the commonest term first', async () => {
    const { cellType } = await factsOf({
      obs: { cell_type_ontology_term_id: turns('CL:0000084', 'CL:0000236', 'CL:0000236', 'unknown') },
    });

    expect(cellType?.map(({ id, cells }) => `${id} ${cells}`)).toEqual([
      'CL:0000236 20',
      'CL:0000084 10',
      'unknown 10',
    ]);
  });

  it('tell tissues of one term and two types apart', async () => {
    const { tissue } = await factsOf({ obs: { tissue_type: turns('tissue', 'tissue', 'tissue', 'organoid') } });

    expect(tissue).toMatchObject([
      { id: 'UBERON:0002048', type: 'tissue', cells: 30 },
      { id: 'UBERON:0002048', type: 'organoid', cells: 10 },
    ]);
  });

  it('know no label of what is no term', async () => {
    const { assay } = await factsOf({ obs: { assay_ontology_term_id: turns('EFO:none') } });

    expect(assay).toEqual([{ id: 'EFO:none', label: null, cells: 40 }]);
  });

  it('count primary cells', async () => {
    const { primaryCellCount, isPrimaryData } = await factsOf({
      obs: { is_primary_data: Array.from({ length: 40 }, (_, row) => row < 15) },
    });

    expect({ primaryCellCount, isPrimaryData }).toEqual({ primaryCellCount: 15, isPrimaryData: [true, false] });
  });

  it('tell whether a section has its full image', async () => {
    const section = (images: Record<string, string>) =>
      factsOf({ uns: { spatial: { is_single: true, library_1: { images } } } });

    expect((await section({ hires: 'x', fullres: 'x' })).spatial).toEqual({ isSingle: true, hasFullres: true });
    expect((await section({ hires: 'x' })).spatial).toEqual({ isSingle: true, hasFullres: false });
  });

  it('are null where the file does not have them', async () => {
    const facts = await factsOf({ obs: { donor_id: null, tissue_ontology_term_id: null, is_primary_data: null } });

    expect(facts).toMatchObject({ donors: null, donorCount: null, tissue: null, isPrimaryData: null });
  });

  it('are few of what is much, and say how much', async () => {
    const cells = 300;

    const facts = await factsOf({ cells, obs: { donor_id: Array.from({ length: cells }, (_, i) => `donor_${i}`) } });

    expect(facts).toMatchObject({ donorCount: 300, leftOut: { donors: 100 } });
    expect(facts.donors).toHaveLength(200);
  });
});

const fixtures = sharedFolder('fixtures/h5ad');

describe.skipIf(fixtures.isMissing)(`the facts of real files${fixtures.note}`, () => {
  it('are read whatever the edition', async () => {
    expect(await factsIn(fixtures.at('example_valid_v2.1.0.h5ad'))).toMatchObject({
      ...{ cellCount: 320, featureCount: 136, schemaVersion: '2.0.0', selfReportedEthnicity: null },
      cellType: [
        { id: 'CL:0000057', cells: 160 },
        { id: 'CL:0000115', cells: 160 },
      ],
    });
  });
});
