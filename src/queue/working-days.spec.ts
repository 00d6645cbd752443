import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterWorking, beforeWorking, workedBetween, workingMs } from './working-days.js';

const HOUR = 3_600_000;
// 2026-11-20 is a Friday.
const at = (day: string) => `2026-11-${day}:00:00.000Z`;

describe('working days', () => {
  it.each<[what: string, from: string, days: number, due: string]>([
    ['three days within a week', at('16T09'), 3, at('19T09')],
    ['a day that begins on a Friday goes over the weekend', at('20T15'), 1, at('23T15')],
    ['what begins on a Saturday counts from Monday', at('21T10'), 3, at('26T00')],
    ['what begins on a Sunday counts from Monday', at('22T23'), 1, at('24T00')],
    ['five days are a week', at('18T12'), 5, at('25T12')],
    ['what ends with a Friday is due then, and not on Monday', at('20T00'), 1, at('21T00')],
    ['ten days are two weeks', at('03T07'), 10, at('17T07')],
  ])('%s', (_, from, days, due) => {
    expect(afterWorking(from, workingMs(days))).toBe(due);
  });

  it('stand still on weekends', () => {
    expect(workedBetween(at('20T12'), at('23T12'))).toBe(workingMs(1));
    expect(workedBetween(at('21T01'), at('22T23'))).toBe(0);
  });

  const instant = fc
    .integer({ min: Date.UTC(2020, 0, 1) / HOUR, max: Date.UTC(2030, 0, 1) / HOUR })
    .map((hours) => new Date(hours * HOUR).toISOString());
  const span = fc.integer({ min: 1, max: 40 * 24 }).map((hours) => hours * HOUR);

  it('pass by exactly as many as were asked for', () => {
    fc.assert(
      fc.property(instant, span, (from, ms) => {
        expect(workedBetween(from, afterWorking(from, ms))).toBe(ms);
      }),
    );
  });

  it('are over for what began before the cut, and for nothing else', () => {
    fc.assert(
      fc.property(instant, instant, span, (from, now, ms) => {
        expect(from < beforeWorking(now, ms)).toBe(afterWorking(from, ms) < now && workedBetween(from, now) > ms);
      }),
    );
  });
});
