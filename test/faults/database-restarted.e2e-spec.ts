import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { removeFolder, scratchFolder, startPostgres } from '../../scripts/postgres.mjs';
import { freePort } from '../free-port.js';
import { draft, inReview, type Story } from '../story.js';
import { type Answer, type Caller, reaches } from '../world.js';
import { beginService, type Running, type Service } from './processes.js';

/** A server of this test's own, that keeps what it has confirmed. */
const data = scratchFolder();
let port: number;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let service: Service;
let api: Running;
let worker: Running;
let submitter: Caller;

beforeAll(async () => {
  port = await freePort();
  postgres = await startPostgres({ data, port });
  service = await beginService({ postgres: postgres.url });
  [api, worker] = await Promise.all([service.startApi(), service.startWorker()]);
  submitter = await service.person('submitter');
}, 60_000);
afterAll(async () => {
  await service.end();
  await postgres.stop('QUIT');
  removeFolder(data);
}, 60_000);

const stop = () => postgres.stop('QUIT'); // at once: every connection is cut in the midst of what it does
const restart = async () => {
  postgres = await startPostgres({ data, port });
};

const isAway = (answer: Answer) => {
  expect(answer.status).toBe(503);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
};

/** Asks until it is done, as a client does; each time with the same key. */
async function insists(ask: (key: Record<string, string>) => Promise<Answer>, seen: Answer[]): Promise<Answer> {
  const key = { 'idempotency-key': randomUUID() };
  return vi.waitFor(
    async () => {
      const answer = await ask(key);
      seen.push(answer);
      if (answer.status === 503 || answer.body?.code === 'still-running') throw new Error('not yet');
      return answer;
    },
    { timeout: 40_000, interval: 100 },
  );
}

describe('a database that is stopped at once under load, and comes back', () => {
  it('costs nothing that was confirmed, happens to nobody twice, and both processes go on', {
    timeout: 90_000,
  }, async () => {
    const stories = await Promise.all(Array.from({ length: 4 }, () => draft(service, submitter)));
    const seen: Answer[] = [];
    const title = () => `Volume ${randomUUID()}`;
    const creating = Array.from({ length: 24 }, () => {
      const body = { profile: 'cryoet-dataset', title: title() };
      return insists((key) => submitter.post('/submissions', body, key), seen).then(({ status }) => ({
        ...body,
        status,
      }));
    });
    const submitting = stories.map(({ path }) => {
      const body = { event: 'submitter.submit', policyAccepted: true };
      return insists((key) => submitter.post(`${path}/transitions`, body, key), seen);
    });

    await Promise.race(submitting);
    await stop();
    await restart();
    const created = await Promise.all(creating);
    const moved = await Promise.all(submitting);

    expect(new Set(created.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(moved.map(({ status }) => status))).toEqual(new Set([200]));
    expect(seen.filter(({ status }) => status >= 500 && status !== 503)).toEqual([]);
    for (const each of created) {
      const found = await service.db.query('SELECT id FROM submission WHERE title = $1', [each.title]);
      expect(found, each.title).toHaveLength(1);
    }
    for (const story of stories) {
      await reaches(submitter, story.id, 'curator_review.unassigned', 40_000);
      expect((await story.trail()).filter(({ event }) => event === 'submitter.submit')).toHaveLength(1);
    }
    expect([api.isAlive(), worker.isAlive()]).toEqual([true, true]);
    await service.settles();
  });

  it('is told by 503 and Retry-After while it is away, and by readiness, and life goes on after', {
    timeout: 90_000,
  }, async () => {
    const { stranger } = service;
    const story: Story = await inReview(service, submitter);
    await stop();

    for (const ask of [
      () => submitter.get(story.path),
      () => submitter.get('/submissions'),
      () => submitter.post('/submissions', { profile: 'cryoet-dataset', title: 'In the dark' }),
      () =>
        submitter.post(
          '/submissions',
          { profile: 'cryoet-dataset', title: 'In the dark' },
          { 'idempotency-key': 'dark' },
        ),
      () => story.move(submitter, 'submitter.recall'),
      () => stranger.get(`/records/${story.accession}`),
      () => stranger.post('/sessions', { email: 'nobody@example.org', password: 'a long password' }),
    ])
      isAway(await ask());
    expect(await stranger.get('/health/live')).toMatchObject({ status: 200 });
    expect(await stranger.get('/health/ready')).toMatchObject({ status: 503, body: { code: 'not-ready' } });

    await restart();
    await vi.waitFor(async () => expect((await stranger.get('/health/ready')).status).toBe(200), { timeout: 20_000 });
    expect((await story.move(submitter, 'submitter.recall')).body.state).toBe('draft.editing');
    await inReview(service, submitter);
    expect([api.isAlive(), worker.isAlive()]).toEqual([true, true]);
    await service.settles();
  });
});
