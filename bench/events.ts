/** How long from a commit until all hear of it? A thousand listeners at one process, all to the same submission. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { announce } from '../src/live/announce.js';
import { heardBy } from './events-heard.js';
import type { House, Person } from './house.js';
import type { Running } from './processes.js';
import { median, quantile } from './rounds.js';
import type { Row } from './row.js';

const LISTENERS = 1_000;
/** One person may have a hundred streams at a process. */
const PEOPLE = 20;
const EVENTS = 50;
const EVERY_MS = 100;
const P95 = { atMost: 200 };

export async function events(house: House): Promise<Row[]> {
  const [submissionId = ''] = await house.some(1);
  const people: Person[] = [];
  for (let n = 0; n < PEOPLE; n++) people.push(await house.person('curator'));

  const api = await house.process('api');
  const path = `/api/v1/events?topics=submission:${submissionId}`;
  const ours = await told(
    house,
    api,
    people.map(({ token }) => ({ url: `${api.address}${path}`, token })),
    (sentAt) =>
      house.db.transaction((tx) =>
        announce(tx, { topic: 'submission.changed', submissionId, data: { id: submissionId, sentAt: sentAt() } }),
      ),
  );
  await house.quiet();
  const bare = await house.process('bareEvents');
  const plain = await told(house, bare, [{ url: bare.address, token: '' }], (sentAt) =>
    house.db.query(`SELECT pg_notify('bare_events', $1)`, [JSON.stringify({ id: submissionId, sentAt: sentAt() })]),
  );

  const against = (value: number) => ({ what: 'Node alone, nothing kept or checked', value });
  return [
    {
      what: `from commit to ${LISTENERS} listeners, median`,
      unit: 'ms',
      ours: median(ours.waits),
      against: against(median(plain.waits)),
    },
    {
      what: `from commit to ${LISTENERS} listeners, p95`,
      unit: 'ms',
      ours: quantile(ours.waits, 0.95),
      against: against(quantile(plain.waits, 0.95)),
      goal: P95,
    },
    { what: `memory of ${LISTENERS} listeners`, unit: 'MB', ours: ours.memoryMb, against: against(plain.memoryMb) },
    {
      what: `processor for one event to ${LISTENERS} listeners`,
      unit: 'ms',
      ours: ours.processorMs,
      against: against(plain.processorMs),
    },
  ];
}

interface Told {
  readonly waits: number[];
  readonly memoryMb: number;
  readonly processorMs: number;
}

type Tell = (sentAt: () => number) => Promise<unknown>;

/** The commit comes after the instant that an event carries: its own cost is a part of the wait. */
async function told(
  house: House,
  process: Running,
  urls: readonly { readonly url: string; readonly token: string }[],
  tell: Tell,
): Promise<Told> {
  const ready = join(house.folder, 'listening');
  rmSync(ready, { force: true });
  const before = process.residentMb();
  const hearing = heardBy({ urls, listeners: LISTENERS, events: EVENTS, ready }, house.log('listeners'));
  while (!existsSync(ready)) await Promise.race([sleep(20), hearing]);
  const memoryMb = process.residentMb() - before;
  const begun = process.processorMs();
  for (let n = 0; n < EVENTS; n++) {
    await tell(() => performance.timeOrigin + performance.now());
    await sleep(EVERY_MS);
  }
  const waits = await hearing;
  return { waits, memoryMb, processorMs: (process.processorMs() - begun) / EVENTS };
}
