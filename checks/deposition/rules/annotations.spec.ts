import { describe, expect, it } from 'vitest';
import type { MrcFacts } from '../../formats/tomography-facts.js';
import {
  ANNOTATIONS,
  soundDataset,
  soundDeposition,
  soundRun,
  TOMOGRAMS,
  withFacts,
  without,
} from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { maskFacts, tomogramFacts } from '../../samples/tomography-facts.js';
import type { Dataset, Deposition, KnownTomogram, Run } from '../deposition.js';
import { ANNOTATION_RULES } from './annotations.js';

const MASK = 'annotations/TS_001_membrane.mrc';
const run = soundRun();
const withMask = (facts: Partial<MrcFacts>, of = run): Run => ({
  ...{ ...of, files: of.files.map((file) => (file.path === MASK ? { ...file, facts: maskFacts(facts) } : file)) },
});
const said = (id: string, of: Run, dataset: Partial<Dataset> = {}, deposition: Partial<Deposition> = {}) =>
  judge(
    ANNOTATION_RULES,
    id,
    of,
    soundDeposition({ datasets: [soundDataset({ runs: [of], ...dataset })], ...deposition }),
  );

describe('a mask', () => {
  it('is as large as its tomogram', () => {
    expect(said('X-39', run)).toMatchObject({
      faults: [],
      informs: [],
      notApplicable: [],
      compared: [expect.any(String)],
    });
    expect(said('X-39', withMask({ voxelSize: [10.801, 10.801, 10.801] })).faults).toEqual([]);
  });

  it.each<[what: string, says: string, facts: Partial<MrcFacts>]>([
    ['has its axes in another order', 'permuted', { dimensions: [250, 512, 720] }],
    ['is binned', 'binned', { dimensions: [360, 256, 125] }],
    ['is finer', 'binned', { dimensions: [1440, 1024, 500] }],
    ['is of another size', 'size', { dimensions: [720, 512, 251] }],
    ['has other voxels', 'voxel', { voxelSize: [10.9, 10.9, 10.9] }],
    ['has the voxels that programs write by themselves', 'voxel_default', { voxelSize: [1, 1, 1] }],
    ['has no voxel size', 'voxel_default', { voxelSize: [null, null, null] }],
  ])('is told where it %s', (_, says, facts) => {
    expect(said('X-39', withMask(facts)).faults).toEqual([says]);
  });

  it('is told by which factor it is binned', () => {
    expect(said('X-39', withMask({ dimensions: [180, 128, 63] })).told).toMatchObject({ binning: 4 });
  });

  it('may have the wrong voxels of its tomogram, where that is declared', () => {
    const raw = { ...TOMOGRAMS.raw, voxel_size_a: 7.84, header_is_wrong: true };

    expect(said('X-39', run, { tomograms: { raw } })).toMatchObject({ faults: [], informs: ['voxel_as_header'] });
  });

  it.each<[what: string, of: Run, dataset: Partial<Dataset>]>([
    ['there is none', without(run, 'annotation'), {}],
    ['its tomogram could not be read', withFacts(run, 'tomogram', null), {}],
    ['no entry is that of it', run, { annotations: {} }],
    ['no tomogram is named', run, { annotations: { membrane: { files: [{ path: MASK }] } } }],
  ])('is not judged where %s', (_, of, dataset) => {
    expect(said('X-39', of, dataset)).toMatchObject({ faults: [], notApplicable: [expect.any(String)] });
  });
});

const known = (change: Partial<KnownTomogram> = {}): KnownTomogram => ({
  ...{ id: 'TM-1', run: 'TS_001', alignment: 'AL-1', dimensions: [720, 512, 250], voxelSize: 10.8, ...change },
});
const onKnown = {
  membrane: {
    ...ANNOTATIONS.membrane,
    files: [{ path: 'annotations/{run_name}_membrane.mrc', reference_tomogram: 'TM-1' }],
  },
};
const only = without(run, 'tomogram', 'xf', 'tlt', 'xtilt', 'tilt_com', 'newst_com');
const adding = (of: Run, ...those: readonly KnownTomogram[]) =>
  said('X-40', of, { tomograms: {}, annotations: onKnown }, { kind: 'cryoet-annotations', known: those });

describe('the alignment of an annotation', () => {
  it('is that of its tomogram', () => {
    expect(said('X-40', run)).toMatchObject({ faults: [], notApplicable: [], compared: [expect.any(String)] });
    expect(adding(only, known({ run: 'TS_002' }), known()).compared).toHaveLength(1);
  });

  it('is told where the tomogram is of another run', () => {
    expect(adding(only, known({ run: 'TS_002' })).faults).toEqual(['other_run']);
  });

  it('is told where the run names another one, or brings its own', () => {
    const naming = { ...only, declared: { ...only.declared, alignment_ref: 'AL-2' } };

    expect(adding(naming, known()).faults).toEqual(['other_alignment']);
    expect(adding(without(run, 'tomogram'), known()).faults).toEqual(['other_alignment']);
  });

  it('is told where a new data set names a tomogram that it does not have', () => {
    const annotations = { membrane: { files: [{ path: MASK, reference_tomogram: 'row' }] } };

    expect(said('X-40', run, { annotations }).faults).toEqual(['unknown']);
  });

  it('is not judged where there are no annotations, or no tomogram is known', () => {
    expect(said('X-40', without(run, 'annotation')).notApplicable).toHaveLength(1);
    expect(adding(only).notApplicable).toHaveLength(1);
  });
});

describe('masks of several objects', () => {
  const second = {
    path: 'annotations/TS_001_actin.mrc',
    kind: 'annotation',
    facts: maskFacts(),
    belongsTo: 'actin',
  } as const;
  const actin = { object_name: 'actin', files: [{ path: second.path, reference_tomogram: 'raw' }] };
  const sha256 = run.files.find(({ path }) => path === MASK)?.sha256 ?? '';
  const judged = (other: string | null, name = 'actin') =>
    said(
      'X-45',
      { ...run, files: [...run.files, { ...second, sha256: other }] },
      {
        annotations: { ...ANNOTATIONS, actin: { ...actin, object_name: name } },
      },
    );

  it('are different files', () => {
    expect(judged('f'.repeat(64)).compared).toHaveLength(1);
  });

  it('are told where they are the same bytes', () => {
    expect(judged(sha256).faults).toEqual(['shared']);
    expect(judged(sha256).told).toMatchObject({ count: 2, found: 'membrane, actin' });
  });

  it('may be the same where they are of one object', () => {
    expect(judged(sha256, 'membrane').faults).toEqual([]);
  });

  it('are not compared where there is one, or a checksum is not known', () => {
    expect(said('X-45', run).notApplicable).toHaveLength(1);
    expect(judged(null)).toMatchObject({
      faults: [],
      compared: [],
      notApplicable: [expect.stringContaining('--full')],
    });
  });
});

it('keeps to the tomogram that is meant, where the names of several are alike', () => {
  const bigger = tomogramFacts({ dimensions: [1440, 1024, 500] });
  const path = 'TS_001/TS_001_full.mrc';
  const two = {
    ...run,
    files: [...run.files, { path, sha256: null, kind: 'tomogram', facts: bigger, belongsTo: 'full' } as const],
  };

  expect(said('X-39', two, { tomograms: { ...TOMOGRAMS, full: {} } }).faults).toEqual([]);
});
