/** What is told live, and to whom? A row for each topic; what a transaction announces is heard once it has committed. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';

/** `readers`: whoever may see the submission; `staff`: those who review it; `person`: one person. */
export type Audience = 'readers' | 'staff' | 'person';

export const LIVE_TOPICS = {
  'submission.transitioned': 'readers',
  'submission.changed': 'readers',
  'submission.deleted': 'readers',
  'file.state': 'readers',
  'check.started': 'readers',
  'check.finished': 'readers',
  'thread.created': 'readers',
  'thread.updated': 'readers',
  'suggestion.created': 'readers',
  'suggestion.updated': 'readers',
  'change_request.created': 'readers',
  'change_request.updated': 'readers',
  'checklist.updated': 'readers',
  'waiver.updated': 'readers',
  'review.submitted': 'readers',
  'sharing.changed': 'readers',
  'note.created': 'staff',
  'note.updated': 'staff',
  'queue.changed': 'staff',
  'notification.created': 'person',
  'operation.changed': 'person',
  'webhook.disabled': 'person',
} as const satisfies Readonly<Record<string, Audience>>;
export type LiveTopic = keyof typeof LIVE_TOPICS;

export interface Announcement {
  readonly topic: LiveTopic;
  /** Of topics for readers always; of the others where it is about one. */
  readonly submissionId?: string;
  /** Of topics for a person; and who owned what is gone, for it cannot be asked any more. */
  readonly personId?: string;
  /** Thin: identifiers and what changed, never a document or somebody's words. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Heard if `tx` commits, and never if it does not. */
export async function announce(
  tx: EntityManager,
  { topic, submissionId, personId, data }: Announcement,
): Promise<void> {
  await tx.query(
    `INSERT INTO live_event (id, topic, audience, "submissionId", "personId", data) VALUES ($1, $2, $3, $4, $5, $6)`,
    [randomUUID(), topic, LIVE_TOPICS[topic], submissionId ?? null, personId ?? null, JSON.stringify(data)],
  );
}
