/** Is everybody reminded of what waits for them: once, in time, and of nothing that is over? */
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClockWorker } from '../workers/clock.worker.js';
import { Reminders } from '../workers/notifications/reminders.js';
import { approved, draftOfCells, inReview, type Story } from './story.js';
import { beginWorld, type Caller, type World } from './world.js';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** In working days: ten are two weeks. */
const TARGETS = 'curator_review.unassigned=10,curator_review.claimed=10';
/** Each story begins on one. */
const MONDAY = Date.parse('2027-03-01T09:00:00Z');

let world: World;
let workers: INestApplicationContext[];
let owner: Caller;
let editor: Caller;
let viewer: Caller;
let curator: Caller;
let colleague: Caller;
let admin: Caller;
beforeAll(async () => {
  // The clocks are asked by hand.
  world = await beginWorld({ CLOCK_EVERY: '1d', STATE_TARGETS: TARGETS, CLAIM_IDLE: '5d' });
  workers = [world.workers, await world.moreWorkers()];
  owner = await world.person('submitter');
  editor = await world.person('submitter');
  viewer = await world.person('submitter');
  curator = await world.person('curator');
  colleague = await world.person('curator');
  admin = await world.person('admin');
});
let week = 0;
beforeEach(() => {
  week += 40;
  world.clock.aheadMs = MONDAY + week * WEEK - Date.now();
});
afterAll(() => world.end());

/** What two workers remind of between them, when both look at once. */
const looks = async () => {
  const told = await Promise.all(workers.map((each) => each.get(Reminders).tick()));
  return told.reduce((sum, each) => sum + each);
};
/** A little more, for what the story itself takes. */
const passes = (days: number) => {
  world.clock.aheadMs += days * DAY;
};

interface Told {
  readonly topic: string;
  readonly text: string;
}
const told = async (who: Caller, story: Story, topic = ''): Promise<Told[]> => {
  const { items } = (await who.get(`/me/notifications?submission=${story.id}&limit=100`)).body;
  return items.filter((each: Told) => each.topic.startsWith(topic));
};
const hears = (who: Caller, story: Story, topic: string, times = 1): Promise<Told> =>
  vi.waitFor(
    async () => {
      const heard = await told(who, story, topic);
      expect(heard, topic).toHaveLength(times);
      return heard[0] as Told;
    },
    { timeout: 8_000, interval: 40 },
  );

async function share(story: Story): Promise<void> {
  await world.db.query(
    `INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'editor'), ($1, $3, 'viewer')`,
    [story.accession, editor.id, viewer.id],
  );
}

const takes = async (story: Story, who: Caller, event: string, more: object = { comment: 'because' }) =>
  expect((await story.move(who, event, more)).status, event).toBe(200);

