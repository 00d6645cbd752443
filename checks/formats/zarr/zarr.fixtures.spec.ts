import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedFolder } from '../../../test/shared.js';
import { withLocalFile } from '../../local-file.js';
import { runCheck } from '../../run-checks.js';
import type { ZarrFacts } from '../tomography-facts.js';
import { zarrCheck } from '../zarr.check.js';

const fixtures = sharedFolder('fixtures/cryoet');

const judged = async (path: string, full = true) => {
  const local = fixtures.at(path);
  const result = await withLocalFile({ path, local }, (file) => runCheck(zarrCheck, file, { schema: null, full }));
  expect(result.cause).toBeUndefined();
  return { ...result, rules: result.findings.map(({ severity, rule }) => `${severity} ${rule}`) };
};

/** What each spoiled store is there for. */
const FAULTS: Readonly<Record<string, string>> = {
  'v04_bad_axes_xyz_no_unit.zarr': 'error axes_not_zyx',
  'v04_bad_level_order.zarr': 'error level_order',
  'v04_bad_missing_level_path.zarr': 'error level_missing',
  'v04_bad_no_scale.zarr': 'error scale_missing',
  'v04_bad_scale_1_2_4.zarr': 'warning scale_unset',
  'v04_bad_stray_files.zarr': 'warning stray_files',
  'v04_bad_translation_before_scale.zarr': 'error transformation_order',
  'v04_bad_zarray_json.zarr': 'error json',
  'v05_bad_dimension_names_mismatch.zarr': 'error dimension_names',
  'v05_bad_no_dimension_names.zarr': 'error dimension_names',
  'v05_bad_no_version.zarr': 'error version',
};

describe.skipIf(fixtures.isMissing)(`zarr check of the synthetic stores${fixtures.note}`, () => {
  const stores = fixtures.isMissing ? [] : readdirSync(fixtures.at('synthetic/zarr'));
  const sound = stores.filter((store) => /_ok/.test(store) && !store.includes('dot_separator'));

  it.each(sound)('has nothing against %s', async (store) => {
    for (const full of [true, false]) {
      const { findings, facts } = await judged(`synthetic/zarr/${store}`, full);

      expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      const { dimensions, voxelSize, chunks } = facts as unknown as ZarrFacts;
      expect({ dimensions, voxelSize, chunks }).toEqual({
        ...{ dimensions: [8, 8, 8], voxelSize: [13.48, 13.48, 13.48], chunks: { expected: 8, missing: 0 } },
      });
    }
  });

  it.each(stores.filter((store) => !sound.includes(store)))('names the fault of %s', async (store) => {
    const { rules } = await judged(`synthetic/zarr/${store}`);
    const fault = FAULTS[store];

    if (store.includes('dot_separator')) expect(rules).toContain('warning separator');
    else if (fault) expect(rules).toContain(fault);
    else expect(rules.filter((rule) => !rule.startsWith('info'))).not.toEqual([]);
  });
});

/** Stores of other projects, and the first thing that is wrong with each for us. */
const OTHERS: readonly (readonly [store: string, rule: string])[] = [
  ['ome+ome-ngff-validator/test_samples/invalid/no_version_v0.5.zarr', 'error no_multiscales'],
  ['ome+ome-ngff-validator/test_samples/invalid/no_version_v0.4.zarr', 'warning version_missing'],
  ['ome+ome-ngff-validator/test_samples/invalid/invalid_version.zarr', 'error version'],
  ['ome+ome-ngff-validator/test_samples/invalid/missing_min.zarr', 'error structure'],
  ['ome-zarr-models+ome-zarr-models-py/tests/data/examples/v04/hcs_example.ome.zarr', 'error no_multiscales'],
  ['ome+ome-zarr-py/tests/data/v1', 'error version'],
  ['ome+ome-zarr-py/tests/data/v2', 'error version'],
  ['manzt+zarrita.js/fixtures/v2/data.zarr', 'error no_multiscales'],
  ['manzt+zarrita.js/fixtures/v3/data.zarr', 'error no_multiscales'],
  [
    'chanzuckerberg+cryoet-data-portal-backend/test_infra/test_files/input_bucket/sample_tomos/input_omezarr.zarr',
    'error axes_not_zyx',
  ],
];

describe.skipIf(fixtures.isMissing)(`zarr check of stores of other projects${fixtures.note}`, () => {
  it.each(OTHERS)('says of %s that there is %s', async (store, rule) => {
    expect((await judged(store)).rules).toContain(rule);
  });
});
