import { describe, expect, it } from 'vitest';
import { ROLES, type Role, SCOPES, type Scope, type User, type Visit } from './identity/user.js';
import { type Access, mayCall, maySend, ROUTES, relationTo, type Who } from './permissions.js';
import { EVENT_NAMES, type EventName, isPersonal } from './submissions/events.js';

const OWNER = 'the owner';
const CLAIMER = 'the curator who claimed it';
const EDITOR = 'a collaborator who may edit';
const VIEWER = 'a collaborator who may look';
const subject = {
  accession: 'ACC-000001',
  version: 2,
  profile: 'single-cell',
  ownerId: OWNER,
  assignee: CLAIMER,
  state: 'curator_review.claimed',
  collaborators: [
    { personId: EDITOR, role: 'editor' },
    { personId: VIEWER, role: 'viewer' },
  ],
} as const;

const somebody = (roles: readonly Role[], rest: Partial<User> = {}): User => ({
  id: 'somebody',
  name: 'Some Body',
  roles,
  scopes: null,
  ...rest,
});

const visiting = (accession: string, version: number | null): Visit => ({
  ...{ accession, version, linkId: 'a link', may: ['view'], isAnonymised: false, pseudonym: 'Reviewer 1' },
});

describe('what somebody is to a submission', () => {
  it.each<[what: string, User, ReturnType<typeof relationTo>]>([
    ['its owner', somebody(['submitter'], { id: OWNER }), 'owner'],
    ['its owner, though they review others', somebody(['curator', 'admin'], { id: OWNER }), 'owner'],
    ['its owner, though they have lost every role', somebody([], { id: OWNER }), 'owner'],
    ['a collaborator who may edit', somebody([], { id: EDITOR }), 'editor'],
    ['a collaborator who may look', somebody(['submitter'], { id: VIEWER }), 'viewer'],
    ['a collaborator, though they review others', somebody(['curator', 'admin'], { id: VIEWER }), 'viewer'],
    ['a curator', somebody(['curator']), 'reviewer'],
    ['an admin', somebody(['admin']), 'reviewer'],
    ['a curator of its profile', somebody([], { grants: [{ role: 'curator', profile: 'single-cell' }] }), 'reviewer'],
    ['a curator of another profile', somebody([], { grants: [{ role: 'curator', profile: 'cryoet-dataset' }] }), null],
    ['a visitor', somebody([], { visit: visiting('ACC-000001', null) }), 'visitor'],
    ['a visitor of this version', somebody([], { visit: visiting('ACC-000001', 2) }), 'visitor'],
    ['a visitor of another version', somebody([], { visit: visiting('ACC-000001', 1) }), null],
    ['a visitor of another record', somebody([], { visit: visiting('ACC-000002', null) }), null],
    ['another submitter', somebody(['submitter']), null],
    ['somebody without a role', somebody([]), null],
  ])('%s', (_, user, relation) => {
    expect(relationTo(user, subject)).toBe(relation);
  });
});

describe('who may call a route', () => {
  const SERVED: Readonly<Record<Who, readonly Role[]>> = {
    anyone: ROLES,
    person: ROLES,
    reader: ROLES,
    participant: ROLES,
    editor: ROLES,
    owner: ROLES,
    reviewer: ROLES,
    submitter: ['submitter'],
    curator: ['curator', 'admin'],
    admin: ['admin'],
  };

  it.each(Object.keys(SERVED) as Who[])('a route for %s serves those roles and no other', (who) => {
    const served = ROLES.filter((role) => mayCall(somebody([role]), { who, scopes: [] }));

    expect(served).toEqual(SERVED[who]);
  });

  it('every route that is not for anyone asks a token for a scope, and one for anyone asks for none', () => {
    const wrong = Object.entries(ROUTES).filter(([, { who, scopes }]) => (who === 'anyone') !== (scopes.length === 0));

    expect(wrong).toEqual([]);
  });

  it('every scope that there is opens some route', () => {
    const used = new Set(Object.values(ROUTES).flatMap(({ scopes }) => scopes));

    expect([...used].toSorted()).toEqual(SCOPES.toSorted());
  });

  it('nothing that changes a submission is open to a token that may only read', () => {
    const isOfOne = ([route]: [string, Access]) =>
      /^(POST|PUT|PATCH|DELETE) \/(submissions|uploads)/.test(route) && !route.endsWith('/signed-path'); // made to read

    const open = Object.entries(ROUTES).filter((row) => isOfOne(row) && row[1].scopes.includes('submission:read'));

    expect(open).toEqual([]);
  });
});

