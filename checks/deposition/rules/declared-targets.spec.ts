import { describe, expect, it } from 'vitest';
import { ANNOTATIONS, soundDataset, soundDeposition, soundRun, TOMOGRAMS } from '../../samples/deposition.js';
import { judgeDataset } from '../../samples/judged-dataset.js';
import type { TomogramValues } from '../declared.js';
import type { Dataset, Deposition, KnownTomogram } from '../deposition.js';
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
const knownRuns = known.map(({ run, alignment }) => ({ name: run, alignment }));
const said = (dataset: Dataset, targets: Partial<Deposition> = {}) =>
  judgeDataset(
    TARGET_RULES,
    'D-06',
    dataset,
    soundDeposition({ kind: 'cryoet-annotations', datasets: [dataset], known, knownRuns, ...targets }),
  );

describe('records that are added to', () => {
  it('exist', () => {
    expect(said(added)).toMatchObject({ says: [], compared: [expect.any(String)] });
  });

  it('are none for a new data set', () => {
    expect(judgeDataset(TARGET_RULES, 'D-06', soundDataset()).notApplicable).toEqual([expect.any(String)]);
  });

  it('are undecided where nothing was looked up', () => {
    const { knownRuns: _, ...alone } = soundDeposition({ kind: 'cryoet-annotations', datasets: [added], known });

    expect(judgeDataset(TARGET_RULES, 'D-06', added, alone)).toMatchObject({
      ...{ says: [], compared: [], undecided: [expect.any(String)] },
    });
  });

  it.each<[what: string, dataset: Dataset]>([
    ['all that is named is there', added],
    ['something is not there, which may come yet', { ...added, runs: [soundRun({ name: 'TS_9' })] }],
  ])('are undecided where one is not checked as it stands: %s', (_, dataset) => {
    const uncheckedTargets = [{ dataset: added.key, target: 'ACC-000009/cells' }];

    expect(said(dataset, { uncheckedTargets })).toMatchObject({ says: [], compared: [] });
    expect(said(dataset, { uncheckedTargets }).undecided).toEqual([expect.stringContaining('ACC-000009/cells')]);
    expect(said(added, { uncheckedTargets: [{ dataset: 'others', target: 'ACC-000009/cells' }] }).undecided).toEqual(
      [],
    );
  });

  it('are told where one is not there, or somebody else’s draft', () => {
    const missingTargets = [{ dataset: added.key, target: 'ACC-000009/cells' }];
    const { says, told } = said(added, { missingTargets });

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
    const within = (key: string) => ({
      known: known.map((tomogram) => ({ ...tomogram, dataset: key })),
      knownRuns: knownRuns.map((run) => ({ ...run, dataset: key })),
    });

    expect(said(added, within('others')).says).toEqual(['tomogram', 'run of TS_001', 'run of TS_002']);
    expect(said(added, within('cells')).says).toEqual([]);
  });

  it('may have runs that have no tomogram yet, with an alignment or without', () => {
    const bare = (alignment: string | null, alignment_ref?: string) =>
      said(
        {
          ...added,
          annotations: {},
          runs: [soundRun({ name: 'TS_9', declared: alignment_ref ? { alignment_ref } : {} })],
        },
        { kind: 'cryoet-tomograms', knownRuns: [...knownRuns, { name: 'TS_9', alignment }] },
      ).says;

    expect([bare(null), bare('AL-2', 'AL-2')]).toEqual([[], []]);
    expect(bare(null, 'AL-2')).toEqual(['alignment of TS_9']);
  });

  it('have the runs that they have, for tomograms too', () => {
    const dataset = { ...added, annotations: {}, runs: [soundRun({ name: 'TS_9' })] };

    expect(said(dataset, { kind: 'cryoet-tomograms' }).says).toEqual(['run of TS_9']);
  });
});
