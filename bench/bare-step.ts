/** What is the least that a step with audit and outbox can be? One transaction of four statements. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

export async function bareStep(pool: Pool, id: string, actorId: string, assignee: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query('SELECT * FROM submission WHERE id = $1 FOR UPDATE', [id]);
    const { seq, state } = rows[0];
    const now = new Date();
    const to = 'curator_review.claimed';
    await client.query(
      `UPDATE submission SET state = $2, assignee = $3, seq = $4, since = $5, "touchedAt" = $5, "updatedAt" = $5 WHERE id = $1`,
      [id, to, assignee, seq + 1, now],
    );
    await client.query(
      `INSERT INTO submission_transition ("submissionId", seq, event, "fromState", "toState", "actorId", details, "createdAt")
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, seq + 1, 'curator.assign', state, to, actorId, JSON.stringify({ assignee }), now],
    );
    await client.query('INSERT INTO outbox_message (id, topic, payload) VALUES ($1, $2, $3)', [
      randomUUID(),
      'submission.assigned',
      JSON.stringify({ submissionId: id, seq: seq + 1 }),
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
