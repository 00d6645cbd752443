import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClockWorker } from '../../workers/clock.worker.js';
import { ValidationWorker } from '../../workers/validation/validation.worker.js';
import { approved, draft, inReview, type Story, submitted } from '../story.js';
import { beginWorld, type Caller, reaches, type World } from '../world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: World;
let workers: INestApplicationContext[];
let clocks: ClockWorker[];
let submitter: Caller;
let curator: Caller;
beforeAll(async () => {
  world = await beginWorld({ CLOCK_EVERY: '1d', CLAIM_IDLE: '2000d', REMIND_AFTER: '3000d', EXPIRE_AFTER: '3000d' });
  workers = [world.workers, await world.moreWorkers()];
  clocks = workers.map((each) => each.get(ClockWorker));
  submitter = await world.person('submitter');
  curator = await world.person('curator');
});
const zone = process.env.TZ;
afterEach(async () => {
  await world.settles();
});
afterAll(async () => {
  process.env.TZ = zone;
  await world.end();
});

const isNow = (instant: string) => {
  world.clock.aheadMs = Date.parse(instant) - Date.now();
};
const inFuture = (ms: number) => world.clock.in(ms);
/** What the clocks of two workers fire between them, when both look at once. */
const looks = async () => (await Promise.all(clocks.map((clock) => clock.tick()))).reduce((sum, fired) => sum + fired);
const clockEvents = async (story: Story) =>
  (await story.trail()).map(({ event }) => event).filter((event) => event.startsWith('clock.'));

async function scheduled(releaseAt: string): Promise<Story> {
  const story = await approved(world, submitter, curator);
  expect((await story.move(submitter, 'submitter.set_release', { releaseAt })).body).toMatchObject({ releaseAt });
  return story;
}
const held = async (until: string): Promise<Story> => {
  const story = await inReview(world, submitter);
  await story.move(curator, 'curator.claim');
  expect((await story.move(curator, 'curator.hold', { until, comment: 'A question is open.' })).status).toBe(200);
  return story;
};

describe('a release at midnight', () => {
  it.each([
    ['of a leap day', 'UTC', '2028-02-29T00:00:00.000Z'],
    ['as the clocks go forward where it was set', 'Europe/Berlin', '2027-03-27T23:00:00.000Z'],
    ['as the clocks go back where the service runs', 'America/New_York', '2027-11-07T04:00:00.000Z'],
    ['of a new year, far east', 'Pacific/Kiritimati', '2026-12-31T10:00:00.000Z'],
  ])('%s is not early, and not twice', async (_, where, releaseAt) => {
    process.env.TZ = where;
    isNow(new Date(Date.parse(releaseAt) - 2 * DAY).toISOString());
    const story = await scheduled(releaseAt);

    for (const before of [DAY, HOUR, MINUTE]) {
      isNow(new Date(Date.parse(releaseAt) - before).toISOString());
      expect(await looks(), `${before} ms before`).toBe(0);
    }
    isNow(releaseAt);
    expect(await looks()).toBe(1);
    expect(await looks()).toBe(0);
    await reaches(submitter, story.id, 'published.current');
    expect(await clockEvents(story)).toEqual(['clock.release_due']);
  });
});

describe('a clock', () => {
  beforeEach(() => isNow('2030-05-05T12:00:00.000Z'));

  it('that jumps by a day fires what has come due, each once, however many look', { timeout: 30_000 }, async () => {
    const due = await Promise.all([held(inFuture(HOUR)), held(inFuture(DAY)), scheduled(inFuture(2 * HOUR))]);
    const later = await held(inFuture(DAY + HOUR));

    world.clock.aheadMs += DAY;
    expect(await looks()).toBe(due.length);
    expect(await looks()).toBe(0);
    for (const story of due) expect(await clockEvents(story)).toHaveLength(1);
    expect(await later.state()).toBe('curator_review.on_hold');
  });

  it('that goes back an hour fires nothing again and nothing early, and the trail keeps its order', {
    timeout: 30_000,
  }, async () => {
    const past = await held(inFuture(MINUTE));
    const future = await held(inFuture(HOUR));
    world.clock.aheadMs += 2 * MINUTE;
    expect(await looks()).toBe(1);

    world.clock.aheadMs -= HOUR;
    expect(await looks()).toBe(0);
    const until = inFuture(30 * MINUTE);
    expect((await past.move(curator, 'curator.hold', { until, comment: 'Once more.' })).status).toBe(200);
    expect((await past.move(curator, 'curator.resume')).status).toBe(200);
    const trail = await past.trail();
    expect(trail.map(({ seq }) => seq)).toEqual(trail.map((_, i) => i + 1));
    expect(trail.slice(-3).map(({ event }) => event)).toEqual(['clock.hold_over', 'curator.hold', 'curator.resume']);

    world.clock.aheadMs += 2 * HOUR;
    expect(await looks(), 'what was resumed is not due').toBe(1);
    expect(await clockEvents(future)).toEqual(['clock.hold_over']);
  });

  it('ends a run that takes a day as an incident, and tries it again by itself', { timeout: 30_000 }, async () => {
    const validators = workers.map((each) => each.get(ValidationWorker).worker);
    for (const each of validators) await each?.pause();
    const story = await submitted(world, submitter);
    world.clock.aheadMs += DAY;
    expect(await looks()).toBe(1);
    expect(await story.state()).toBe('validating.broken');
    expect((await curator.get('/incidents')).body.items).toMatchObject([{ submission: { id: story.id } }]);

    world.clock.aheadMs += 4 * MINUTE;
    expect(await looks()).toBe(0);
    world.clock.aheadMs += MINUTE;
    expect(await looks()).toBe(1);
    for (const each of validators) await each?.resume();
    await reaches(submitter, story.id, 'curator_review.unassigned');
    expect(await clockEvents(story)).toEqual(['clock.validation_timeout']);
    expect((await curator.get('/incidents')).body.items).toEqual([]);
  });

  it('fires the others where one timer cannot be fired', { timeout: 30_000 }, async () => {
    const broken = await held(inFuture(HOUR));
    const sound = await held(inFuture(2 * HOUR));
    await world.db.query(`UPDATE submission SET profile = 'of-the-past' WHERE id = $1`, [broken.id]);

    world.clock.aheadMs += DAY;
    expect(await looks()).toBe(1);
    expect(await sound.state()).toBe('curator_review.claimed');
    await world.db.query(`UPDATE submission SET profile = 'cryoet-dataset' WHERE id = $1`, [broken.id]);
    expect(await looks(), 'it waits for somebody to mend it').toBe(1);
    expect(await broken.state()).toBe('curator_review.claimed');
  });

  it('does not expire a draft that somebody goes on with at that very moment', async () => {
    const { db } = world;
    const story = await draft(world, submitter);
    await db.query(`UPDATE timer SET "dueAt" = $2 WHERE "submissionId" = $1 AND kind = 'expire'`, [
      story.id,
      inFuture(0),
    ]);
    const somebody = db.createQueryRunner();
    await somebody.startTransaction();
    await somebody.query('SELECT FROM submission WHERE id = $1 FOR UPDATE', [story.id]);

    const expired = looks();
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await vi.waitFor(async () => expect(await db.query(waiting)).not.toEqual([]), { timeout: 10_000, interval: 20 });
    await somebody.query('UPDATE submission SET "touchedAt" = $2 WHERE id = $1', [story.id, inFuture(MINUTE)]);
    await somebody.commitTransaction();
    await somebody.release();

    expect(await expired).toBe(0);
    expect((await submitter.get(story.path)).status).toBe(200);
  });
});
