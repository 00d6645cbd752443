/**
 * Who may do what? Two tables: each route of the API, and each event of the lifecycle that a person may send.
 * The guard reads the first and refuses a route that is not in it; `SubmissionsService` reads the second.
 */
import { type Role, rolesFor, type Scope, type User, type Visit } from './identity/user.js';
import type { EventName } from './submissions/events.js';
import type { State } from './submissions/lifecycle.js';

/** Whom a route serves. What is about one submission asks for its reader, its owner, or its reviewer. */
export type Who =
  | 'anyone'
  | 'person'
  | Role
  /** Of the submission: its owner and collaborators, curators and admins; for everybody else it does not exist. */
  | 'reader'
  /** Of the submission: whoever has a hand in it, all its readers but those who may only look. */
  | 'participant'
  /** Of the submission: whoever brings its metadata and files, its owner and the collaborators who may edit. */
  | 'editor'
  /** Of the submission: its owner alone; readers are told that it is not theirs. */
  | 'owner'
  /** Of the submission: curators and admins who have no part in it; its own people are told that it is not theirs. */
  | 'reviewer';

export interface Access {
  readonly who: Who;
  /** A personal access token must hold one of these. */
  readonly scopes: readonly Scope[];
  /** The holder of a review link comes here too, with this right; absent: never. */
  readonly visitor?: Visit['may'][number];
}

const anyone: Access = { who: 'anyone', scopes: [] };
const to = (who: Exclude<Who, 'anyone'>, ...scopes: Scope[]): Access => ({ who, scopes });
/** For readers, and for whoever comes by a review link. */
const shown: Access = { ...to('reader', 'submission:read'), visitor: 'view' };
const lent: Access = { ...to('reader', 'submission:read'), visitor: 'download' };
/** For whoever talks there, and for visitors whose link lets them: they read what they take part in. */
const heard: Access = { ...to('reader', 'submission:read'), visitor: 'comment' };
const spoken: Access = { ...to('participant', 'submission:write', 'review'), visitor: 'comment' };

