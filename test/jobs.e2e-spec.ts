import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mrcBytes } from '../checks/samples/mrc.js';
import { objectKey } from '../src/files/object-store.js';
import { QUEUES } from '../src/jobs/queue-admin.service.js';
import { JobQueues } from '../workers/job-queues.js';
import { PASSWORD } from './signed-in.js';
import { sha256Of, submitted } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

let world: World;
let admin: Caller;
let owner: Caller;
beforeAll(async () => {
  world = await beginWorld();
  [admin, owner] = [await world.person('admin'), await world.person('submitter')];
});
afterAll(() => world?.end());

const failures = async (queue: string) => {
  const { body } = await admin.get('/jobs');
  return body.items.find((each: { queue: string }) => each.queue === queue).failures;
};

describe('the queues', () => {
  it('are shown to admins, each with what waits, runs and has failed', async () => {
    const { status, body } = await admin.get('/jobs');

    expect(status).toBe(200);
    expect(body.items.map(({ queue }: { queue: string }) => queue)).toEqual(QUEUES);
    expect(body.items[0]).toMatchObject({ waiting: 0, delayed: 0, running: [], oldestWaitSeconds: null });
    expect((await owner.get('/jobs')).status).toBe(403);
  });

  it('show what waits, since when', async () => {
    await world.workers.close();
    const submissionId = randomUUID();
    const queues = new JobQueues(world.config);
    await queues.add('examination', { submissionId, attempt: 1 });

    const { body } = await admin.get('/jobs');
    const at = `/jobs/examination/examination-${submissionId}-1`;
    const waiting = await admin.get(at);
    const retried = await admin.post(`${at}/retry`);
    const cancelled = await admin.post(`${at}/cancel`);
    await queues.onApplicationShutdown();
    await world.moreWorkers();

    const examination = body.items.find(({ queue }: { queue: string }) => queue === 'examination');
    expect(examination.waiting).toBe(1);
    expect(examination.oldestWaitSeconds).toBeGreaterThanOrEqual(0);
    expect(waiting.body).toMatchObject({ state: 'waiting', data: { submissionId, attempt: 1 }, failure: null });
    expect(retried).toMatchObject({ status: 409, body: { code: 'job-under-way', state: 'waiting' } });
    expect(cancelled).toMatchObject({ status: 409, body: { code: 'job-not-cancellable' } });
    await vi.waitFor(async () => expect((await admin.get(at)).body.state).not.toBe('waiting'), { timeout: 10_000 });
  });
});

describe('a job that failed', () => {
  it('says why; where a person has to decide, to retry it is the lifecycle’s', async () => {
    const bytes = Buffer.from(mrcBytes());
    const key = objectKey(sha256Of(bytes));
    const story = await submitted(world, owner, { file: bytes });
    await world.store.remove(key);
    await reaches(owner, story.id, 'validating.broken');

    const [failure] = await failures('validation');
    const at = `/jobs/validation/${failure.id}`;
    const read = await admin.get(at);
    await world.store.put(key, Readable.from([bytes]));
    const refused = await owner.post(`${at}/retry`);
    const retried = await admin.post(`${at}/retry`);

    expect(failure).toMatchObject({ data: { submissionId: story.id }, reason: expect.stringContaining('no object') });
    expect(read.body).toMatchObject({ state: 'failed', failure: { times: 1, reason: failure.reason } });
    expect(refused.status).toBe(403);
    expect(retried).toMatchObject({ status: 200, body: { done: 'retried', by: 'admin.retry' } });
    await reaches(owner, story.id, 'curator_review.unassigned');
    expect((await story.trail()).map(({ event }) => event)).toContain('admin.retry');
    const { body: audit } = await admin.get('/audit?action=job.retried');
    expect(audit.items).toMatchObject([{ object: { type: 'job', id: `validation/${failure.id}` } }]);
  });

  it('is there no more once it was done, and never was under another name', async () => {
    expect(await admin.get('/jobs/email/email-none-1')).toMatchObject({ status: 404, body: { code: 'job-not-found' } });
    expect((await admin.post('/jobs/mail/x/retry')).status).toBe(404);
  });

  it('whose row asks for nothing does nothing when it is given again', async () => {
    await world.db.query(
      `INSERT INTO job_failure (queue, "jobId", data, reason) VALUES ('digest', $1, $2, 'The disk was full.')`,
      ['digest-1', { uploadId: randomUUID(), attempt: 1 }],
    );

    expect(await admin.post('/jobs/digest/digest-1/retry')).toMatchObject({ status: 200, body: { by: 'job_given' } });
    await world.settles();
  });
});

describe('an import that hangs', () => {
  it('is cancelled: its upload has failed, and says so', async () => {
    const uploadId = randomUUID();
    const { body: profile } = await owner.get('/profiles/single-cell');
    const { body: submission } = await owner.post('/submissions', { profile: profile.id, title: 'Cells of a lung' });
    await world.db.query(
      `INSERT INTO upload (id, "submissionId", "personId", path, origin, url, guessed, state, "leaseUntil")
       VALUES ($1, $2, $3, 'a.h5ad', 'import', 'https://example.org/a.h5ad', false, 'receiving', now() + interval '1 day')`,
      [uploadId, submission.id, owner.id],
    );
    await world.db.query(
      `INSERT INTO job_failure (queue, "jobId", data, reason) VALUES ('import', $1, $2, 'The other server hangs.')`,
      [`import-${uploadId}-1`, { uploadId, attempt: 1 }],
    );

    const cancelled = await admin.post(`/jobs/import/import-${uploadId}-1/cancel`);

    expect(cancelled).toMatchObject({ status: 200, body: { done: 'cancelled', by: 'upload_failed' } });
    const { body: files } = await owner.get(`/submissions/${submission.id}/files`);
    expect(files.items).toMatchObject([{ id: uploadId, state: 'failed' }]);
    expect((await admin.post(`/jobs/import/import-${uploadId}-1/cancel`)).status).toBe(409);
  });
});

describe('the board of jobs', () => {
  const board = (path: string, init: RequestInit = {}) => fetch(`${world.url}/admin/jobs${path}`, init);
  const cookieOf = async (person: Caller): Promise<string> => {
    const [{ email }] = await world.db.query('SELECT email FROM person WHERE id = $1', [person.id]);
    const { headers } = await world.stranger.post('/sessions', { email, password: PASSWORD });
    return String(headers['set-cookie']).split(';')[0] ?? '';
  };

  it('is for admins who are signed in', async () => {
    const cookie = await cookieOf(admin);

    const page = await board('', { headers: { cookie } });
    const queues = await board('/api/queues', { headers: { cookie } });

    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
    const shown = (await queues.json()) as { queues: { name: string }[] };
    expect(shown.queues.map(({ name }) => name).sort()).toEqual([...QUEUES].sort());
  });

  it.each([
    ['a stranger', async () => ({}), 401],
    ['a submitter', async () => ({ cookie: await cookieOf(owner) }), 403],
  ])('is not for %s', async (_, headersOf, status) => {
    for (const path of ['', '/api/queues', '/static/images/logo.svg']) {
      const answer = await board(path, { headers: await headersOf() });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        expect.stringContaining('problem+json'),
      ]);
    }
  });

  it('changes nothing for a page of another site', async () => {
    const headers = { cookie: await cookieOf(admin), origin: 'https://elsewhere.example.org' };

    const answer = await board('/api/queues/email/pause', { method: 'PUT', headers });

    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'cross-site-request' });
  });
});
