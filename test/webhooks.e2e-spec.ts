/** Does somebody's program learn of what happens, and only of what its person may see? Walk-through W9, and what belongs to it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { transformSync } from '@swc/core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { announce } from '../src/live/announce.js';
import { WebhookSecrets } from '../src/webhooks/webhook-secrets.js';
import { WebhookKeeper } from '../workers/webhooks/webhook-keeper.js';
import { freePort } from './free-port.js';
import { pythonWith } from './python.js';
import { draftOfCells } from './story.js';
import { answers, beginReceiver, inTurn, type Received, type Receiver, verified } from './webhook-receiver.js';
import { type Answer, beginWorld, type Caller, type World } from './world.js';

let world: World;
let receiver: Receiver;
let owner: Caller;
let curator: Caller;
let admin: Caller;
beforeAll(async () => {
  receiver = await beginReceiver();
  world = await beginWorld({
    OUTBOUND_ALLOW: receiver.pair,
    WEBHOOK_RETRY: '20ms,20ms,20ms,20ms',
    WEBHOOK_OFF_AFTER: '1d',
  });
  owner = await world.person('submitter');
  curator = await world.person('curator');
  admin = await world.person('admin');
});
afterAll(async () => {
  await world?.end();
  await receiver?.end();
});

const WAIT = { timeout: 15_000, interval: 20 };
const arrives = (path: string, count = 1): Promise<readonly Received[]> =>
  vi.waitFor(() => {
    expect(receiver.at(path)).toHaveLength(count);
    return receiver.at(path);
  }, WAIT);

interface Registered {
  readonly id: string;
  readonly self: string;
  readonly secret: string;
  readonly etag: string;
}

async function register(as: Caller, path: string, events: string[], at = '/me/webhooks'): Promise<Registered> {
  const { status, body } = await as.post(at, { url: `${receiver.url}${path}`, events });
  expect(status, JSON.stringify(body)).toBe(201);
  return { id: body.id, self: `${at}/${body.id}`, secret: body.secret.value, etag: body.etag };
}

const logOf = async (as: Caller, { self }: Registered, query = '') =>
  (await as.get(`${self}/deliveries${query}`)).body.items;
const ended = (as: Caller, webhook: Registered, state: string, count = 1) =>
  vi.waitFor(async () => {
    const items = await logOf(as, webhook, `?state=${state}`);
    expect(items).toHaveLength(count);
    return items;
  }, WAIT);

let edits = 0;
/** A step of the lifecycle that changes nothing but the title: two events. */
async function edit(id: string, by = owner): Promise<void> {
  const { headers } = await by.get(`/submissions/${id}`);
  const { status } = await by.patch(
    `/submissions/${id}`,
    { title: `Blood of ${++edits}` },
    { 'if-match': headers.etag ?? '' },
  );
  expect(status).toBe(200);
}

