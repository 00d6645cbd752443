import { describe, expect, it } from 'vitest';
import type { TiltComFacts } from '../../formats/tomography-facts.js';
import { soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { alnFacts, newstComFacts, SORTED, tiltComFacts, tiltSeriesFacts } from '../../samples/tomography-facts.js';
import type { RunValues } from '../declared.js';
import type { Run } from '../deposition.js';
import { ALIGNMENT_FILE_RULES } from './alignment-files.js';

const said = (id: string, of: Run) => judge(ALIGNMENT_FILE_RULES, id, of);
const run = soundRun();
const tilts = (tiltAngles: readonly (number | null)[]) =>
  withFacts(run, 'tilt_series', tiltSeriesFacts({ tiltAngles }));

describe('tilts in the extended header', () => {
  it('are the raw tilt angles, in whatever order', () => {
    expect(said('X-32', tilts([...SORTED].reverse())).compared).toHaveLength(1);
    expect(said('X-32', tilts(SORTED.map((angle) => angle + 0.1))).faults).toEqual([]);
  });

  it('are told where they are others, and how many', () => {
    const { faults, told } = said('X-32', tilts(SORTED.map((angle, i) => (i === 2 ? angle + 0.3 : angle))));

    expect(faults).toEqual(['differs']);
    expect(told).toMatchObject({ count: 1, all: 13, location: 'line 3', found: '-12', expected: '-11.7' });
  });

  it.each([
    ['there are none', run],
    ['they are all zero', tilts(SORTED.map(() => 0))],
    ['they are fewer', tilts([0, 3])],
    ['there are no raw angles', without(tilts(SORTED), 'rawtlt')],
  ])('are not compared where %s', (_, of) => {
    expect(said('X-32', of)).toMatchObject({ faults: [], notApplicable: [expect.any(String)] });
  });
});

const withCom = (facts: Partial<TiltComFacts>, declared: RunValues = {}) =>
  withFacts(soundRun({ declared }), 'tilt_com', tiltComFacts('TS_001', facts));

describe('command files', () => {
  it('belong to a sound run', () => {
    expect(said('X-34', run)).toMatchObject({ faults: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each<[what: string, says: string, of: Run]>([
    ['are of another stack', 'full_image', withCom({ fullImage: [2046, 2880] })],
    ['name tilts that were not uploaded', 'missing_file', withCom({ tiltFile: '../TS_002.tlt' })],
    ['name local alignments that were not uploaded', 'missing_file', withCom({ localFile: 'TS_001local.xf' })],
    [
      'name transforms that were not uploaded',
      'missing_file',
      withFacts(run, 'newst_com', newstComFacts('TS_001', { transformFile: 'a.xf' })),
    ],
    ['tell another tilt about X', 'offset', withCom({ xAxisTilt: 1.5 }, { x_tilt_offset_deg: 1 })],
    ['tell another offset of the tilts', 'offset', withCom({ offset: -2 }, { tilt_offset_deg: 2 })],
    ['tell another shift', 'offset', withCom({ shift: [0, 10] }, { volume_offset_z_a: 10 })],
  ])('are told where they %s', (_, says, of) => {
    expect(said('X-34', of).faults).toEqual([says]);
  });

  it('tell offsets that are declared too, shifts in pixels', () => {
    const declared = { x_tilt_offset_deg: 1.5, tilt_offset_deg: -2, volume_offset_z_a: 27 };

    expect(said('X-34', withCom({ xAxisTilt: 1.505, offset: -2, shift: [3, 10] }, declared)).faults).toEqual([]);
  });

  it('tell by themselves what is not declared', () => {
    expect(said('X-34', withCom({ xAxisTilt: 1.5, offset: -2, shift: [3, 10] })).faults).toEqual([]);
  });

  it('are not the only ones that tell offsets: an ALN does too, and its value is proposed', () => {
    const declared = { tilt_offset_deg: 3 };
    const aretomo = withFacts(soundRun({ alignment: 'ARETOMO', declared }), 'aln', alnFacts({ alphaOffset: 4 }));

    const { faults, told } = said('X-34', aretomo);

    expect(faults).toEqual(['offset']);
    expect(told?.repair).toMatchObject({ pointer: '/tilt_offset_deg', from: 3, to: 4 });
  });

  it('are not looked at where there are none', () => {
    expect(said('X-34', without(run, 'tilt_com', 'newst_com')).notApplicable).toHaveLength(1);
  });
});