/** Below `/api/v1`, as the OpenAPI document writes them. */
export const ROUTES: Readonly<Record<string, Access>> = {
  'GET /health/live': anyone,
  'GET /health/ready': anyone,
  'GET /metrics': anyone,
  'GET /lifecycle': anyone,
  'GET /profiles': anyone,
  'GET /profiles/{id}': anyone,

  'POST /users': anyone,
  'GET /users': to('admin', 'admin'),
  'PATCH /users/{id}': to('admin', 'admin'),
  'POST /sessions': anyone,
  'DELETE /sessions/current': to('person', 'account'),
  'GET /me': to('person', 'account'),
  'PATCH /me': to('person', 'account'),
  'GET /me/tokens': to('person', 'account'),
  'POST /me/tokens': to('person', 'account'),
  'DELETE /me/tokens/{id}': to('person', 'account'),
  'GET /me/notifications': to('person', 'account'),
  'PATCH /me/notifications/{id}': to('person', 'account'),
  'POST /me/notifications/read': to('person', 'account'),
  'GET /me/preferences': to('person', 'account'),
  'PATCH /me/preferences': to('person', 'account'),
  'GET /unsubscribe/{token}': anyone,
  'POST /unsubscribe/{token}': anyone,

  'GET /users/{id}': to('admin', 'admin'),
  'POST /users/{id}/grants': to('admin', 'admin'),
  'DELETE /users/{id}/grants/{grantId}': to('admin', 'admin'),
  'GET /users/{id}/sessions': to('admin', 'admin'),
  'DELETE /users/{id}/sessions': to('admin', 'admin'),
  'DELETE /users/{id}/sessions/{sessionId}': to('admin', 'admin'),
  'GET /users/{id}/tokens': to('admin', 'admin'),
  'DELETE /users/{id}/tokens': to('admin', 'admin'),
  'DELETE /users/{id}/tokens/{tokenId}': to('admin', 'admin'),
  'GET /sign-in/providers': anyone,
  'GET /sign-in/{provider}': anyone,
  'GET /sign-in/{provider}/callback': anyone,
  'POST /sign-in/{provider}/account': anyone,
  'POST /sign-in/{provider}/back-channel-logout': anyone,
  'POST /password-resets': anyone,
  'POST /password-resets/complete': anyone,
  'POST /users/{id}/erasure': to('admin', 'admin'),
  'GET /erasure-requests': to('admin', 'admin'),
  'POST /me/erasure-request': to('person', 'account'),
  'DELETE /me/erasure-request': to('person', 'account'),
  'PUT /me/password': to('person', 'account'),
  'GET /me/sessions': to('person', 'account'),
  'DELETE /me/sessions/{id}': to('person', 'account'),
  'GET /me/identities': to('person', 'account'),
  'POST /me/identities/{provider}': to('person', 'account'),
  'DELETE /me/identities/{id}': to('person', 'account'),

  'POST /submissions': to('submitter', 'submission:write'),
  'GET /submissions': to('person', 'submission:read'),
  'GET /submissions/{id}': shown,
  'PATCH /submissions/{id}': to('editor', 'submission:write'),
  'DELETE /submissions/{id}': to('owner', 'submission:write'),
  'GET /submissions/{id}/transitions': to('reader', 'submission:read'),
  'POST /submissions/{id}/transitions': to('reader', 'submission:write', 'review', 'admin'),

  'GET /submissions/facets': to('person', 'submission:read'),
  'GET /submissions/{id}/triage': to('reviewer', 'review'),
  'PATCH /submissions/{id}/triage': to('reviewer', 'review'),
  'PUT /submissions/{id}/labels': to('reviewer', 'review'),
  'GET /labels': to('curator', 'review'),
  'POST /labels': to('curator', 'review'),
  'PATCH /labels/{id}': to('curator', 'review'),
  'DELETE /labels/{id}': to('curator', 'review'),
  'GET /templates': to('curator', 'review'),
  'POST /templates': to('curator', 'review'),
  'PATCH /templates/{id}': to('curator', 'review'),
  'DELETE /templates/{id}': to('curator', 'review'),
  'GET /me/views': to('person', 'account'),
  'POST /me/views': to('person', 'account'),
  'PATCH /me/views/{id}': to('person', 'account'),
  'DELETE /me/views/{id}': to('person', 'account'),
  'GET /views': to('curator', 'review'),
  'POST /views': to('curator', 'review'),
  'PATCH /views/{id}': to('curator', 'review'),
  'DELETE /views/{id}': to('curator', 'review'),
  'POST /operations': to('curator', 'review'),
  'GET /operations/{id}': to('curator', 'review'),
  'GET /operations/{id}/items': to('curator', 'review'),
  'POST /operations/{id}/undo': to('curator', 'review'),

  'GET /submissions/{id}/files': shown,
  'DELETE /submissions/{id}/files/{fileId}': to('editor', 'submission:write'),
  'GET /submissions/{id}/files/{fileId}/content': lent,
  'HEAD /submissions/{id}/files/{fileId}/content': lent,
  'POST /submissions/{id}/files/{fileId}/signed-path': lent,
  'OPTIONS /cap/{signed}/{path}': anyone,
  'GET /cap/{signed}/{path}': anyone,
  'HEAD /cap/{signed}/{path}': anyone,
  'POST /submissions/{id}/imports': to('editor', 'submission:write'),
  'OPTIONS /uploads': anyone,
  'POST /uploads': to('person', 'submission:write'),
  'HEAD /uploads/{id}': to('person', 'submission:write'),
  'PATCH /uploads/{id}': to('person', 'submission:write'),
  'DELETE /uploads/{id}': to('person', 'submission:write'),

  'GET /submissions/{id}/datasets': shown,
  'PUT /submissions/{id}/datasets/order': to('participant', 'submission:write', 'review'),
  'GET /submissions/{id}/datasets/{datasetId}': shown,
  'PATCH /submissions/{id}/datasets/{datasetId}': to('participant', 'submission:write', 'review'),

  'GET /submissions/{id}/deposition': shown,
  'GET /submissions/{id}/association': shown,
  'GET /submissions/{id}/matrix': shown,
  'GET /submissions/{id}/matrix.csv': shown,
  'GET /submissions/{id}/matrix/history': shown,
  'GET /submissions/{id}/runs/{runId}/matrix': shown,
  'GET /submissions/{id}/runs/{runId}/matrix.csv': shown,

  'GET /submissions/{id}/lookups': to('reader', 'submission:read'),
  'POST /submissions/{id}/lookups/retry': to('participant', 'submission:write', 'review'),

  'GET /submissions/{id}/datasets-of-runs/{dataset}/table.csv': shown,
  'PUT /submissions/{id}/datasets-of-runs/{dataset}/table.csv': to('editor', 'submission:write'),
  'GET /submissions/{id}/mdoc-imports': to('reader', 'submission:read'),

  'GET /submissions/{id}/runs': shown,
  'GET /submissions/{id}/runs/{runId}': shown,
  'GET /submissions/{id}/runs/{runId}/findings': shown,

  'GET /submissions/{id}/checklist': to('reader', 'submission:read'),
  'PUT /submissions/{id}/checklist/{item}': to('reviewer', 'review'),
  'GET /submissions/{id}/change-requests': to('reader', 'submission:read'),
  'POST /submissions/{id}/change-requests': to('reviewer', 'review'),
  'GET /submissions/{id}/change-requests/{crId}': to('reader', 'submission:read'),
  'PATCH /submissions/{id}/change-requests/{crId}': to('participant', 'submission:write', 'review'),
  'GET /submissions/{id}/waivers': to('reader', 'submission:read'),
  'POST /submissions/{id}/waivers': to('reviewer', 'review'),
  'GET /submissions/{id}/waivers/{waiverId}': to('reader', 'submission:read'),
  'DELETE /submissions/{id}/waivers/{waiverId}': to('reviewer', 'review'),

  'GET /submissions/{id}/threads': heard,
  'POST /submissions/{id}/threads': spoken,
  'GET /submissions/{id}/threads/{threadId}': heard,
  'PATCH /submissions/{id}/threads/{threadId}': to('participant', 'submission:write', 'review'),
  'POST /submissions/{id}/threads/{threadId}/comments': spoken,
  'PATCH /submissions/{id}/threads/{threadId}/comments/{commentId}': spoken,
  'DELETE /submissions/{id}/threads/{threadId}/comments/{commentId}': spoken,
  'GET /submissions/{id}/suggestions': to('reader', 'submission:read'),
  'POST /submissions/{id}/suggestions': to('reviewer', 'review'),
  'POST /submissions/{id}/suggestions/apply': to('editor', 'submission:write'),
  'GET /submissions/{id}/suggestions/{suggestionId}': to('reader', 'submission:read'),
  'POST /submissions/{id}/suggestions/{suggestionId}/apply': to('editor', 'submission:write'),
  'POST /submissions/{id}/suggestions/{suggestionId}/decline': to('editor', 'submission:write'),
  'POST /submissions/{id}/suggestions/{suggestionId}/withdraw': to('reviewer', 'review'),
  'GET /submissions/{id}/reviews': to('reader', 'submission:read'),
  'POST /submissions/{id}/reviews': to('reviewer', 'review'),
  'GET /submissions/{id}/reviews/pending': to('reviewer', 'review'),
  'PUT /submissions/{id}/reviews/pending': to('reviewer', 'review'),
  'DELETE /submissions/{id}/reviews/pending': to('reviewer', 'review'),
  'GET /submissions/{id}/notes': to('reviewer', 'review'),
  'POST /submissions/{id}/notes': to('reviewer', 'review'),
  'PATCH /submissions/{id}/notes/{noteId}': to('reviewer', 'review'),
  'DELETE /submissions/{id}/notes/{noteId}': to('reviewer', 'review'),

  'GET /submissions/{id}/collaborators': to('participant', 'submission:read', 'review'),
  'POST /submissions/{id}/collaborators': to('owner', 'submission:write'),
  'PATCH /submissions/{id}/collaborators/{personId}': to('owner', 'submission:write'),
  'DELETE /submissions/{id}/collaborators/{personId}': to('reader', 'submission:write'),
  'POST /submissions/{id}/collaborators/{personId}/resend': to('owner', 'submission:write'),
  'GET /invitations/{token}': anyone,
  'POST /invitations/{token}/accept': to('person', 'account'),
  'GET /submissions/{id}/transfer': to('editor', 'submission:read'),
  'POST /submissions/{id}/transfer': to('owner', 'submission:write'),
  'DELETE /submissions/{id}/transfer': to('owner', 'submission:write'),
  'POST /transfers/{transferId}/accept': to('person', 'submission:write'),
  'POST /transfers/{transferId}/decline': to('person', 'submission:write'),
  'GET /submissions/{id}/share-links': to('participant', 'submission:read', 'review'),
  'POST /submissions/{id}/share-links': to('owner', 'submission:write'),
  'GET /submissions/{id}/share-links/{linkId}': to('participant', 'submission:read', 'review'),
  'PATCH /submissions/{id}/share-links/{linkId}': to('owner', 'submission:write'),
  'DELETE /submissions/{id}/share-links/{linkId}': to('owner', 'submission:write'),
  'GET /submissions/{id}/identity-scan': to('editor', 'submission:read'),
  'POST /share-links/exchange': anyone,

  'GET /submissions/{id}/decisions': to('reader', 'submission:read'),
  'GET /submissions/{id}/revisions': to('reader', 'submission:read'),
  'GET /submissions/{id}/diff': to('reader', 'submission:read'),
  'GET /submissions/{id}/sections': to('reader', 'submission:read'),
  'PUT /submissions/{id}/sections/{section}/viewed': to('reviewer', 'review'),
  'DELETE /submissions/{id}/sections/{section}/viewed': to('reviewer', 'review'),

  'GET /records': anyone,
  'GET /records/{accession}': anyone,
  'GET /records/{accession}/versions': anyone,
  'GET /records/{accession}/versions/{n}': anyone,
  'GET /records/{accession}/files/{path}': anyone,
  'HEAD /records/{accession}/files/{path}': anyone,
  'GET /records/{accession}/versions/{n}/files/{path}': anyone,
  'HEAD /records/{accession}/versions/{n}/files/{path}': anyone,

  'GET /incidents': to('curator', 'review'),

  'GET /figures': to('curator', 'review'),
  'GET /figures/{name}': to('curator', 'review'),
  'GET /figures/weekly.csv': to('curator', 'review'),
  'GET /figures/time-in-state.csv': to('curator', 'review'),
  'GET /figures/first-response.csv': to('curator', 'review'),
  'GET /figures/resubmission.csv': to('curator', 'review'),
  'GET /figures/failing-rules.csv': to('curator', 'review'),

  'GET /me/webhooks': to('person', 'account'),
  'POST /me/webhooks': to('person', 'account'),
  'GET /me/webhooks/{id}': to('person', 'account'),
  'PATCH /me/webhooks/{id}': to('person', 'account'),
  'DELETE /me/webhooks/{id}': to('person', 'account'),
  'POST /me/webhooks/{id}/rotate-secret': to('person', 'account'),
  'POST /me/webhooks/{id}/test': to('person', 'account'),
  'POST /me/webhooks/{id}/redeliver': to('person', 'account'),
  'GET /me/webhooks/{id}/deliveries': to('person', 'account'),
  'GET /me/webhooks/{id}/deliveries/{deliveryId}': to('person', 'account'),
  'POST /me/webhooks/{id}/deliveries/{deliveryId}/redeliver': to('person', 'account'),
  'GET /webhooks': to('admin', 'admin'),
  'POST /webhooks': to('admin', 'admin'),
  'GET /webhooks/{id}': to('admin', 'admin'),
  'PATCH /webhooks/{id}': to('admin', 'admin'),
  'DELETE /webhooks/{id}': to('admin', 'admin'),
  'POST /webhooks/{id}/rotate-secret': to('admin', 'admin'),
  'POST /webhooks/{id}/test': to('admin', 'admin'),
  'POST /webhooks/{id}/redeliver': to('admin', 'admin'),
  'GET /webhooks/{id}/deliveries': to('admin', 'admin'),
  'GET /webhooks/{id}/deliveries/{deliveryId}': to('admin', 'admin'),
  'POST /webhooks/{id}/deliveries/{deliveryId}/redeliver': to('admin', 'admin'),

  'GET /jobs': to('admin', 'admin'),
  'GET /jobs/{queue}/{jobId}': to('admin', 'admin'),
  'POST /jobs/{queue}/{jobId}/retry': to('admin', 'admin'),
  'POST /jobs/{queue}/{jobId}/cancel': to('admin', 'admin'),

  'GET /events': { ...to('person', 'submission:read', 'review', 'account'), visitor: 'view' },

  'GET /audit': to('admin', 'admin'),
  'GET /audit.csv': to('admin', 'admin'),
  'GET /audit.jsonl': to('admin', 'admin'),
  'GET /audit/verification': to('admin', 'admin'),
};

