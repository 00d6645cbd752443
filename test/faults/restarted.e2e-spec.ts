import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { approved, draft, type Story, upload } from '../story.js';
import { type Answer, type Caller, reaches } from '../world.js';
import { beginService, type Running, type Service, waitingFile } from './processes.js';

const ROUNDS = 3;

let service: Service;
let api: Running;
let worker: Running;
let submitter: Caller;
let curator: Caller;
beforeAll(async () => {
  service = await beginService({ settings: { MAX_ATTEMPTS: '2', CHECK_DEADLINE: '5m' } });
  [api, worker] = await Promise.all([service.startApi(), service.startWorker()]);
  submitter = await service.person('submitter');
  curator = await service.person('curator');
}, 60_000);
afterAll(() => service.end(), 60_000);

interface Made {
  readonly title: string;
  readonly answer: Answer;
}

/** Begins one draft after another until it is told to stop; where it is not answered it asks again with the same key. */
function load(refusals: string[]) {
  let isOver = false;
  const made: Made[] = [];
  const create = async (title: string, key: string) => {
    for (;;) {
      const body = { profile: 'cryoet-dataset', title };
      const answer = await submitter.post('/submissions', body, { 'idempotency-key': key }).catch((error) => {
        refusals.push(error.code);
        return null;
      });
      if (answer) return made.push({ title, answer });
      await sleep(20);
    }
  };
  const ended = (async () => {
    while (!isOver) await create(`Volume ${randomUUID()}`, randomUUID());
  })();
  return {
    stop: async (): Promise<Made[]> => {
      isOver = true;
      await ended;
      return made;
    },
  };
}

describe('processes that are told to end, again and again, under load', () => {
  it('leave nobody without an answer but who came while there was no process, and lose no job', {
    timeout: 120_000,
  }, async () => {
    const gate = waitingFile(service);
    const long = await draft(service, submitter);
    await upload(service, submitter, long.id, 'gate.waits', gate.bytes);
    await reaches(submitter, long.id, 'uploaded');
    const stories = await Promise.all(Array.from({ length: 2 * ROUNDS }, () => draft(service, submitter)));
    const submit = (story?: Story) => story?.move(submitter, 'submitter.submit', { policyAccepted: true });
    await submit(long);
    await gate.hasBegun();
    const refusals: string[] = [];
    const loads = [0, 1, 2].map(() => load(refusals));

    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all([submit(stories[2 * round]), submit(stories[2 * round + 1])]);
      const [apiEnd, workerEnd] = await Promise.all([api.kill('SIGTERM'), worker.kill('SIGTERM')]);
      expect([apiEnd, workerEnd], 'they end by themselves, within their grace').toEqual([0, 0]);
      [api, worker] = await Promise.all([service.startApi(), service.startWorker()]);
      await gate.hasBegun(round + 2);
    }
    gate.go();
    const made = (await Promise.all(loads.map((each) => each.stop()))).flat();

    // A connection that waits to be accepted when the process stops listening is reset by the system.
    const gap = ['ECONNREFUSED', 'ECONNRESET'];
    expect(refusals.filter((code) => !gap.includes(code))).toEqual([]);
    const begunAndCut = made.filter(({ answer }) => answer.headers['idempotency-replayed']);
    expect(begunAndCut, 'whoever was not answered had nothing done').toEqual([]);
    expect(made.filter(({ answer }) => answer.status !== 201)).toEqual([]);
    expect(made.length).toBeGreaterThan(ROUNDS);
    const rows = await service.db.query('SELECT title FROM submission WHERE title = ANY ($1)', [
      made.map(({ title }) => title),
    ]);
    expect(rows).toHaveLength(made.length);
    for (const { id } of [long, ...stories]) await reaches(submitter, id, 'curator_review.unassigned', 30_000);
    const runs = (await submitter.get(`${long.path}/runs`)).body.items;
    expect(runs, 'no try was spent').toMatchObject([{ state: 'done', attempt: 1 }]);
    await service.settles();
  });
});

describe('timers that were due while every process was down', () => {
  it('fire once, soon after', { timeout: 60_000 }, async () => {
    const { db } = service;
    const story = await approved(service, submitter, curator);
    const other = await draft(service, submitter);
    await submitter.post(`${other.path}/transitions`, { event: 'submitter.submit', policyAccepted: true });
    await reaches(submitter, other.id, 'curator_review.unassigned');
    await other.move(curator, 'curator.claim');
    const soon = () => new Date(Date.now() + 1_500).toISOString();
    expect((await story.move(submitter, 'submitter.set_release', { releaseAt: soon() })).status).toBe(200);
    expect(
      (await other.move(curator, 'curator.hold', { until: soon(), comment: 'A word with the author.' })).status,
    ).toBe(200);
    await Promise.all([api.kill(), worker.kill()]);
    await vi.waitFor(
      async () =>
        expect(
          await db.query(`SELECT FROM timer WHERE kind IN ('release_due', 'hold_over') AND "dueAt" > now()`),
        ).toEqual([]),
      { timeout: 10_000 },
    );

    [api, worker] = await Promise.all([service.startApi(), service.startWorker(), service.startWorker()]);
    await reaches(submitter, story.id, 'published.current', 30_000);
    await reaches(submitter, other.id, 'curator_review.claimed', 30_000);
    const fired = [...(await story.trail()), ...(await other.trail())].filter(({ event }) =>
      event.startsWith('clock.'),
    );
    expect(fired.map(({ event }) => event).sort()).toEqual(['clock.hold_over', 'clock.release_due']);
    await service.settles();
  });
});
