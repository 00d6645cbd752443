import { describe, expect, it } from 'vitest';
import { ROUTES } from '../queues.js';
import { AUDIENCE, audienceOf, type Reader, type Subject } from './audience.js';

const owner: Reader = { id: 'owner', roles: ['submitter'] };
const curator: Reader = { id: 'curator', roles: ['curator'] };
const colleague: Reader = { id: 'colleague', roles: ['curator', 'admin'] };
const PEOPLE = [owner, curator, colleague];
const UNASSIGNED: Subject = { ownerId: 'owner', assignee: null, actorId: null, state: 'curator_review.unassigned' };
const CLAIMED: Subject = { ...UNASSIGNED, assignee: 'curator', state: 'curator_review.claimed' };

const told = (...args: Parameters<typeof audienceOf>) =>
  audienceOf(...args).map(({ personId, as }) => `${personId} as ${as}`);

describe('who is told', () => {
  it('has a row for each topic that is routed to the notifications, and for no other', () => {
    const notifying = Object.entries(ROUTES).filter(([, queues]) => queues.includes('notification'));
    const topics = notifying.map(([topic]) => topic).filter((topic) => topic !== 'notification.written');
    expect(Object.keys(AUDIENCE).sort()).toEqual(topics.sort());
  });

  it('of a review that is to be done is every curator, or the one who has claimed it', () => {
    expect(told('review.requested', UNASSIGNED, PEOPLE)).toContain('colleague as curator');
    expect(told('review.requested', CLAIMED, PEOPLE)).toEqual(['owner as owner', 'curator as assignee']);
  });

  it('of failed checks is whoever can do something about it', () => {
    expect(told('checks.failed', { ...UNASSIGNED, state: 'draft.checks_failed' }, PEOPLE)).toEqual(['owner as owner']);
    expect(told('checks.failed', CLAIMED, PEOPLE)).toEqual(['curator as assignee']);
  });

  it('is told once, whatever else they are', () => {
    const incident: Subject = { ...CLAIMED, state: 'validating.broken' };
    expect(told('incident.opened', incident, PEOPLE)).toEqual([
      'owner as owner',
      'curator as curator',
      'colleague as admin',
    ]);
  });

  it('is not who did it, but for a receipt', () => {
    const byOwner: Subject = { ...UNASSIGNED, actorId: 'owner', state: 'withdrawn' };
    expect(told('submission.withdrawn', byOwner, PEOPLE)).toEqual([]);
    expect(told('submission.received', { ...byOwner, state: 'validating.running' }, PEOPLE)).toEqual([
      'owner as owner',
    ]);
  });

  it('is never asked to review what is their own', () => {
    const own: Subject = { ...UNASSIGNED, ownerId: 'curator' };
    expect(told('checks.failed', own, PEOPLE)).toEqual(['colleague as curator']);
  });
});