/**
 * Whether somebody's roles let them call a route at all; what is about one submission is for `SubmissionsService`. A curator
 * of some profiles is one: what such a route tells of submissions, it tells of those (`reviewedProfiles`).
 */
export function mayCall({ roles, grants = [] }: User, { who }: Access): boolean {
  switch (who) {
    case 'submitter':
      return roles.includes('submitter');
    case 'curator':
      return roles.includes('curator') || roles.includes('admin') || grants.some(({ role }) => role === 'curator');
    case 'admin':
      return roles.includes('admin');
    default:
      return true;
  }
}

interface Subject {
  readonly accession: string;
  readonly version: number;
  readonly profile: string;
  readonly ownerId: string;
  readonly collaborators: readonly Collaborator[];
  readonly assignee: string | null;
  readonly state: State;
}

export interface Collaborator {
  readonly personId: string;
  readonly role: 'viewer' | 'editor';
}

/** What somebody is to one submission. */
export type Relation = 'owner' | 'editor' | 'viewer' | 'reviewer' | 'visitor';

/**
 * Null: for them it does not exist. Whoever has a part in it is not its reviewer, whatever their roles. A visitor comes no
 * further than the routes that the table opens to them.
 */
export function relationTo(user: User, subject: Omit<Subject, 'assignee' | 'state'>): Relation | null {
  const { ownerId, collaborators } = subject;
  if (user.visit) return shows(user.visit, subject) ? 'visitor' : null;
  if (user.id === ownerId) return 'owner';
  const collaborator = collaborators.find(({ personId }) => personId === user.id);
  if (collaborator) return collaborator.role;
  const roles = rolesFor(user, subject.profile);
  return roles.includes('curator') || roles.includes('admin') ? 'reviewer' : null;
}

