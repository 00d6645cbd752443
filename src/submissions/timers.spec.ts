import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config.js';
import { EVENT_NAMES } from './events.js';
import { STATES, type State } from './lifecycle.js';
import { at, EARLIER, NOW, SOON } from './sample-positions.js';
import { eventsFrom, type Position } from './step.js';
import { eventOf, reminderOf, timersOf } from './timers.js';

const config = loadConfig({
  DATABASE_URL: 'postgres://localhost/none',
  REMIND_AFTER: '1d,2d',
  EXPIRE_AFTER: '10d',
  VALIDATION_TIMEOUT: '1h',
  AUTO_RETRY: '5m,30m',
  CLAIM_IDLE: '5d',
  STATE_TARGETS: 'curator_review.unassigned=5,curator_review.claimed=5',
  RESPONSE_REMIND: '14d,28d',
  RELEASE_REMIND: '7d,1d',
});
const steps = (of: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(of).filter(([kind]) => eventOf(kind)));
const reminders = (of: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(of).filter(([kind]) => reminderOf(kind)));
/** In its state since `NOW`, touched `EARLIER`: 2025-12-30. */
const timers = (state: State, rest: Partial<Position> = {}) => timersOf({ ...at(state, rest), since: NOW }, config);

describe('timers', () => {
  it.each<State>(['draft.editing', 'draft.checks_failed', 'draft.changes_requested', 'uploaded'])(
    'remind, and at last expire, by the last touch in %s',
    (state) => {
      expect(steps(timers(state, { reminders: 0 }))).toEqual({
        remind: '2025-12-31T00:00:00.000Z',
        expire: '2026-01-09T00:00:00.000Z',
      });
    },
  );

  it('remind as often as is set, each time later', () => {
    expect(timers('draft.editing', { reminders: 1 }).remind).toBe('2026-01-01T00:00:00.000Z');
    expect(timers('draft.editing', { reminders: 2 })).toEqual({ expire: '2026-01-09T00:00:00.000Z' });
  });

  it('end a run that takes too long, from its begin', () => {
    expect(timers('validating.running')).toEqual({ validation_timeout: '2026-01-01T01:00:00.000Z' });
  });

  it('try the checks again after each breakdown, and then no more', () => {
    expect(timers('validating.broken', { retries: 0 })).toEqual({ auto_retry: '2026-01-01T00:05:00.000Z' });
    expect(timers('validating.broken', { retries: 1 })).toEqual({ auto_retry: '2026-01-01T00:30:00.000Z' });
    expect(timers('validating.broken', { retries: 2 })).toEqual({});
  });

  it('take an idle claim back, by the last touch, in working days', () => {
    expect(steps(timers('curator_review.claimed'))).toEqual({ claim_idle: '2026-01-06T00:00:00.000Z' });
  });

  it('end a hold on its date', () => {
    expect(timers('curator_review.on_hold')).toEqual({ hold_over: SOON });
  });

  it('release on the date, though it has passed', () => {
    expect(timers('private.scheduled', { releaseAt: EARLIER })).toEqual({ release_due: EARLIER });
  });

  it('warn whoever has a review, of its target in working days and of their claim, and tell when it is late', () => {
    expect(reminders(timers('curator_review.claimed', { touchedAt: NOW }))).toEqual({
      review_due_soon: '2026-01-07T00:00:00.000Z',
      review_overdue: '2026-01-08T00:00:00.000Z',
      claim_warning: '2026-01-06T00:00:00.000Z',
    });
    expect(reminders(timers('curator_review.unassigned'))).toEqual({ review_overdue: '2026-01-08T00:00:00.000Z' });
  });

  it('do not warn of a review that is paused', () => {
    expect(reminders(timers('curator_review.on_hold'))).toEqual({});
  });

  it('ask for an answer to requested changes, twice', () => {
    expect(reminders(timers('draft.changes_requested'))).toEqual({
      response_1: '2026-01-15T00:00:00.000Z',
      response_2: '2026-01-29T00:00:00.000Z',
    });
  });

  it('tell of a release that comes near', () => {
    expect(reminders(timers('private.scheduled', { releaseAt: SOON }))).toEqual({
      release_near_1: '2026-01-25T00:00:00.000Z',
      release_near_2: '2026-01-31T00:00:00.000Z',
    });
  });

  it('do not remind of what was over before their state began', () => {
    const long = '2025-12-01T00:00:00.000Z';
    expect(reminders(timers('curator_review.claimed', { touchedAt: long }))).not.toHaveProperty('claim_warning');
    const inThreeDays = '2026-01-04T00:00:00.000Z';
    expect(reminders(timers('private.scheduled', { releaseAt: inThreeDays }))).toEqual({
      release_near_2: '2026-01-03T00:00:00.000Z',
    });
  });

  it('run nowhere else', () => {
    const without = STATES.filter((state) => Object.keys(timers(state, { reminders: 0, retries: 0 })).length === 0);

    expect(without).toEqual([
      'private.approved',
      'private.publishing',
      'private.publish_failed',
      'published.current',
      'published.superseded',
      'withdrawn',
      'rejected',
      'tombstoned',
    ]);
  });

  it('send what the chart accepts where they run', () => {
    for (const state of STATES) {
      for (const kind of Object.keys(steps(timers(state, { reminders: 0, retries: 0 })))) {
        const sent = eventOf(kind);
        expect(EVENT_NAMES).toContain(sent);
        expect(eventsFrom(at(state))).toContain(sent);
      }
    }
  });

  it('of a kind that is none send nothing', () => {
    expect([eventOf('lunch'), reminderOf('lunch_1'), reminderOf('expire'), eventOf('response_1')]).toEqual(
      Array(4).fill(undefined),
    );
  });
});
