/** Who hears of an event, and how much of it? As things are now: whoever lost access hears nothing more. */
import { isStaff, type User } from '../identity/user.js';
import { relationTo } from '../permissions.js';
import type { Audience } from './announce.js';
import type { Topics } from './topics.js';

/** What there is to know of a submission to say who may see it. */
export type Subject = Parameters<typeof relationTo>[1];

export interface LiveEvent {
  /** Null: told in passing, and not again to whoever missed it. */
  readonly position: number | null;
  readonly topic: string;
  readonly audience: Audience;
  readonly submissionId: string | null;
  readonly personId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: string;
  /** As it is now; null: the event is about none, or about one that is gone. */
  readonly subject: Subject | null;
}

/** What holders of review links hear of, and which parts of it: no person, and no word that somebody wrote. */
const FOR_VISITORS: Readonly<Record<string, readonly string[]>> = {
  'submission.transitioned': ['id', 'accession', 'version', 'seq', 'from', 'to', 'waitingOn'],
  'submission.changed': ['id', 'accession', 'version', 'seq'],
  'submission.deleted': ['id'],
};

/** In these states nobody has a submission in the queue. */
const OUT_OF_QUEUE = /^(?:draft|uploaded)/;

/** The data that `user` is told; null: nothing. */
export function heardBy(user: User, topics: Topics, event: LiveEvent): LiveEvent['data'] | null {
  if (event.audience === 'person') return isTheirs(user, topics, event) ? event.data : null;
  const relation = event.subject && relationTo(user, event.subject);
  const isListenedTo = event.submissionId !== null && topics.submissions.has(event.submissionId);

  if (isListenedTo && isGone(event)) return thin(event);
  if (isListenedTo && relation === 'visitor') return event.audience === 'readers' ? thin(event) : null;
  if (isListenedTo && relation !== null && (event.audience === 'readers' || relation === 'reviewer')) return event.data;
  return topics.queue && isOfQueue(event) && mayReview(user, event, relation) ? event.data : null;
}

/** Whether somebody who listened to a submission has lost it. */
export const hasLost = (user: User, { submissionId, subject }: LiveEvent): boolean =>
  submissionId !== null && (subject === null || relationTo(user, subject) === null);

const isTheirs = (user: User, topics: Topics, { personId, submissionId }: LiveEvent): boolean =>
  !user.visit && personId === user.id && (topics.me || (submissionId !== null && topics.submissions.has(submissionId)));

/** Those who still listened when it went are told so. */
const isGone = ({ topic, subject }: LiveEvent): boolean => topic === 'submission.deleted' && subject === null;

const mayReview = (user: User, { submissionId }: LiveEvent, relation: string | null): boolean =>
  submissionId === null ? isStaff(user) : relation === 'reviewer';

function isOfQueue({ topic, data }: LiveEvent): boolean {
  if (topic === 'queue.changed') return true;
  return (
    topic === 'submission.transitioned' && ![data.from, data.to].every((state) => OUT_OF_QUEUE.test(String(state)))
  );
}

function thin({ topic, data }: LiveEvent): LiveEvent['data'] | null {
  const parts = FOR_VISITORS[topic];
  return parts ? Object.fromEntries(parts.filter((part) => part in data).map((part) => [part, data[part]])) : null;
}