describe('a webhook', () => {
  it('is sent what happens, signed, with its place in the order of all that happens', async () => {
    const { id, accession } = await draftOfCells(owner);
    const { secret } = await register(owner, '/first', ['submission.transitioned']);

    await edit(id);
    const [received] = await arrives('/first');

    expect(verified(secret, received as Received)).toEqual({
      type: 'submission.transitioned',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: expect.objectContaining({
        ...{ submissionId: id, accession, event: 'submitter.edit', to: 'draft.editing' },
        sequence: expect.any(Number),
        links: { submission: `http://127.0.0.1:${world.config.PORT}/api/v1/submissions/${id}` },
      }),
    });
    expect(received?.headers).toMatchObject({
      'webhook-id': expect.stringMatching(/^msg_[0-9a-f]{32}_[0-9a-f]{32}$/),
      'webhook-sequence': String(received?.body.data.sequence),
      'content-type': 'application/json; charset=utf-8',
    });
    expect(received?.text, 'thin: no title, no metadata').not.toMatch(/Blood|metadata/);
    expect(() => verified(secret, { ...(received as Received), text: `${received?.text} ` })).toThrow(/signature/);
  });

  it('tells its secret once, keeps it sealed, and tells it to nobody in its log', async () => {
    const webhook = await register(owner, '/sealed', ['*']);

    await owner.post(`${webhook.self}/test`);
    const [{ links }] = await ended(owner, webhook, 'delivered');

    const read = await owner.get(webhook.self);
    const logged = await owner.get(links.self.replace('/api/v1', ''));
    const [row] = await world.db.query('SELECT * FROM webhook_endpoint WHERE id = $1', [webhook.id]);
    const bare = webhook.secret.replace('whsec_', '');
    for (const text of [read.body, logged.body, row]) expect(JSON.stringify(text)).not.toContain(bare);
    expect(logged.body.tries[0].requestHeaders['webhook-signature']).toMatch(/^v1,/);
  });

  it('hears of nothing that its person may not see, and is skipped where they may not see it any more', async () => {
    const { id, accession } = await draftOfCells(owner);
    const [viewer, another] = [await world.person('submitter'), await world.person('submitter')];
    await world.db.query(`INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'viewer')`, [
      accession,
      viewer.id,
    ]);
    const watching = await register(viewer, '/viewer', ['submission.changed']);
    const strange = await register(another, '/another', ['*']);
    const leaves = () => world.db.query('DELETE FROM collaborator WHERE "personId" = $1', [viewer.id]);
    receiver.behaves('/viewer', (response, received) => void leaves().then(() => answers(500)(response, received)));

    await edit(id);
    const [skipped] = await ended(viewer, watching, 'skipped');
    await edit(id);
    await another.post(`${strange.self}/test`);

    expect(skipped).toMatchObject({ event: 'submission.changed', attempts: 1, submissionId: null, status: 500 });
    expect((await arrives('/another'))[0]?.body.type).toBe('webhook.test');
    expect(await logOf(another, strange), 'nothing was even written down for them').toHaveLength(1);
    expect(await logOf(viewer, watching)).toHaveLength(1);
  });

  it('of those whose submission it was hears that it was deleted, and nobody else’s', async () => {
    const { id, path, accession } = await draftOfCells(owner);
    const [editor, stranger] = [await world.person('submitter'), await world.person('submitter')];
    await world.db.query(`INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'editor')`, [
      accession,
      editor.id,
    ]);
    for (const [who, at] of [
      [owner, '/gone-owner'],
      [editor, '/gone-editor'],
      [stranger, '/gone-stranger'],
    ] as const)
      await register(who, at, ['submission.deleted']);

    expect((await owner.remove(path, { 'if-match': '*' })).status).toBe(204);

    for (const at of ['/gone-owner', '/gone-editor']) {
      const [told] = await arrives(at);
      expect(told?.body).toMatchObject({ type: 'submission.deleted', data: { id, accession, submissionId: id } });
    }
    expect(receiver.at('/gone-stranger')).toHaveLength(0);
  });

  it('never hears of notes, unless its person may read them', async () => {
    const { id } = await draftOfCells(owner);
    const own = await register(owner, '/notes-owner', ['*']);
    await register(curator, '/notes-curator', ['note.*']);

    await announce(world.db.manager, { topic: 'note.created', submissionId: id, data: { id: 'planted' } });
    await edit(id);

    expect((await arrives('/notes-curator'))[0]?.body).toMatchObject({ type: 'note.created', data: { id: 'planted' } });
    await vi.waitFor(() => expect(receiver.at('/notes-owner').length).toBeGreaterThan(1), WAIT);
    expect(receiver.at('/notes-owner').map(({ body }) => body.type)).not.toContain('note.created');
    await owner.remove(own.self, { 'if-match': own.etag });
  });

  it('of the installation hears of everything, and is for admins', async () => {
    const { id } = await draftOfCells(owner);
    const webhook = await register(admin, '/all', ['submission.*', 'notification.created'], '/webhooks');

    await edit(id);
    await announce(world.db.manager, { topic: 'notification.created', personId: owner.id, data: {} });

    const types = (await arrives('/all', 3)).map(({ body }) => body.type);
    expect(types.sort()).toEqual(['notification.created', 'submission.changed', 'submission.transitioned']);
    expect((await curator.get('/webhooks')).status).toBe(403);
    expect((await admin.get(`/me/webhooks/${webhook.id}`)).status).toBe(404);
    await admin.remove(webhook.self, { 'if-match': webhook.etag });
  });
});