const shows = (visit: Visit, { accession, version }: Pick<Subject, 'accession' | 'version'>): boolean =>
  visit.accession === accession && (visit.version ?? version) === version;

/** Whom a question about one submission is for, besides its readers. */
export type Part = Extract<Who, 'reader' | 'participant' | 'editor' | 'owner' | 'reviewer'>;

const SERVED: Readonly<Record<Part, readonly Relation[]>> = {
  reader: ['owner', 'editor', 'viewer', 'reviewer', 'visitor'],
  participant: ['owner', 'editor', 'reviewer'],
  editor: ['owner', 'editor'],
  owner: ['owner'],
  reviewer: ['reviewer'],
};

export const serves = (part: Part, relation: Relation): boolean => SERVED[part].includes(relation);

/** What collaborators who may edit send too; every other event of a submitter is its owner's. */
const OF_EDITORS: ReadonlySet<EventName> = new Set<EventName>(['submitter.edit', 'submitter.change_files']);

/** The first word of an event that a person sends. */
type PersonalEvent = Extract<EventName, `${Role}.${string}`>;

/** What only the curator who has claimed the submission may decide. */
const OF_THE_ASSIGNEE: ReadonlySet<string> = new Set<PersonalEvent>([
  'curator.hold',
  'curator.resume',
  'curator.request_changes',
  'curator.approve',
  'curator.reject',
  'curator.amend',
]);

/** An event's first word is the role that may send it; a submitter sends it only for what is theirs. Editors need no role. */
export function maySend(user: User, event: EventName, subject: Subject): boolean {
  const [role] = event.split('.');
  if (user.scopes && !user.scopes.includes(role === 'submitter' ? 'submission:write' : scopeOf(role))) return false;
  const relation = relationTo(user, subject);
  if (relation === 'editor' && OF_EDITORS.has(event)) return true;
  if (!rolesFor(user, subject.profile).some((held) => held === role)) return false;
  if (role === 'submitter') return relation === 'owner';
  if (role === 'curator' && relation !== 'reviewer') return false; // nobody has a hand in the review of their own
  return !OF_THE_ASSIGNEE.has(event) || user.id === subject.assignee;
}

const scopeOf = (role: string | undefined): Scope => (role === 'admin' ? 'admin' : 'review');
