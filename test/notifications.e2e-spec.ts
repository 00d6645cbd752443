/** Is each person told of what concerns them, and of nothing else, in the same words in the list and by mail? */
import { randomUUID } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CONFIG } from '../src/config.js';
import { FoundationModule } from '../src/foundation.module.js';
import type { NotifiedTopic } from '../src/notifications/audience.js';
import { NotificationsModule } from '../src/notifications/notifications.module.js';
import type { Message } from '../src/outbox/outbox.js';
import { JobQueues } from '../workers/job-queues.js';
import { EmailChannel } from '../workers/notifications/email.channel.js';
import { EmailWorker } from '../workers/notifications/email.worker.js';
import { NotificationWorker } from '../workers/notifications/notification.worker.js';
import { OutboxRelay } from '../workers/outbox.relay.js';
import { beginMailServer, type MailServer } from './mail-server.js';
import {
  beginNotificationRoom,
  type NotificationRoom,
  PUBLIC_URL,
  type Somebody,
  type Step,
} from './notification-room.js';

let mail: MailServer;
let room: NotificationRoom;

type Name = 'owner' | 'curator' | 'colleague' | 'admin' | 'stranger' | 'gone';
let people: Readonly<Record<Name, Somebody>>;

beforeAll(async () => {
  mail = await beginMailServer();
  room = await beginNotificationRoom({ SMTP_URL: mail.url });
  people = {
    owner: await room.somebody('Olive Owner', 'submitter'),
    curator: await room.somebody('Cora Curator', 'curator'),
    colleague: await room.somebody('Colin Curator', 'curator'),
    admin: await room.somebody('Ada Admin', 'admin'),
    stranger: await room.somebody('Some Stranger', 'submitter'),
    gone: await room.somebody('Gone Curator', 'curator', 'admin'),
  };
  await room.db.query('UPDATE person SET "disabledAt" = now() WHERE id = $1', [people.gone.id]);
});

afterAll(async () => {
  await room.end();
  await mail.end();
});

interface Case {
  readonly topic: NotifiedTopic;
  readonly event: Step['event'] | null;
  readonly by?: Name;
  readonly to: Step['to'];
  readonly assignee?: Name;
  readonly row?: Step['row'];
  readonly comment?: string;
  readonly details?: () => object;
  readonly told: readonly Name[];
  /** What the first of them reads. */
  readonly reads: readonly string[];
}

const HASH = 'a'.repeat(64);
const RUNNING = { runId: randomUUID(), sealed: HASH };
const PUBLISHED = { sealed: HASH, checked: HASH, approved: HASH };

