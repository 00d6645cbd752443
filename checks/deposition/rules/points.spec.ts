import { describe, expect, it } from 'vitest';
import type { PointGroup, PointsFacts } from '../../formats/tomography-facts.js';
import { ANNOTATIONS, soundDataset, soundDeposition, soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { pointsFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { POINT_RULES } from './points.js';

type Corner = [number, number, number];

/** Points of one tomogram, one a line. */
function group(points: readonly Corner[], tomogram: string | null = null): PointGroup {
  const along = (pick: (...values: number[]) => number): Corner => {
    const [x = [], y = [], z = []] = [0, 1, 2].map((axis) => points.map((point) => point[axis] ?? 0));
    return [pick(...x), pick(...y), pick(...z)];
  };
  return {
    ...{ tomogram, count: points.length, min: along(Math.min), max: along(Math.max), lines: [1, points.length] },
    ...{ coordinates: points.flat(), coordinateLines: points.map((_, i) => i + 1), instances: null },
  };
}

const WITHIN: readonly Corner[] = [
  [20, 30, 40],
  [700, 500, 240],
  [400.5, 260.5, 130],
  [360, 90, 200],
];
const scaled = (by: number, points = WITHIN) => points.map(([x, y, z]): Corner => [x * by, y * by, z * by]);
const list = (points: readonly Corner[], facts: Partial<PointsFacts> = {}) =>
  pointsFacts({ groups: [group(points)], ...facts });

interface Told {
  readonly coordinate_binning?: number;
  readonly of?: Run;
}

function said(facts: PointsFacts | null, { of = soundRun(), ...told }: Told = {}) {
  const run = withFacts(of, 'annotation', facts);
  const entry = { path: 'annotations/{run_name}_ribosomes.csv', reference_tomogram: 'raw', ...told };
  const annotations = { ribosome: { ...ANNOTATIONS.ribosome, files: [{ path: 'other.csv' }, entry] } };
  return judge(POINT_RULES, 'X-41', run, soundDeposition({ datasets: [soundDataset({ runs: [run], annotations })] }));
}

describe('points', () => {
  it('lie in their tomogram, up to a voxel beyond its edge', () => {
    expect(said(list(WITHIN))).toMatchObject({ faults: [], notApplicable: [], compared: [expect.any(String)] });
    expect(said(list([...WITHIN, [-1, 512, 250]])).faults).toEqual([]);
  });

  it.each<[what: string, points: readonly Corner[], facts: Partial<PointsFacts>, told: Told]>([
    ['of a binning that is declared', scaled(4), {}, { coordinate_binning: 4 }],
    [
      'in ångström, with the voxel size declared as binning',
      scaled(10.8),
      { unit: 'angstrom' },
      { coordinate_binning: 10.8 },
    ],
    [
      'from the centre, in ångström',
      WITHIN.map(([x, y, z]): Corner => [(x - 360) * 10.8, (y - 256) * 10.8, (z - 125) * 10.8]),
      { unit: 'centred angstrom', flavour: 'relion5', format: 'star' },
      {},
    ],
  ])('may be %s', (_, points, facts, told) => {
    expect(said(list(points, facts), told)).toMatchObject({ faults: [], compared: [expect.any(String)] });
  });

  it('are told with their lines where some lie outside', () => {
    const { faults, told } = said(list([...WITHIN, [720.5, 20, 20], [20, 20, -3]]));

    expect(faults).toEqual(['outside']);
    expect(told).toMatchObject({
      count: 2,
      all: 6,
      location: 'line 5',
      samples: ['line 5: 720.5, 20, 20', 'line 6: 20, 20, -3'],
    });
  });

  it('are a warning where one in a hundred lies outside', () => {
    const many = Array.from({ length: 99 }, (_, i): Corner => [7 * i, 5 * i, 2 * i]);

    expect(said(list([...many, [800, 20, 20]])).faults).toEqual(['few_outside']);
    expect(said(list([...many, [800, 20, 20], [20, 600, 20]])).faults).toEqual(['outside']);
  });

  it.each<[what: string, binning: number | null, hint: RegExp, points: readonly Corner[]]>([
    ['in ångström', 10.8, /ångström\.$/, scaled(10.8)],
    ['of the tilt series, which is binned by 4', 4, /binning of 4/, scaled(4)],
    ['of another binning', 2, /binning of 2/, scaled(2)],
    [
      'about the centre, as RELION 5 writes them',
      null,
      /RELION 5/,
      scaled(
        10.8,
        WITHIN.map(([x, y, z]) => [x - 360, y - 256, z - 125]),
      ),
    ],
    [
      'about the centre, in voxels',
      null,
      /voxels from the centre/,
      WITHIN.map(([x, y, z]): Corner => [x - 360, y - 256, z - 125]),
    ],
    ['in the order z, y, x', null, /order z, y, x/, WITHIN.map(([x, y, z]): Corner => [z, y, x])],
  ])('are told what they look like: %s', (_, binning, hint, points) => {
    const { faults, told } = said(list(points));

    expect(faults).toEqual(['outside']);
    expect(told?.hint).toMatch(hint);
    const to =
      binning === null
        ? undefined
        : { kind: 'metadata', pointer: '/annotations/ribosome/files/1/coordinate_binning', to: binning };
    expect(told?.repair).toEqual(to && expect.objectContaining(to));
  });

  it('are no reason for a repair where hardly any lies outside', () => {
    const many = Array.from({ length: 40 }, (_, i): Corner => [17 * i, 12 * i, 6 * i]);

    expect(said(list([...many, [730, 20, 20]])).told).toMatchObject({ count: 1, repair: undefined });
  });

  it('are told where their unit is ångström and nothing divides them', () => {
    const { faults, told } = said(list(WITHIN, { unit: 'angstrom' }));

    expect(faults).toEqual(['angstrom']);
    expect(told?.repair).toMatchObject({ from: null, to: 10.8 });
  });

  it('are told where all lie in half of the tomogram', () => {
    expect(said(list(scaled(0.5))).faults).toEqual(['half']);
    expect(said(list(scaled(0.5)), { coordinate_binning: 1 }).told?.repair).toBeUndefined();
    expect(said(list(WITHIN), { coordinate_binning: 2 }).told?.repair).toMatchObject({ from: 2, to: 1 });
  });

  it('are judged by their extremes where there are too many to keep', () => {
    const many = (points: readonly Corner[]) =>
      list(points, { groups: [{ ...group(points), count: 30_000, coordinates: null }] });

    expect(said(many(WITHIN)).compared[0]).toContain(
      '30000 points from 20, 30, 40 to 700, 500, 240, judged by their extremes',
    );
    expect(said(many(scaled(4)))).toMatchObject({ faults: ['outside_by_extremes'], told: { repair: { to: 4 } } });
  });

  it('are those of this run alone', () => {
    const groups = [group(WITHIN, 'TS_001.tomostar'), group(scaled(9), 'TS_002.tomostar')];

    expect(said(pointsFacts({ format: 'star', flavour: 'warp', groups })).faults).toEqual([]);
  });

  it.each<[what: string, facts: PointsFacts | null, of: Run]>([
    ['none is of the run', pointsFacts({ groups: [group(WITHIN, 'TS_9')] }), soundRun()],
    ['they could not be read', null, soundRun()],
    ['the size of the tomogram is not known', list(WITHIN), withFacts(soundRun(), 'tomogram', null)],
    ['there is no tomogram', list(WITHIN), without(soundRun(), 'tomogram')],
  ])('are not judged where %s', (_, facts, of) => {
    expect(said(facts, { of })).toMatchObject({ faults: [], notApplicable: [expect.any(String)] });
  });
});
