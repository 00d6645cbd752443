/** Who is told? A row for each topic that people hear of: whom it concerns. */
import type { Role } from '../identity/user.js';
import type { Topic } from '../outbox/outbox.js';
import type { Collaborator } from '../permissions.js';
import { STATE_WORDS, type State, type WaitingOn } from '../submissions/lifecycle.js';

/** The topics that people are told of; the others are work. */
export type NotifiedTopic = Exclude<
  Topic,
  | 'validation.requested'
  | 'publication.requested'
  | 'upload.received'
  | 'import.requested'
  | 'delivery.requested'
  | 'slack.requested'
  | 'doi.changed'
  | 'lookup.asked'
  | 'password.forgotten'
  | 'invitation.written'
  | 'webhook.due'
  | 'files.changed'
  | 'operation.requested'
  | 'notification.written'
>;

/** What the reader is to the submission: the words depend on it. Viewers hear only if they ask to; `former` had it until this step. */
export type Part = 'owner' | 'editor' | 'viewer' | 'assignee' | 'former' | 'curator' | 'admin';

/** `queue` is every curator, while nobody has claimed it; `mover` is whoever's move it is after the step. */
type Circle = Part | 'queue' | 'mover';

/** Somebody who is in several circles is told once, as a member of the first. */
export const AUDIENCE: Readonly<Record<NotifiedTopic, readonly Circle[]>> = {
  'incident.opened': ['admin', 'curator', 'owner'],
  'submission.received': ['owner'],
  'submission.reminded': ['owner', 'editor'],
  'submission.recalled': ['assignee'],
  'submission.amended': ['owner', 'editor'],
  'submission.assigned': ['assignee', 'former'],
  'submission.approved': ['owner', 'mover', 'viewer'],
  'submission.rejected': ['owner', 'viewer'],
  'submission.withdrawn': ['owner', 'assignee', 'viewer'],
  'submission.reopened': ['owner', 'assignee', 'former', 'mover', 'viewer'],
  'submission.published': ['owner', 'assignee', 'viewer'],
  'submission.tombstoned': ['owner', 'admin', 'viewer'],
  'submission.restored': ['owner', 'admin', 'viewer'],
  'checks.failed': ['mover'],
  'review.requested': ['mover', 'owner', 'viewer'],
  'changes.requested': ['owner', 'editor', 'viewer'],
  'file.refused': ['owner', 'editor'],
  'review.due_soon': ['assignee'],
  'review.overdue': ['assignee', 'queue', 'admin'],
  'claim.idle': ['assignee'],
  'claim.ended': ['former'],
  'response.awaited': ['owner', 'editor'],
  'release.near': ['owner', 'editor', 'viewer'],
};

/** Nobody is told of what they did themselves, except that it has arrived. */
const RECEIPTS: ReadonlySet<NotifiedTopic> = new Set(['submission.received']);

const MOVERS: Readonly<Record<WaitingOn, readonly Exclude<Circle, 'mover'>[]>> = {
  submitter: ['owner', 'editor'],
  curator: ['assignee', 'queue'],
  admin: ['admin'],
  staff: ['admin', 'curator'],
  system: [],
  date: [],
  nobody: [],
};

/** Somebody who has an account that is not closed. */
export interface Reader {
  readonly id: string;
  readonly roles: readonly Role[];
  /** Whether they wish to hear of what they may only look at. */
  readonly asViewer?: boolean;
}

export interface Subject {
  readonly ownerId: string;
  readonly collaborators: readonly Collaborator[];
  readonly assignee: string | null;
  readonly formerAssignee: string | null;
  /** Whose step it was; null: the system's. */
  readonly actorId: string | null;
  /** Where the step led. */
  readonly state: State;
}

export function audienceOf(
  topic: NotifiedTopic,
  subject: Subject,
  people: readonly Reader[],
): readonly { readonly personId: string; readonly as: Part }[] {
  const movers = MOVERS[STATE_WORDS[subject.state].waitingOn];
  const circles = AUDIENCE[topic].flatMap((circle) => (circle === 'mover' ? movers : [circle]));
  return people
    .filter(({ id }) => id !== subject.actorId || RECEIPTS.has(topic))
    .flatMap((reader) => {
      const as = circles.map((circle) => partIn(circle, reader, subject)).find((part) => part !== null);
      return as ? [{ personId: reader.id, as }] : [];
    });
}

/** Nobody reviews what is their own: whoever has a part in it is no curator of it. */
function partIn(circle: Exclude<Circle, 'mover'>, reader: Reader, subject: Subject): Part | null {
  const { id, roles, asViewer } = reader;
  const { ownerId, collaborators, assignee, formerAssignee } = subject;
  const shared = collaborators.find(({ personId }) => personId === id)?.role;
  const isCurator = roles.includes('curator') && id !== ownerId && shared === undefined;
  switch (circle) {
    case 'owner':
      return id === ownerId ? 'owner' : null;
    case 'editor':
      return shared === 'editor' ? 'editor' : null;
    case 'viewer':
      return shared !== undefined && asViewer ? shared : null;
    case 'assignee':
      return id === assignee ? 'assignee' : null;
    case 'former':
      return isCurator && id === formerAssignee ? 'former' : null;
    case 'curator':
      return isCurator ? 'curator' : null;
    case 'queue':
      return isCurator && assignee === null ? 'curator' : null;
    case 'admin':
      return roles.includes('admin') ? 'admin' : null;
  }
}
