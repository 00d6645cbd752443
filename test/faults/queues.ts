/** What if the queue loses all that it holds? */
import { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import type { Config } from '../../src/config.js';

/** A database of Redis that other tests do not use: this one may be emptied. Nothing where there is no Redis. */
export function redisOfItsOwn(): Record<string, string> {
  const { REDIS_URL } = process.env;
  return REDIS_URL ? { REDIS_URL: Object.assign(new URL(REDIS_URL), { pathname: '/13' }).href } : {};
}

/** Jobs that wait, are put off or are being done, and all that the queues know of themselves. */
export async function emptyQueues(db: DataSource, { REDIS_URL }: Config): Promise<void> {
  if (REDIS_URL) {
    const redis = new Redis(REDIS_URL);
    await redis.flushdb();
    await redis.quit();
    return;
  }
  const tables: { name: string }[] = await db.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'`,
  );
  const truncate = `TRUNCATE ${tables.map(({ name }) => name).join(', ')} CASCADE`;
  // Whoever is taking a job holds some of the tables and wants others: PostgreSQL may end one of the two.
  for (let tries = 5; tries > 0; tries--) {
    const failed = await db.query(truncate).then(
      () => null,
      (error: unknown) => error,
    );
    if (failed === null) return;
    if (tries === 1 || !/deadlock/.test(String(failed))) throw failed;
  }
}