describe('what a webhook is to be', () => {
  const refusal = ({ status, body }: Answer) => [
    status,
    body.code,
    body.errors?.[0]?.pointer,
    body.errors?.[0]?.detail,
  ];

  it.each<[what: string, body: object, pointer: string, detail: RegExp]>([
    ['a private address', { url: 'https://10.1.2.3/', events: ['*'] }, '/url', /not a public address/],
    ['this machine by its name', { url: 'https://localhost/', events: ['*'] }, '/url', /not a public address/],
    ['plain http', { url: 'http://example.org/', events: ['*'] }, '/url', /Only https/],
    [
      'an event misspelt',
      { url: 'https://example.org/', events: ['submission.change'] },
      '/events/0',
      /"submission.changed"\?/,
    ],
    [
      'what staff alone hear',
      { url: 'https://example.org/', events: ['*', 'note.created'] },
      '/events/1',
      /no event "note.created"/,
    ],
  ])('is refused with %s', async (_, body, pointer, detail) => {
    expect(refusal(await owner.post('/me/webhooks', body))).toEqual([
      ...[422, 'invalid-request', pointer, expect.stringMatching(detail)],
    ]);
  });

  it('is changed by who saw it as it is, and read by nobody else', async () => {
    const webhook = await register(owner, '/edited', ['submission.*']);
    const change = (etag?: string) =>
      owner.patch(webhook.self, { description: 'Our tracker' }, etag ? { 'if-match': etag } : {});

    expect((await change()).status).toBe(428);
    const changed = await change(webhook.etag);
    expect(changed.body).toMatchObject({ description: 'Our tracker', events: ['submission.*'], active: true });
    expect(await change(webhook.etag)).toMatchObject({ status: 412, body: { changed: ['/description'] } });
    expect((await owner.patch(webhook.self, { events: ['nothing'] }, { 'if-match': '*' })).status).toBe(422);

    const other = await world.person('submitter');
    for (const path of ['', '/deliveries']) expect((await other.get(`${webhook.self}${path}`)).status).toBe(404);
    for (const path of ['/test', '/rotate-secret'])
      expect((await other.post(`${webhook.self}${path}`)).status).toBe(404);
    expect((await owner.remove(webhook.self, { 'if-match': changed.body.etag })).status).toBe(204);
    expect((await owner.get(webhook.self)).body.code).toBe('webhook-not-found');
  });

  it('is remembered by whoever did it, without its secret', async () => {
    const webhook = await register(curator, '/audited', ['submission.*']);
    await curator.post(`${webhook.self}/rotate-secret`, { keepOldFor: '1h' });
    await curator.patch(webhook.self, { active: false }, { 'if-match': '*' });
    await curator.remove(webhook.self, { 'if-match': '*' });

    const acts = await world.db.query('SELECT action, "actorId" FROM audit_entry WHERE "objectId" = $1 ORDER BY at', [
      webhook.id,
    ]);
    expect(acts).toEqual(
      ['created', 'secret_rotated', 'changed', 'deleted'].map((verb) => ({
        ...{ action: `webhook.${verb}`, actorId: curator.id },
      })),
    );
  });

  it('comes in pages', async () => {
    const reader = await world.person('submitter');
    for (const path of ['/a', '/b', '/c']) await register(reader, path, ['*']);

    const first = await reader.get('/me/webhooks?limit=2&count=true');
    const second = await reader.get(`/me/webhooks?limit=2&cursor=${first.body.nextCursor}`);

    const urls = [...first.body.items, ...second.body.items].map(({ url }: { url: string }) => url);
    expect(urls).toEqual(['/c', '/b', '/a'].map((path) => `${receiver.url}${path}`));
    expect(first.body.total).toBe(3);
    expect(second.body.nextCursor).toBeNull();
  });
});

