import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mrcBytes } from '../../checks/samples/mrc.js';
import { JobQueues } from '../../workers/job-queues.js';
import { draft, type Story, sha256Of, upload } from '../story.js';
import { beginWorld, type Caller, reaches, type World } from '../world.js';
import { stopAt } from './stops.js';

let world: World;
let queues: JobQueues;
let submitter: Caller;
beforeAll(async () => {
  world = await beginWorld({ VALIDATION_CONCURRENCY: '4', MAX_ATTEMPTS: '50' });
  await world.moreWorkers();
  queues = world.workers.get(JobQueues);
  submitter = await world.person('submitter');
});
afterAll(async () => {
  await world.settles();
  await world.end();
});

const volume = (n: number) => Buffer.from(mrcBytes({ value: (i) => (i % 17) + n }));
const submit = async (story: Story) => {
  const { status } = await story.move(submitter, 'submitter.submit', { policyAccepted: true });
  expect(status).toBe(200);
  const [{ runId }] = await world.db.query('SELECT "runId" FROM submission WHERE id = $1', [story.id]);
  return runId as string;
};
const run = async (id: string) =>
  (await world.db.query('SELECT *, fence::int FROM validation_run WHERE id = $1', [id]))[0];
const verdicts = async (story: Story) => (await story.trail()).filter(({ event }) => event.startsWith('validator.'));
/** A result of that file is found, and not yet kept. */
const beforeKeeping = (file: Buffer) => stopAt(world.db, 'check_result', 'INSERT', `NEW.sha256 = '${sha256Of(file)}'`);

describe('the verdict of a run', () => {
  it('is found by two checks at once, and is that of all files', { timeout: 40_000 }, async () => {
    const files = [5, 6, 7].map(volume);
    const [first = volume(5), ...others] = files;
    const story = await draft(world, submitter, { file: first });
    for (const [i, file] of others.entries())
      expect(await upload(world, submitter, story.id, `tomo_00${i + 2}.mrc`, file)).toBe(201);
    const sums = files.map((file) => `'${sha256Of(file)}'`);
    const stop = await stopAt(world.db, 'check_result', 'INSERT', `NEW.sha256 IN (${sums})`);

    const runId = await submit(story);
    await stop.reached(2);
    await stop.letGo();

    await reaches(submitter, story.id, 'curator_review.unassigned');
    expect(await run(runId)).toMatchObject({ state: 'done', outcome: 'passed', total: 3, problem: null });
    expect(await world.db.query('SELECT FROM check_result WHERE "runId" = $1', [runId])).toHaveLength(3);
  });

  it('that was cancelled meanwhile is ignored, and the run says so', { timeout: 40_000 }, async () => {
    const story = await draft(world, submitter, { file: volume(1) });
    const stop = await beforeKeeping(volume(1));
    const first = await submit(story);
    await stop.reached();

    expect((await story.move(submitter, 'submitter.cancel')).body.state).toBe('uploaded');
    expect(await upload(world, submitter, story.id, 'tomo_001.mrc', volume(2).subarray(0, -10))).toBe(201);
    const second = await submit(story);
    await reaches(submitter, story.id, 'draft.checks_failed');
    // The worker has asked for more time, and was refused.
    await after(world.config.LEASE);
    await stop.letGo();

    await vi.waitFor(
      async () => expect((await run(first)).problem).toMatch(/validator\.pass, came too late and was not counted/),
      {
        timeout: 15_000,
      },
    );
    expect(await run(first)).toMatchObject({ state: 'cancelled', outcome: null });
    expect(await run(second)).toMatchObject({ state: 'done', outcome: 'failed', problem: null });
    expect(await verdicts(story)).toMatchObject([{ event: 'validator.fail' }]);
    expect((await submitter.get(story.path)).body).toMatchObject({
      state: 'draft.checks_failed',
      lastRun: { id: second },
    });
  });

  it('is one, though its job is given again and again, to several workers', { timeout: 40_000 }, async () => {
    const story = await draft(world, submitter, { file: volume(3) });
    const stop = await beforeKeeping(volume(3));
    const runId = await submit(story);
    await stop.reached();
    const jobs = Array.from({ length: 12 }, (_, i) => ({ submissionId: story.id, runId, attempt: 2 + i }));
    for (const job of jobs) await queues.add('validation', job);
    for (const job of jobs)
      await vi.waitFor(async () => expect(await queues.holds('validation', job)).toBe(false), { timeout: 15_000 });

    expect(await run(runId), 'who holds the lease has it alone').toMatchObject({ fence: 1 });
    await stop.letGo();
    await reaches(submitter, story.id, 'curator_review.unassigned');
    expect(await verdicts(story)).toHaveLength(1);
  });

  it('counts from the hand that holds it now, and not from the one that held it before', {
    timeout: 40_000,
  }, async () => {
    const story = await draft(world, submitter, { file: volume(4) });
    const stop = await beforeKeeping(volume(4));
    const runId = await submit(story);
    await stop.reached();
    let attempt = 1;
    await vi.waitFor(
      async () => {
        await world.db.query(`UPDATE validation_run SET "leaseUntil" = now() - interval '1 s' WHERE id = $1`, [runId]);
        await queues.add('validation', { submissionId: story.id, runId, attempt: ++attempt });
        await stop.reached(2);
      },
      { timeout: 20_000, interval: 100 },
    );

    await stop.letGo();
    await reaches(submitter, story.id, 'curator_review.unassigned');
    await world.settles();
    expect(await verdicts(story)).toHaveLength(1);
    expect(await run(runId)).toMatchObject({ state: 'done', outcome: 'passed' });
    expect(await world.db.query('SELECT FROM check_result WHERE "runId" = $1', [runId])).toHaveLength(1);
  });
});
