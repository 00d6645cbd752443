import { describe, expect, it } from 'vitest';
import type { Role, User, Visit } from '../identity/user.js';
import { hasLost, heardBy, type LiveEvent } from './hearing.js';
import { type Topics, topicsIn } from './topics.js';

const ID = '7d1f8c1e-3c0a-4b6e-9f55-0d2f2f6f6a11';
const somebody = (id: string, roles: Role[] = ['submitter'], more: Partial<User> = {}): User => ({
  ...{ id, name: id, roles, scopes: null, ...more },
});
const visit = (version: number | null): Visit => ({
  ...{ linkId: 'link', accession: 'ACC-1', version, may: ['view'], isAnonymised: true, pseudonym: 'Reviewer 1' },
});

const owner = somebody('owner');
const editor = somebody('editor');
const curator = somebody('curator', ['curator']);
const owningCurator = somebody('owner', ['curator']);
const stranger = somebody('stranger');
const visitor = somebody('link', [], { visit: visit(null) });
const strayed = somebody('link', [], { visit: visit(2) });

const told: LiveEvent = {
  ...{ position: 1, topic: 'submission.transitioned', audience: 'readers', submissionId: ID, personId: null, at: '' },
  data: {
    id: ID,
    from: 'curator_review.unassigned',
    to: 'curator_review.claimed',
    event: 'curator.claim',
    actorId: 'x',
  },
  subject: {
    ...{ accession: 'ACC-1', version: 1, ownerId: 'owner', profile: 'single-cell' },
    collaborators: [{ personId: 'editor', role: 'editor' }],
  },
};
const note: LiveEvent = { ...told, topic: 'note.created', audience: 'staff', data: { id: 'note' } };
const draft: LiveEvent = { ...told, data: { from: 'draft.editing', to: 'uploaded' } };
const change: LiveEvent = { ...told, topic: 'submission.changed' };
const progress: LiveEvent = {
  ...told,
  position: null,
  topic: 'file.progress',
  data: { id: 'file', path: 'name.h5ad' },
};
const notice: LiveEvent = {
  ...told,
  topic: 'notification.created',
  audience: 'person',
  personId: 'owner',
  subject: null,
};
const deleted: LiveEvent = { ...told, topic: 'submission.deleted', data: { id: ID }, subject: null };

const topics = (list: string): Topics => topicsIn(list) as Topics;
const one = topics(`submission:${ID}`);

describe('an event', () => {
  it.each<[string, User, Topics, LiveEvent, 'whole' | 'in part' | 'not at all']>([
    ['of a submission, by its owner', owner, one, told, 'whole'],
    ['of a submission, by an editor', editor, one, told, 'whole'],
    ['of a submission, by a reviewer', curator, one, told, 'whole'],
    ['of a submission, by a visitor', visitor, one, told, 'in part'],
    ['of a submission, by a visitor of another version', strayed, one, told, 'not at all'],
    ['of a submission, by a stranger', stranger, one, told, 'not at all'],
    ['of another submission', owner, topics('submission:00000000-0000-4000-8000-000000000000'), told, 'not at all'],
    ['for reviewers, by its owner', owner, one, note, 'not at all'],
    ['for reviewers, by an owner who is a curator', owningCurator, one, note, 'not at all'],
    ['for reviewers, by a reviewer', curator, one, note, 'whole'],
    ['for reviewers, by a visitor', visitor, one, note, 'not at all'],
    ['of the queue, by a reviewer', curator, topics('queue'), told, 'whole'],
    ['of the queue, by an owner who is a curator', owningCurator, topics('queue'), told, 'not at all'],
    ['of the queue, by a submitter', stranger, topics('queue'), told, 'not at all'],
    ['of a draft, by who listens to the queue', curator, topics('queue'), draft, 'not at all'],
    ['of metadata, by who listens to the queue', curator, topics('queue'), change, 'not at all'],
    ['in passing, by its owner', owner, one, progress, 'whole'],
    ['in passing, by a visitor', visitor, one, progress, 'not at all'],
    ['for a person, by them', owner, topics('me'), notice, 'whole'],
    ['for a person about a submission, by them', owner, one, notice, 'whole'],
    ['for a person, by another', curator, topics(`me,submission:${ID}`), notice, 'not at all'],
    ['that a submission is gone, by who listened to it', editor, one, deleted, 'whole'],
    ['that a submission is gone, by who did not', owner, topics('me'), deleted, 'not at all'],
  ])('%s, is heard', (_, user, listened, event, how) => {
    const data = heardBy(user, listened, event);

    if (how === 'not at all') expect(data).toBeNull();
    if (how === 'whole') expect(data).toEqual(event.data);
    if (how === 'in part') expect(Object.keys(data ?? {})).toEqual(['id', 'from', 'to']);
  });

  it.each([
    [owner, told, false],
    [stranger, told, true],
    [owner, deleted, true],
    [stranger, { ...notice, submissionId: null }, false],
  ])('tells who has lost the submission', (user, event, lost) => {
    expect(hasLost(user, event)).toBe(lost);
  });
});

describe('topics', () => {
  it('are read by commas', () => {
    expect(topicsIn(`me, submission:${ID.toUpperCase()},queue`)).toEqual({
      submissions: new Set([ID]),
      queue: true,
      me: true,
    });
  });

  it.each([
    ['queues', 'did you mean "queue"?'],
    ['Submission', 'did you mean "submission:{id}"?'],
    ['submission:1', 'is no submission'],
    ['everything', 'known are "submission:{id}", "queue", "me".'],
    ['', 'known are'],
    [Array.from({ length: 51 }, (_, i) => `submission:${ID.slice(0, -2)}${i + 10}`).join(','), 'At most 50'],
  ])('that are none are refused, and say what was meant: %s', (list, why) => {
    expect(topicsIn(list)).toContain(why);
  });
});
