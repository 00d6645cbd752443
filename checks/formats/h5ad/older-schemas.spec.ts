import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../../test/shared.js';
import { withLocalFile } from '../../local-file.js';
import { runCheck } from '../../run-checks.js';
import { type H5adParts, writeH5ad } from '../../samples/h5ad.js';
import { h5adCheck } from '../h5ad.check.js';

const folder = mkdtempSync(join(tmpdir(), 'h5ad-older-'));
const sample = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

async function findingsOf(local: string) {
  const options = { schema: '7.0.0', full: true };
  const { findings, cause } = await withLocalFile({ path: 'file.h5ad', local }, (file) =>
    runCheck(h5adCheck, file, options),
  );
  expect(cause).toBeUndefined();
  return findings.filter(({ rule }) => rule === 'X01');
}

async function foundIn(parts: Partial<H5adParts>) {
  await writeH5ad(sample, parts);
  return (await findingsOf(sample)).map(({ found }) => found);
}

const same = (value: string) => ({ categories: [value], codes: new Int8Array(40) });
const OF_5 = {
  obs: { organism_ontology_term_id: same('NCBITaxon:9606'), tissue_type: same('tissue') },
  uns: { organism_ontology_term_id: null },
};

describe('the edition of the schema that a file was made for', () => {
  it('is not told of a file of this one', async () => {
    expect(await foundIn({})).toEqual([]);
  });

  it.each<[string, Partial<H5adParts>, string]>([
    ['counts by layers', { uns: { layer_descriptions: 'raw' }, obs: { is_primary_data: null } }, '1.1'],
    [
      'ethnicity by its old name',
      {
        obs: { organism_ontology_term_id: same('NCBITaxon:9606'), ethnicity_ontology_term_id: same('unknown') },
        uns: { organism_ontology_term_id: null },
      },
      '2.0 or 2.1',
    ],
    ['no tissue type', { ...OF_5, obs: { ...OF_5.obs, tissue_type: null } }, '3.0 or 3.1'],
    ['an organism of each cell', OF_5, '4.0 to 5.2'],
    ['flies of each cell', { ...OF_5, obs: { organism_ontology_term_id: same('NCBITaxon:7227') } }, '5.3'],
    ['cell cultures', { obs: { tissue_type: same('cell culture') } }, '6.0 to 6.2'],
    ['a stated version', { uns: { schema_version: '6.1.0' } }, '6.0 to 6.2'],
  ])('is told from %s', async (_, parts, name) => {
    expect(await foundIn(parts)).toEqual([`schema ${name}`]);
  });

  it('is not told from what is missing by itself', async () => {
    expect(await foundIn({ obs: { tissue_type: null, is_primary_data: null } })).toEqual([]);
    expect(await foundIn({ uns: { organism_ontology_term_id: null } })).toEqual([]);
    expect(await foundIn({ obs: OF_5.obs })).toEqual([]);
    expect(await foundIn({ uns: { X_normalization: 'CPM', layer_descriptions: 'raw', version: '1' } })).toEqual([]);
  });

  it('is not told from a stated version whose columns the file does not have', async () => {
    expect(await foundIn({ uns: { schema_version: '4.0.0' } })).toEqual([]);
  });

  it('comes with its signs and with all that has changed since', async () => {
    await writeH5ad(sample, { ...OF_5, obs: { ...OF_5.obs, genetic_ancestry_African: new Float32Array(40) } });

    const [finding] = await findingsOf(sample);

    expect(finding?.severity).toBe('info');
    expect(finding?.samples).toEqual([
      'there is obs.organism_ontology_term_id',
      'there is no uns.organism_ontology_term_id',
      'there is no obs.ethnicity_ontology_term_id',
      'there is obs.tissue_type',
      'obs has columns genetic_ancestry_…',
    ]);
    expect(finding?.fix).toMatch(/What has changed: 6\.0: .*; 7\.0: /);
  });
});

const fixtures = sharedFolder('fixtures/h5ad');

describe.skipIf(fixtures.isMissing)(`the edition of real files${fixtures.note}`, () => {
  it.each([
    ['example_valid_v2.1.0', ['schema 2.0 or 2.1']],
    ['example_valid_v3.0.0-3.1.3', ['schema 3.0 or 3.1']],
    ['example_valid_v4.0.0', ['schema 4.0 to 5.2']],
    ['example_valid_v5.0.0-5.2.3', ['schema 4.0 to 5.2']],
    ['example_valid_v5.3.1', ['schema 5.3']],
    ['example_valid_v6.0.0-6.2.2', ['schema 6.0 to 6.2']],
    ['example_valid_7.0.0', []],
    ['small_perturbations_7.1.0-branch', []],
  ])('is told of %s', async (file, expected) => {
    expect((await findingsOf(fixtures.at(`${file}.h5ad`))).map(({ found }) => found)).toEqual(expected);
  });
});
