import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { around, soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { anglesFacts, mdocFacts, SORTED, TAKEN, tiltSeriesFacts, zarrFacts } from '../../samples/tomography-facts.js';
import { matchAngles } from '../angle-matching.js';
import type { Run } from '../deposition.js';
import { RAW_ANGLE_RULES } from './raw-angles.js';

const run = soundRun();
const withRaw = (angles: readonly number[], of: Run = run) => withFacts(of, 'rawtlt', anglesFacts(angles));
const withTilts = (tilts: readonly number[], of: Run = run) =>
  withFacts(of, 'mdoc', mdocFacts('TS_001', { tiltAngles: tilts }));
const said = (id: string, of: Run) => judge(RAW_ANGLE_RULES, id, of);

const IDS = RAW_ANGLE_RULES.map(({ id }) => id);

describe('raw tilt angles', () => {
  it.each(IDS)('of a sound run are right by %s, which says what it compared', (id) => {
    expect(said(id, run)).toMatchObject({ faults: [], informs: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each(IDS)('are not looked at by %s where there are none, and that is told', (id) => {
    expect(said(id, without(run, 'rawtlt'))).toMatchObject({
      faults: [],
      compared: [],
      notApplicable: [expect.any(String)],
    });
  });

  it.each(['X-07', 'X-08'])('are not compared by %s without an MDOC', (id) => {
    expect(said(id, without(run, 'mdoc')).notApplicable).toEqual(['There is no MDOC that can be read, or several.']);
  });

  const moved = (by: number) => SORTED.map((angle) => angle + by);
  const FAULTS: readonly (readonly [id: string, says: string, what: string, spoilt: Run])[] = [
    ['X-06', 'differs', 'one too many', withRaw([...SORTED, 21])],
    [
      'X-06',
      'differs',
      'a section without one',
      withFacts(run, 'tilt_series', tiltSeriesFacts({ dimensions: [9, 9, 14] })),
    ],
    ['X-06', 'differs', 'a Zarr of other sections', withFacts(run, 'tilt_series', zarrFacts())],
    ['X-07', 'more', 'more than tilts', withRaw([...SORTED, 21])],
    ['X-07', 'dropped', 'fewer than tilts', withRaw(SORTED.slice(1))],
    ['X-08', 'unmatched', 'one that was not recorded', withRaw([...SORTED.slice(1), 21])],
    ['X-08', 'unmatched', 'one twice that was recorded once', withRaw([-18, ...SORTED.slice(0, -1)])],
    ['X-08', 'offset', 'all of them moved', withRaw(moved(3.5))],
    [
      'X-08',
      'mirrored',
      'signs reversed',
      withTilts(
        TAKEN.map((tilt) => tilt + 6),
        withRaw(moved(-6)),
      ),
    ],
    ['X-08', 'near', 'one a little off', withRaw(SORTED.map((angle) => (angle === 3 ? 3.05 : angle)))],
    ['X-09', 'unsorted', 'two exchanged', withRaw([-15, -18, ...SORTED.slice(2)])],
  ];
  it.each(FAULTS)('are told by %s as %s: %s', (id, says, _, spoilt) => {
    expect(said(id, spoilt).faults).toEqual([says]);
  });

  it('are told with their lines and those that were left out', () => {
    expect(said('X-08', withRaw([...SORTED.slice(0, -1), 30])).told).toMatchObject({
      ...{ file: 'TS_001/TS_001.rawtlt', location: 'line 13', count: 1, samples: ['line 13: 30°'], found: '30°' },
    });
    expect(said('X-07', withRaw(SORTED.slice(2))).told).toMatchObject({
      ...{ count: 2, samples: ['-15°, section 10, line 101', '-18°, section 12, line 119'] },
    });
  });

  it('that are all moved have a repair that moves them back', () => {
    const repair = said('X-08', withRaw(moved(3.5))).told?.repair;

    expect(repair).toMatchObject({ kind: 'file', path: 'TS_001/TS_001.rawtlt' });
    expect(repair?.kind === 'file' && repair.lines[0]).toEqual({ line: 1, from: '-14.5', to: '-18.00' });
  });

  it('may be in the order in which they were taken', () => {
    expect(said('X-09', withRaw(TAKEN))).toMatchObject({
      faults: [],
      compared: ['in the order of the MDOC / in the order of the MDOC'],
    });
  });

  it('may be in the order in which they were taken, with tilts left out', () => {
    expect(said('X-09', withRaw(TAKEN.filter((_, i) => i !== 4)))).toMatchObject({ faults: [] });
  });

  it('may fall', () => {
    expect(said('X-09', withRaw(SORTED.toReversed())).faults).toEqual([]);
  });

  it('are compared with tilts that were taken twice, each with its own', () => {
    const twice = [...TAKEN, 0.004];

    expect(said('X-08', withTilts(twice, withRaw([...SORTED, 0].sort((a, b) => a - b)))).faults).toEqual([]);
  });

  it('are as many as the sections of an MRC that lies beside a Zarr of the same name', () => {
    const sound = around(run).dataset.runs[0] ?? run;
    const [stack] = sound.files.filter(({ kind }) => kind === 'tilt_series');
    if (!stack) throw new Error('There is no tilt series.');
    const both = { ...sound, files: [...sound.files, { ...stack, path: 'TS_001/TS_001.zarr', facts: zarrFacts() }] };

    expect(said('X-06', both)).toMatchObject({ faults: [], compared: [expect.any(String)] });
  });
});

describe('matching of angles', () => {
  const angle = fc.integer({ min: -600, max: 600 }).map((tenth) => tenth / 10);

  it('finds a partner for each angle that was moved a little, however near others are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(angle, fc.integer({ min: -9, max: 9 }))), (all) => {
        const ones = all.map(([value]) => value);
        const others = all.map(([value, off]) => value + off / 1000);
        const { pairs } = matchAngles(ones, others.toReversed(), { value: 0.01, unit: '°' });
        expect(pairs.length).toBe(all.length);
      }),
      { seed: 8 },
    );
  });

  it('uses no angle twice, and loses none', () => {
    fc.assert(
      fc.property(fc.array(angle), fc.array(angle), (ones, others) => {
        const { pairs, ones: left, others: right } = matchAngles(ones, others, { value: 0.5, unit: '°' });
        expect([...pairs.map(([one]) => one), ...left].sort((a, b) => a - b)).toEqual(ones.map((_, i) => i));
        expect([...pairs.map(([, other]) => other), ...right].sort((a, b) => a - b)).toEqual(others.map((_, i) => i));
      }),
      { seed: 8 },
    );
  });
});
