/** How far has a job come? As its row says, which is what the job works on. */
import type { DataSource } from 'typeorm';
import type { QueueName } from '../queues.js';
import type { JobView } from './jobs.schema.js';

export type Data = Readonly<Record<string, unknown>>;

const CHECKS = `
  SELECT (SELECT count(*)::int FROM check_result c WHERE c."runId" = r.id) AS done, r.total::int AS total, 'checks' AS of
    FROM validation_run r WHERE r.id = $1`;
const BYTES = `SELECT received::float8 AS done, size::float8 AS total, 'bytes' AS of FROM upload WHERE id = $1`;

export async function progressOf(db: DataSource, queue: QueueName, data: Data): Promise<JobView['progress']> {
  if (queue === 'validation') return (await db.query(CHECKS, [data.runId]))[0] ?? null;
  if (queue === 'import' || queue === 'digest') return (await db.query(BYTES, [data.uploadId]))[0] ?? null;
  return null;
}
