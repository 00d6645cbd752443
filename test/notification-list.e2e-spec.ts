/** Does the list show its reader what they were told, page by page, and keep what they have read? */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beginNotificationRoom, type NotificationRoom, PUBLIC_URL, type Somebody } from './notification-room.js';

let room: NotificationRoom;
let reader: Somebody;
let other: Somebody;

beforeAll(async () => {
  room = await beginNotificationRoom();
});
afterAll(() => room.end());

beforeEach(async () => {
  reader = await room.somebody('Olive Owner', 'submitter');
  other = await room.somebody('Otto Owner', 'submitter');
});

/** `count` notifications, the newest last; three of them at the same instant. */
async function told(count: number): Promise<string> {
  const submissionId = await room.submission(reader, { event: 'curator.reject', by: null, to: 'rejected' });
  for (let i = 0; i < count; i++) await room.message({ topic: 'submission.rejected', submissionId });
  await room.carry();
  await room.db.query(
    `UPDATE notification SET "createdAt" = now() - interval '1 h' WHERE id IN
       (SELECT id FROM notification WHERE "personId" = $1 ORDER BY "createdAt" LIMIT 3)`,
    [reader.id],
  );
  return submissionId;
}

const list = async (query = '', as = reader) => (await room.ask('GET', as, `/me/notifications${query}`)).body;
const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);

describe('the list', () => {
  it('shows what has happened, with a link', async () => {
    const submissionId = await told(1);

    expect(await list()).toEqual({
      items: [
        {
          id: expect.any(String),
          topic: 'submission.rejected',
          category: 'progress',
          submissionId,
          title: expect.stringMatching(/^Rejected: Ribosomes in situ \(ACC-\d+\)$/),
          text: expect.stringContaining('A curator has rejected your submission'),
          link: `${PUBLIC_URL}/s/${submissionId}`,
          createdAt: expect.stringMatching(/Z$/),
          readAt: null,
          email: null,
        },
      ],
      nextCursor: null,
      unreadCount: 1,
    });
  });

  it('has each notification on one page, the newest first, while others come in', async () => {
    await told(7);
    const all = idsOf(await list());

    const first = await list('?limit=3&count=true');
    await told(1);
    const second = await list(`?limit=3&cursor=${first.nextCursor}`);
    const third = await list(`?limit=3&cursor=${second.nextCursor}`);

    expect([...idsOf(first), ...idsOf(second), ...idsOf(third)]).toEqual(all);
    expect(first.total).toBe(7);
    expect(third.nextCursor).toBeNull();
  });

  it('is its reader’s own', async () => {
    await told(1);
    const [id] = idsOf(await list());

    expect(await list('', other)).toEqual({ items: [], nextCursor: null, unreadCount: 0 });
    const answer = await room.ask('PATCH', other, `/me/notifications/${id}`, { read: true });
    expect(answer).toMatchObject({ status: 404, body: { code: 'notification-not-found' } });
    expect((await list()).unreadCount).toBe(1);
  });

  it.each(['?cursor=rubbish', '?unread=maybe', '?unred=true'])('refuses %s', async (query) => {
    expect((await room.ask('GET', reader, `/me/notifications${query}`)).status).toBe(400);
  });
});

describe('a read mark', () => {
  it('is set, keeps its time, and is taken back', async () => {
    await told(2);
    const [id] = idsOf(await list());
    const mark = (read: boolean) => room.ask('PATCH', reader, `/me/notifications/${id}`, { read });

    const set = await mark(true);
    const again = await mark(true);
    expect(set.body.readAt).not.toBeNull();
    expect(again.body.readAt).toBe(set.body.readAt);
    expect(idsOf(await list('?unread=true'))).not.toContain(id);
    expect(await list('?unread=true&count=true')).toMatchObject({ unreadCount: 1, total: 1 });

    expect((await mark(false)).body.readAt).toBeNull();
    expect((await list()).unreadCount).toBe(2);
  });

  it('is set on all that were seen, and not on what came since', async () => {
    await told(5);
    const { items } = await list();

    const seen = await room.ask('POST', reader, '/me/notifications/read', { before: items[1].createdAt });
    const unread = idsOf(await list('?unread=true'));
    expect(seen).toMatchObject({ status: 200, body: { marked: 4, unreadCount: 1 } });
    expect(unread).toEqual([items[0].id]);

    const all = await room.ask('POST', reader, '/me/notifications/read');
    expect(all).toMatchObject({ status: 200, body: { marked: 1, unreadCount: 0 } });
  });

  it.each([{ read: 'yes' }, {}, { read: true, title: 'x' }])('refuses %j', async (body) => {
    const answer = await room.ask('PATCH', reader, `/me/notifications/${randomUUID()}`, body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
  });
});
