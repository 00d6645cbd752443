import { describe, expect, it } from 'vitest';
import { runFile, soundRun, withFacts, withFiles, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { frameFacts, gainFacts, mdocFacts, TAKEN, tiltSeriesFacts } from '../../samples/tomography-facts.js';
import type { RunValues } from '../declared.js';
import type { Run } from '../deposition.js';
import { FRAME_RULES } from './frames.js';

const run = soundRun();
const IDS = FRAME_RULES.map(({ id }) => id);
const said = (id: string, of: Run) => judge(FRAME_RULES, id, of);
const declaring = (declared: RunValues) => soundRun({ declared });
const series = (facts: Parameters<typeof tiltSeriesFacts>[0]) => withFacts(run, 'tilt_series', tiltSeriesFacts(facts));
const mrcFrames = (of: Run, ...voxels: readonly number[]) =>
  withFiles(
    without(of, 'frame'),
    ...voxels.map((voxel, i) => {
      const facts = gainFacts({ dimensions: [5760, 4092, 10], voxelSize: [voxel, voxel, voxel] });
      return runFile(`frames/${i}.mrc`, 'frame', facts);
    }),
  );

describe('frames', () => {
  it.each(IDS)('are sound by %s, which says what it compared', (id) => {
    expect(said(id, run)).toMatchObject({ faults: [], informs: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each(IDS)('are not looked at by %s where there are none', (id) => {
    const none = { ...without(run, 'frame', 'mdoc'), declared: {} };

    expect(said(id, none)).toMatchObject({ faults: [], notApplicable: [expect.any(String)] });
  });

  const SPOILT: readonly (readonly [id: string, says: string, what: string, run: Run])[] = [
    ['X-24', 'size', 'a frame of another size', withFacts(run, 'frame', frameFacts({ dimensions: [4092, 5760, 10] }))],
    ['X-24', 'type', 'a frame of another type', withFacts(run, 'frame', frameFacts({ dtype: 'uint16' }))],
    ['X-24', 'exposures', 'a shorter movie', withFacts(run, 'frame', frameFacts({ dimensions: [5760, 4092, 9] }))],
    ['X-24', 'pixel', 'a frame of other pixels', mrcFrames(run, 1.35, 1.35, 1.352)],
    ['X-25', 'declared', 'another binning', declaring({ binning_from_frames: 3 })],
    ['X-25', 'declared', 'other pixels of the tilt series', series({ voxelSize: [2.75, 2.75, 2.75] })],
    [
      'X-25',
      'fraction',
      'a binning that is no whole number',
      withFacts(
        declaring({ binning_from_frames: undefined as never }),
        'tilt_series',
        tiltSeriesFacts({ voxelSize: [3.4, 3.4, 3.4] }),
      ),
    ],
    ['X-26', 'differs', 'a tilt series of another size', series({ dimensions: [1440, 1023, 13] })],
    ['X-26', 'turned', 'a tilt series that is turned', series({ dimensions: [2046, 2880, 13] })],
  ];

  it.each(SPOILT)('are told by %s as "%s": %s', (id, says, _, spoilt) => {
    expect(said(id, spoilt).faults).toEqual([says]);
  });

  it('are told which ones differ from most', () => {
    const { told } = said('X-24', withFacts(run, 'frame', frameFacts({ dimensions: [3838, 3710, 10] })));

    expect(told).toMatchObject({
      count: 1,
      all: 13,
      expected: '5760 × 4092',
      found: '3838 × 3710',
      file: run.files[0]?.path,
    });
  });

  it('may be of movies that the camera divides as it likes, and of pixels that differ by rounding', () => {
    const eer = { format: 'eer', compression: '65001' } as const;
    const movies = withFacts(run, 'frame', frameFacts({ ...eer, dimensions: [5760, 4092, 500] }));

    expect(said('X-24', movies).faults).toEqual([]);
    expect(said('X-24', mrcFrames(run, 1.35, 1.3509)).faults).toEqual([]);
  });

  it('may be in super-resolution, and cropped a little', () => {
    const superResolution = declaring({ frame_pixel_size_a: 0.675 });

    expect(said('X-25', superResolution)).toMatchObject({ faults: [], informs: ['super_resolution'] });
    expect(said('X-26', series({ dimensions: [2880, 2000, 13] }))).toMatchObject({ faults: [], informs: ['cropped'] });
    expect(said('X-26', series({ dimensions: [2879, 2044, 13] })).compared).toHaveLength(1);
  });

  it('have the pixels of the MDOC where nothing else tells them', () => {
    const silent = declaring({ frame_pixel_size_a: undefined as never });

    expect(said('X-25', silent).compared).toEqual(['2 / 2 (±1 %)']);
  });

  it('have the pixels of their own MDOCs, where there is one for each', () => {
    const silent = without(declaring({ frame_pixel_size_a: undefined as never }), 'mdoc');
    const mdocs = TAKEN.map((tilt, i) =>
      runFile(`m/${i}.mdoc`, 'mdoc', mdocFacts('TS_001', { kind: 'frame set', tiltAngles: [tilt] })),
    );

    expect(said('X-25', withFiles(silent, ...mdocs)).compared).toEqual(['2 / 2 (±1 %)']);
    expect(said('X-25', silent).notApplicable).toHaveLength(1);
  });
});
