import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import process from 'node:process';
import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { STEPS } from '../src/records/publication.js';
import { beginDesk, type Desk } from './publication-desk.js';

/**
 * The worker process is killed where the database stops it: a trigger waits, in the statement that says of a step that
 * it is begun, or done, for a lock that the test holds. The product has no part in it.
 */
const STOPS = `
  CREATE TABLE stop_at (step text, moment text);
  CREATE FUNCTION stop_here() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM stop_at WHERE step = NEW.step
                AND moment = CASE WHEN NEW.state = 'done' THEN 'done' ELSE 'begun' END) THEN
      PERFORM pg_advisory_xact_lock(4711);
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER stop_here BEFORE UPDATE ON publication_step FOR EACH ROW EXECUTE FUNCTION stop_here()`;

const STOPPED = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted`;

let desk: Desk;
let holder: QueryRunner;
const children: ChildProcess[] = [];
beforeAll(async () => {
  desk = await beginDesk({ LEASE: '1s', RELAY_EVERY: '100ms', RECONCILE_EVERY: '300ms' });
  await desk.db.query(STOPS);
  holder = desk.db.createQueryRunner();
  await holder.query('SELECT pg_advisory_lock(4711)');
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await holder.release();
  await desk.end();
});

/** A worker process like any other. */
function startWorkers(): ChildProcess {
  const env = { PATH: process.env.PATH, ...desk.env };
  const workers = spawn(process.execPath, [resolve('dist/workers/main.js')], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(workers);
  return workers;
}

/** Kill the workers once they are at `moment` of `step`. */
async function killAt(step: string, moment: 'begun' | 'done'): Promise<void> {
  await desk.db.query('DELETE FROM stop_at');
  await desk.db.query('INSERT INTO stop_at VALUES ($1, $2)', [step, moment]);
  const workers = startWorkers();
  const pid = await vi.waitFor(
    async () => {
      const [stopped] = await desk.db.query(STOPPED);
      expect(stopped, `${moment} ${step}`).toBeDefined();
      return stopped.pid;
    },
    { timeout: 30_000, interval: 25 },
  );

  workers.kill('SIGKILL');
  await once(workers, 'exit');
  await desk.db.query('SELECT pg_terminate_backend($1)', [pid]); // its connection ends with it, as soon as it is seen
}

const MOMENTS = STEPS.public.flatMap((step) => [
  { step, moment: 'begun' as const },
  { step, moment: 'done' as const },
]);

describe('a publication whose process is killed', () => {
  it('before and after what each step does, is published once', { timeout: 180_000 }, async () => {
    const { id, accession } = await desk.begin();
    await desk.approve(id);
    await desk.move(id, 'admin.publish');

    for (const { step, moment } of MOMENTS) {
      await killAt(step, moment);
      expect(await desk.state(id), `${moment} ${step}`).toBe('private.publishing');
      const { statusCode } = await desk.app.inject({ url: `/api/v1/records/${accession}` });
      expect(statusCode, `${moment} ${step}`).toBe(404);
    }
    await desk.db.query('DELETE FROM stop_at');
    startWorkers();
    await vi.waitFor(async () => expect(await desk.state(id)).toBe('published.current'), { timeout: 30_000 });
    const each = async () => new Set(await desk.notified(id, 'submission.published'));
    await vi.waitFor(async () => expect(await each()).toEqual(new Set([1])), { timeout: 10_000 });

    expect(await desk.told(id, 'submission.published')).toBe(1);
    const steps = await desk.steps(id);
    expect(steps.map(({ state }) => state)).toEqual(STEPS.public.map(() => 'done'));
    // One try was killed; where a busy machine was late with the lease, that try was given back.
    expect(Math.max(...steps.map(({ attempts }) => attempts))).toBe(2);
    const trail: { event: string }[] = await desk.db.query(
      `SELECT event FROM submission_transition WHERE "submissionId" = $1 ORDER BY seq`,
      [id],
    );
    expect(trail.map(({ event }) => event).slice(-2)).toEqual(['admin.publish', 'system.publish_done']);
    expect(Object.keys(await desk.public(await desk.submissions.get(id)))).toEqual([
      'files/b.mrc',
      'files/run 1/tomogram ä.mrc',
      'record.json',
    ]);
  });
});
