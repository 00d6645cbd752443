import { describe, expect, it } from 'vitest';
import type { MdocFacts, XfFacts } from '../../formats/tomography-facts.js';
import { soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { AXIS, alnFacts, mdocFacts, xfFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { TILT_AXIS_RULES } from './tilt-axis.js';

const run = soundRun();
const areTomo = soundRun({ alignment: 'ARETOMO' });
const said = (of: Run) => judge(TILT_AXIS_RULES, 'X-20', of);
const declaring = (tilt_axis_rotation_deg: number) => soundRun({ declared: { tilt_axis_rotation_deg } });
const withMdoc = (facts: Partial<MdocFacts>, of: Run = run) => withFacts(of, 'mdoc', mdocFacts('TS_001', facts));
const turned = (rotation: (old: number, index: number) => number): Partial<XfFacts> => ({
  rotations: xfFacts().rotations.map(rotation),
});
const withXf = (facts: Partial<XfFacts>) => withFacts(run, 'xf', xfFacts(13, facts));
const { rows } = alnFacts();
const withAln = (by: number) =>
  withFacts(areTomo, 'aln', alnFacts({ rows: rows.map((row) => ({ ...row, rotation: row.rotation + by })) }));
const none = { ...run, declared: { ...run.declared, tilt_axis_rotation_deg: undefined as never } };

describe('the tilt axis', () => {
  it.each([
    ['IMOD', run],
    ['AreTomo', areTomo],
  ])('of a sound run that was aligned by %s is told alike', (_, of) => {
    expect(said(of)).toMatchObject({
      faults: [],
      informs: [],
      notApplicable: [],
      compared: [expect.stringContaining('84.7°')],
    });
  });

  const FAULTS: readonly (readonly [says: readonly string[], what: string, spoilt: Run])[] = [
    [['differs'], 'declared otherwise', declaring(60)],
    [['rotation_angle'], 'declared as the RotationAngle', declaring(AXIS + 90)],
    [['differs'], 'turned otherwise by IMOD', withXf(turned((old) => old + 40))],
    [['sections'], 'turned otherwise in one section', withXf(turned((old, i) => (i === 7 ? old + 40 : old)))],
    [['differs'], 'turned otherwise by AreTomo', withAln(30)],
    [
      ['differs'],
      'declared otherwise than RotationAngle can be',
      withMdoc({ tiltAxisAngle: null, rotationAngle: AXIS + 45 }),
    ],
  ];
  it.each(FAULTS)('is told as %s: %s', (says, _, spoilt) => {
    expect(said(spoilt).faults).toEqual(says);
  });

  const SOUND: readonly (readonly [what: string, sound: Run])[] = [
    ['RotationAngle is a right angle higher', withMdoc({ rotationAngle: AXIS + 90 })],
    ['RotationAngle is half a turn higher', withMdoc({ rotationAngle: AXIS + 180 })],
    ['there is no title, and RotationAngle is a right angle higher', withMdoc({ tiltAxisAngle: null })],
    ['it is declared a whole turn off', declaring(AXIS - 360)],
    ['alignment found it nine degrees off', withXf(turned((old) => old + 9))],
    ['the images were turned upright before', withXf({ ...turned(() => 0) })],
  ];
  it.each(SOUND)('is sound where %s', (what, sound) => {
    const aligned = what.includes('upright') ? { ...sound, declared: { ...sound.declared, is_aligned: true } } : sound;

    expect(said(aligned)).toMatchObject({ faults: [], informs: [], compared: [expect.any(String)] });
  });

  it('that agrees but for half a turn is mentioned', () => {
    expect(said(declaring(AXIS - 180))).toMatchObject({ faults: [], informs: ['half_turn'] });
    expect(said(withAln(-180))).toMatchObject({ faults: [], informs: ['half_turn'] });
  });

  it('that agrees but for the sense of turning is mentioned', () => {
    expect(said(withXf(turned((old) => -old)))).toMatchObject({ faults: [], informs: ['other_sign'] });
  });

  it('is compared around the circle', () => {
    const near = withMdoc(
      { tiltAxisAngle: -176 },
      withFacts(
        declaring(179),
        'xf',
        xfFacts(
          13,
          turned(() => -179),
        ),
      ),
    );

    expect(said(near)).toMatchObject({ faults: [], informs: [] });
  });

  it('has a repair where it is declared otherwise than in the title', () => {
    expect(said(declaring(60)).told?.repair).toMatchObject({ pointer: '/tilt_axis_rotation_deg', from: 60, to: AXIS });
  });

  it('is not compared where nobody else tells it', () => {
    expect(said(withMdoc({ tiltAxisAngle: null }, none)).notApplicable).toHaveLength(1);
    expect(said(without(none, 'xf'))).toMatchObject({
      faults: [],
      compared: [],
      notApplicable: [expect.stringContaining('once')],
    });
  });
});
