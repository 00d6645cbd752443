/** Does every mail leave, once, whatever happens to the mail server and to us? And is it seen where one never will? */

import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginMailServer, type MailServer, type Manner } from './mail-server.js';
import { beginNotificationRoom, type NotificationRoom, type Somebody } from './notification-room.js';
import { ownerOf } from './owner.js';

const SETTINGS = { MAIL_RETRY: '1ms,1ms,1ms', MAIL_TIMEOUT: '400ms' };

let room: NotificationRoom;
let tables: DataSource;
let owner: Somebody;
let admin: Somebody;
let submissionId: string;
let port: number;
let server: MailServer | null = null;

/** The same address throughout, for the room knows only one. */
async function beginServer(manner: Manner = {}): Promise<MailServer> {
  server = await beginMailServer({ ...manner, port });
  return server;
}

async function endServer(): Promise<void> {
  await server?.end();
  server = null;
}

beforeAll(async () => {
  const first = await beginMailServer();
  port = first.port;
  await first.end();
  room = await beginNotificationRoom({ ...SETTINGS, SMTP_URL: first.url });
  tables = await ownerOf(room.config);
});

beforeEach(async () => {
  await tables.query('TRUNCATE notification, outbox_message, person CASCADE');
  owner = await room.somebody('Olive Owner', 'submitter');
  admin = await room.somebody('Ada Admin', 'admin');
  submissionId = await room.submission(owner, { event: 'curator.reject', by: null, to: 'rejected' });
});

afterEach(endServer);
afterAll(async () => {
  await tables.destroy();
  await room.end();
});

const tell = async () => {
  await room.message({ topic: 'submission.rejected', submissionId });
  await room.carry();
};
const delivery = async () => (await room.db.query('SELECT * FROM delivery'))[0];
const listOf = async (reader: Somebody) => (await room.ask('GET', reader, '/me/notifications')).body.items;
/** The next try, once its time has come. */
const tryAgain = async () => {
  await vi.waitFor(async () => expect(await room.requeue()).toBe(1), { interval: 5, timeout: 10_000 });
  await room.carry();
};

