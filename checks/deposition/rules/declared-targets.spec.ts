import { describe, expect, it } from 'vitest';
import { ANNOTATIONS, soundDataset, soundDeposition, soundRun, TOMOGRAMS } from '../../samples/deposition.js';
import { judgeDataset } from '../../samples/judged-dataset.js';
import type { TomogramValues } from '../declared.js';
import type { Dataset, KnownTomogram } from '../deposition.js';
import { TARGET_RULES } from './declared-targets.js';

const processed = (values: TomogramValues) =>
  judgeDataset(TARGET_RULES, 'X-38', soundDataset({ tomograms: { kind: { ...TOMOGRAMS.raw, ...values } } }));

describe('the processing of tomograms', () => {
  it('is declared with its software where there is any', () => {
    expect(judgeDataset(TARGET_RULES, 'X-38', soundDataset())).toMatchObject({
      says: [],
      compared: [expect.any(String)],
    });
    expect(processed({ post_processing: 'denoised', processing_software: 'cryoCARE' }).says).toEqual([]);
  });

  it.each<[what: string, says: string, values: TomogramValues]>([
    ['a denoised tomogram without a software', 'software_missing', { post_processing: 'denoised' }],
    ['a software that is a blank', 'software_missing', { post_processing: 'filtered_even', processing_software: ' ' }],
    ['a raw tomogram with a software', 'software_needless', { processing_software: 'cryoCARE' }],
  ])('tells of %s', (_, says, values) => {
    expect(processed(values).says).toEqual([says]);
  });

  it('is not judged where none is declared', () => {
    expect(processed({ post_processing: undefined as never }).notApplicable).toEqual([expect.any(String)]);
  });
});

const known: KnownTomogram[] = ['TS_001', 'TS_002'].map((run) => ({
  ...{ id: 'TM-1', run, alignment: 'AL-1', dimensions: [720, 512, 250], voxelSize: 10.8 },
}));
const annotations = {
  ribosome: { ...ANNOTATIONS.ribosome, files: [{ path: '{run_name}.csv', reference_tomogram: 'TM-1' }] },
};
const runs = [soundRun({ declared: { alignment_ref: 'AL-1' } }), soundRun({ name: 'TS_002' })];
const added = soundDataset({ tomograms: {}, annotations, runs });
const said = (
  dataset: Dataset,
  kind: 'cryoet-annotations' | 'cryoet-tomograms' = 'cryoet-annotations',
  those = known,
) => judgeDataset(TARGET_RULES, 'D-06', dataset, soundDeposition({ kind, datasets: [dataset], known: those }));

describe('records that are added to', () => {
  it('exist', () => {
    expect(said(added)).toMatchObject({ says: [], compared: [expect.any(String)] });
  });

  it('are none for a new data set', () => {
    expect(judgeDataset(TARGET_RULES, 'D-06', soundDataset()).notApplicable).toEqual([expect.any(String)]);
  });

  it('are undecided where nothing was looked up', () => {
    expect(said(added, 'cryoet-annotations', []).undecided).toEqual([expect.any(String)]);
  });

  it('are told where one is not there, or somebody else’s draft', () => {
    const missingTargets = [{ dataset: added.key, target: 'ACC-000009/cells' }];
    const deposition = { datasets: [added], known: [], missingTargets };
    const { says, told } = judgeDataset(
      TARGET_RULES,
      'D-06',
      added,
      soundDeposition({ kind: 'cryoet-annotations', ...deposition }),
    );

    expect([says, told?.found]).toEqual([['target'], 'ACC-000009/cells']);
  });

  it('are told where a tomogram, a run or an alignment is not theirs', () => {
    const file = { path: '{run_name}.csv', reference_tomogram: 'TM-9' };
    const [, second = soundRun()] = runs;

    expect(said({ ...added, annotations: { ribosome: { files: [file] } } }).says).toEqual(['tomogram']);
    expect(said({ ...added, runs: [soundRun({ name: 'TS_9' })] }).says).toEqual(['run of TS_9']);
    expect(said({ ...added, runs: [soundRun({ declared: { alignment_ref: 'AL-9' } }), second] }).says).toEqual([
      'alignment of TS_001',
    ]);
  });

  it('are those of the data set alone', () => {
    const others = known.map((tomogram) => ({ ...tomogram, dataset: 'others' }));

    expect(said(added, 'cryoet-annotations', others).undecided).toHaveLength(1);
    expect(
      said(
        added,
        'cryoet-annotations',
        others.map((tomogram) => ({ ...tomogram, dataset: 'cells' })),
      ).says,
    ).toEqual([]);
  });

  it('may have runs that have no tomogram yet, where tomograms are brought', () => {
    expect(said({ ...added, annotations: {}, runs: [soundRun({ name: 'TS_9' })] }, 'cryoet-tomograms').says).toEqual(
      [],
    );
  });
});
