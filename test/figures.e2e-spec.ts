import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mrcBytes } from '../checks/samples/mrc.js';
import { KeepRevisions1796300000000 } from '../migrations/1796300000000-keep-revisions.js';
import { inReview, type Story, submitted, tickAll } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

const HOUR_MS = 3_600_000;

let world: World;
let owner: Caller;
let curator: Caller;
let admin: Caller;
let failed: Story;

const figure = async (name: string, query = '') => {
  const { status, body } = await curator.get(`/figures/${name}${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const passes = (hours: number) => {
  world.clock.aheadMs += hours * HOUR_MS;
};
const resubmit = async (story: Story) => {
  expect((await story.move(owner, 'submitter.submit', { policyAccepted: true })).status).toBe(200);
  await reaches(owner, story.id, 'curator_review.claimed');
};
const isNow = (item: { week: string }) => Date.parse(item.week) > Date.now() - 8 * 24 * HOUR_MS;

/** One is sent back and approved, one is rejected, one is claimed and waits, one fails its checks. */
beforeAll(async () => {
  world = await beginWorld({ CLAIM_IDLE: '90d' });
  [owner, curator, admin] = [
    await world.person('submitter'),
    await world.person('curator'),
    await world.person('admin'),
  ];
  const [approved, rejected, waits] = [
    await inReview(world, owner),
    await inReview(world, owner),
    await inReview(world, owner),
  ];
  failed = await submitted(world, owner, { file: Buffer.from(mrcBytes({ trim: 7 })) });
  await reaches(owner, failed.id, 'draft.checks_failed');
  for (const story of [approved, rejected, waits]) await story.move(curator, 'curator.claim');
  passes(1);
  await approved.move(curator, 'curator.request_changes');
  passes(1);
  await rejected.move(curator, 'curator.reject');
  await resubmit(approved);
  await tickAll(curator, approved);
  passes(1);
  await approved.move(curator, 'curator.approve');
}, 90_000);
afterAll(() => world?.end());

describe('the figures', () => {
  it('count arrivals and decisions by week, with those in which nothing happened', async () => {
    const { items, definition, columns } = await figure('weekly', `?to=${world.clock.in(HOUR_MS)}`);

    const weeks = items.map(({ week }: { week: string }) => week);
    expect(definition).toContain('first time');
    expect(columns[0]).toEqual({ id: 'week', title: 'Week', unit: 'week' });
    expect(items.length).toBeGreaterThanOrEqual(12);
    expect(weeks.map((week: string) => new Date(week).getUTCDay())).toEqual(weeks.map(() => 1));
    expect(items[0]).toMatchObject({ arrivals: 0, resubmissions: 0, approved: 0, changesRequested: 0, rejected: 0 });
    const sum = (name: string) => items.reduce((n: number, item: Record<string, number>) => n + (item[name] ?? 0), 0);
    expect(['arrivals', 'resubmissions', 'approved', 'changesRequested', 'rejected'].map(sum)).toEqual([4, 1, 1, 1, 1]);
  });

  it('tell how long submissions are in a state, by round', async () => {
    const { items } = await figure('time-in-state', `?to=${world.clock.in(HOUR_MS)}`);

    const claimed = items.filter(({ state }: { state: string }) => state === 'curator_review.claimed');
    expect(claimed).toMatchObject([
      { round: 1, stays: 2 },
      { round: 2, stays: 1 },
    ]);
    const hours = (seconds: number) => Math.round((seconds * 1000) / (HOUR_MS / 10)) / 10;
    expect(hours(claimed[0].p50)).toBe(1.5);
    expect(hours(claimed[0].p90)).toBe(1.9);
    expect(hours(claimed[1].p50)).toBe(1);
  });

  it('tell how long a round waits for its first response, and a claim is none', async () => {
    const { items } = await figure('first-response', `?to=${world.clock.in(HOUR_MS)}`);

    const sum = (name: string) => items.reduce((n: number, item: Record<string, number>) => n + (item[name] ?? 0), 0);
    expect([sum('rounds'), sum('answered')]).toEqual([4, 3]);
    expect(items[0]).toMatchObject({ rounds: 0, answered: 0, p50: null, p90: null });
    const told = items.filter(isNow).filter(({ rounds }: { rounds: number }) => rounds > 1);
    expect(Math.round(told[0].p50 / 360) / 10).toBe(1);
  });

  it('tell which part of the decisions asks for changes, and which part of those comes back', async () => {
    const { items } = await figure('resubmission', `?to=${world.clock.in(HOUR_MS)}`);

    const sum = (name: string) => items.reduce((n: number, item: Record<string, number>) => n + (item[name] ?? 0), 0);
    expect([sum('decided'), sum('changesRequested'), sum('cameBack')]).toEqual([3, 1, 1]);
    expect(items[0]).toMatchObject({ decided: 0, requestRate: null, returnRate: null });
    expect(items.find(({ cameBack }: { cameBack: number }) => cameBack === 1).returnRate).toBe(1);
  });

  it('name the rules that fail most, with submissions that they fail', async () => {
    const { items } = await figure('failing-rules');

    expect(items[0]).toMatchObject({
      ...{ check: 'mrc', severity: 'error', submissions: 1 },
      affected: [{ id: failed.id, link: `/api/v1${failed.path}` }],
    });
  });

  it('are of one profile and of the time that is asked for', async () => {
    const other = await figure('weekly', '?profile=single-cell');
    const earlier = await figure('time-in-state', '?from=2020-01-06T00:00:00Z&to=2020-01-20T00:00:00Z');
    const weeks = await figure('weekly', '?from=2020-01-06T00:00:00Z&to=2020-01-20T00:00:00Z');

    expect(other.items.every(({ arrivals }: { arrivals: number }) => arrivals === 0)).toBe(true);
    expect(earlier.items).toEqual([]);
    expect(weeks.items.map(({ week }: { week: string }) => week)).toEqual(['2020-01-06', '2020-01-13']);
    expect((await curator.get('/figures/lunch')).status).toBe(404);
  });

  it.each<[query: string, parameter: string]>([
    ['from=2020-01-06T00:00:00Z&to=2020-01-06T00:00:00Z', 'to'],
    ['from=2020-01-06T00:00:00Z&to=2026-01-06T00:00:00Z', 'from'],
    ['from=1990-01-01T00:00:00Z', 'from'],
    ['from=2999-01-01T00:00:00Z', 'from'],
  ])('are not of the time %s', async (query, parameter) => {
    const { status, body } = await curator.get(`/figures/weekly?${query}`);

    expect([status, body.code, body.errors[0].parameter]).toEqual([400, 'invalid-query', parameter]);
  });

  it('come as CSV', async () => {
    const csv = async (name: string) =>
      (
        await fetch(`${world.url}/api/v1/figures/${name}.csv`, { headers: { authorization: `Bearer ${admin.token}` } })
      ).text();

    expect((await csv('weekly')).split('\n')[0]).toBe(
      'week,arrivals,resubmissions,approved,changesRequested,rejected,published',
    );
    expect(await csv('failing-rules')).toContain(`/api/v1${failed.path}`);
  });

  it('are for those who review', async () => {
    expect(await owner.get('/figures/weekly')).toMatchObject({ status: 403, body: { code: 'role-needed' } });
    expect((await world.stranger.get('/figures')).status).toBe(401);
    const { body } = await curator.get('/figures');
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual([
      ...['weekly', 'time-in-state', 'first-response', 'resubmission', 'failing-rules'],
    ]);
  });
});

describe('what the figures and the differences are made of', () => {
  it('is made anew by the migration, as far as the audit trail and what is here tell', async () => {
    const made = async () => ({
      stays: await world.db.query(
        'SELECT "submissionId", seq, state, round, event, "isFirst", "leftAt" FROM stay ORDER BY 1, 2',
      ),
      rounds: await world.db.query('SELECT * FROM review_round ORDER BY "submissionId", round'),
      sealed: await world.db.query(
        `SELECT "submissionId", hash, version, round, title, metadata, manifest, "fileBytes" FROM sealed_revision v
          WHERE seq = (SELECT max(seq) FROM sealed_revision WHERE "submissionId" = v."submissionId")
          ORDER BY "submissionId"`,
      ),
    });
    const before = await made();

    const asOwner = await new DataSource({ type: 'postgres', url: world.config.DATABASE_URL }).initialize();
    await asOwner.transaction(async ({ queryRunner }) => {
      if (!queryRunner) throw new Error('a transaction has a runner');
      const migration = new KeepRevisions1796300000000();
      await migration.down(queryRunner);
      await migration.up(queryRunner);
    });
    await asOwner.destroy();

    expect(before.rounds).toHaveLength(4);
    expect(before.sealed).toHaveLength(4);
    expect(await made()).toEqual(before);
  });
});
