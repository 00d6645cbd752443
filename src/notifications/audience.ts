/** Who is told? A row for each topic that people hear of: whom it concerns. */
import type { Role } from '../identity/user.js';
import type { Topic } from '../outbox/outbox.js';
import { STATE_WORDS, type State, type WaitingOn } from '../submissions/lifecycle.js';

/** The topics that people are told of; the others are work. */
export type NotifiedTopic = Exclude<
  Topic,
  | 'validation.requested'
  | 'publication.requested'
  | 'upload.received'
  | 'import.requested'
  | 'delivery.requested'
  | 'doi.changed'
  | 'lookup.asked'
  | 'webhook.due'
  | 'files.changed'
  | 'notification.written'
>;

/** What the reader is to the submission: the words depend on it. */
export type Part = 'owner' | 'assignee' | 'curator' | 'admin';

/** `queue` is every curator, while nobody has claimed it; `mover` is whoever's move it is after the step. */
type Circle = Part | 'queue' | 'mover';

/** Somebody who is in several circles is told once, as a member of the first. */
export const AUDIENCE: Readonly<Record<NotifiedTopic, readonly Circle[]>> = {
  'incident.opened': ['admin', 'curator', 'owner'],
  'submission.received': ['owner'],
  'submission.reminded': ['owner'],
  'submission.recalled': ['assignee'],
  'submission.amended': ['owner'],
  'submission.assigned': ['assignee'],
  'submission.approved': ['owner', 'mover'],
  'submission.rejected': ['owner'],
  'submission.withdrawn': ['owner', 'assignee'],
  'submission.reopened': ['owner', 'assignee', 'mover'],
  'submission.published': ['owner', 'assignee'],
  'submission.tombstoned': ['owner', 'admin'],
  'submission.restored': ['owner', 'admin'],
  'checks.failed': ['mover'],
  'review.requested': ['mover', 'owner'],
  'changes.requested': ['owner'],
  'file.refused': ['owner'],
};

/** Nobody is told of what they did themselves, except that it has arrived. */
const RECEIPTS: ReadonlySet<NotifiedTopic> = new Set(['submission.received']);

const MOVERS: Readonly<Record<WaitingOn, readonly Exclude<Circle, 'mover'>[]>> = {
  submitter: ['owner'],
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
}

export interface Subject {
  readonly ownerId: string;
  readonly assignee: string | null;
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

/** Nobody reviews what is their own: its owner is no curator of it. */
function partIn(circle: Exclude<Circle, 'mover'>, { id, roles }: Reader, { ownerId, assignee }: Subject): Part | null {
  const isCurator = roles.includes('curator') && id !== ownerId;
  switch (circle) {
    case 'owner':
      return id === ownerId ? 'owner' : null;
    case 'assignee':
      return id === assignee ? 'assignee' : null;
    case 'curator':
      return isCurator ? 'curator' : null;
    case 'queue':
      return isCurator && assignee === null ? 'curator' : null;
    case 'admin':
      return roles.includes('admin') ? 'admin' : null;
  }
}