/** For each event of a person: who of those below may send it. */
type Sender = keyof typeof SENDERS;
const SENDERS = {
  owner: somebody(['submitter'], { id: OWNER }),
  editor: somebody([], { id: EDITOR }),
  viewer: somebody(['submitter', 'curator'], { id: VIEWER }),
  'another submitter': somebody(['submitter']),
  claimer: somebody(['curator'], { id: CLAIMER }),
  'another curator': somebody(['curator']),
  admin: somebody(['admin']),
} as const;
const NAMES = Object.keys(SENDERS) as Sender[];

/** What is for the curator who has claimed it, and for nobody else. */
const DECISIONS: ReadonlySet<EventName> = new Set([
  'curator.hold',
  'curator.resume',
  'curator.request_changes',
  'curator.approve',
  'curator.reject',
  'curator.amend',
]);

function sendersOf(event: EventName): readonly Sender[] {
  if (event === 'submitter.edit' || event === 'submitter.change_files') return ['owner', 'editor'];
  if (event.startsWith('submitter.')) return ['owner'];
  if (event.startsWith('admin.')) return ['admin'];
  if (!event.startsWith('curator.')) return [];
  return DECISIONS.has(event) ? ['claimer'] : ['claimer', 'another curator'];
}

describe('who may send an event', () => {
  it.each(EVENT_NAMES)('%s', (event) => {
    expect(NAMES.filter((name) => maySend(SENDERS[name], event, subject))).toEqual(sendersOf(event));
  });

  it('nobody decides on what nobody has claimed', () => {
    for (const event of DECISIONS) expect(maySend(SENDERS.claimer, event, { ...subject, assignee: null })).toBe(false);
  });

  it('somebody with all roles is still not the submitter of what is another’s', () => {
    const everything = somebody(ROLES);

    expect(maySend(everything, 'submitter.submit', subject)).toBe(false);
    expect(maySend(everything, 'curator.claim', subject)).toBe(true);
    expect(maySend(everything, 'admin.publish', subject)).toBe(true);
  });

  it('lets nobody have a hand in the review of their own', () => {
    const both = somebody(['submitter', 'curator'], { id: OWNER });

    expect(EVENT_NAMES.filter((event) => event.startsWith('curator.') && maySend(both, event, subject))).toEqual([]);
    expect(maySend(both, 'submitter.recall', subject)).toBe(true);
  });

  it('an owner who has lost the role of a submitter sends nothing', () => {
    expect(maySend(somebody([], { id: OWNER }), 'submitter.submit', subject)).toBe(false);
  });

  it('nobody sends what is the system’s', () => {
    const everything = somebody(ROLES, { id: OWNER });

    expect(EVENT_NAMES.filter((event) => !isPersonal(event) && maySend(everything, event, subject))).toEqual([]);
  });

  it.each<[Scope, EventName[]]>([
    ['submission:write', ['submitter.submit']],
    ['review', ['curator.approve']],
    ['admin', ['admin.publish']],
    ['submission:read', []],
    ['account', []],
  ])('with a token for %s: %j', (scope, events) => {
    const everything = somebody(ROLES, { id: OWNER, scopes: [scope] });
    const theirs = (event: EventName) =>
      event.startsWith('submitter.') ? subject : { ...subject, ownerId: 'somebody else', assignee: OWNER };

    const sent = (['submitter.submit', 'curator.approve', 'admin.publish'] as const).filter((event) =>
      maySend(everything, event, theirs(event)),
    );

    expect(sent).toEqual(events);
  });
});
