/** Is each person told by the channels that they chose, and of what they chose? And is nobody the worse for a channel that is broken? */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { say } from '../src/notifications/letter.js';
import { tellPeople } from '../src/notifications/tell-people.js';
import { beginMailServer, type MailServer } from './mail-server.js';
import { type Page, type RemoteServer, startRemote } from './remote-server.js';
import { beginWorld, type Caller, type World } from './world.js';

const HOUR = 3_600_000;
const PATH = '/me/preferences';

let mail: MailServer;
let answerMail: () => Promise<void>;
let slack: RemoteServer;
let trap: RemoteServer;
let rubbish: ReturnType<typeof createServer>;
let world: World;
/** What Slack was told, by the path of its hook. */
const said = new Map<string, string[]>();

const answering =
  (status: number, body = ''): Page =>
  (request, response) => {
    void text(request).then((message) => {
      const path = request.url ?? '';
      said.set(path, [...(said.get(path) ?? []), message]);
      response.writeHead(status, status === 302 ? { location: `${trap.url}/inside` } : {}).end(body);
    });
  };

beforeAll(async () => {
  mail = await beginMailServer({ beforeAnswer: () => answerMail() });
  trap = await startRemote({ '/inside': answering(200, 'ok') });
  slack = await startRemote({
    ...{ '/good': answering(200, 'ok'), '/second': answering(200, 'ok'), '/broken': answering(500, 'oh no') },
    ...{ '/elsewhere': answering(302), '/gone': answering(404, 'no_service'), '/hangs': () => {} },
  });
  rubbish = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(`220 what do you want?\r\n${'x'.repeat(10_000)}`);
  });
  rubbish.listen(0, '127.0.0.1');
  await once(rubbish, 'listening');
  const pair = `127.0.0.1:${(rubbish.address() as AddressInfo).port}`;
  world = await beginWorld({
    ...{ SMTP_URL: mail.url, MAIL_RETRY: '200ms,1h', SLACK_TIMEOUT: '700ms', OUTBOUND_ALLOW: `${slack.pair},${pair}` },
  });
});
afterAll(async () => {
  await world.end();
  await Promise.all([mail.end(), slack.close(), trap.close()]);
  rubbish.close();
});

let one: Caller;
beforeEach(async () => {
  world.clock.aheadMs = 0;
  answerMail = async () => {};
  one = await world.person('submitter');
});

async function choose(who: Caller, edit: object) {
  const { headers } = await who.get(PATH);
  const answer = await who.patch(PATH, edit, { 'if-match': headers.etag ?? '' });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

interface What {
  readonly topic?: string;
  readonly title?: string;
  readonly submissionId?: string;
}
const tell = (who: readonly Caller[], { topic = 'checks.failed', title = 'News', submissionId }: What = {}) =>
  world.db.transaction((tx) =>
    tellPeople(tx, {
      ...{ messageId: randomUUID(), topic, submissionId: submissionId ?? null, title },
      personIds: who.map(({ id }) => id),
      blocks: [say(`Something became of ${title}.`)],
      link: 'https://data.example.org/s/1',
    }),
  );

const listOf = async (who: Caller, query = '') => (await who.get(`/me/notifications${query}`)).body;
const titles = (page: { items: { title: string }[] }) => page.items.map(({ title }) => title);
const addressOf = async (who: Caller): Promise<string> => (await who.get(PATH)).body.email.address;
const mailsTo = async (who: Caller) => mail.for(await addressOf(who));
const soon = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 8_000, interval: 40 });
const deliveriesTo = (
  who: Caller,
): Promise<{ channel: string; state: string; problem: string | null; attempts: number; waits: boolean }[]> =>
  world.db.query(
    `SELECT d.channel, d.state, d.problem, d.attempts, d."dueAt" > now() + interval '1 min' AS waits
       FROM delivery d JOIN notification n ON n.id = d."notificationId" WHERE n."personId" = $1 ORDER BY d.channel, n."createdAt"`,
    [who.id],
  );