describe('a mail', () => {
  it('leaves at once where the server takes it', async () => {
    const { mails } = await beginServer();

    await tell();

    expect(mails).toHaveLength(1);
    expect(await delivery()).toMatchObject({ state: 'sent', attempts: 1, problem: null, leaseUntil: null });
    expect(await room.requeue()).toBe(0);
  });

  it('is tried again while the server is away, and what it says is in the list at once', async () => {
    await tell();
    expect(await listOf(owner)).toMatchObject([
      {
        topic: 'submission.rejected',
        email: { state: 'pending', attempts: 1, problem: 'The mail server cannot be reached.', sentAt: null },
      },
    ]);
    await tryAgain();
    const { mails } = await beginServer();
    await tryAgain();

    expect(mails).toHaveLength(1);
    expect(await delivery()).toMatchObject({ state: 'sent', attempts: 3, problem: null });
  });

  it('is tried again where the server is only not ready', async () => {
    let tries = 0;
    const { mails } = await beginServer({ refuses: () => (++tries === 1 ? 451 : null) });

    await tell();
    expect((await delivery()).problem).toBe('The mail server does not accept the address: 451 No such mailbox here');
    await tryAgain();

    expect(mails).toHaveLength(1);
  });

  it('has failed for good where the server does not know the address, and both its reader and the admins see it', async () => {
    const { mails } = await beginServer({ refuses: (address) => (address === owner.email ? 550 : null) });

    await tell();

    expect(await room.requeue()).toBe(0);
    expect(mails).toEqual([]);
    expect(await listOf(owner)).toMatchObject([
      {
        email: {
          state: 'failed',
          attempts: 1,
          problem: 'The mail server does not accept the address: 550 No such mailbox here',
        },
      },
    ]);
    expect(await listOf(admin)).toMatchObject([
      {
        topic: 'delivery.failed',
        title: 'A mail could not be delivered',
        text: expect.stringContaining(`to Olive Owner <${owner.email}> was given up after 1 try:`),
        email: null,
      },
    ]);
  });

  it('has failed for good when all tries are spent', async () => {
    await tell();
    for (let i = 0; i < 3; i++) await tryAgain();

    expect(await room.requeue()).toBe(0);
    expect(await delivery()).toMatchObject({
      state: 'failed',
      attempts: 4,
      problem: 'The mail server cannot be reached.',
    });
  });

  it('that fails is told to an admin once, until they have read it', async () => {
    await beginServer({ refuses: () => 550 });

    const tellAgain = async () => {
      await room.db.query('UPDATE preference SET "bouncedAddress" = NULL'); // its owner says that it works
      await tell();
    };

    await tell();
    await tellAgain();
    expect(await listOf(admin)).toHaveLength(1);
    await room.ask('POST', admin, '/me/notifications/read', {});
    await tellAgain();

    expect(await listOf(admin)).toHaveLength(2);
  });

  it('is not sent to an address that the server does not know, until its owner says that it works', async () => {
    let knows = false;
    const { mails } = await beginServer({ refuses: (address) => (address === owner.email && !knows ? 550 : null) });
    const preferences = () => room.ask('GET', owner, '/me/preferences');
    await tell();

    const problem = 'The mail server does not accept the address: 550 No such mailbox here';
    const { body, headers } = await preferences();
    expect(body.email).toEqual({ address: owner.email, paused: { since: expect.any(String), problem } });
    await tell();
    expect((await listOf(owner))[0], 'the list has it all the same').toMatchObject({ email: null });

    knows = true;
    const etag = String(headers.etag);
    const ended = await room.ask('PATCH', owner, '/me/preferences', { email: { paused: null } }, { 'if-match': etag });
    expect(ended).toMatchObject({ status: 200, body: { email: { paused: null } } });
    await tell();
    expect(mails).toHaveLength(1);
  });

  it('is given up by a server that never answers, and tried again', async () => {
    let hangs = true;
    const { mails } = await beginServer({ beforeAnswer: () => (hangs ? new Promise(() => {}) : Promise.resolve()) });

    await tell();
    expect(await delivery()).toMatchObject({ state: 'pending', problem: 'The mail server does not answer in time.' });
    hangs = false;
    await tryAgain();

    expect(await delivery()).toMatchObject({ state: 'sent', attempts: 2 });
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('is sent by another worker when the first dies over it', async () => {
    await room.message({ topic: 'submission.rejected', submissionId });
    await room.carry();
    await room.db.query(`UPDATE delivery SET state = 'pending', attempts = 0, "dueAt" = now()`);
    const { id } = await delivery();
    await room.deliveries.take({ deliveryId: id, attempt: 1 }); // and is killed here
    const { mails } = await beginServer();
    expect(await room.requeue(), 'as long as its lease runs').toBe(0);

    await tryAgain();

    expect(mails).toHaveLength(1);
    expect(await delivery()).toMatchObject({ state: 'sent', attempts: 2 });
  });

  it('that kills its worker each time is given up as well', async () => {
    await tell();
    await room.db.query(
      `UPDATE delivery SET state = 'sending', attempts = 4, "dueAt" = now(), "leaseUntil" = now() - interval '1 s'`,
    );

    await room.requeue();

    expect(await delivery()).toMatchObject({ state: 'failed', problem: 'The process ended while it was being sent.' });
  });

  it('is asked for again when the queue has lost it, and not while its message waits or its job is there', async () => {
    const { mails } = await beginServer();
    await room.message({ topic: 'submission.rejected', submissionId });
    const [{ id: messageId }] = await room.db.query(`SELECT id FROM outbox_message`);
    await room.notifier.handle({ messageId });
    expect(await room.requeue(), 'its message waits for the relay').toBe(0);
    await room.db.query('UPDATE outbox_message SET "relayedAt" = now()'); // and the queue is emptied

    expect(await room.deliveries.requeueDue(async () => true), 'its job is there').toBe(0);
    expect(await room.requeue()).toBe(1);
    await room.carry();

    expect(mails).toHaveLength(1);
    expect(await delivery()).toMatchObject({ state: 'sent', attempts: 1 });
  });

  it('is not sent again though the mark was missed and the lease has run out', async () => {
    const { mails } = await beginServer({
      // what a slow machine does: another hand is asked before this one is done
      beforeAnswer: async () => {
        await room.db.query(`UPDATE delivery SET "leaseUntil" = now() - interval '1 s'`);
        await room.requeue();
      },
    });

    await tell();

    expect(mails).toHaveLength(1);
    expect(await delivery()).toMatchObject({ state: 'sent', attempts: 1 });
  });
});

describe('a message to a Slack that does not answer', () => {
  it('puts off the others to the same person, and nobody else’s', async () => {
    await beginServer();
    const colleague = await room.somebody('Colin Curator', 'curator');
    for (const each of [owner, colleague]) {
      const url = `https://hooks.slack.com/services/${each.id}`;
      const set = await room.ask('PATCH', each, '/me/preferences', { slack: { url } }, { 'if-match': '*' });
      expect(set.status).toBe(200);
    }
    const handOver = { event: 'curator.assign', by: null, to: 'curator_review.claimed', assignee: colleague } as const;
    await tell();
    await tell();
    await room.takeStep(submissionId, handOver);
    await room.message({ topic: 'submission.assigned', submissionId });
    await room.carry();
    const [first, second, other] = await room.db.query(
      `SELECT d.id FROM delivery d JOIN notification n ON n.id = d."notificationId"
        WHERE d.channel = 'slack' ORDER BY n."createdAt", n.id`,
    );

    // So that the next try is not at once: it waits for the end of the night.
    const [from, to] = [-1, 2].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16));
    await room.ask('PATCH', owner, '/me/preferences', { quietHours: { from, to } }, { 'if-match': '*' });
    const job = { deliveryId: first.id, attempt: 1 };
    const message = await room.deliveries.take(job);
    if (!message) throw new Error('The message was not to be had.');
    await room.deliveries.failed(job, message, { problem: 'Slack does not answer in time.', forGood: false });

    expect(await room.deliveries.take({ deliveryId: second.id, attempt: 1 })).toBeNull();
    expect(await room.deliveries.take({ deliveryId: other.id, attempt: 1 })).toMatchObject({ channel: 'slack' });
  });
});

describe('without a mail server in the settings', () => {
  it('people have the list, and no mail is tried', async () => {
    const quiet = await beginNotificationRoom();
    const reader = await quiet.somebody('Olive Owner', 'submitter');
    const id = await quiet.submission(reader, { event: 'curator.reject', by: null, to: 'rejected' });

    await quiet.message({ topic: 'submission.rejected', submissionId: id });
    await quiet.carry();

    expect((await quiet.ask('GET', reader, '/me/notifications')).body.items).toMatchObject([{ email: null }]);
    expect(await quiet.db.query('SELECT id FROM delivery')).toEqual([]);
    await quiet.end();
  });
});
