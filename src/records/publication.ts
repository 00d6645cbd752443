/** How is a publication asked for? A row that says what the public store should hold, and steps that bring it there. */
import type { EntityManager } from 'typeorm';
import { post } from '../outbox/outbox.js';
import type { JobOf } from '../queues.js';

/** `public`: the files and the landing document are in the public store; `private`: nothing of it is there. */
export type Goal = 'public' | 'private';

/** The steps towards each goal, in their order; each can be repeated. Nobody sees anything before the last is done. */
export const STEPS = {
  public: ['verify_seal', 'place_files', 'write_landing', 'verify_public'],
  private: ['remove_files'],
} as const satisfies Record<Goal, readonly string[]>;
export type Step = (typeof STEPS)[Goal][number];

/** Whether the submission `s` still wants the goal of its publication `p`. */
export const WANTED = `CASE p.goal
  WHEN 'public' THEN s.state = 'private.publishing' OR s.state LIKE 'published.%'
  ELSE s.state <> 'private.publishing' AND s.state NOT LIKE 'published.%' END`;

/**
 * Ask for `goal`. What was done towards the same goal stays done, but for the last step, with which it
 * ends; a change of goal begins anew. Whoever still works on an earlier request keeps the lease until they see it, so that two never work on one folder.
 * @returns the attempt, part of the job's name.
 */
export async function requestPublication(tx: EntityManager, submissionId: string, goal: Goal): Promise<number> {
  const [{ attempt }] = await tx.query(
    `INSERT INTO publication ("submissionId", goal) VALUES ($1, $2)
     ON CONFLICT ("submissionId") DO UPDATE
       SET goal = $2, attempt = publication.attempt + 1, "dueAt" = now(), "finishedAt" = NULL,
           "startedAt" = CASE publication.goal WHEN $2 THEN publication."startedAt" ELSE now() END
     RETURNING attempt`,
    [submissionId, goal],
  );
  await tx.query(`DELETE FROM publication_step WHERE "submissionId" = $1 AND step <> ALL ($2)`, [
    submissionId,
    STEPS[goal],
  ]);
  await tx.query(
    `INSERT INTO publication_step ("submissionId", step, ordinal, state)
     SELECT $1, step, ordinal, 'todo' FROM unnest($2::text[]) WITH ORDINALITY AS s (step, ordinal)
     ON CONFLICT ("submissionId", step) DO UPDATE
       SET attempts = 0,
           state = CASE WHEN publication_step.state = 'done' AND excluded.ordinal < cardinality($2) THEN 'done' ELSE 'todo' END`,
    [submissionId, STEPS[goal]],
  );
  return attempt;
}

const BATCH = 500;

/** In nobody's hands, and due. One whose message still waits for the relay is not lost. */
const LOST = `
  SELECT p."submissionId", p.attempt FROM publication p JOIN submission s ON s.id = p."submissionId"
   WHERE p."finishedAt" IS NULL AND p."dueAt" <= now() AND (p."leaseUntil" IS NULL OR p."leaseUntil" < now()) AND ${WANTED}
     AND NOT EXISTS (SELECT FROM outbox_message m
                      WHERE m."relayedAt" IS NULL AND m.topic = 'publication.requested'
                        AND m.payload ->> 'submissionId' = p."submissionId"::text)
   ORDER BY p."dueAt" LIMIT ${BATCH}`;

/**
 * Give publications that are in nobody's hands to the workers again; `holds` says whether the queue still has a job.
 * How often a step may be begun is for the worker to decide: it counts, and nobody else.
 */
export async function requeueLost(
  db: Pick<EntityManager, 'query' | 'transaction'>,
  holds: (job: JobOf<'publication'>) => Promise<boolean>,
): Promise<number> {
  const lost: JobOf<'publication'>[] = await db.query(LOST);
  let requeued = 0;
  for (const job of lost) if (!(await holds(job)) && (await giveAgain(db, job))) requeued++;
  return requeued;
}

async function giveAgain(
  db: Pick<EntityManager, 'transaction'>,
  { submissionId, attempt }: JobOf<'publication'>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [[row] = []] = await tx.query(
      `UPDATE publication SET attempt = attempt + 1
        WHERE "submissionId" = $1 AND attempt = $2 AND "finishedAt" IS NULL AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
        RETURNING goal, attempt`,
      [submissionId, attempt],
    );
    if (!row) return false;
    await post(tx, { topic: 'publication.requested', submissionId, goal: row.goal, attempt: row.attempt });
    return true;
  });
}
