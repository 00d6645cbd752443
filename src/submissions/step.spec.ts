import { describe, expect, it } from 'vitest';
import { EVENT_NAMES, type EventName, type LifecycleEvent } from './events.js';
import { STATES, type State } from './lifecycle.js';
import { at, event, NOW, OWNER, SOON } from './sample-positions.js';
import { asksDatabase, beginning, eventsFrom, offersFrom, type Position, step } from './step.js';
import { TransitionRefused } from './submission.errors.js';

const offer = (position: Position, type: EventName, facts: Partial<LifecycleEvent> = {}) =>
  offersFrom(position, event('submitter.edit', facts)).find((one) => one.event === type);

describe('beginning', () => {
  it('is a draft of its owner that nobody has sent', () => {
    expect(beginning(OWNER, NOW)).toMatchObject({
      state: 'draft.editing',
      ownerId: OWNER,
      touchedAt: NOW,
      sealed: null,
      approved: null,
    });
  });
});

describe('offersFrom', () => {
  it.each(STATES)('offers each event that is drawn in %s once', (state) => {
    const offered = offersFrom(at(state), event('submitter.edit')).map((one) => one.event);

    expect(offered).toEqual(eventsFrom(at(state)));
    expect(new Set(offered).size).toBe(offered.length);
  });

  it('offers what nothing stands in the way of', () => {
    expect(offer(at('curator_review.claimed'), 'curator.approve')).toEqual({
      event: 'curator.approve',
      to: 'private.approved',
      blockedBy: [],
      requires: [],
    });
  });

  it('says everything that stands in the way, and not the first alone', () => {
    const approve = offer(at('curator_review.claimed'), 'curator.approve', { unticked: 2, unwaived: 1 });

    expect(approve?.blockedBy).toEqual([
      { code: 'checklistDone', message: '2 items of the checklist are not ticked.' },
      { code: 'findingsWaived', message: '1 blocking finding is neither fixed nor waived with a reason.' },
    ]);
  });

  it.each<[asked: string, State, EventName, Partial<LifecycleEvent>]>([
    ['comment', 'curator_review.claimed', 'curator.reject', { reason: '' }],
    ['comment', 'curator_review.claimed', 'curator.request_changes', { reason: '', openRequests: 0 }],
    ['until', 'private.approved', 'admin.set_release', { until: null }],
    ['assignee', 'curator_review.unassigned', 'admin.assign', { assignee: null }],
    ['policyAccepted', 'uploaded', 'submitter.submit', { policyAccepted: false }],
    ['reason', 'published.current', 'admin.tombstone', { reasonKnown: false }],
  ])('asks for a %s, which does not stand in the way', (asked, state, type, facts) => {
    expect(offer(at(state), type, facts)).toMatchObject({ blockedBy: [], requires: [asked] });
  });

  it('asks for all that is wanted, beside what stands in the way', () => {
    const submit = offer(at('uploaded'), 'submitter.submit', { policyAccepted: false, unanswered: 1 });

    expect(submit?.requires).toEqual(['policyAccepted']);
    expect(submit?.blockedBy.map(({ code }) => code)).toEqual(['requestsAnswered']);
  });

  it('shows where the first open edge of several leads', () => {
    expect(offer(at('tombstoned', { superseded: true }), 'admin.restore')?.to).toBe('published.superseded');
    expect(offer(at('tombstoned'), 'admin.restore')?.to).toBe('published.current');
  });

  it('stays where an edge leads nowhere', () => {
    expect(offer(at('uploaded'), 'submitter.edit')?.to).toBe('uploaded');
  });

  it('promises what a step then does', () => {
    for (const state of STATES) {
      for (const { event: type, to, blockedBy, requires } of offersFrom(at(state), event('submitter.edit'))) {
        if (blockedBy.length + requires.length > 0) continue;
        expect(step(at(state), event(type, { runId: at(state).runId ?? 'run-2' })).to.state).toBe(to);
      }
    }
  });
});

describe('a refused step', () => {
  it('names the state, what was sent, and what there is', () => {
    const refused = refusalOf(at('published.superseded'), event('curator.approve'));

    expect(refused.message).toBe('A submission in "published.superseded" does not accept "curator.approve".');
    expect(refused).toMatchObject({
      state: 'published.superseded',
      event: 'curator.approve',
      events: ['admin.tombstone'],
      blockedBy: [],
    });
  });

  it('says in words what stands in the way', () => {
    const refused = refusalOf(at('private.approved'), event('admin.set_release', { until: null }));

    expect(refused.message).toBe('"admin.set_release" is not possible now. Say until when: send a date.');
  });

  it('tells who came first, where that is known', () => {
    const refused = new TransitionRefused('curator_review.claimed', 'curator.claim', [], [], {
      event: 'curator.claim',
      actor: 'Another curator',
      at: NOW,
    });

    expect(refused.message).toContain(`It came here by "curator.claim" of Another curator at ${NOW}.`);
  });
});

describe('asksDatabase', () => {
  it.each<[EventName, State]>([
    ['submitter.submit', 'uploaded'],
    ['system.files_complete', 'draft.editing'],
    ['curator.recheck', 'curator_review.claimed'],
    ['curator.approve', 'curator_review.claimed'],
    ['admin.publish', 'private.approved'],
    ['system.publish_done', 'private.publishing'],
    ['submitter.revise', 'published.current'],
    ['admin.reopen', 'withdrawn'],
  ])('is so for %s', (type, state) => {
    expect(asksDatabase(at(state), type)).toBe(true);
  });

  it.each<[EventName, State]>([
    ['validator.pass', 'validating.running'],
    ['curator.release', 'curator_review.claimed'],
    ['clock.remind', 'draft.editing'],
    ['admin.clear_release', 'private.scheduled'],
  ])('is not so for %s', (type, state) => {
    expect(asksDatabase(at(state), type)).toBe(false);
  });

  it('is so for no event that the state does not know', () => {
    for (const type of EVENT_NAMES) expect(asksDatabase(at('published.superseded'), type)).toBe(false);
  });
});

describe('holding', () => {
  it('lets the target date stand still for as long as it lasts', () => {
    const held = step(at('curator_review.claimed', { dueAt: '2026-01-11T00:00:00.000Z' }), event('curator.hold')).to;
    const resumed = step(held, event('curator.resume', { now: '2026-01-08T12:00:00.000Z' })).to;

    expect(held).toMatchObject({ dueAt: '2026-01-11T00:00:00.000Z', pausedAt: NOW, holdUntil: SOON });
    expect(resumed).toMatchObject({ dueAt: '2026-01-18T12:00:00.000Z', pausedAt: null, holdUntil: null });
  });
});

function refusalOf(position: Position, what: LifecycleEvent): TransitionRefused {
  try {
    step(position, what);
  } catch (error) {
    if (error instanceof TransitionRefused) return error;
    throw error;
  }
  throw new Error('the step was taken');
}
