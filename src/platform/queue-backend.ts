/** What is behind the queues? Redis where there is one, else tables of our PostgreSQL; both speak BullMQ. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq';
import type { Config } from '../config.js';

/** A queue that gives no answer for so long is away. */
export const PATIENCE_MS = 2_000;
/** Whoever takes jobs and is refused asks again after this. */
export const AGAIN_MS = 1_000;

/** Whoever gives a job must not hang where Redis is away: the message waits in the outbox. */
const GIVER = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  connectTimeout: PATIENCE_MS,
  commandTimeout: PATIENCE_MS,
};
/** Whoever takes jobs waits until Redis is back. */
const TAKER = { maxRetriesPerRequest: null, connectTimeout: PATIENCE_MS };

/** BullMQ's classes on the configured backend, and the options that all of them take. */
export function backendOf({ REDIS_URL, DATABASE_URL, QUEUE_PREFIX: prefix }: Config, side: 'giver' | 'taker') {
  const backend = withBackend(unhurried(REDIS_URL ? createRedisBackend : createPostgresAsRedisBackend));
  const connection = REDIS_URL
    ? { url: REDIS_URL, ...(side === 'giver' ? GIVER : TAKER) }
    : { connectionString: DATABASE_URL, max: side === 'giver' ? 1 : 2, connectionTimeoutMillis: PATIENCE_MS };
  return { ...backend, options: { connection, prefix } };
}

// The two backends differ in the type of their connection alone, and `backendOf` is the one that pairs them.
const createPostgresAsRedisBackend = createPostgresBackend as unknown as typeof createRedisBackend;

/** A worker of BullMQ that is refused, as by a database that is starting up, asks again at once and without end. */
const unhurried =
  (make: typeof createRedisBackend): typeof createRedisBackend =>
  (...of) => {
    const backend = make(...of);
    const take = backend.moveToActive.bind(backend);
    const wait = backend.waitForJob.bind(backend);
    const rest = async (error: unknown): Promise<never> => {
      await sleep(AGAIN_MS);
      throw error;
    };
    backend.moveToActive = (...job) => take(...job).catch(rest);
    backend.waitForJob = (...job) => wait(...job).catch(rest);
    return backend;
  };
