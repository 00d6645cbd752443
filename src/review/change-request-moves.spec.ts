import { describe, expect, it } from 'vitest';
import { type Field, type Move, movesFrom, moveTo, REQUEST_STATES, type RequestState } from './change-request-moves.js';

type Part = Move['by'];
const WITH_SUBMITTER = ['draft.editing', 'draft.checks_failed', 'draft.changes_requested', 'uploaded'];
const IN_REVIEW = ['curator_review.unassigned', 'curator_review.claimed', 'curator_review.on_hold'];
const ELSEWHERE = [
  'validating.running',
  'private.approved',
  'published.current',
  'withdrawn',
  'rejected',
  'tombstoned',
];

/** Every move there is: what is not here is refused. */
const POSSIBLE: Readonly<Record<Part, Readonly<Record<RequestState, readonly Move['action'][]>>>> = {
  owner: { open: ['answer'], answered: ['answer'], resolved: [], declined: [] },
  reviewer: {
    open: ['resolve', 'decline', 'edit'],
    answered: ['resolve', 'decline', 'reopen'],
    resolved: ['reopen'],
    declined: ['reopen'],
  },
};
const PARTS = Object.keys(POSSIBLE) as Part[];

const actions = (by: Part, submissionState: string, state: RequestState) =>
  movesFrom({ by, submissionState, state }).map(({ action }) => action);

describe.each(PARTS)('what the %s can do with a change request', (by) => {
  describe.each(REQUEST_STATES)('that is %s', (state) => {
    it.each(by === 'owner' ? WITH_SUBMITTER : IN_REVIEW)('in %s', (submissionState) => {
      expect(actions(by, submissionState, state)).toEqual(POSSIBLE[by][state]);
    });

    it.each([...(by === 'owner' ? IN_REVIEW : WITH_SUBMITTER), ...ELSEWHERE])('is nothing in %s', (submissionState) => {
      expect(actions(by, submissionState, state)).toEqual([]);
    });
  });
});

describe('a move', () => {
  const reviewed = (state: RequestState) => ({
    by: 'reviewer' as const,
    submissionState: 'curator_review.claimed',
    state,
  });

  it.each<[RequestState, RequestState, readonly Field[], Move['action']]>([
    ['open', 'resolved', [], 'resolve'],
    ['open', 'declined', ['reason'], 'decline'],
    ['answered', 'open', ['text', 'severity'], 'reopen'],
    ['open', 'open', ['anchor'], 'edit'],
  ])('from %s to %s with %j is to %s', (state, to, fields, action) => {
    expect(moveTo(reviewed(state), to, fields)?.action).toBe(action);
  });

  it.each<[RequestState, RequestState, readonly Field[]]>([
    ['answered', 'answered', ['text']],
    ['open', 'resolved', ['text']],
    ['open', 'open', ['reason']],
    ['open', 'answered', ['answer']],
    ['resolved', 'declined', ['reason']],
  ])('from %s to %s with %j is none', (state, to, fields) => {
    expect(moveTo(reviewed(state), to, fields)).toBeUndefined();
  });
});