describe('preferences', () => {
  it('are the defaults at first, with words for a page', async () => {
    const { status, body, headers } = await one.get(PATH);

    expect(status).toBe(200);
    expect(headers.etag).toMatch(/^"/);
    expect(body).toMatchObject({
      categories: { changes: { inApp: 'on', email: 'now', slack: 'on' }, operation: { email: 'daily' } },
      ...{ asViewer: false, digest: { hour: 8, timeZone: 'UTC' }, quietHours: null, nextDigestAt: null },
      ...{ slack: { url: null, problem: null }, email: { paused: null } },
    });
    expect(body.available[0]).toMatchObject({ id: 'changes', label: 'Requested changes', isRequired: false });
    expect(Object.keys(body.categories)).toEqual(body.available.map(({ id }: { id: string }) => id));
    expect((await (await world.person('admin')).get(PATH)).body.categories.conversations.email).toBe('daily');
  });

  it('are changed in part, and only by whoever has seen them', async () => {
    const { headers } = await one.get(PATH);
    const edit = {
      categories: { checks: { email: 'daily' }, reviews: { slack: 'off' } },
      quietHours: { from: '22:00', to: '07:00' },
    };
    expect((await one.patch(PATH, edit)).status).toBe(428);
    const { body } = await one.patch(PATH, edit, { 'if-match': headers.etag ?? '' });

    expect(body.categories).toMatchObject({
      checks: { inApp: 'on', email: 'daily' },
      reviews: { email: 'now', slack: 'off' },
    });
    const stale = await one.patch(PATH, { asViewer: true }, { 'if-match': headers.etag ?? '' });
    expect(stale).toMatchObject({
      status: 412,
      body: { changed: expect.arrayContaining(['/categories/checks', '/quietHours']) },
    });
    const back = await choose(one, { categories: { checks: null }, quietHours: null });
    expect(back).toMatchObject({
      categories: { checks: { email: 'now' }, reviews: { slack: 'off' } },
      quietHours: null,
    });
  });

  it.each([
    [{ digest: { timeZone: 'Mars/Olympus' } }, '/digest/timeZone'],
    [{ digest: { hour: 24 } }, '/digest/hour'],
    [{ quietHours: { from: '25:00', to: '07:00' } }, '/quietHours/from'],
    [{ quietHours: { from: '22:00', to: '22:00' } }, '/quietHours/to'],
    [{ categories: { security: { email: 'off' } } }, '/categories/security/email'],
    [{ categories: { chekcs: { email: 'off' } } }, '/categories/chekcs'],
    [{ slack: { url: 'https://hooks.slack.com.example.org/services/x' } }, '/slack/url'],
    [{ slack: { url: 'http://hooks.slack.com/services/x' } }, '/slack/url'],
    [{ slack: { url: 'https://169.254.169.254/latest' } }, '/slack/url'],
    [{ slack: { url: 'https://me:secret@hooks.slack.com/services/x' } }, '/slack/url'],
  ])('refuse %j', async (edit, pointer) => {
    const answer = await one.patch(PATH, edit, { 'if-match': '*' });

    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request', errors: [{ pointer }] } });
  });

  it('name the category that was meant', async () => {
    const { body } = await one.patch(PATH, { categories: { chekcs: { email: 'off' } } }, { 'if-match': '*' });

    expect(body.detail).toBe('Unknown field "chekcs": did you mean "checks"?');
  });

  it('never show the whole address of a Slack channel again, and leave a trace of each change', async () => {
    const url = 'https://hooks.slack.com/services/T000/B000/averysecretword';
    const body = await choose(one, { slack: { url } });

    expect(body.slack).toEqual({ url: 'https://hooks.slack.com/…word', problem: null });
    expect(JSON.stringify((await one.get(PATH)).body)).not.toContain('averysecret');
    const acts = await world.db.query(`SELECT action, details FROM audit_entry WHERE "objectId" = $1`, [one.id]);
    expect(acts).toContainEqual({ action: 'preferences.changed', details: { changed: ['slack'] } });
  });
});

describe('a notice', () => {
  it('is in the list as read where its category is muted, and is mailed all the same', async () => {
    await choose(one, { categories: { checks: { inApp: 'muted' } } });
    await tell([one], { title: 'Muted' });
    await tell([one], { title: 'Heard', topic: 'changes.requested' });

    expect(await listOf(one)).toMatchObject({
      unreadCount: 1,
      items: [{ readAt: null }, { readAt: expect.any(String) }],
    });
    await soon(async () =>
      expect((await mailsTo(one)).map(({ subject }) => subject).sort()).toEqual(['Heard', 'Muted']),
    );
  });

  it('is found by what it is of, and what it is about', async () => {
    const submissionId = randomUUID();
    await tell([one], { title: 'a', topic: 'thread.created', submissionId });
    await tell([one], { title: 'b', topic: 'review.overdue', submissionId });
    await tell([one], { title: 'c', topic: 'review.requested' });

    expect(titles(await listOf(one, `?submission=${submissionId}`))).toEqual(['b', 'a']);
    expect(titles(await listOf(one, '?topic=review.overdue,review.requested'))).toEqual(['c', 'b']);
    expect(titles(await listOf(one, '?category=reviews'))).toEqual(['c']);
    expect(await listOf(one, `?category=reminders&submission=${submissionId}&count=true`)).toMatchObject({ total: 1 });
    expect((await one.get('/me/notifications?category=lunch')).status).toBe(400);
  });

  it('is not mailed where its reader wants none, and other things are', async () => {
    await choose(one, { categories: { checks: { email: 'off' } } });
    await tell([one], { title: 'Unwanted' });
    await tell([one], { title: 'Wanted', topic: 'changes.requested' });

    await soon(async () => expect((await mailsTo(one)).map(({ subject }) => subject)).toEqual(['Wanted']));
    expect((await listOf(one)).items).toMatchObject([{ email: { state: 'sent' } }, { email: null }]);
  });

  it('waits for the end of the quiet hours, and is left out if it is no longer wanted by then', async () => {
    const at = (ms: number) => new Date(world.clock.now().getTime() + ms).toISOString().slice(11, 16);
    await choose(one, { quietHours: { from: at(-HOUR), to: at(2 * HOUR) } });
    await tell([one]);
    await soon(async () =>
      expect(await deliveriesTo(one)).toMatchObject([{ state: 'pending', attempts: 0, waits: true }]),
    );

    await choose(one, { categories: { checks: { email: 'off' } } });
    await world.db.query('UPDATE delivery SET "dueAt" = now() WHERE state = $1', ['pending']); // it is morning
    await soon(async () =>
      expect(await deliveriesTo(one)).toMatchObject([{ state: 'skipped', problem: 'Its reader wants no such mails.' }]),
    );
    expect(await mailsTo(one)).toEqual([]);
  });
});

describe('the mail of the day', () => {
  const daily = { categories: { checks: { email: 'daily' }, changes: { email: 'daily' } } };
  /** Just after the next digest of somebody. */
  const morning = async (who: Caller) => {
    const at = (await who.get(PATH)).body.nextDigestAt;
    world.clock.aheadMs = Date.parse(at) - Date.now() + 1_000;
    return at;
  };

  it('has all that was held, at the hour of its reader, and nothing that they have read meanwhile', async () => {
    await choose(one, { ...daily, digest: { hour: 8, timeZone: 'Asia/Kathmandu' } });
    for (const title of ['First', 'Read']) await tell([one], { title });
    await tell([one], { title: 'Last', topic: 'changes.requested' });
    await soon(async () => expect((await deliveriesTo(one)).map(({ state }) => state)).toEqual(Array(3).fill('held')));
    const read = (await listOf(one)).items.find(({ title }: { title: string }) => title === 'Read');
    await one.patch(`/me/notifications/${read.id}`, { read: true });

    expect(await morning(one)).toMatch(/T02:15:00/);

    await soon(async () => expect(await mailsTo(one)).toHaveLength(1));
    const [{ subject, text: body = '' } = { subject: '' }] = await mailsTo(one);
    expect(subject).toBe('Your mail of the day: 2 notices');
    expect(body).toMatch(/- First: Something became of First\.[\s\S]*- Last: /);
    expect(body).not.toContain('Something became of Read');
    await soon(async () =>
      expect((await deliveriesTo(one)).map(({ state }) => state).sort()).toEqual(['sent', 'sent', 'skipped']),
    );
    expect((await one.get(PATH)).body.nextDigestAt).toBeNull();
  });

  it('is not sent where there is nothing left to say', async () => {
    await choose(one, daily);
    await tell([one]);
    await soon(async () => expect((await deliveriesTo(one)).map(({ state }) => state)).toEqual(['held']));
    await one.post('/me/notifications/read');

    await morning(one);

    await soon(async () => expect((await deliveriesTo(one)).map(({ state }) => state)).toEqual(['skipped']));
    expect(await mailsTo(one)).toEqual([]);
  });

  it('is one mail to a mailbox, though it leaves twice, and what comes meanwhile is of the next', async () => {
    await choose(one, daily);
    await tell([one], { title: 'First' });
    await tell([one], { title: 'Second' });
    await soon(async () => expect(await deliveriesTo(one)).toHaveLength(2));
    let answers = 0;
    answerMail = async () => {
      if (answers++ > 0) return;
      await tell([one], { title: 'Late' });
      throw Object.assign(new Error('Not now'), { responseCode: 451 });
    };

    await morning(one);

    await soon(async () => expect(await mailsTo(one)).toHaveLength(2));
    const mails = await mailsTo(one);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect(mails.map(({ text: body = '' }) => body.includes('Late'))).toEqual([false, false]);
    await soon(async () =>
      expect((await deliveriesTo(one)).map(({ state }) => state)).toEqual(['sent', 'sent', 'held']),
    );
    expect((await one.get(PATH)).body.nextDigestAt).not.toBeNull();
  });
});

describe('Slack', () => {
  const hook = (path: string) => `${slack.url}${path}`;

  it('is told in plain text, of what its owner wants to be told there', async () => {
    await choose(one, { slack: { url: hook('/good') }, categories: { changes: { slack: 'off' } } });
    await tell([one], { title: '<!channel> look' });
    await tell([one], { title: 'Not here', topic: 'changes.requested' });

    await soon(async () => expect(said.get('/good')).toHaveLength(1));
    const [message = '{}'] = said.get('/good') ?? [];
    expect(JSON.parse(message)).toMatchObject({
      text: '&lt;!channel&gt; look',
      blocks: [
        { type: 'header' },
        { type: 'section' },
        { type: 'section', text: { text: expect.stringContaining('|Open it>') } },
      ],
    });
  });

  it('that fails, hangs, speaks rubbish or sends us elsewhere harms nobody', async () => {
    const { port } = rubbish.address() as AddressInfo;
    const urls = [hook('/broken'), hook('/hangs'), hook('/elsewhere'), `http://127.0.0.1:${port}/x`];
    const others = await Promise.all(urls.map(() => world.person('submitter')));
    for (const [i, other] of others.entries()) await choose(other, { slack: { url: urls[i] } });
    await choose(one, { slack: { url: hook('/second') } });

    for (let i = 0; i < 4; i++) await tell(others);
    await tell([one]);

    await soon(async () => expect(said.get('/second')).toHaveLength(1));
    const problems = [
      'Slack answers 500: oh no',
      'Slack does not answer in time.',
      'Slack answers 302',
      'Slack cannot be reached.',
    ];
    for (const [i, other] of others.entries())
      await soon(async () => {
        const tried = (await deliveriesTo(other)).filter(({ channel }) => channel === 'slack');
        expect(tried).toHaveLength(4);
        expect(tried.map(({ problem }) => problem)).toContain(problems[i]);
        expect(tried.every(({ state }) => state !== 'sent')).toBe(true);
      });
    expect(trap.asked).toEqual({});
    for (const other of others) {
      expect((await other.get(PATH)).body.slack.problem).toBeNull();
      await soon(async () => expect(await mailsTo(other)).toHaveLength(4));
    }
  });

  it('that is gone is switched off, with a notice, until it is set anew', async () => {
    await choose(one, { slack: { url: hook('/gone') } });
    await tell([one]);

    await soon(async () => expect((await one.get(PATH)).body.slack.problem).toBe('Slack answers 404: no_service'));
    expect((await listOf(one)).items[0]).toMatchObject({ topic: 'slack.switched_off', email: null });
    await tell([one]);
    await soon(async () => expect(await mailsTo(one)).toHaveLength(2));
    expect(said.get('/gone')).toHaveLength(1);
    expect((await choose(one, { slack: { url: hook('/good') } })).slack.problem).toBeNull();
  });
});

describe('the link that ends mails', () => {
  /** What a mailbox finds in the newest mail. */
  async function linkIn(who: Caller): Promise<string> {
    await soon(async () => expect((await mailsTo(who)).length).toBeGreaterThan(0));
    const { headers } = (await mailsTo(who)).at(-1) ?? { headers: [] };
    const header = (key: string) => headers.find((each) => each.key === key)?.value ?? '';
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    const [, path] = header('list-unsubscribe').match(/^<.*\/api\/v1(\/unsubscribe\/[\w.-]+)>$/) ?? [];
    return path ?? '';
  }
  const ways = async (who: Caller) => {
    const { categories } = (await who.get(PATH)).body;
    return Object.entries(categories as Record<string, { email: string }>).flatMap(([id, { email }]) =>
      email === 'off' ? [id] : [],
    );
  };
  /** As mailboxes do: without signing in, with a form. */
  const press = (path: string, form: URLSearchParams | FormData, headers: Record<string, string> = {}) =>
    fetch(`${world.url}/api/v1${path}`, { method: 'POST', body: form, headers });

  it('is in each mail, and changes nothing where it is only looked at', async () => {
    await tell([one]);
    const link = await linkIn(one);

    const seen = await world.stranger.get(link);
    expect(seen).toMatchObject({ status: 200, body: { these: { id: 'checks', isOff: false }, isAllOff: false } });
    expect(seen.body.email).toMatch(/^s…@example\.org$/);
    expect(seen.headers['referrer-policy']).toBe('no-referrer');
    expect(await ways(one)).toEqual([]);
  });

  it.each([
    ['a form', () => new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })],
    [
      'a form of several parts',
      () => {
        const form = new FormData();
        form.set('List-Unsubscribe', 'One-Click');
        return form;
      },
    ],
  ])('ends the mails of its category by %s, once and again', async (_, form) => {
    await tell([one]);
    const link = await linkIn(one);

    expect((await press(link, form())).status).toBe(200);
    expect((await press(link, form())).status).toBe(200);

    expect(await ways(one)).toEqual(['checks']);
    await tell([one], { title: 'Ended' });
    await tell([one], { title: 'Other', topic: 'changes.requested' });
    await soon(async () => expect((await mailsTo(one)).map(({ subject }) => subject)).toEqual(['News', 'Other']));
  });

  it('ends all mails but those that must be', async () => {
    await tell([one]);
    const link = await linkIn(one);

    const { body } = await world.stranger.post(`${link}?of=all`);

    expect(body).toMatchObject({ isAllOff: true });
    expect(await ways(one)).not.toContain('security');
    await tell([one], { title: 'Lost' });
    await tell([one], { title: 'A new way to sign in', topic: 'security.linked' });
    await soon(async () =>
      expect((await mailsTo(one)).map(({ subject }) => subject)).toEqual(['News', 'A new way to sign in']),
    );
  });

  it('is a page with buttons for whoever opens it', async () => {
    await tell([one]);
    const link = await linkIn(one);

    const page = await (await fetch(`${world.url}/api/v1${link}`, { headers: { accept: 'text/html,*/*' } })).text();
    expect(page).toContain('<button>End mails of “Checks and files”</button>');
    expect(page).toContain(`action="/api/v1${link}?of=all"`);
    const done = await press(link, new URLSearchParams(), { accept: 'text/html' });
    expect(done.headers.get('content-type')).toContain('text/html');
    expect(await done.text()).toContain('<h1>Done</h1>');
  });

  it('is of one person and one category, and opens nothing else', async () => {
    await tell([one]);
    const link = await linkIn(one);
    const token = link.split('/').at(-1) ?? '';

    for (const forged of [
      link.replace('.checks.', '.changes.'),
      link.slice(0, -2),
      '/unsubscribe/x',
      '/unsubscribe/a.all.b',
    ]) {
      expect(await world.stranger.get(forged), forged).toMatchObject({
        status: 404,
        body: { code: 'unsubscribe-link-unknown' },
      });
      expect((await world.stranger.post(forged)).status).toBe(404);
    }
    expect((await world.stranger.get('/me', { authorization: `Bearer ${token}` })).status).toBe(401);
    expect(await ways(one)).toEqual([]);
  });
});
