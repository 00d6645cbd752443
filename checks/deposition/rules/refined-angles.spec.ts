import { describe, expect, it } from 'vitest';
import { soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { anglesFacts, refined, SORTED, tiltComFacts, tiltSeriesFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { REFINED_ANGLE_RULES } from './refined-angles.js';

const run = soundRun();
const withTlt = (angles: readonly number[], of: Run = run) => withFacts(of, 'tlt', anglesFacts(angles));
const said = (id: string, of: Run) => judge(REFINED_ANGLE_RULES, id, of);
const excluding = (...excluded: readonly number[]) => withFacts(run, 'tilt_com', tiltComFacts('TS_001', { excluded }));

const IDS = REFINED_ANGLE_RULES.map(({ id }) => id);

describe('refined tilt angles', () => {
  it.each(IDS)('of a sound run are right by %s, which says what it compared', (id) => {
    expect(said(id, run)).toMatchObject({ faults: [], informs: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each(IDS)('are not looked at by %s in an alignment by AreTomo', (id) => {
    expect(said(id, soundRun({ alignment: 'ARETOMO' }))).toMatchObject({
      faults: [],
      notApplicable: [expect.any(String)],
    });
  });

  const one = (index: number, by: number) => refined().map((angle, i) => (i === index ? angle + by : angle));
  const FAULTS: readonly (readonly [id: string, says: readonly string[], what: string, spoilt: Run])[] = [
    ['X-10', ['of_sections'], 'fewer than sections', withTlt(refined().slice(1))],
    [
      'X-10',
      ['of_raw'],
      'fewer than raw ones, where sections are not known',
      without(withTlt(refined().slice(1)), 'tilt_series'),
    ],
    ['X-10', ['of_sections'], 'two fewer where one section is excluded', withTlt(refined().slice(2), excluding(1))],
    ['X-11', ['spread'], 'one far off the others', withTlt(one(3, 4))],
    ['X-11', ['far'], 'all of them far off', withTlt(refined(SORTED.map((angle) => angle + 20)))],
    ['X-11', ['unrefined'], 'the raw ones', withTlt(SORTED)],
    ['X-12', ['range'], 'one beyond a right angle', withTlt(one(12, 80))],
    ['X-12', ['more'], 'more than tilts', withTlt([...refined(), 21])],
  ];
  it.each(FAULTS)('are told by %s as %s: %s', (id, says, _, spoilt) => {
    expect(said(id, spoilt).faults).toEqual(says);
  });

  it('are as many as sections less those that tilt.com excludes', () => {
    expect(said('X-10', withTlt(refined().slice(1), excluding(1)))).toMatchObject({ faults: [] });
  });

  it('are compared row by row with the raw ones of sections that are kept', () => {
    const kept = refined(SORTED.filter((_, i) => i !== 6));

    expect(said('X-11', withTlt(kept, excluding(7)))).toMatchObject({ faults: [], compared: [expect.any(String)] });
    expect(said('X-11', withTlt(kept, excluding(1))).faults).toEqual(['spread']);
  });

  it('may all be moved by the tilt of the sample, which is told', () => {
    const moved = said('X-11', withTlt(refined(SORTED.map((angle) => angle + 9))));

    expect(moved).toMatchObject({ faults: [], informs: ['offset'] });
    expect(moved.told?.found).toBe('9.2..9.3°');
  });

  it('that are far off are listed, and no others', () => {
    const { told } = said('X-11', withTlt(refined().map((angle, i) => angle + (i === 0 ? -2 : i === 12 ? 4 : 0))));

    expect(told).toMatchObject({ count: 2, samples: ['line 13: 22.2°, raw 18°', 'line 1: -19.8°, raw -18°'] });
  });

  it('that are all far off by the same have a repair', () => {
    const { told } = said('X-11', withTlt(SORTED.map((angle) => angle + 60)));

    expect(told?.repair).toMatchObject({
      kind: 'file',
      lines: expect.arrayContaining([{ line: 1, from: '42', to: '-18.00' }]),
    });
  });

  it('need no MDOC', () => {
    expect(said('X-12', without(run, 'mdoc'))).toMatchObject({ faults: [], compared: [expect.any(String)] });
  });

  it('are compared with the sections of whatever size the images are', () => {
    const small = withFacts(run, 'tilt_series', tiltSeriesFacts({ dimensions: [1, 1, SORTED.length] }));

    expect(said('X-10', small).faults).toEqual([]);
  });
});
