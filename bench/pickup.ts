/**
 * How soon is a message acted on, and how many a second? From just before its commit until the worker's handler begins:
 * the message is marked with when the transaction began that handled it, by the same machine's clock.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { post } from '../src/outbox/outbox.js';
import { backendOf } from '../src/platform/queue-backend.js';
import type { House } from './house.js';
import type { Env } from './processes.js';
import { median, quantile, secondsOf } from './rounds.js';
import type { Row } from './row.js';

const MESSAGES = 300;
/** Between one and the next, at most: twenty a second. */
const GAP_MS = 100;
const BURST = 1_000;
const P95 = { atMost: 100 };

/** On the queues of PostgreSQL, and on Redis where there is one. */
export async function pickup(house: House): Promise<Row[]> {
  const { REDIS_URL } = process.env;
  const rows = await onBackend(house, 'PostgreSQL', {});
  return REDIS_URL ? [...rows, ...(await onBackend(house, 'Redis', { REDIS_URL }))] : rows;
}

async function onBackend(house: House, name: string, more: Env): Promise<Row[]> {
  await house.process('worker', [], more);
  const submissions = await house.some(BURST);
  await send(house, submissions.slice(0, 20)); // warms the worker up
  const waits = await waitsOf(house, submissions.slice(0, MESSAGES));
  const seconds = await secondsOf(() => send(house, submissions));
  await house.quiet();
  const alone = await secondsOf(() => emptyJobs(house, more));
  const against = { what: 'empty jobs of the queue alone', value: BURST / alone };
  return [
    { what: `from commit to pick-up by ${name}, median`, unit: 'ms', ours: median(waits) },
    { what: `from commit to pick-up by ${name}, p95`, unit: 'ms', ours: quantile(waits, 0.95), goal: P95 },
    { what: `messages carried and handled by ${name}`, unit: 'a second', ours: BURST / seconds, against },
  ];
}

/** Each message in its own time, whether the one before is done or not. */
async function waitsOf(house: House, submissions: readonly string[]): Promise<number[]> {
  const committed = new Map<string, number>();
  for (const submissionId of submissions) {
    await sleep(Math.random() * GAP_MS);
    const runner = house.db.createQueryRunner();
    await runner.startTransaction();
    await post(runner.manager, { topic: 'submission.received', submissionId });
    const [{ id }] = await runner.query(
      'SELECT id FROM outbox_message WHERE "relayedAt" IS NULL ORDER BY seq DESC LIMIT 1',
    );
    committed.set(id, performance.timeOrigin + performance.now());
    await runner.commitTransaction();
    await runner.release();
  }
  await allHandled(house);
  const handled: { id: string; at: number }[] = await house.db.query(
    `SELECT id, extract(epoch FROM "handledAt")::float8 * 1000 AS at FROM outbox_message WHERE id = ANY ($1::uuid[])`,
    [[...committed.keys()]],
  );
  return handled.map(({ id, at }) => at - (committed.get(id) ?? 0));
}

/** A message for each, all at once; resolves when all are handled. */
export async function send(house: House, submissions: readonly string[]): Promise<void> {
  await house.db.transaction(async (tx) => {
    for (const submissionId of submissions) await post(tx, { topic: 'submission.received', submissionId });
  });
  await allHandled(house);
}

async function allHandled({ db }: House): Promise<void> {
  for (;;) {
    const [{ waits }] = await db.query(
      `SELECT EXISTS (SELECT FROM outbox_message WHERE "handledAt" IS NULL AND topic = 'submission.received') AS waits`,
    );
    if (!waits) return;
    await sleep(10);
  }
}

/** Given one by one, as the relay gives them, and taken as the worker takes them. */
async function emptyJobs(house: House, more: Env): Promise<void> {
  const config = { ...house.config, ...more };
  const giver = backendOf(config, 'giver');
  const taker = backendOf(config, 'taker');
  const queue = new giver.Queue('bench', giver.options);
  let done = 0;
  const worker = new taker.Worker('bench', async () => void done++, { ...taker.options, concurrency: 4 });
  for (let i = 0; i < BURST; i++) await queue.add('bench', {}, { removeOnComplete: true });
  while (done < BURST) await sleep(5);
  await worker.close();
  await queue.close();
}
