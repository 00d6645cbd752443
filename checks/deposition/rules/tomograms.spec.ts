import { describe, expect, it } from 'vitest';
import type { ZarrFacts } from '../../formats/tomography-facts.js';
import { runFile, soundDataset, soundDeposition, soundRun, withFacts, withFiles } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { maskFacts, tiltSeriesFacts, tomogramFacts, zarrFacts } from '../../samples/tomography-facts.js';
import type { KnownTomogram, Run } from '../deposition.js';
import { TOMOGRAM_RULES } from './tomograms.js';

const run = soundRun();
const said = (id: string, of: Run) => judge(TOMOGRAM_RULES, id, of);
const second = (facts: Parameters<typeof tomogramFacts>[0]) =>
  withFiles(run, runFile('TS_001/TS_001_denoised.mrc', 'tomogram', tomogramFacts(facts), 'denoised'));

describe('tomograms of one alignment', () => {
  it('are of one extent, however they are binned', () => {
    const half = second({ dimensions: [360, 256, 125], voxelSize: [21.6, 21.6, 21.6] });

    expect(said('X-36', half)).toMatchObject({ faults: [], notApplicable: [], compared: [expect.any(String)] });
    expect(said('X-36', second({ dimensions: [719, 513, 251] })).faults).toEqual([]);
  });

  it('are of one extent where one voxel is between them, as exactly as a header of 32 bits tells', () => {
    const small = withFacts(
      run,
      'tomogram',
      tomogramFacts({ dimensions: [24, 20, 16], voxelSize: [5.40000025, 1, 1] }),
    );
    const other = runFile(
      'TS_001/TS_001_denoised.mrc',
      'tomogram',
      tomogramFacts({ dimensions: [23, 20, 16], voxelSize: [5.4, 1, 1] }),
      'denoised',
    );

    expect(said('X-36', withFiles(small, other)).faults).toEqual([]);
  });

  it.each<[what: string, says: string, of: Run]>([
    ['is larger', 'differs', second({ dimensions: [720, 512, 300] })],
    ['has other voxels', 'differs', second({ voxelSize: [7.84, 7.84, 7.84] })],
    ['is turned', 'turned', second({ dimensions: [720, 250, 512] })],
  ])('are told where one %s', (_, says, of) => {
    expect(said('X-36', of).faults).toEqual([says]);
  });

  it('are not compared where there is one', () => {
    expect(said('X-36', run).notApplicable).toHaveLength(1);
  });

  it('are compared with one that exists, where its alignment is named', () => {
    const known: KnownTomogram = {
      id: 'TM-1',
      run: 'TS_001',
      alignment: 'AL-1',
      dimensions: [360, 256, 125],
      voxelSize: 30,
    };
    const extended = soundRun({ declared: { alignment_ref: 'AL-1' } });
    const judged = (alignment: string) => {
      const deposition = { datasets: [soundDataset({ runs: [extended] })], known: [{ ...known, alignment }] };
      return judge(TOMOGRAM_RULES, 'X-36', extended, soundDeposition({ kind: 'cryoet-tomograms', ...deposition }));
    };

    expect(judged('AL-1').faults).toEqual(['differs']);
    expect(judged('AL-2').notApplicable).toHaveLength(1);
  });
});

const both = (facts: Partial<ZarrFacts> = {}) =>
  withFiles(run, runFile('TS_001/TS_001_rec.zarr', 'tomogram', zarrFacts(facts), 'raw'));
const { levels } = zarrFacts();
const withLevel = (at: number, change: Partial<ZarrFacts['levels'][number]>) =>
  both({ levels: levels.map((level, i) => (i === at ? { ...level, ...change } : level)) });
const stack = (change: { shape?: number[]; scale?: number[] } = {}) =>
  withFiles(
    run,
    runFile('TS_001/TS_001.zarr', 'tilt_series', {
      ...zarrFacts({ dimensions: [2880, 2046, 13], voxelSize: [2.7, 2.7, 2.7] }),
      levels: [
        { path: '0', shape: [13, 2046, 2880], scale: [2.7, 2.7, 2.7] },
        { path: '1', shape: [13, 1023, 1440], scale: [2.7, 5.4, 5.4], ...change },
      ],
    }),
  );

describe('what is there as MRC and as OME-Zarr', () => {
  it.each<[what: string, of: Run]>([
    ['a tomogram', both()],
    ['a tilt series, whose sections are not binned', stack()],
    ['a tomogram, to a thousandth of an ångström', withLevel(1, { scale: [21.6, 21.6, 21.601] })],
  ])('is the same volume: %s', (_, of) => {
    expect(said('X-37', of)).toMatchObject({ faults: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each<[what: string, says: string, of: Run]>([
    ['another size', 'shape', withLevel(0, { shape: [250, 512, 700] })],
    ['a level that is not half of the one before', 'level', withLevel(2, { shape: [62, 128, 180] })],
    ['a scale that is not told in ångström', 'scale', withLevel(1, { scale: [2, 2, 2] })],
    ['axes in another order', 'axes', both({ axes: [...zarrFacts().axes].reverse() })],
    ['binned sections of a tilt series', 'level', stack({ shape: [7, 1023, 1440] })],
  ])('is told where it has %s', (_, says, of) => {
    expect(said('X-37', of).faults).toEqual([says]);
  });

  it('is a mask too, by its name', () => {
    const mask = (name: string) =>
      runFile(
        `annotations/${name}.zarr`,
        'annotation',
        zarrFacts({ levels: [{ path: '0', shape: [1, 1, 1], scale: [1, 1, 1] }] }),
        'membrane',
      );

    expect(said('X-37', withFiles(run, mask('TS_001_membrane'))).faults).toEqual(['shape', 'scale']);
    expect(said('X-37', withFiles(run, mask('TS_001_other'))).notApplicable).toHaveLength(1);
  });

  it('has the declared size where the header is declared to be wrong', () => {
    const unset = withFacts(
      { ...stack(), declared: { tilt_series_pixel_size_a: 2.7, tilt_series_header_is_wrong: true } },
      'tilt_series',
      tiltSeriesFacts({ voxelSize: [1, 1, 1] }),
    );

    expect(said('X-37', unset).faults).toEqual([]);
  });

  it('is not compared where there is one format, or one could not be read', () => {
    expect(said('X-37', run).notApplicable).toHaveLength(1);
    expect(said('X-37', withFacts(both(), 'tomogram', null)).notApplicable).toHaveLength(1);
    expect(said('X-37', withFiles(run, runFile('a.mrc', 'annotation', maskFacts()))).notApplicable).toHaveLength(1);
  });
});