describe('a delivery', () => {
  it('that is answered with 500 is tried again, and its log shows both tries; sent again it has the same id', async () => {
    const { id } = await draftOfCells(owner);
    const webhook = await register(owner, '/retried', ['submission.transitioned']);
    receiver.behaves('/retried', inTurn(answers(500, { 'x-why': 'asleep' }, 'Not yet'), answers(200, {}, 'Thanks')));

    await edit(id);
    const [delivery] = await ended(owner, webhook, 'delivered');
    const path = delivery.links.self.replace('/api/v1', '');
    const { body: whole } = await owner.get(path);

    expect(delivery).toMatchObject({ attempts: 2, status: 200, problem: null, nextAt: null, submissionId: id });
    expect(whole.tries).toMatchObject([
      {
        attempt: 1,
        problem: 'It answers 500.',
        response: { status: 500, headers: { 'x-why': 'asleep' }, body: 'Not yet', isCut: false },
      },
      { attempt: 2, problem: null, response: { status: 200, body: 'Thanks' }, durationMs: expect.any(Number) },
    ]);
    expect(whole.request).toEqual({ url: `${receiver.url}/retried`, body: receiver.at('/retried')[0]?.text });

    const again = await owner.post(`${path}/redeliver`);
    expect(again).toMatchObject({ status: 202, body: { redeliveryOf: delivery.id, webhookId: delivery.webhookId } });
    const [first, second, third] = await arrives('/retried', 3);
    expect(new Set([first, second, third].map((each) => each?.headers['webhook-id'])).size).toBe(1);
    expect(third?.text).toBe(first?.text);
    await ended(owner, webhook, 'delivered', 2);
    expect((await owner.get(path)).body.redeliveredBy).toBe(again.body.id);
  });

  it('is signed with both secrets for as long as the old one is kept', async () => {
    const webhook = await register(owner, '/rotated', ['*']);
    const test = async (count: number) => {
      await owner.post(`${webhook.self}/test`);
      return (await arrives('/rotated', count)).at(-1) as Received;
    };

    const { body: rotated } = await owner.post(`${webhook.self}/rotate-secret`, { keepOldFor: '24h' });
    const both = await test(1);
    expect(both.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [webhook.secret, rotated.secret.value]) expect(verified(secret, both)).toBeTruthy();
    expect(Date.parse(rotated.secret.oldUntil) - Date.now()).toBeGreaterThan(23 * 3_600_000);

    const { body: last } = await owner.post(`${webhook.self}/rotate-secret`, { keepOldFor: '0s' });
    const one = await test(2);
    expect(verified(last.secret.value, one)).toBeTruthy();
    for (const secret of [webhook.secret, rotated.secret.value]) expect(() => verified(secret, one)).toThrow();
  });

  it('is missed while the webhook is off, and sent as a range once it is on', async () => {
    const { id } = await draftOfCells(owner);
    const webhook = await register(owner, '/missed', ['submission.transitioned']);
    await owner.patch(webhook.self, { active: false }, { 'if-match': '*' });
    for (let i = 0; i < 3; i++) await edit(id);
    const missed = await ended(owner, webhook, 'missed', 3);

    const range = { fromSequence: 1, state: ['missed'] };
    expect((await owner.post(`${webhook.self}/redeliver`, range)).body.code).toBe('webhook-off');
    expect((await owner.get(webhook.self)).body).toMatchObject({ active: false, off: { reason: 'person' } });
    const { body: on } = await owner.patch(webhook.self, { active: true }, { 'if-match': '*' });
    expect(on).toMatchObject({
      ...{ active: true, off: null },
      missed: { count: 3, atLeast: false, fromSequence: missed[2].sequence, toSequence: missed[0].sequence },
    });
    expect(receiver.at('/missed')).toHaveLength(0);

    const part = { ...range, toSequence: missed[1].sequence };
    expect((await owner.post(`${webhook.self}/redeliver`, part)).body).toEqual({ count: 2, nextSequence: null });
    const sent = await arrives('/missed', 2);
    expect(sent.map(({ body }) => body.data.sequence).sort()).toEqual([missed[2].sequence, missed[1].sequence].sort());
    expect((await owner.get(webhook.self)).body.missed.count).toBe(1);
    await owner.post(`${webhook.self}/redeliver`, range);
    await arrives('/missed', 3);
    expect((await owner.post(`${webhook.self}/redeliver`, range)).body.count).toBe(0);
  });

  it('is found by its state, its event and its time, page by page', async () => {
    const { id } = await draftOfCells(owner);
    const webhook = await register(owner, '/paged', ['submission.*']);
    for (let i = 0; i < 2; i++) await edit(id);
    const all = await ended(owner, webhook, 'delivered', 4);

    const first = await owner.get(`${webhook.self}/deliveries?limit=3&count=true`);
    const second = await owner.get(`${webhook.self}/deliveries?limit=3&cursor=${first.body.nextCursor}`);
    expect([...first.body.items, ...second.body.items].map((each: { id: string }) => each.id)).toEqual(
      all.map((each: { id: string }) => each.id),
    );
    expect(first.body.total).toBe(4);
    expect(await logOf(owner, webhook, '?event=submission.changed')).toHaveLength(2);
    expect(await logOf(owner, webhook, '?event=submission.*,webhook.test')).toHaveLength(4);
    expect(await logOf(owner, webhook, '?event=thread.*')).toEqual([]);
    const misspelt = await owner.get(`${webhook.self}/deliveries?event=submission.change`);
    expect([misspelt.status, misspelt.body.detail]).toEqual([400, expect.stringContaining('"submission.changed"?')]);
    for (const range of [
      { fromSequence: 2, toSequence: 1 },
      { from: '2026-11-21T00:00:00Z', to: '2026-11-20T00:00:00Z' },
    ])
      expect((await owner.post(`${webhook.self}/redeliver`, range)).status, JSON.stringify(range)).toBe(422);
    expect(await logOf(owner, webhook, `?to=${all[3].createdAt}`)).toEqual(
      all.filter(({ createdAt }: { createdAt: string }) => createdAt <= all[3].createdAt),
    );
    expect(await logOf(owner, webhook, `?from=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
    expect((await owner.get(`${webhook.self}/deliveries?states=dead`)).body.errors[0].detail).toContain('"state"');
    expect((await owner.get(`${webhook.self}/deliveries/${id}`)).body.code).toBe('webhook-delivery-not-found');
  });

  it('of a test is sent to a webhook that is off too, once', async () => {
    const webhook = await register(owner, '/tested', ['*']);
    receiver.behaves('/tested', answers(418));
    await owner.patch(webhook.self, { active: false }, { 'if-match': '*' });

    const asked = await owner.post(`${webhook.self}/test`);
    const [dead] = await ended(owner, webhook, 'dead');

    expect(asked).toMatchObject({ status: 202, body: { id: dead.id, event: 'webhook.test', sequence: null } });
    expect(asked.headers.location).toContain(`${webhook.id}/deliveries/${dead.id}`);
    expect(dead).toMatchObject({ attempts: 1, problem: 'It answers 418.' });
    expect((await owner.get(webhook.self)).body.failures, 'a test counts for nothing').toBe(0);
  });
});

describe('the log of deliveries', () => {
  it('goes with the webhook, also while something is being sent', async () => {
    const webhook = await register(owner, '/deleted', ['*']);
    const held: (() => void)[] = [];
    receiver.behaves('/deleted', (response) => void held.push(() => response.writeHead(204).end()));
    await owner.post(`${webhook.self}/test`);
    await arrives('/deleted');

    expect((await owner.remove(webhook.self, { 'if-match': '*' })).status).toBe(204);
    for (const release of held) release();

    const rows = () => world.db.query('SELECT FROM webhook_delivery WHERE "endpointId" = $1', [webhook.id]);
    expect(await rows()).toEqual([]);
    const next = await register(owner, '/after-deleted', ['*']);
    await owner.post(`${next.self}/test`);
    await ended(owner, next, 'delivered');
  });

  it('is kept for as long as the settings say, but for what is still to be sent', async () => {
    const webhook = await register(owner, '/forgotten', ['*']);
    receiver.behaves('/forgotten', answers(503, { 'retry-after': '3600' }));
    const { id } = await draftOfCells(owner);
    await edit(id);
    await owner.post(`${webhook.self}/test`);
    await Promise.all([ended(owner, webhook, 'failed', 2), ended(owner, webhook, 'dead')]);
    const keeper = world.workers.get(WebhookKeeper, { strict: false });

    await keeper.tick();
    expect(await logOf(owner, webhook)).toHaveLength(3);
    await world.db.query(
      `UPDATE webhook_delivery SET "createdAt" = now() - interval '31 days' WHERE "endpointId" = $1`,
      [webhook.id],
    );
    await keeper.tick();

    expect((await logOf(owner, webhook)).map(({ state }: { state: string }) => state)).toEqual(['failed', 'failed']);
    await owner.remove(webhook.self, { 'if-match': '*' });
  });
});

describe('a secret', () => {
  const sealing = (...keys: string[]) =>
    new WebhookSecrets(world.db, { ...world.config, WEBHOOK_KEY: keys.map((key) => key.repeat(32)) });

  it('opens with any key of the settings that it was sealed with, for its own endpoint alone', async () => {
    const secret = sealing().make();
    const [byA, byNone] = [await sealing('a').seal(secret, 'one'), await sealing().seal(secret, 'one')];

    expect(await sealing('b', 'a').open(byA, 'one')).toBe(secret);
    expect(await sealing('b').open(byNone, 'one'), 'the key of the database').toBe(secret);
    await expect(sealing('b').open(byA, 'one')).rejects.toThrow(/WEBHOOK_KEY/);
    await expect(sealing('a').open(byA, 'another')).rejects.toThrow();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  it('whose key is gone fails the try, and the log says how to mend it', async () => {
    const webhook = await register(owner, '/unsealed', ['*']);
    await world.db.query('UPDATE webhook_endpoint SET secret = $2 WHERE id = $1', [
      webhook.id,
      await sealing('x').seal(webhook.secret, webhook.id),
    ]);

    await owner.post(`${webhook.self}/test`);

    expect((await ended(owner, webhook, 'dead'))[0].problem).toMatch(/WEBHOOK_KEY.*rotate the secret/);
    expect(receiver.at('/unsealed')).toEqual([]);
  });
});

describe('what the page of webhooks tells people to run', () => {
  const python = pythonWith('hmac');

  it.each([
    ['ts', 'receiver.mjs', process.execPath],
    ['python', 'receiver.py', python.command],
  ] as const)('in %s takes what is signed, and nothing else', async (language, file, command) => {
    if (command === null) return;
    const webhook = await register(owner, '/documented', ['*']);
    const port = await freePort();
    const { said, end } = await run(command, file, documentedIn(language), {
      WEBHOOK_SECRET: webhook.secret,
      PORT: port,
    });
    const seen = receiver.at('/documented').length;
    await owner.post(`${webhook.self}/test`);
    const sent = (await arrives('/documented', seen + 1)).at(-1) as Received;
    const send = (text: string) =>
      fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: text, headers: headersOf(sent) });

    await vi.waitFor(async () => expect((await send(sent.text)).status).toBe(204), { timeout: 10_000, interval: 100 });
    expect((await send(`${sent.text} `)).status).toBe(401);
    await vi.waitFor(() => expect(said()).toContain('webhook.test'));
    end();
  });
});

const headersOf = ({ headers }: Received) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('webhook-')));

function documentedIn(language: string): string {
  const [, code = ''] =
    new RegExp(`\`\`\`${language}\n([\\s\\S]+?)\`\`\``).exec(readFileSync('docs/webhooks.md', 'utf8')) ?? [];
  return language === 'ts'
    ? transformSync(code, { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } }).code
    : code;
}

/** In a folder of its own, where it finds the packages that are installed here. */
async function run(command: string, file: string, code: string, settings: { WEBHOOK_SECRET: string; PORT: number }) {
  const folder = mkdtempSync(join(tmpdir(), 'accession-webhooks-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, file), code);
  const env = { PATH: process.env.PATH, ...settings, PORT: String(settings.PORT) };
  const child = spawn(command, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (piece) => {
    said += piece;
  });
  const end = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  onTestFinished(end);
  return { said: () => said, end };
}