describe('a review', () => {
  it('that nobody claims is told of when it is late, to all who could and to the admins', async () => {
    const story = await inReview(world, owner);
    passes(13.9);
    expect(await looks(), 'nobody has it who could be warned').toBe(0);

    passes(0.2);
    expect(await looks()).toBe(1);
    expect(await looks()).toBe(0);

    for (const each of [curator, colleague, admin]) {
      const { text } = await hears(each, story, 'review.overdue');
      expect(text).toMatch(/should have been claimed by 20\d\d-\d\d-\d\d 09:0\d UTC/);
      expect(text).toContain('Nobody has claimed it');
    }
    expect(await told(owner, story, 'review.overdue')).toEqual([]);

    await takes(story, colleague, 'curator.claim');
    expect(await looks(), 'who takes it knows').toBe(0);
    await takes(story, owner, 'submitter.withdraw');
  });

  it('warns its curator of the date and of their claim, and stands still on hold', async () => {
    const story = await inReview(world, owner);
    await takes(story, curator, 'curator.claim');

    passes(3.1);
    expect(await looks()).toBe(1);
    const { text } = await hears(curator, story, 'claim.idle');
    expect(text).toMatch(/Unless you do, it goes back to the queue on 20/);
    expect(text).toContain('It is your move.');

    const until = new Date(world.clock.now().getTime() + 40 * DAY).toISOString();
    await takes(story, curator, 'curator.hold', { until, comment: 'A question is open.' });
    passes(39);
    expect(await looks(), 'it is paused').toBe(0);
    await takes(story, curator, 'curator.resume'); // on a Monday
    passes(2.8);
    expect(await looks()).toBe(0);
    await takes(story, curator, 'curator.assign', { assignee: curator.id });

    passes(7.3);
    expect(await looks(), 'eight of ten working days are over, and three since anybody did anything').toBe(2);
    expect((await hears(curator, story, 'review.due_soon')).text).toContain('It is your move.');
    await hears(curator, story, 'claim.idle', 2);
    passes(4);
    expect(await looks()).toBe(1);
    expect((await hears(curator, story, 'review.overdue')).text).toContain('You have had it since');
    expect((await hears(admin, story, 'review.overdue')).text).toContain('Some curator has had it since');
    expect(await told(colleague, story, 'review.overdue')).toEqual([]);

    await takes(story, curator, 'curator.assign', { assignee: curator.id });
    expect(await looks(), 'a step arms nothing again that was told').toBe(0);

    passes(4.9);
    expect((await Promise.all(workers.map((each) => each.get(ClockWorker).tick()))).join(), 'a weekend').toBe('0,0');
    passes(2.2);
    const released = await Promise.all(workers.map((each) => each.get(ClockWorker).tick()));
    expect(released.reduce((sum, each) => sum + each)).toBe(1);
    expect(await story.state()).toBe('curator_review.unassigned');
    expect((await story.trail()).at(-1)).toMatchObject({
      event: 'clock.claim_expired',
      details: { assignee: null, formerAssignee: curator.id },
    });
    const ended = await hears(curator, story, 'claim.ended');
    expect(ended.text).toContain('it has gone back to the queue');
    expect(ended.text).toContain('claim it again');
    for (const each of [colleague, owner, admin]) expect(await told(each, story, 'claim.ended')).toEqual([]);
    await takes(story, owner, 'submitter.withdraw');
  });

  it('is not spoken of where it is decided before the message is carried', async () => {
    const story = await inReview(world, owner);
    await takes(story, colleague, 'curator.claim');
    const dueAt = world.clock.in(0);
    const message = { submissionId: story.id, state: 'curator_review.unassigned', dueAt };

    const { id } = await world.db
      .query(
        `INSERT INTO outbox_message (id, topic, payload) VALUES (gen_random_uuid(), 'review.overdue', $1) RETURNING id`,
        [JSON.stringify(message)],
      )
      .then(([row]) => row);
    await vi.waitFor(async () =>
      expect(
        await world.db.query('SELECT FROM outbox_message WHERE id = $1 AND "handledAt" IS NOT NULL', [id]),
      ).toHaveLength(1),
    );

    expect(await told(colleague, story, 'review.overdue')).toEqual([]);
    await takes(story, owner, 'submitter.withdraw');
  });
});

describe('requested changes', () => {
  it('are asked for again after two weeks and after four, of those who can answer', async () => {
    const story = await inReview(world, owner);
    await share(story);
    await takes(story, curator, 'curator.claim');
    await takes(story, curator, 'curator.request_changes', { comment: 'Say which tissue it is.' });
    expect((await hears(editor, story, 'changes.requested')).text).toContain('asks for changes to your submission');

    passes(13.9);
    expect(await looks()).toBe(0);
    passes(0.2);
    expect(await looks()).toBe(1);
    const { text } = await hears(owner, story, 'response.awaited');
    expect(text).toContain('the submission has not come back');
    expect(text).toMatch(/it will be withdrawn on 20/);
    await hears(editor, story, 'response.awaited');

    const { headers } = await owner.get(story.path);
    const edit = await owner.patch(story.path, { title: 'Another title' }, { 'if-match': headers.etag ?? '' });
    expect(edit.status, 'a reminder changes no version of the submission').toBe(200);
    expect(await looks(), 'an edit arms nothing again that was told').toBe(0);
    passes(14);
    expect(await looks()).toBe(1);
    await hears(owner, story, 'response.awaited', 2);
    expect((await story.trail()).map(({ event }) => event)).not.toContain('clock.remind');
    expect(await told(viewer, story), 'viewers hear nothing unless they ask').toEqual([]);
    await takes(story, owner, 'submitter.withdraw');
  });
});

