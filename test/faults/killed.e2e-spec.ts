import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mrcBytes } from '../../checks/samples/mrc.js';
import { STEPS } from '../../src/records/publication.js';
import { approved, draft, type Story, sha256Of, upload } from '../story.js';
import { type Caller, reaches } from '../world.js';
import { beginService, type Running, type Service, waitingFile } from './processes.js';
import { stopAt } from './stops.js';
import { beginWire, type Wire } from './wire.js';

let service: Service;
let wire: Wire;
let api: Running;
let workers: Running[];
let submitter: Caller;
let curator: Caller;
let admin: Caller;

/** A publication takes two of its kind at a time. */
const startWorkers = () => Promise.all([service.startWorker(), service.startWorker()]);

beforeAll(async () => {
  service = await beginService({ settings: { VALIDATION_CONCURRENCY: '3', CHECK_DEADLINE: '5m' } });
  wire = await beginWire(service.env.DATABASE_URL ?? '');
  [api, workers] = await Promise.all([service.startApi({ DATABASE_URL: wire.url }), startWorkers()]);
  submitter = await service.person('submitter');
  curator = await service.person('curator');
  admin = await service.person('admin');
}, 60_000);
afterAll(async () => {
  await service.end();
  await wire.end();
}, 60_000);

const killWorkers = () => Promise.all(workers.splice(0).map((each) => each.kill('SIGKILL')));
const verdictOn = ({ id }: Story) => `NEW."submissionId" = '${id}' AND NEW.event = 'validator.pass'`;
const timesTaken = async (runId: string) => {
  const [{ fence }] = await service.db.query('SELECT fence::int FROM validation_run WHERE id = $1', [runId]);
  return fence;
};
const verdicts = async (story: Story) => (await story.trail()).filter(({ event }) => event.startsWith('validator.'));

describe('workers that are killed with -9', () => {
  it('within a check, before its result is kept, and within the verdict: each run ends by itself, with one report', {
    timeout: 90_000,
  }, async () => {
    const gate = waitingFile(service);
    const bytes = [1, 2, 3].map((n) => Buffer.from(mrcBytes({ value: (i) => (i % 19) + n })));
    const stories = await Promise.all(bytes.map((file) => draft(service, submitter, { file })));
    const [checking, keeping, judging] = stories as [Story, Story, Story];
    await upload(service, submitter, checking.id, 'gate.waits', gate.bytes);
    await reaches(submitter, checking.id, 'uploaded');
    const stops = await Promise.all([
      stopAt(service.db, 'check_result', 'INSERT', `NEW.sha256 = '${sha256Of(bytes[1] as Buffer)}'`),
      stopAt(service.db, 'submission_transition', 'INSERT', verdictOn(judging)),
    ]);

    for (const story of stories)
      expect((await story.move(submitter, 'submitter.submit', { policyAccepted: true })).status).toBe(200);
    await Promise.all([gate.hasBegun(), ...stops.map((stop) => stop.reached())]);
    await killWorkers();
    for (const stop of stops) await stop.forget();
    gate.go();
    workers = await startWorkers();

    for (const { id } of stories) await reaches(submitter, id, 'curator_review.unassigned', 40_000);
    for (const story of [checking, keeping, judging]) {
      expect(await verdicts(story)).toMatchObject([{ event: 'validator.pass' }]);
      const [run, ...others] = (await submitter.get(`${story.path}/runs`)).body.items;
      expect(others).toEqual([]);
      expect(run).toMatchObject({ state: 'done', outcome: 'passed', problem: null });
      expect(await timesTaken(run.id), 'by the one that was killed, and by another').toBe(2);
    }
    const [{ id: run }] = (await submitter.get(`${checking.path}/runs`)).body.items;
    expect((await submitter.get(`${checking.path}/runs/${run}/findings`)).body.items).toMatchObject([{ rule: 'odd' }]);
    await service.settles();
  });

  it('or stand still for longer than their lease, and come back when another has done it: it counts once', {
    timeout: 60_000,
  }, async () => {
    const gate = waitingFile(service);
    const story = await draft(service, submitter);
    await upload(service, submitter, story.id, 'gate.waits', gate.bytes);
    await reaches(submitter, story.id, 'uploaded');
    await story.move(submitter, 'submitter.submit', { policyAccepted: true });
    const [taker] = await gate.hasBegun();
    const sleeper = workers.find(({ pid }) => pid === taker) as Running;

    sleeper.pause();
    await gate.hasBegun(2);
    gate.go();
    await reaches(submitter, story.id, 'curator_review.unassigned', 40_000);
    sleeper.resume();
    const [run] = (await submitter.get(`${story.path}/runs`)).body.items;
    await vi.waitFor(() => expect(sleeper.said(), 'it finds that it has come too late').toContain(run.id), {
      timeout: 20_000,
    });

    expect(await verdicts(story)).toMatchObject([{ event: 'validator.pass' }]);
    expect(run).toMatchObject({ state: 'done', outcome: 'passed', progress: { done: 2, total: 2 } });
    expect((await submitter.get(`${story.path}/runs/${run.id}/findings`)).body.items).toHaveLength(1);
    await service.settles();
  });

  it('after each step of a publication: every one is published, once', { timeout: 90_000 }, async () => {
    const stories = await Promise.all(STEPS.public.map(() => approved(service, submitter, curator)));
    const stops = await Promise.all(
      STEPS.public.map((step, i) =>
        stopAt(
          service.db,
          'publication_step',
          'UPDATE',
          `NEW."submissionId" = '${stories[i]?.id}' AND NEW.step = '${step}' AND NEW.state = 'done'`,
        ),
      ),
    );

    for (const story of stories) expect((await story.move(admin, 'admin.publish')).status).toBe(200);
    await Promise.all(stops.map((stop) => stop.reached()));
    await killWorkers();
    for (const stop of stops) await stop.forget();
    for (const { accession } of stories)
      expect((await service.stranger.get(`/records/${accession}`)).status, 'nothing of it is seen').toBe(404);
    workers = await startWorkers();

    for (const story of stories) {
      await reaches(submitter, story.id, 'published.current', 40_000);
      const trail = (await story.trail()).map(({ event }) => event);
      expect(trail.slice(-2)).toEqual(['admin.publish', 'system.publish_done']);
      expect((await service.stranger.get(`/records/${story.accession}`)).body).toMatchObject({ version: 1 });
    }
    await service.settles();
  });
});

