/** Who listens to what, at this process? */
import type { User } from '../identity/user.js';
import type { EventStream } from './event-stream.js';
import type { LiveEvent } from './hearing.js';
import type { Topics } from './topics.js';

export interface Listener {
  user: User;
  readonly topics: Topics & { readonly submissions: Set<string> };
  readonly stream: EventStream;
  /** The caller as they are now. @throws when they are not let in any more */
  readonly admit: () => Promise<User>;
  /** How far it has been told: nothing is told twice. */
  seen: number;
  /** What happens while it is told what it missed; null: it is up to date. */
  waiting: LiveEvent[] | null;
}

const QUEUE = 'queue';
const ofSubmission = (id: string) => `submission:${id}`;
const ofHolder = (id: string) => `holder:${id}`;

export class Listeners {
  private readonly by = new Map<string, Set<Listener>>();
  private readonly everybody = new Set<Listener>();

  get size(): number {
    return this.everybody.size;
  }

  add(listener: Listener): void {
    this.everybody.add(listener);
    for (const key of keysOf(listener)) this.by.set(key, (this.by.get(key) ?? new Set()).add(listener));
  }

  remove(listener: Listener): void {
    this.everybody.delete(listener);
    for (const key of keysOf(listener)) this.take(key, listener);
  }

  /** They have lost it. */
  removeFrom(listener: Listener, submissionId: string): void {
    listener.topics.submissions.delete(submissionId);
    this.take(ofSubmission(submissionId), listener);
  }

  all(): Listener[] {
    return [...this.everybody];
  }

  /** Whoever came with a credential of this person's, or with this link. */
  ofHolder(id: string): Listener[] {
    return [...(this.by.get(ofHolder(id)) ?? [])];
  }

  isHeard(submissionId: string): boolean {
    return this.by.has(ofSubmission(submissionId));
  }

  /** Those whom it may concern, each once. */
  of({ submissionId, personId }: LiveEvent): ReadonlySet<Listener> {
    const about = submissionId === null ? undefined : this.by.get(ofSubmission(submissionId));
    const queue = this.by.get(QUEUE);
    const person = personId === null ? undefined : this.by.get(ofHolder(personId));
    return new Set([...(about ?? []), ...(queue ?? []), ...(person ?? [])]);
  }

  private take(key: string, listener: Listener): void {
    const listening = this.by.get(key);
    listening?.delete(listener);
    if (listening?.size === 0) this.by.delete(key);
  }
}

const keysOf = ({ user, topics }: Listener): string[] => [
  ...[...topics.submissions].map(ofSubmission),
  ...(topics.queue ? [QUEUE] : []),
  ofHolder(user.id),
];
