import { describe, expect, it } from 'vitest';
import type { PointGroup, PointsFacts } from '../../formats/tomography-facts.js';
import { ANNOTATIONS, soundDataset, soundDeposition, soundRun, withFacts } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { pointsFacts } from '../../samples/tomography-facts.js';
import { POINTS_OF_RUN_RULES } from './points-of-run.js';

const [plain] = pointsFacts().groups;
const group = (tomogram: string | null, count = 4): PointGroup[] => (plain ? [{ ...plain, tomogram, count }] : []);
const star = (facts: Partial<PointsFacts> = {}): PointsFacts =>
  pointsFacts({ format: 'star', flavour: 'relion4', isOriented: true, groups: group('TS_001'), ...facts });

function said(id: string, facts: PointsFacts | null, names = ['TS_001', 'TS_002'], coordinate_binning?: number) {
  const runs = names.map((name) => withFacts(soundRun({ name }), 'annotation', facts));
  const entry = { path: 'annotations/{run_name}_ribosomes.csv', reference_tomogram: 'raw', coordinate_binning };
  const annotations = { ribosome: { ...ANNOTATIONS.ribosome, files: [entry] } };
  const [run = soundRun()] = runs;
  return judge(
    POINTS_OF_RUN_RULES,
    id,
    run,
    soundDeposition({ datasets: [soundDataset({ runs, annotations } as never)] }),
  );
}

describe('orientations', () => {
  it('are finite angles in each row', () => {
    expect(said('X-42', star())).toMatchObject({
      faults: [],
      compared: ['4 rows with them / three finite angles in each row'],
    });
  });

  it('are told by their lines where they are not', () => {
    const { faults, told } = said('X-42', star({ badAngles: [7, 9] }));

    expect(faults).toEqual(['angles']);
    expect(told).toMatchObject({ count: 2, location: 'line 7', samples: ['line 7', 'line 9'] });
  });

  it.each([
    ['there are none', pointsFacts()],
    ['they could not be read', null],
  ])('are not judged where %s', (_, facts) => {
    expect(said('X-42', facts).notApplicable).toHaveLength(1);
  });
});

describe('rows of a STAR file', () => {
  it.each([['TS_001'], ['TS_001.tomostar'], ['/data/rec/TS_001_10.80Apx.mrc'], ['ts_001'], ['1'], [null]])(
    'are of the run TS_001 by the name %s',
    (tomogram) => {
      expect(said('X-43', star({ groups: group(tomogram) }))).toMatchObject({
        faults: [],
        compared: [expect.any(String)],
      });
    },
  );

  it.each([['TS_0010'], ['TS_002'], ['10'], ['TS_00']])('are of no use to it by the name %s', (tomogram) => {
    expect(said('X-43', star({ groups: group(tomogram) })).faults).toEqual(['none']);
  });

  it('are of the longest name that fits', () => {
    expect(said('X-43', star({ groups: group('TS_001_b') }), ['TS_001', 'TS_001_b']).faults).toEqual(['none']);
    expect(said('X-43', star({ groups: group('TS_001_b') }), ['TS_001_b', 'TS_001']).faults).toEqual([]);
  });

  it('are told how many are of other runs', () => {
    const { faults, informs, told } = said('X-43', star({ groups: [...group('TS_001'), ...group('TS_002', 7)] }));

    expect([faults, informs]).toEqual([[], ['others']]);
    expect(told).toMatchObject({ count: 7, found: 'TS_002' });
  });

  it('are told where a number may be of several runs', () => {
    expect(said('X-43', star({ flavour: 'stopgap', groups: group('1') }), ['a_1', 'b_1']).faults).toEqual([
      'ambiguous',
    ]);
  });

  it.each<[what: string, facts: Partial<PointsFacts>, binning: number | undefined]>([
    ['unbinned, and their binning is declared', { opticsPixelSizes: [2.7] }, 4],
    ['those of the tomogram', { opticsPixelSizes: [10.8] }, undefined],
    ['binned, as the optics tell too', { opticsPixelSizes: [5.4], binnings: [2] }, 4],
    ['in ångström', { opticsPixelSizes: [1], unit: 'centred angstrom' }, undefined],
  ])('are in pixels that are %s', (_, facts, binning) => {
    expect(said('X-43', star(facts), undefined, binning).faults).toEqual([]);
  });

  it('are told where their pixels do not make a voxel, and which binning would', () => {
    const { faults, told } = said('X-43', star({ opticsPixelSizes: [2.7] }));

    expect(faults).toEqual(['pixels']);
    expect(told?.repair).toMatchObject({ pointer: '/annotations/ribosome/files/0/coordinate_binning', to: 4 });
  });

  it('are not looked for in tables of other formats', () => {
    expect(said('X-43', pointsFacts()).notApplicable).toHaveLength(1);
  });

  it('are sorted by run once, for 500 runs that share one file', () => {
    const names = Array.from({ length: 500 }, (_, i) => `TS_${i + 1000}`);
    const groups = names.flatMap((name) => group(`${name}.tomostar`));
    const begun = performance.now();

    expect(said('X-43', star({ groups }), names).faults).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
