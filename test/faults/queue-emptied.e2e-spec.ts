import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { JobQueues } from '../../workers/job-queues.js';
import { EmailWorker } from '../../workers/notifications/email.worker.js';
import { NotificationWorker } from '../../workers/notifications/notification.worker.js';
import { PublicationWorker } from '../../workers/publication.worker.js';
import { ValidationWorker } from '../../workers/validation/validation.worker.js';
import { freePort } from '../free-port.js';
import { beginMailServer, type MailServer } from '../mail-server.js';
import { approved, draft, inReview, type Story, submitted } from '../story.js';
import { beginWorld, type Caller, reaches, type World } from '../world.js';
import { emptyQueues, redisOfItsOwn } from './queues.js';

const TAKERS = [ValidationWorker, PublicationWorker, NotificationWorker, EmailWorker];

let world: World;
let mail: MailServer | null = null;
let mailPort: number;
let submitter: Caller;
let curator: Caller;
let admin: Caller;
beforeAll(async () => {
  mailPort = await freePort();
  world = await beginWorld({
    ...redisOfItsOwn(),
    SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
    MAIL_RETRY: Array(60).fill('500ms').join(),
    MAX_ATTEMPTS: '20',
  });
  submitter = await world.person('submitter');
  curator = await world.person('curator');
  admin = await world.person('admin');
});
afterAll(async () => {
  await world.end();
  await mail?.end();
});

const takers = () => TAKERS.map((taker) => world.workers.get<InstanceType<typeof taker>>(taker));
const held = async () => (await world.workers.get(JobQueues).depths()).reduce((sum, { jobs }) => sum + jobs, 0);
const deliveries = (): Promise<{ state: string; n: number }[]> =>
  world.db.query('SELECT state, count(*)::int AS n FROM delivery GROUP BY state');

describe('a mail server that is away', () => {
  it('keeps nothing back but mails', { timeout: 40_000 }, async () => {
    const story = await approved(world, submitter, curator);
    expect((await story.move(admin, 'admin.publish')).status).toBe(200);
    await reaches(submitter, story.id, 'published.current');

    const { items } = (await submitter.get('/me/notifications')).body;
    const topics = items.map(({ topic }: { topic: string }) => topic);
    expect(topics).toEqual(expect.arrayContaining(['submission.received', 'submission.approved']));
    expect((await deliveries()).map(({ state }) => state)).not.toContain('sent');
  });
});

describe('a queue that is emptied', () => {
  it('while jobs wait, are put off and are being done: all that was asked for comes about, and once', {
    timeout: 90_000,
  }, async () => {
    const accepted = await approved(world, submitter, curator);
    const drafts = await Promise.all(Array.from({ length: 12 }, () => draft(world, submitter)));
    for (const { worker } of takers()) await worker?.pause();
    for (const story of drafts)
      expect((await story.move(submitter, 'submitter.submit', { policyAccepted: true })).status).toBe(200);
    expect((await accepted.move(admin, 'admin.publish')).status).toBe(200);
    await vi.waitFor(async () => expect(await held()).toBeGreaterThan(2 * drafts.length), {
      timeout: 15_000,
      interval: 50,
    });

    await emptyQueues(world.db, world.config);
    for (const { worker } of takers()) await worker?.resume();
    const also = await Promise.all([1, 2, 3].map(() => submitted(world, submitter)));
    await emptyQueues(world.db, world.config);
    mail = await beginMailServer({ port: mailPort });

    const stories = [...drafts, ...also];
    for (const { id } of stories) await reaches(submitter, id, 'curator_review.unassigned', 40_000);
    await reaches(submitter, accepted.id, 'published.current', 40_000);
    for (const story of stories) {
      const events = (await story.trail()).map(({ event }) => event);
      expect(events.slice(-2)).toEqual(['submitter.submit', 'validator.pass']);
    }
    for (const topic of ['submission.received', 'review.requested']) await isToldOnce(stories, topic);
    await isToldOnce([accepted], 'submission.published');
    await vi.waitFor(async () => expect((await deliveries()).map(({ state }) => state)).toEqual(['sent']), {
      timeout: 30_000,
    });
    const [{ n } = { n: 0 }] = await deliveries();
    expect(mail.mails).toHaveLength(n);
    expect(new Set(mail.mails.map(({ messageId }) => messageId)).size).toBe(n);
    await world.settles();
  });
});

/** Their owner, of each. */
const isToldOnce = (stories: readonly Story[], topic: string) =>
  vi.waitFor(
    async () => {
      const rows = await world.db.query(
        `SELECT "submissionId" FROM notification WHERE "personId" = $1 AND topic = $2 AND "submissionId" = ANY ($3)`,
        [submitter.id, topic, stories.map(({ id }) => id)],
      );
      expect(rows, topic).toHaveLength(stories.length);
    },
    { timeout: 20_000, interval: 50 },
  );

describe('messages that nobody can carry', () => {
  it('hold up no other', { timeout: 40_000 }, async () => {
    const { db } = world;
    const strange: [string, object][] = [
      ...Array<[string, object]>(120).fill(['submission.of_the_future', {}]),
      ['validation.requested', { submissionId: 'nobody' }],
    ];
    const ids = strange.map(() => randomUUID());
    for (const [i, [topic, payload]] of strange.entries())
      await db.query('INSERT INTO outbox_message (id, topic, payload) VALUES ($1, $2, $3)', [ids[i], topic, payload]);

    await inReview(world, submitter);
    const waiting = await db.query('SELECT id FROM outbox_message WHERE "relayedAt" IS NULL AND id = ANY ($1)', [ids]);
    expect(waiting, 'they are left to the version that knows them, and to somebody who looks').toHaveLength(ids.length);
    await db.query('DELETE FROM outbox_message WHERE id = ANY ($1)', [ids]);
    await world.settles();
  });
});
