import { describe, expect, it } from 'vitest';
import { soundDataset, soundRun, withFacts, without } from '../../samples/deposition.js';
import { judgeDataset } from '../../samples/judged-dataset.js';
import { mdocFacts, tiltSeriesFacts, tomogramFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { RUNS_ALIKE_RULES } from './runs-alike.js';

const NAMES = ['TS_001', 'TS_002', 'TS_003', 'TS_004'];
const IDS = RUNS_ALIKE_RULES.map(({ id }) => id);
const said = (id: string, ...runs: readonly Run[]) => judgeDataset(RUNS_ALIKE_RULES, id, soundDataset({ runs }));
/** Four runs, of which the third is this one. */
const among = (third: Run) => NAMES.map((name, i) => (i === 2 ? third : soundRun({ name })));
const third = soundRun({ name: 'TS_003' });

describe('the runs of a data set', () => {
  it.each(IDS)('are alike by %s, which says what it compared', (id) => {
    expect(said(id, ...among(third))).toMatchObject({
      ...{ says: [], notApplicable: [], compared: [expect.any(String)] },
    });
  });

  it.each([
    ['D-01', 1],
    ['D-02', 2],
    ['D-04', 1],
  ])('are not judged by %s where there are too few to compare', (id, count) => {
    const { says, notApplicable } = said(id, ...NAMES.slice(0, count).map((name) => soundRun({ name })));

    expect([says, notApplicable]).toEqual([[], [expect.any(String)]]);
  });

  const SPOILT: readonly (readonly [id: string, says: string, what: string, run: Run])[] = [
    ['D-01', 'lacks of TS_003', 'a run without a tomogram', without(third, 'tomogram')],
    ['D-01', 'lacks of TS_003', 'a run without an MDOC', without(third, 'mdoc')],
    [
      'D-02',
      'differs of TS_003',
      'a stack of another size',
      withFacts(third, 'tilt_series', tiltSeriesFacts({ dimensions: [1920, 2046, 13] })),
    ],
    [
      'D-02',
      'differs of TS_003',
      'a stack of more sections',
      withFacts(third, 'tilt_series', tiltSeriesFacts({ dimensions: [2880, 2046, 15] })),
    ],
    [
      'D-02',
      'differs of TS_003',
      'a stack of other pixels',
      withFacts(third, 'tilt_series', tiltSeriesFacts({ voxelSize: [2.9, 2.9, 2.9] })),
    ],
    [
      'D-02',
      'differs of TS_003',
      'a tomogram of other voxels',
      withFacts(third, 'tomogram', tomogramFacts({ voxelSize: [10, 10, 10] })),
    ],
    ['D-02', 'differs of TS_003', 'another voltage', withFacts(third, 'mdoc', mdocFacts('TS_003', { voltage: 200 }))],
    [
      'D-04',
      'differs of TS_003',
      'another voltage declared',
      soundRun({ name: 'TS_003', declared: { acceleration_voltage_v: 200_000 } }),
    ],
    [
      'D-04',
      'differs of TS_003',
      'another camera declared',
      soundRun({ name: 'TS_003', declared: { camera_model: 'K2' } }),
    ],
  ];

  it.each(SPOILT)('are told apart by %s as "%s": %s', (id, says, _, run) => {
    expect(said(id, ...among(run)).says).toEqual([says]);
  });

  it('are told where two of them have one name', () => {
    expect(said('D-01', third, third, soundRun()).says).toEqual(['repeated of TS_003']);
  });

  it('may differ by what few of them have, and by a thousandth of an ångström', () => {
    const nearly = withFacts(third, 'tilt_series', tiltSeriesFacts({ voxelSize: [2.7009, 2.7009, 2.7009] }));

    expect(
      said('D-01', ...NAMES.map((name, i) => (i < 3 ? without(soundRun({ name }), 'xtilt') : soundRun({ name })))).says,
    ).toEqual([]);
    expect(said('D-02', ...among(nearly)).says).toEqual([]);
  });

  it('may be aligned by several programs, each with the files of its own', () => {
    expect(said('D-01', ...among(soundRun({ name: 'TS_003', alignment: 'ARETOMO' }))).says).toEqual([]);
    expect(said('D-01', ...among(without(third, 'xf'))).says).toEqual(['lacks of TS_003']);
  });

  it('are 500, and judged at once', () => {
    const runs = Array.from({ length: 500 }, (_, i) => soundRun({ name: `TS_${i}` }));
    const begun = performance.now();

    for (const id of IDS) expect(said(id, ...runs).says).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