const CASES: readonly Case[] = [
  {
    ...{ topic: 'submission.received', event: 'submitter.submit', by: 'owner', to: 'validating.running' },
    row: { ...RUNNING, fileCount: 2, fileBytes: 1_500_000 },
    told: ['owner'],
    reads: ['Received', '2 files, 1.5 MB', 'The checks have begun', 'revision aaaaaaaaaaaa', 'It goes on by itself.'],
  },
  {
    ...{ topic: 'submission.reminded', event: 'clock.remind', to: 'draft.editing' },
    told: ['owner'],
    reads: ['Still a draft', 'Nobody has worked on this draft since', 'it will be deleted on', 'It is your move.'],
  },
  {
    ...{
      topic: 'submission.recalled',
      event: 'submitter.recall',
      by: 'owner',
      to: 'draft.editing',
      assignee: 'curator',
    },
    told: ['curator'],
    reads: ['Taken back', 'The submitter has taken the submission back', 'It is the submitter’s move.'],
  },
  {
    ...{ topic: 'submission.amended', event: 'curator.amend', by: 'curator', to: 'validating.running' },
    ...{ assignee: 'curator', row: RUNNING },
    told: ['owner'],
    reads: ['Metadata amended', 'Cora Curator has amended', 'checked again'],
  },
  {
    ...{ topic: 'submission.assigned', event: 'curator.assign', by: 'colleague', to: 'curator_review.claimed' },
    ...{ assignee: 'curator', row: { dueAt: '2027-01-15T00:00:00Z' } },
    told: ['curator'],
    reads: ['Assigned to you', 'Colin Curator has assigned', 'It is your move.', 'a decision is due by 2027-01-15'],
  },
  {
    ...{ topic: 'submission.assigned', event: 'admin.assign', by: 'admin', to: 'curator_review.claimed' },
    ...{ assignee: 'colleague', comment: 'She is on leave.' },
    details: () => ({ assignee: people.colleague.id, formerAssignee: people.curator.id }),
    told: ['curator', 'colleague'],
    reads: ['Assigned to somebody else', 'which you had, to Colin Curator', 'on leave', 'you need do nothing'],
  },
  {
    ...{ topic: 'submission.approved', event: 'curator.approve', by: 'curator', to: 'private.approved' },
    ...{ assignee: 'curator', comment: 'A fine data set.' },
    told: ['owner', 'admin'],
    reads: ['Approved', 'stays private until it is published', 'A fine data set.', 'It is an admin’s move'],
  },
  {
    ...{ topic: 'submission.rejected', event: 'curator.reject', by: 'curator', to: 'rejected', assignee: 'curator' },
    comment: 'Not the kind of data that this service keeps.',
    told: ['owner'],
    reads: ['Rejected', 'Not the kind of data', 'To appeal, write to the curators'],
  },
  {
    ...{ topic: 'submission.withdrawn', event: 'admin.withdraw', by: 'admin', to: 'withdrawn', assignee: 'curator' },
    comment: 'On request.',
    told: ['owner', 'curator'],
    reads: ['Withdrawn', 'An admin has withdrawn', 'On request.', 'ask an admin to reopen it'],
  },
  {
    ...{ topic: 'submission.reopened', event: 'curator.reopen_review', by: 'curator', to: 'curator_review.unassigned' },
    told: ['owner', 'colleague'],
    reads: ['Reopened', 'A curator has reopened the review', 'It is the curators’ move'],
  },
  {
    ...{ topic: 'submission.published', event: 'system.publish_done', to: 'published.current', assignee: 'curator' },
    row: PUBLISHED,
    told: ['owner', 'curator'],
    reads: ['Published', `${PUBLIC_URL}/api/v1/records/ACC-`, '/versions/1', 'Cite it by this address'],
  },
  {
    ...{ topic: 'submission.tombstoned', event: 'admin.tombstone', by: 'admin', to: 'tombstoned', assignee: 'curator' },
    row: { tombstone: JSON.stringify({ reason: 'retracted', note: 'Faulty.', at: '2026-01-01T00:00:00Z' }) },
    comment: 'Faulty.',
    told: ['owner'],
    reads: ['Taken down', '(retracted)', 'Faulty.', 'stays, and says why'],
  },
  {
    ...{ topic: 'submission.restored', event: 'admin.restore', by: 'admin', to: 'published.current', row: PUBLISHED },
    told: ['owner'],
    reads: ['Restored', 'public again'],
  },
  {
    ...{ topic: 'checks.failed', event: 'validator.fail', to: 'draft.checks_failed' },
    told: ['owner'],
    reads: ['Checks found problems', 'It is your move.', 'bring only the files that changed'],
  },
  {
    ...{ topic: 'checks.failed', event: 'validator.fail', to: 'curator_review.claimed', assignee: 'curator' },
    told: ['curator'],
    reads: ['Checks found problems', 'under review', 'Waive each error with a reason'],
  },
  {
    ...{ topic: 'review.requested', event: 'validator.pass', to: 'curator_review.unassigned', row: { round: 1 } },
    told: ['owner', 'curator', 'colleague'],
    reads: ['Checks passed', 'It is the curators’ move: you need do nothing.'],
  },
  {
    ...{ topic: 'changes.requested', event: 'curator.request_changes', by: 'curator', to: 'draft.changes_requested' },
    ...{ assignee: 'curator', comment: 'Please say which tissue it is.' },
    told: ['owner'],
    reads: ['Changes requested', 'Cora Curator asks', 'which tissue', 'It is your move.', 'answer each request'],
  },
  {
    ...{ topic: 'file.refused', event: null, to: 'draft.editing' },
    told: ['owner'],
    reads: ['File not accepted', 'Bring the file again.'],
  },
  {
    ...{ topic: 'incident.opened', event: 'validator.break', to: 'validating.broken' },
    told: ['owner', 'curator', 'colleague', 'admin'],
    reads: ['A problem on our side', 'your files are safe', 'It is our move: you need do nothing.'],
  },
  {
    ...{ topic: 'review.due_soon', event: null, to: 'curator_review.claimed', assignee: 'curator' },
    row: { since: '2027-01-11T00:00:00Z', round: 1 },
    told: ['curator'],
    reads: ['To be decided soon', 'this review since 2027-01-11', 'due by 2027-01-14 00:00 UTC', 'It is your move.'],
  },
  {
    ...{ topic: 'review.overdue', event: null, to: 'curator_review.unassigned' },
    row: { since: '2027-01-15T12:00:00Z' },
    told: ['curator', 'colleague', 'admin'],
    reads: ['Review overdue', 'should have been claimed by 2027-01-20 12:00 UTC', 'Nobody has claimed it', 'Claim it.'],
  },
  {
    ...{ topic: 'review.overdue', event: null, to: 'curator_review.claimed', assignee: 'colleague' },
    told: ['admin', 'colleague'],
    reads: ['Review overdue', 'Colin Curator has had it since', 'assign it to somebody else'],
  },
  {
    ...{ topic: 'claim.idle', event: null, to: 'curator_review.claimed', assignee: 'curator' },
    told: ['curator'],
    reads: ['Your claim runs out', 'Nobody has worked on this review since', 'It is your move.', 'release it now'],
  },
  {
    ...{ topic: 'claim.ended', event: 'clock.claim_expired', to: 'curator_review.unassigned' },
    details: () => ({ assignee: null, formerAssignee: people.curator.id }),
    told: ['curator'],
    reads: ['Your claim has run out', 'it has gone back to the queue', 'claim it again'],
  },
  {
    ...{ topic: 'claim.ended', event: 'curator.release', by: 'colleague', to: 'curator_review.unassigned' },
    comment: 'Somebody on leave has it.',
    details: () => ({ assignee: null, formerAssignee: people.curator.id }),
    told: ['curator'],
    reads: ['Your claim was released', 'Colin Curator has given this review', 'on leave', 'claim it again'],
  },
  {
    ...{ topic: 'submission.assigned', event: 'curator.assign', by: 'colleague', to: 'curator_review.claimed' },
    assignee: 'colleague',
    details: () => ({ assignee: people.colleague.id, formerAssignee: people.curator.id }),
    told: ['curator'],
    reads: ['Taken over', 'Colin Curator has taken over this submission, which you had', 'you need do nothing'],
  },
  {
    ...{ topic: 'response.awaited', event: null, to: 'draft.changes_requested', assignee: 'curator' },
    told: ['owner'],
    reads: ['Changes are still waited for', 'has not come back', 'It is your move.', 'submit it again; or withdraw it'],
  },
  {
    ...{ topic: 'release.near', event: null, to: 'private.scheduled', row: { releaseAt: '2027-01-15T12:00:00Z' } },
    told: ['owner'],
    reads: [
      'Release comes near',
      'becomes public on 2027-01-15 12:00 UTC',
      'It waits for its date.',
      'set another date',
    ],
  },
];
const REMINDERS: readonly string[] = [
  ...['review.due_soon', 'review.overdue', 'claim.idle', 'response.awaited', 'release.near'],
];

