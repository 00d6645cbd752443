import { describe, expect, it } from 'vitest';
import { fileOf } from '../../../test/sample-files.js';
import { sharedFolder } from '../../../test/shared.js';
import { CHECKS } from '../../formats/index.js';
import type { TomographyFacts } from '../../formats/tomography-facts.js';
import { checksFor, runCheck } from '../../run-checks.js';
import { around, runFile, soundDeposition } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import type { AnnotationValues } from '../declared.js';
import type { Run } from '../deposition.js';
import { RULES } from './index.js';

const PORTAL = 'chanzuckerberg+cryoet-data-portal-backend/test_infra/test_files/input_bucket/20002';
const fixtures = sharedFolder(`fixtures/cryoet/${PORTAL}`);

/** What the check of its format learns of a file. */
async function factsOf(path: string): Promise<TomographyFacts | null> {
  const [check] = checksFor(path, CHECKS);
  if (!check) return null;
  const { facts } = await runCheck(check, fileOf(path, fixtures.bytes(path)), { schema: null, full: true });
  return 'format' in facts ? (facts as unknown as TomographyFacts) : null;
}

type Entry = Partial<NonNullable<AnnotationValues['files']>[number]>;

/** What a rule says of a file of annotations on the portal's tomogram of 4 × 4 × 4 voxels of 14.08 Å. */
async function said(id: string, file: string, name = 'run1', entry: Entry = {}) {
  const path = `annotations/${file}`;
  const files = [
    runFile('tomograms/run1.rec', 'tomogram', await factsOf('tomograms/run1.rec'), 'raw'),
    runFile(path, 'annotation', await factsOf(path), 'object'),
  ];
  const run: Run = { dataset: '20002', name, declared: {}, files };
  const annotations = { object: { files: [{ path, reference_tomogram: 'raw', ...entry }] } };
  const dataset = { ...around(run).dataset, annotations, tomograms: { raw: {} } };
  return judge(RULES.ofRuns, id, run, soundDeposition({ datasets: [dataset] }));
}

describe.skipIf(fixtures.isMissing)(`annotations of the portal's test data${fixtures.note}`, () => {
  const STARS: readonly (readonly [file: string, run: string, binning: number])[] = [
    ['relion_3_star.star', 'tomo_1', 4],
    ['relion_4_star.star', 'TS_001', 5],
    ['stopgap_star.star', 'run1', 3],
    ['tomoman_relion_star.star', 'grid_1_lamella1_pos1', 4],
  ];

  it.each(STARS)(
    'of %s have rows of %s, which lie in its tomogram with a binning of %i',
    async (file, run, binning) => {
      expect((await said('X-43', file, run)).informs).toEqual(['others']);
      expect((await said('X-43', file, run)).faults).not.toContain('none');
      expect((await said('X-42', file, run)).compared).toEqual(['6 rows with them / three finite angles in each row']);
      expect(await said('X-41', file, run, { coordinate_binning: binning })).toMatchObject({
        faults: [],
        compared: [expect.any(String)],
      });
      expect((await said('X-41', file, run)).told?.repair).toMatchObject({ to: binning });
    },
  );

  it.each(STARS)('of %s have no rows of a run that is called otherwise', async (file) => {
    expect((await said('X-43', file, 'TS_4')).faults).toEqual(['none']);
    expect((await said('X-41', file, 'TS_4')).notApplicable).toEqual([expect.stringContaining('is of this run')]);
  });

  it.each(['points.csv', 'points_tab_delim.csv', 'points_with_header.csv', 'points_with_header_pipe_delim.csv'])(
    'of %s lie in the tomogram, as many as are declared',
    async (file) => {
      expect(await said('X-41', file)).toMatchObject({ faults: [], compared: [expect.stringContaining('3 points')] });
      expect((await said('X-44', file, 'run1', { object_count: 3 })).compared).toHaveLength(1);
      expect((await said('X-44', file, 'run1', { object_count: 4 })).faults).toEqual(['points']);
    },
  );

  it('of tardis.csv are in ångström, of three instances', async () => {
    expect((await said('X-41', 'tardis.csv')).told?.repair).toMatchObject({ to: 14.08 });
    expect((await said('X-41', 'tardis.csv', 'run1', { coordinate_binning: 14.08 })).faults).toEqual([]);
    expect((await said('X-44', 'tardis.csv', 'run1', { object_count: 3 })).faults).toEqual([]);
  });

  it.each<[file: string, size: readonly string[], values: readonly string[], entry: Entry]>([
    ['semantic_mask.mrc', ['voxel_default'], ['labels'], {}],
    ['semantic_mask.mrc', ['voxel_default'], [], { object_count: 3 }],
    ['semantic_mask.mrc', ['voxel_default'], ['count'], { object_count: 2 }],
    ['small_semantic_mask.mrc', ['binned'], ['not_binary'], {}],
    ['segmask.mrc', [], ['probabilities'], {}],
    ['large_probability_map.mrc', ['voxel_default'], [], { is_probability_map: true, threshold: 0.5 }],
    ['small_probability_map.mrc', ['binned'], ['probabilities'], {}],
  ])('of %s are told by size (%j) and by values (%j)', async (file, size, values, entry) => {
    expect((await said('X-39', file, 'run1', entry)).faults).toEqual(size);
    expect((await said('X-44', file, 'run1', entry)).faults).toEqual(values);
  });
});
