/** Where does a process stand still? In a statement: a trigger waits in the database for a lock that the test holds. */
import { randomInt } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { expect, vi } from 'vitest';

export interface Stop {
  /** Until so many stand there. */
  reached(count?: number): Promise<void>;
  /** Nobody stands there any more: their statements go on. */
  letGo(): Promise<void>;
  /** The same, when their process is gone: the database notices at once that they are, and takes back what they did. */
  forget(): Promise<void>;
}

/** Whoever writes a row of `table` for which `when` holds, of NEW and OLD, stands still before it is written. */
export async function stopAt(db: DataSource, table: string, on: 'INSERT' | 'UPDATE', when: string): Promise<Stop> {
  const key = randomInt(1, 2 ** 31);
  const holder = db.createQueryRunner();
  await holder.query('SELECT pg_advisory_lock($1)', [key]);
  await holder.query(`
    CREATE FUNCTION stop_${key}() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(${key}); RETURN NEW; END';
    CREATE TRIGGER stop_${key} BEFORE ${on} ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION stop_${key}()`);

  const waiting = async (): Promise<number[]> => {
    const rows = await db.query(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [key],
    );
    return rows.map(({ pid }: { pid: number }) => pid);
  };
  // The trigger stays: without its lock it stops nobody.
  const open = async () => {
    await holder.query('SELECT pg_advisory_unlock($1)', [key]);
    await holder.release();
  };
  return {
    reached: (count = 1) =>
      vi.waitFor(async () => expect(await waiting(), `stand at ${table}`).toHaveLength(count), {
        timeout: 30_000,
        interval: 20,
      }),
    letGo: open,
    forget: async () => {
      for (const pid of await waiting()) await db.query('SELECT pg_terminate_backend($1, 10000)', [pid]);
      await open();
    },
  };
}
