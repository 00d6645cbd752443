/** Which jobs have failed lately, and why? */
import type { DataSource } from 'typeorm';

export interface Failure {
  readonly queue: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly reason: string;
}
export interface KeptFailure extends Failure {
  readonly times: number;
  readonly failedAt: Date;
}

const MOST_CHARACTERS = 2_000;
const SHOWN = `queue, "jobId" AS id, data, reason, times, "failedAt"`;

export async function keepFailure(db: DataSource, { queue, id, data, reason }: Failure): Promise<void> {
  await db.query(
    `INSERT INTO job_failure (queue, "jobId", data, reason) VALUES ($1, $2, $3, $4)
     ON CONFLICT (queue, "jobId") DO UPDATE
       SET data = excluded.data, reason = excluded.reason, times = job_failure.times + 1, "failedAt" = now()`,
    [queue, id, JSON.stringify(data), reason.replaceAll('\u0000', '').slice(0, MOST_CHARACTERS)],
  );
}

/** The newest of each queue, and how many there are. */
export const newestFailures = (
  db: DataSource,
  queues: readonly string[],
  each: number,
): Promise<(KeptFailure & { total: number })[]> =>
  db.query(
    `SELECT f.*, c.total FROM unnest($1::text[]) AS q (name)
      CROSS JOIN LATERAL (SELECT count(*)::int AS total FROM job_failure WHERE queue = q.name) c
      CROSS JOIN LATERAL (SELECT ${SHOWN} FROM job_failure WHERE queue = q.name ORDER BY "failedAt" DESC LIMIT $2) f`,
    [queues, each],
  );

export async function failureOf(db: DataSource, queue: string, id: string): Promise<KeptFailure | null> {
  const [failure = null] = await db.query(`SELECT ${SHOWN} FROM job_failure WHERE queue = $1 AND "jobId" = $2`, [
    queue,
    id,
  ]);
  return failure;
}
