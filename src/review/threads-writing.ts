/** How is something said? Rows of a thread and its comments, announced and remembered, in the transaction of whoever says it. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { announce, type LiveTopic } from '../live/announce.js';
import { factsOf } from '../submissions/facts.js';
import type { Submission } from '../submissions/submission.entity.js';
import { mustBeThere } from './anchors.js';
import type { Speaker } from './comments-author.js';
import { ThreadFull } from './threads.errors.js';
import type { NewThread } from './threads.schema.js';

export const MOST_COMMENTS = 500;

export interface Spoken {
  readonly threadId: string;
  readonly commentId: string;
}

/** @throws InvalidRequest where it is about what is not there */
export async function openThread(
  tx: EntityManager,
  submission: Submission,
  speaker: Speaker,
  { anchor, text, blocking }: NewThread,
  reviewId: string | null,
): Promise<Spoken> {
  const { basis, shown } = await mustBeThere(tx, submission, anchor);
  const { revision } = await factsOf(tx, submission);
  const threadId = randomUUID();
  await tx.query(
    `INSERT INTO thread (id, "submissionId", round, revision, anchor, basis, was, blocking)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [threadId, submission.id, submission.round, revision, json(anchor), basis, json(shown), blocking],
  );
  const commentId = await insertComment(tx, threadId, speaker, text, reviewId);
  await remember(tx, submission, speaker, 'thread.opened', { threadId, commentId }, { anchor, blocking });
  await tellLive(tx, 'thread.created', submission, { threadId, commentId, state: 'open', blocking });
  return { threadId, commentId };
}

/** @throws ThreadFull */
export async function addComment(
  tx: EntityManager,
  submission: Submission,
  threadId: string,
  speaker: Speaker,
  text: string,
  reviewId: string | null,
): Promise<Spoken> {
  await touchThread(tx, threadId); // and hold it: two of whom only one finds room
  const [{ n }] = await tx.query('SELECT count(*)::int AS n FROM thread_comment WHERE "threadId" = $1', [threadId]);
  if (n >= MOST_COMMENTS) throw new ThreadFull(MOST_COMMENTS);
  const commentId = await insertComment(tx, threadId, speaker, text, reviewId);
  await remember(tx, submission, speaker, 'comment.added', { threadId, commentId });
  await tellLive(tx, 'thread.updated', submission, { threadId, commentId });
  return { threadId, commentId };
}

export const touchThread = (tx: EntityManager, threadId: string): Promise<unknown> =>
  tx.query('UPDATE thread SET "updatedAt" = clock_timestamp() WHERE id = $1', [threadId]);

export const tellLive = (tx: EntityManager, topic: LiveTopic, { id, accession }: Submission, data: object) =>
  announce(tx, { topic, submissionId: id, data: { id, accession, ...data } });

/** Whose words they are, and never the words. A visitor is known by their link. */
export const remember = (
  tx: EntityManager,
  submission: Submission,
  { personId, linkId }: Speaker,
  action: string,
  { threadId, commentId }: { threadId: string; commentId?: string },
  details: object = {},
): Promise<void> =>
  recordAct(tx, {
    ...{ actorId: personId, action, submissionId: submission.id },
    object:
      commentId && action.startsWith('comment.')
        ? { type: 'comment', id: commentId }
        : { type: 'thread', id: threadId },
    details: { ...details, threadId, ...(linkId !== null && { linkId }) },
  });

async function insertComment(
  tx: EntityManager,
  threadId: string,
  { personId, linkId, pseudonym, role }: Speaker,
  text: string,
  reviewId: string | null,
): Promise<string> {
  const id = randomUUID();
  await tx.query(
    `INSERT INTO thread_comment (id, "threadId", "personId", "linkId", pseudonym, role, text, "reviewId")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, threadId, personId, linkId, pseudonym, role, text, reviewId],
  );
  return id;
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