describe('an API that is killed with -9', () => {
  it('between its commit and its answer has done it, and gives that very answer to the same key', {
    timeout: 60_000,
  }, async () => {
    const story = await draft(service, submitter);
    const key = { 'idempotency-key': 'answered-to-nobody' };
    const submit = () =>
      submitter.post(`${story.path}/transitions`, { event: 'submitter.submit', policyAccepted: true }, key);

    const isCommitted = wire.holdAnswer('COMMIT\0');
    const cutShort = submit();
    await Promise.all([isCommitted.then(() => api.kill('SIGKILL')), expect(cutShort).rejects.toThrow()]);
    api = await service.startApi();
    const again = await submit();

    expect(again.status).toBe(200);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body.state).toBe('validating.running');
    await reaches(submitter, story.id, 'curator_review.unassigned');
    expect((await story.trail()).filter(({ event }) => event === 'submitter.submit')).toHaveLength(1);
    expect((await submitter.get(`${story.path}/runs`)).body.items).toHaveLength(1);
    await service.settles();
  });

  it('before its commit has done nothing, and does it for the same key', { timeout: 60_000 }, async () => {
    const story = await draft(service, submitter);
    const key = { 'idempotency-key': 'never-answered' };
    const submit = () =>
      submitter.post(`${story.path}/transitions`, { event: 'submitter.submit', policyAccepted: true }, key);
    const before = await story.trail();
    const stop = await stopAt(service.db, 'outbox_message', 'INSERT', `NEW.topic = 'submission.received'`);

    const cutShort = submit();
    await Promise.all([stop.reached().then(() => api.kill('SIGKILL')), expect(cutShort).rejects.toThrow()]);
    await stop.forget();
    api = await service.startApi();
    expect(await story.trail()).toEqual(before);
    const again = await submit();

    expect(again.status).toBe(200);
    expect(again.headers['idempotency-replayed']).toBeUndefined();
    await reaches(submitter, story.id, 'curator_review.unassigned');
    await service.settles();
  });
});
