/** In which order did things happen? One hand at a time gives positions to what has been committed. */
import type { DataSource } from 'typeorm';

const BATCH = 1_000;

/**
 * Positions come after the commit, and become visible in their order: whoever reads on from the last one they have seen
 * misses nothing, however long a transaction took. `live_placed` is notified of new ones.
 *
 * @returns how many were given one; null: another hand is at it, and has been called for the same as we were
 */
export async function sequence(db: DataSource): Promise<number | null> {
  let total = 0;
  for (;;) {
    const [{ n }] = await db.query('SELECT place_live_events($1) AS n', [BATCH]);
    if (n === null) return null;
    total += n;
    if (n < BATCH) return total;
  }
}