describe('a release', () => {
  it('comes near a week before and a day before, and viewers who ask hear of it too', async () => {
    const story = await approved(world, owner, curator);
    await share(story);
    const { headers } = await viewer.get('/me/preferences');
    await viewer.patch('/me/preferences', { asViewer: true }, { 'if-match': headers.etag ?? '' });
    const releaseAt = new Date(world.clock.now().getTime() + 10 * DAY).toISOString();
    await takes(story, owner, 'submitter.set_release', { releaseAt });

    passes(2.9);
    expect(await looks()).toBe(0);
    passes(0.2);
    expect(await looks()).toBe(1);
    for (const each of [owner, editor, viewer]) {
      const { text } = await hears(each, story, 'release.near');
      expect(text).toContain(`becomes public on ${releaseAt.slice(0, 16).replace('T', ' ')} UTC`);
    }
    passes(6);
    expect(await looks()).toBe(1);
    await hears(owner, story, 'release.near', 2);

    await takes(story, owner, 'submitter.clear_release');
    passes(2);
    expect(await looks(), 'nothing is due any more').toBe(0);
  });
});

describe('a review link', () => {
  it('is told of a week before it ends, once for each date, unless it was made for less or is over', async () => {
    const story = await inReview(world, owner);
    const make = async (name: string, days: number) => {
      const expiresAt = new Date(world.clock.now().getTime() + days * DAY).toISOString();
      const made = await owner.post(`${story.path}/share-links`, { name, expiresAt });
      expect(made.status).toBe(201);
      // It was made now, as the clock of this story has it.
      const as = `UPDATE share_link SET "createdAt" = $2 WHERE id = $1`;
      await world.db.query(as, [made.body.id, world.clock.in(0)]);
      return made.body;
    };
    const link = await make('Reviewers of the journal', 30);
    const revoked = await make('Revoked', 30);
    await make('For a weekend', 3);
    const edit = (id: string, body: object) =>
      owner.patch(`${story.path}/share-links/${id}`, body, { 'if-match': '*' });
    await edit(revoked.id, { revoked: true });

    const topic = 'share_link.ends_soon';
    await looks();
    passes(22.9);
    await looks();
    expect(await told(owner, story, topic)).toEqual([]);
    passes(0.2);
    await looks();
    await looks();
    const { text } = await hears(owner, story, topic);
    expect(text).toContain('“Reviewers of the journal” ends on ');
    expect(text).toContain(link.expiresAt.slice(0, 16).replace('T', ' '));

    await edit(link.id, { expiresAt: new Date(world.clock.now().getTime() + 20 * DAY).toISOString() });
    await looks();
    passes(14);
    await looks();
    await hears(owner, story, topic, 2);
    expect(await told(curator, story, topic)).toEqual([]);
    await takes(story, owner, 'submitter.withdraw');
  });
});

describe('a draft that nobody touches', () => {
  it('is spoken of with the day on which it goes, and one call keeps it', async () => {
    const story = await draftOfCells(owner);
    const tick = async () => {
      for (const each of workers) await each.get(ClockWorker).tick();
    };

    passes(60.1);
    await tick();
    const { text } = await hears(owner, story, 'submission.reminded');
    const [, day = ''] = text.match(/it will be deleted on (20\d\d-\d\d-\d\d)/) ?? [];
    expect(Date.parse(day) - Date.parse(world.clock.in(0).slice(0, 10))).toBe(120 * DAY);

    expect((await owner.patch(story.path, {}, { 'if-match': '*' })).status).toBe(200);
    passes(125);
    await tick();
    expect((await owner.get(story.path)).status, 'the day has passed').toBe(200);
  });
});
