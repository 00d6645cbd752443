import { describe, expect, it } from 'vitest';
import { overdueBefore, overdueCondition, targetOf } from './targets.js';

const CONFIG = { STATE_TARGETS: { 'curator_review.unassigned': 3, 'curator_review.claimed': 5 } } as const;
// A Monday, and the Thursday after it.
const MONDAY = '2026-11-16T09:00:00.000Z';
const at = (day: number, hour = 9) => new Date(Date.UTC(2026, 10, day, hour)).toISOString();

describe('the target of a state', () => {
  it.each<[state: string, now: string, overdueMs: number | null]>([
    ['on time', at(17), null],
    ['soon', at(18, 19), null],
    ['soon', at(19), null],
    ['overdue', at(19, 10), 3_600_000],
    ['overdue', at(23), 2 * 86_400_000],
  ])('is %s at %s', (state, now, overdueMs) => {
    expect(targetOf('curator_review.unassigned', MONDAY, now, CONFIG)).toEqual({ dueAt: at(19), overdueMs, state });
  });

  it('is another for another state, and none where nobody is waited for', () => {
    expect(targetOf('curator_review.claimed', MONDAY, at(20, 10), CONFIG)).toMatchObject({
      state: 'soon',
      dueAt: at(23),
    });
    expect(targetOf('published.current', MONDAY, at(20), CONFIG)).toBeNull();
  });

  it('is told of many by one condition for each age', () => {
    const values: unknown[] = [];
    const sql = overdueCondition(at(26), CONFIG, (value) => `$${values.push(value)}`);

    expect(sql).toBe(
      '((x.state = ANY ($1::text[]) AND x.since < $2::timestamptz) OR (x.state = ANY ($3::text[]) AND x.since < $4::timestamptz))',
    );
    expect(values).toEqual([['curator_review.unassigned'], at(23), ['curator_review.claimed'], at(19)]);
    expect(overdueBefore(at(26), CONFIG).get('curator_review.unassigned')).toBe(at(23));
    expect(overdueCondition(at(26), { STATE_TARGETS: {} }, () => '$1')).toBe('false');
  });
});
