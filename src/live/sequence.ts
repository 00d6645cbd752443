/** In which order did things happen? One hand at a time gives positions to what has been committed. */
import type { DataSource } from 'typeorm';

const ALONE = `SELECT pg_try_advisory_xact_lock(hashtext('live_event')) AS mine`;
const NUMBER = `
  WITH waiting AS (SELECT id FROM live_event WHERE position IS NULL ORDER BY "createdAt", id LIMIT $1),
       placed AS (SELECT id, nextval('live_event_position') AS position FROM waiting),
       numbered AS (UPDATE live_event e SET position = p.position FROM placed p WHERE e.id = p.id RETURNING 1)
  SELECT count(*)::int AS n FROM numbered`;
const BATCH = 1_000;

/** @returns how many were given one; null: another hand is at it, and sees what is there when it has finished */
export async function sequence(db: DataSource): Promise<number | null> {
  return db.transaction(async (tx) => {
    const [{ mine }] = await tx.query(ALONE);
    if (!mine) return null;
    const [{ n }] = await tx.query(NUMBER, [BATCH]);
    if (n > 0) await tx.query(`SELECT pg_notify('live_sequenced', '')`);
    return n;
  });
}
