import { describe, expect, it } from 'vitest';
import type { MdocFacts } from '../../formats/tomography-facts.js';
import { soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { mdocFacts, SORTED, TAKEN } from '../../samples/tomography-facts.js';
import type { RunValues } from '../declared.js';
import type { Run } from '../deposition.js';
import { ACQUISITION_RULES } from './acquisition.js';

const run = soundRun();
const IDS = ACQUISITION_RULES.map(({ id }) => id);
const said = (id: string, of: Run) => judge(ACQUISITION_RULES, id, of);
const declaring = (declared: RunValues) => soundRun({ declared });
const withMdoc = (facts: Partial<MdocFacts>, of: Run = run) => withFacts(of, 'mdoc', mdocFacts('TS_001', facts));
const swapped = (values: readonly (number | null)[]) => [values[1] ?? null, values[0] ?? null, ...values.slice(2)];
const { times, priorDoses } = mdocFacts('TS_001');

describe('the acquisition', () => {
  it.each(IDS)('of a sound run is as declared by %s, which says what it compared', (id) => {
    expect(said(id, run)).toMatchObject({ faults: [], informs: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each(IDS)('is not looked at by %s without an MDOC', (id) => {
    const unknown = { ...without(run, 'mdoc'), declared: { ...run.declared, total_dose_e_a2: undefined as never } };

    expect(said(id, unknown).notApplicable).toEqual(['There is no MDOC that can be read, or several.']);
  });

  it.each(['X-17', 'X-18', 'X-19', 'X-21'])('is not looked at by %s where nothing is declared', (id) => {
    expect(said(id, { ...run, declared: {} })).toMatchObject({
      faults: [],
      notApplicable: [expect.stringMatching(/^No /)],
    });
  });

  const FAULTS: readonly (readonly [id: string, says: readonly string[], what: string, spoilt: Run])[] = [
    ['X-17', ['differs'], 'another scheme', declaring({ tilt_scheme: 'bidirectional' })],
    ['X-17', ['differs'], 'an MDOC that was sorted', withMdoc({ tiltAngles: SORTED })],
    [
      'X-17',
      ['none'],
      'an order of no scheme',
      withMdoc({ tiltAngles: [9, -18, 3, 15, -3, 0, 12, -9, 6, 18, -6, -15, -12] }),
    ],
    ['X-18', ['min'], 'a lower end that is not there', declaring({ tilt_min_deg: -60 })],
    ['X-18', ['max'], 'an upper end that is not there', declaring({ tilt_max_deg: 18.2 })],
    ['X-19', ['step'], 'another step', declaring({ tilt_step_deg: 2 })],
    [
      'X-19',
      ['deviating'],
      'five steps that are odd',
      withMdoc({ tiltAngles: [0, 1.5, 3, 6, 9, 10.5, 12, 15, 18, 19.5, 21, 24, 27] }),
    ],
    ['X-19', ['count'], 'a range that has more steps', declaring({ tilt_min_deg: -36 })],
    ['X-21', ['total'], 'another total', declaring({ total_dose_e_a2: 120, dose_per_stack_e_a2: undefined as never })],
    ['X-21', ['per_stack'], 'another dose a stack', declaring({ dose_per_stack_e_a2: 4 })],
    ['X-21', ['total', 'per_stack'], 'doses that are others', withMdoc({ doses: TAKEN.map(() => 2) })],
    [
      'X-21',
      ['declared'],
      'doses that contradict one another',
      withMdoc({ doses: [] }, declaring({ total_dose_e_a2: 120 })),
    ],
    ['X-22', ['order'], 'times exchanged', withMdoc({ times: swapped(times) })],
    [
      'X-22',
      ['sum'],
      'a tilt that is missing',
      withMdoc({ priorDoses: priorDoses.map((dose, i) => (dose ?? 0) + (i > 5 ? 3 : 0)) }),
    ],
  ];
  it.each(FAULTS)('is told by %s as %s: %s', (id, says, _, spoilt) => {
    expect(said(id, spoilt).faults).toEqual(says);
  });

  const SOUND: readonly (readonly [id: string, what: string, sound: Run])[] = [
    [
      'X-17',
      'a scheme that is declared less precisely',
      withMdoc({ tiltAngles: SORTED }, declaring({ tilt_scheme: 'unidirectional' })),
    ],
    ['X-18', 'angles that a stage settled near', withMdoc({ tiltAngles: TAKEN.map((tilt) => tilt * 1.005) })],
    ['X-19', 'four steps that are odd', withMdoc({ tiltAngles: [0, 1.5, 3, 6, 9, 10.5, 12, 15, 18, 21, 24, 27, 30] })],
    [
      'X-19',
      'steps that a stage settled near',
      withMdoc({ tiltAngles: TAKEN.map((tilt, i) => tilt + (i % 2) * 0.12) }),
    ],
    ['X-21', 'a dose within two in a hundred', declaring({ total_dose_e_a2: 39.7 })],
    [
      'X-21',
      'a high dose within two in a hundred',
      withMdoc(
        { doses: TAKEN.map(() => 9) },
        declaring({ total_dose_e_a2: 119, dose_per_stack_e_a2: undefined as never }),
      ),
    ],
    ['X-22', 'doses that begin above zero', withMdoc({ priorDoses: priorDoses.map((dose) => (dose ?? 0) + 20) })],
  ];
  it.each(SOUND)('is sound by %s: %s', (id, _, sound) => {
    expect(said(id, sound)).toMatchObject({ faults: [], compared: [expect.any(String)] });
  });

  it.each(['other', 'simulated'] as const)('is not compared with a scheme that is %s', (tilt_scheme) => {
    expect(said('X-17', declaring({ tilt_scheme })).notApplicable).toHaveLength(1);
  });

  it('is not summed where doses were not calibrated', () => {
    const none = withMdoc({ doses: TAKEN.map(() => 0) }, declaring({ total_dose_e_a2: undefined as never }));

    expect(said('X-21', none).notApplicable).toEqual(['Not all sections of the MDOC tell an ExposureDose.']);
  });

  const REPAIRS: readonly (readonly [id: string, field: string, to: unknown, spoilt: Run])[] = [
    ['X-17', '/tilt_scheme', 'dose_symmetric', declaring({ tilt_scheme: 'bidirectional' })],
    ['X-18', '/tilt_min_deg', -18, declaring({ tilt_min_deg: -60 })],
    ['X-19', '/tilt_step_deg', 3, declaring({ tilt_step_deg: 2 })],
    ['X-21', '/total_dose_e_a2', 39, declaring({ total_dose_e_a2: 120 })],
  ];
  it.each(REPAIRS)('has by %s a repair of %s: %s', (id, pointer, to, spoilt) => {
    expect(said(id, spoilt).told?.repair).toMatchObject({ kind: 'metadata', pointer, to });
  });
});