function stepOf(topic: NotifiedTopic): Step {
  const one = CASES.find((each) => each.topic === topic);
  if (!one) throw new Error(`No case is about ${topic}.`);
  return stepIn(one);
}

const stepIn = ({ event, by, to, assignee, comment, details, row }: Case): Step => ({
  ...{ event: event ?? 'submitter.change_files', by: by ? people[by] : null, to },
  ...(assignee && { assignee: people[assignee] }),
  ...(comment && { comment }),
  ...(details && { details: details() }),
  ...(row && { row }),
});

/** What the payload of a topic holds besides its submission. */
function messageOf({ topic, to }: Case, submissionId: string): Message {
  const more = {
    ...(topic === 'file.refused' && { uploadId: randomUUID() }),
    ...(topic === 'incident.opened' && { kind: 'validation_broken' }),
    ...(REMINDERS.includes(topic) && { state: to, dueAt: new Date().toISOString() }),
  };
  return { topic, submissionId, ...more } as Message;
}

/** What a person sees of HTML. */
const seenIn = (html = ''): string =>
  html
    .replace(/<head>.*?<\/head>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
/** The text's own marks of lists and quotes are not words. */
const saidIn = (text = ''): string => text.replace(/^(?:- |> )/gm, '');
const wordsOf = (text: string): string[] => text.match(/\S+/g) ?? [];

describe('each topic', () => {
  it.each(CASES)('$topic ($to) reaches $told', async (one) => {
    const begun = mail.mails.length;
    const id = await room.submission(people.owner, stepIn(one));

    await room.message(messageOf(one, id));
    await room.carry();

    const mails = mail.mails.slice(begun);
    const names = mails.map(
      ({ to }) => Object.entries(people).find(([, { email }]) => email === to?.[0]?.address)?.[0],
    );
    expect(names.sort()).toEqual([...one.told].sort());
    const rows = await room.db.query('SELECT "personId" FROM notification WHERE "submissionId" = $1', [id]);
    expect(rows.map(({ personId }: { personId: string }) => personId).sort()).toEqual(
      one.told.map((name) => people[name].id).sort(),
    );
    for (const { text, html, subject } of mails) {
      expect(wordsOf(seenIn(html))).toEqual(wordsOf(saidIn(text)));
      expect(subject).toMatch(/: Ribosomes in situ \(ACC-\d+\)$/);
      expect(text).toContain(`Open it: ${PUBLIC_URL}/`);
    }
    const [first = 'owner'] = one.told;
    const read = mails.find(({ to }) => to?.[0]?.address === people[first].email);
    for (const words of one.reads) expect(`${read?.subject}\n${read?.text}`).toContain(words);
  });

  it('has a message of its own, which says that a machine has sent it', async () => {
    const [first] = mail.mails;

    expect(first?.messageId).toMatch(/^<delivery\.[0-9a-f-]{36}@localhost>$/);
    expect(first?.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
    expect(new Set(mail.mails.map(({ messageId }) => messageId)).size).toBe(mail.mails.length);
  });
});

/** The text of the only mail that a message makes for somebody. */
async function textFor(reader: Name, message: Parameters<NotificationRoom['message']>[0]): Promise<string> {
  const { email } = people[reader];
  const before = mail.for(email).length;
  await room.message(message);
  await room.carry();
  const fresh = mail.for(email).slice(before);
  expect(fresh).toHaveLength(1);
  return `${fresh[0]?.subject}\n${fresh[0]?.text}`;
}

describe('the words', () => {
  it('list every open change request in one message', async () => {
    const step = stepOf('changes.requested');
    const id = await room.submission(people.owner, step);
    for (const [severity, state, text] of [
      ['should', 'open', 'Add the lab that made it.'],
      ['must', 'open', 'Correct the organism.'],
      ['must', 'resolved', 'Long done.'],
    ])
      await room.db.query(
        `INSERT INTO change_request (id, "submissionId", round, text, severity, state, "createdBy") VALUES ($1, $2, 1, $3, $4, $5, $6)`,
        [randomUUID(), id, text, severity, state, people.curator.id],
      );

    const text = await textFor('owner', { topic: 'changes.requested', submissionId: id });

    expect(text).toContain('- Must: Correct the organism.\n- Should: Add the lab that made it.');
    expect(text).not.toContain('Long done.');
  });

  it('bring the ten findings that weigh most, with the remedy', async () => {
    const runId = randomUUID();
    const step = { event: 'validator.fail', by: null, to: 'draft.checks_failed', details: { runId } } as const;
    const id = await room.submission(people.owner, step);
    await room.db.query(
      `INSERT INTO validation_run (id, "submissionId", revision, purpose, state, outcome, errors, warnings)
       VALUES ($1, $2, $3, 'submission', 'done', 'failed', 12, 1)`,
      [runId, id, HASH],
    );
    for (let i = 0; i < 13; i++)
      await room.db.query(
        `INSERT INTO finding (fingerprint, "runId", ordinal, "check", rule, severity, status, message, file, location, fix, count, samples)
         VALUES ($3, $1, $2, 'h5ad', $3, $4, 'new', 'The sum is wrong.', 'cells.h5ad', '/raw/X', 'Add it up.', 3, '[]')`,
        [runId, i, `M${i}`, i === 0 ? 'warning' : 'error'],
      );

    const text = await textFor('owner', { topic: 'checks.failed', submissionId: id });

    expect(text).toContain('The checks found 12 errors and 1 warning:');
    expect(text).toContain('- error M1, cells.h5ad at /raw/X: The sum is wrong. (3 times) To fix: Add it up.');
    expect(text.match(/^- /gm)).toHaveLength(10);
    expect(text).not.toContain('warning M0');
  });

  it('name the file that was refused, and why', async () => {
    const uploadId = randomUUID();
    const id = await room.submission(people.owner, { event: 'submitter.change_files', by: null, to: 'draft.editing' });
    await room.db.query(
      `INSERT INTO upload (id, "submissionId", "personId", path, origin, state, problem)
       VALUES ($1, $2, $3, 'cells.h5ad', 'upload', 'failed', 'Its SHA-256 is not the one that was announced.')`,
      [uploadId, id, people.owner.id],
    );

    const text = await textFor('owner', { topic: 'file.refused', submissionId: id, uploadId });

    expect(text).toContain(
      'The file “cells.h5ad” was not accepted:\n\n> Its SHA-256 is not the one that was announced.',
    );
  });

  it('give the staff the details of an incident, and the submitter none', async () => {
    const id = await room.submission(people.owner, { event: 'validator.break', by: null, to: 'validating.broken' });
    await room.db.query(
      `INSERT INTO incident (id, "submissionId", kind, state, message) VALUES ($1, $2, 'validation_broken', 'open', 'All tries are spent.')`,
      [randomUUID(), id],
    );
    const before = mail.for(people.admin.email).length;

    const owner = await textFor('owner', { topic: 'incident.opened', submissionId: id, kind: 'validation_broken' });

    const admin = mail.for(people.admin.email)[before];
    expect(admin?.subject).toContain('Incident (validation_broken)');
    expect(admin?.text).toContain('All tries are spent.');
    expect(owner).not.toContain('tries');
    expect(owner).not.toContain('validation_broken');
  });

  it('of other people are shown as they were written, and do nothing', async () => {
    const title = '<script>alert("x")</script>\r\nBcc: victim@example.org & <b>bold</b>';
    const comment = '<img src=x onerror=alert(1)>\n\n- not a list of ours\n"quoted"';
    const before = mail.for(people.owner.email).length;
    const step: Step = { ...stepOf('submission.rejected'), comment };
    const id = await room.submission(people.owner, step, title);

    await room.message({ topic: 'submission.rejected', submissionId: id });
    await room.carry();

    const [sent] = mail.for(people.owner.email).slice(before);
    expect(sent?.html).not.toMatch(/<(?:script|img|b)\b/);
    expect(sent?.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(sent?.subject).toContain('<script>alert("x")</script> Bcc: victim@example.org & <b>bold</b>');
    expect(sent?.bcc).toBeUndefined();
    expect(sent?.to).toHaveLength(1);
    expect(wordsOf(seenIn(sent?.html))).toEqual(wordsOf(saidIn(sent?.text)));
    expect(sent?.text).toContain('> - not a list of ours');
  });
});

describe('a message', () => {
  it('makes one notification and one mail a person though its job runs twice, and twice at once', async () => {
    const id = await room.submission(people.owner, stepOf('submission.received'));
    const messageId = await room.message({ topic: 'submission.received', submissionId: id });
    const before = mail.mails.length;

    await Promise.all([room.notifier.handle({ messageId }), room.notifier.handle({ messageId })]);
    await room.notifier.handle({ messageId });
    await room.carry();
    const [{ id: deliveryId }] = await room.db.query(
      'SELECT d.id FROM delivery d JOIN notification n ON n.id = d."notificationId" WHERE n."messageId" = $1',
      [messageId],
    );
    await room.mailer.handle({ deliveryId, attempt: 1 });
    await room.mailer.handle({ deliveryId, attempt: 2 });

    expect(mail.mails.length - before).toBe(1);
    expect(await room.db.query('SELECT id FROM notification WHERE "messageId" = $1', [messageId])).toHaveLength(1);
    const [{ handled }] = await room.db.query(
      'SELECT "handledAt" IS NOT NULL AS handled FROM outbox_message WHERE id = $1',
      [messageId],
    );
    expect(handled).toBe(true);
  });

  it('does not tell a curator of what they did themselves', async () => {
    const claim = { ...stepOf('submission.assigned'), by: people.curator };
    const id = await room.submission(people.owner, claim);

    await room.message({ topic: 'submission.assigned', submissionId: id });
    await room.carry();

    expect(await room.db.query('SELECT id FROM notification WHERE "submissionId" = $1', [id])).toEqual([]);
  });

  it('does not ask curators to review what is their own', async () => {
    const id = await room.submission(people.curator, stepOf('review.requested'));

    await room.message({ topic: 'review.requested', submissionId: id });
    await room.carry();

    const rows = await room.db.query(
      'SELECT p.name, n.title FROM notification n JOIN person p ON p.id = n."personId" WHERE n."submissionId" = $1 ORDER BY 1',
      [id],
    );
    expect(rows).toEqual([
      { name: 'Colin Curator', title: expect.stringContaining('To be reviewed') },
      { name: 'Cora Curator', title: expect.stringContaining('Checks passed') },
    ]);
  });

  it('is about the step that it names, where there are several', async () => {
    const id = await room.submission(people.owner, {
      ...stepOf('submission.assigned'),
      details: { assignee: people.curator.id },
    });
    const again = { ...stepOf('submission.assigned'), assignee: people.colleague, by: people.admin };
    await room.takeStep(id, { ...again, details: { assignee: people.colleague.id } });

    await room.message({ topic: 'submission.assigned', submissionId: id, seq: 1 } as Parameters<
      typeof room.message
    >[0]);
    await room.carry();

    const rows = await room.db.query('SELECT "personId" FROM notification WHERE "submissionId" = $1', [id]);
    expect(rows).toEqual([{ personId: people.curator.id }]);
  });

  it('is carried by relay and queues, and its mail too', async () => {
    const id = await room.submission(people.stranger, stepOf('submission.rejected'));
    const workers = await Test.createTestingModule({
      imports: [FoundationModule, NotificationsModule],
      providers: [JobQueues, OutboxRelay, NotificationWorker, EmailWorker, EmailChannel],
    })
      .overrideProvider(CONFIG)
      .useValue(room.config)
      .compile();
    await workers.init();

    await room.message({ topic: 'submission.rejected', submissionId: id });

    await vi.waitFor(() => expect(mail.for(people.stranger.email)).toHaveLength(1), { timeout: 10_000 });
    await workers.close();
  });

  it('of a submission that was deleted meanwhile tells nobody', async () => {
    const submissionId = randomUUID();

    const messageId = await room.message({ topic: 'submission.reminded', submissionId });
    await room.carry();

    expect(await room.db.query('SELECT id FROM notification WHERE "messageId" = $1', [messageId])).toEqual([]);
  });
});
