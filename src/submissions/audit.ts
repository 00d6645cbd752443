/** What is remembered of a step? Who took it, from where to where, when, why, and what it was about. */
import type { DataSource, EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import { announce } from '../live/announce.js';
import type { Request } from './decision.js';
import { STATE_WORDS } from './lifecycle.js';
import { changedPointers } from './merge-patch.js';
import type { Submission } from './submission.entity.js';
import { TransitionRefused } from './submission.errors.js';

/** The record of the step that made `after` of `before`, in its transaction. */
export async function recordStep(
  tx: EntityManager,
  before: Submission,
  after: Submission,
  request: Request,
  actor: User | null,
): Promise<void> {
  await tx.query(
    `INSERT INTO submission_transition
       ("submissionId", seq, event, "fromState", "toState", "actorId", comment, details, "createdAt")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[before.id, after.seq, request.type, before.state, after.state, actor?.id ?? null, request.reason || null],
      JSON.stringify(detailsOf(before, after, request)),
      after.updatedAt,
    ],
  );
  await recordAct(tx, {
    actorId: actor?.id ?? null,
    action: request.type,
    object: { type: 'submission', id: before.id },
    submissionId: before.id,
    details: { seq: after.seq, from: before.state, to: after.state },
  });
  await tellLive(tx, before, after, request, actor);
}

/** What a queue is filtered by and a step changes. */
const QUEUED = ['state', 'assignee', 'round'] as const;

async function tellLive(
  tx: EntityManager,
  before: Submission,
  after: Submission,
  { type: event }: Request,
  actor: User | null,
) {
  const changed = changedPointers(before, after);
  const { id, accession, version, seq, state } = after;
  const about = { id, accession, version, seq };
  if (changed.length > 0)
    await announce(tx, { topic: 'submission.changed', submissionId: id, data: { ...about, changed } });
  const actorId = actor?.id ?? null;
  const data = { ...about, event, from: before.state, to: state, waitingOn: STATE_WORDS[state].waitingOn, actorId };
  await announce(tx, { topic: 'submission.transitioned', submissionId: id, data });
  const moved = QUEUED.filter((column) => before[column] !== after[column]);
  if (moved.length > 0)
    await announce(tx, {
      topic: 'queue.changed',
      submissionId: id,
      data: { id, changed: moved, state, assignee: after.assignee },
    });
}

function detailsOf(before: Submission, after: Submission, { details, until }: Request) {
  const runId = after.runId ?? before.runId;
  const changed = changedPointers(before, after);
  return {
    ...details,
    ...(runId && { runId }),
    ...(after.sealed !== before.sealed && { revision: after.sealed }),
    ...(changed.length > 0 && { changed }),
    ...(until && { until }),
    ...(after.assignee !== before.assignee && { assignee: after.assignee }),
    ...(after.assignee !== before.assignee && before.assignee !== null && { formerAssignee: before.assignee }),
  };
}

/** The refusal, with how the submission came to be where it is: whoever comes second learns who was first. */
export async function withHistory(
  db: DataSource,
  id: string,
  { state, event, events, blockedBy }: TransitionRefused,
): Promise<TransitionRefused> {
  const [last = null] = await db.query(
    `SELECT t.event, p.name AS actor, ${instantOf('t."createdAt"')} AS at
       FROM submission_transition t LEFT JOIN person p ON p.id = t."actorId"
      WHERE t."submissionId" = $1 ORDER BY t.seq DESC LIMIT 1`,
    [id],
  );
  const [holder = null] = await db.query(
    `SELECT p.name, ${instantOf('t."createdAt"')} AS since
       FROM submission s JOIN person p ON p.id = s.assignee
       JOIN submission_transition t ON t."submissionId" = s.id AND t.details ->> 'assignee' = s.assignee::text
      WHERE s.id = $1 AND s.state IN ('curator_review.claimed', 'curator_review.on_hold') ORDER BY t.seq DESC LIMIT 1`,
    [id],
  );
  return new TransitionRefused(state, event, events, blockedBy, last, holder);
}

const instantOf = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
