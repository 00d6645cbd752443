import { describe, expect, it } from 'vitest';
import { ROUTES } from '../queues.js';
import { AUDIENCE, audienceOf, type Reader, type Subject } from './audience.js';

const owner: Reader = { id: 'owner', roles: ['submitter'] };
const curator: Reader = { id: 'curator', roles: ['curator'] };
const colleague: Reader = { id: 'colleague', roles: ['curator', 'admin'] };
const editor: Reader = { id: 'editor', roles: ['submitter'] };
const viewer: Reader = { id: 'viewer', roles: ['submitter'] };
const PEOPLE = [owner, curator, colleague];
const UNASSIGNED: Subject = {
  ...{ ownerId: 'owner', collaborators: [], assignee: null, formerAssignee: null, actorId: null },
  state: 'curator_review.unassigned',
};
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

  it('of work that waits is whoever brings it, and not whoever may only look', () => {
    const shared: Subject = {
      ...UNASSIGNED,
      collaborators: [
        { personId: 'editor', role: 'editor' },
        { personId: 'viewer', role: 'viewer' },
        { personId: 'curator', role: 'editor' },
      ],
      state: 'draft.changes_requested',
    };
    const all = [...PEOPLE, editor, viewer];
    for (const topic of ['changes.requested', 'checks.failed', 'file.refused', 'response.awaited'] as const)
      expect(told(topic, shared, all), topic).toEqual(['owner as owner', 'curator as editor', 'editor as editor']);
    expect(told('submission.received', shared, all)).toEqual(['owner as owner']);
    expect(told('review.requested', { ...shared, state: 'curator_review.unassigned' }, all)).toEqual([
      'owner as owner',
      'colleague as curator',
    ]);
  });

  it('is a viewer who asks to be', () => {
    const shared: Subject = { ...UNASSIGNED, collaborators: [{ personId: 'viewer', role: 'viewer' }] };
    const asks = { ...viewer, asViewer: true };

    expect(told('submission.published', shared, [viewer])).toEqual([]);
    expect(told('submission.published', shared, [asks])).toEqual(['viewer as viewer']);
    expect(told('checks.failed', { ...shared, state: 'draft.checks_failed' }, [asks])).toEqual([]);
  });

  it('of a review that is late is who has it, or all who could take it, and the admins', () => {
    const admin: Reader = { id: 'admin', roles: ['admin'] };
    expect(told('review.overdue', CLAIMED, [...PEOPLE, admin])).toEqual([
      'curator as assignee',
      'colleague as admin',
      'admin as admin',
    ]);
    expect(told('review.overdue', UNASSIGNED, [...PEOPLE, admin])).toEqual([
      'curator as curator',
      'colleague as curator',
      'admin as admin',
    ]);
    expect(told('review.due_soon', CLAIMED, [...PEOPLE, admin])).toEqual(['curator as assignee']);
  });

  it('of a claim that has ended is who had it, as long as they review, and did not end it themselves', () => {
    const expired: Subject = { ...UNASSIGNED, formerAssignee: 'curator' };
    expect(told('claim.ended', expired, PEOPLE)).toEqual(['curator as former']);
    expect(told('claim.ended', expired, [{ ...curator, roles: ['submitter'] }])).toEqual([]);
    expect(told('claim.ended', { ...expired, actorId: 'curator' }, PEOPLE)).toEqual([]);
    expect(told('submission.reopened', { ...expired, actorId: 'colleague' }, PEOPLE)).toContain('curator as former');
    const passedOn: Subject = { ...CLAIMED, assignee: 'colleague', formerAssignee: 'curator' };
    expect(told('submission.assigned', { ...passedOn, actorId: 'admin' }, PEOPLE)).toEqual([
      'curator as former',
      'colleague as assignee',
    ]);
    expect(told('submission.assigned', { ...passedOn, actorId: 'curator' }, PEOPLE)).toEqual(['colleague as assignee']);
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
