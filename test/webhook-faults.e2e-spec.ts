/** What if a receiver is away, slow, or means harm, or one of our processes dies? Each event arrives, and nobody else is disturbed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { announce } from '../src/live/announce.js';
import { answers, beginReceiver, beginRubbish, inTurn, type Manner, type Receiver } from './webhook-receiver.js';
import { beginWorld, type Caller, QUICK, type World } from './world.js';

const TIMEOUT = 1_500;
const TRIES = 3;

let world: World;
let receiver: Receiver;
let inside: Receiver;
let rubbish: Awaited<ReturnType<typeof beginRubbish>>;
let cutting: Awaited<ReturnType<typeof beginRubbish>>;
let owner: Caller;
let settings: Record<string, string>;
beforeAll(async () => {
  [receiver, inside] = [await beginReceiver(), await beginReceiver()];
  rubbish = await beginRubbish((socket) => socket.end('\u0000\u0001 Hello? Hello!\r\n\r\n'));
  cutting = await beginRubbish((socket) => socket.destroy());
  settings = {
    OUTBOUND_ALLOW: [receiver, rubbish, cutting].map(({ pair }) => pair).join(','),
    WEBHOOK_TIMEOUT: `${TIMEOUT}ms`,
    WEBHOOK_RETRY: Array(TRIES - 1)
      .fill('10ms')
      .join(),
    WEBHOOK_OFF_AFTER: '1ms',
  };
  world = await beginWorld(settings);
  owner = await world.person('submitter');
});
afterAll(async () => {
  await world?.end();
  for (const server of [receiver, inside, rubbish, cutting]) await server?.end();
});

const WAIT = { timeout: 20_000, interval: 20 };

async function register(path: string, manner?: Manner): Promise<string> {
  const url = path.startsWith('http') ? path : `${receiver.url}${path}`;
  if (manner) receiver.behaves(path, manner);
  const { status, body } = await owner.post('/me/webhooks', { url, events: ['operation.*'] });
  expect(status, JSON.stringify(body)).toBe(201);
  return `/me/webhooks/${body.id}`;
}

/** Something happens that no other endpoint of a test hears of. */
async function happen(times = 1): Promise<void> {
  await world.db.transaction(async (tx) => {
    for (let i = 0; i < times; i++)
      await announce(tx, { topic: 'operation.changed', personId: owner.id, data: { id: String(i) } });
  });
}

const remove = (self: string) => owner.remove(self, { 'if-match': '*' });
const logOf = async (self: string) => (await owner.get(`${self}/deliveries?limit=100`)).body.items;
const wholeOf = async (self: string, id: string) => (await owner.get(`${self}/deliveries/${id}`)).body;
/** Its only delivery, once it is so. */
const becomes = (self: string, state: string) =>
  vi.waitFor(async () => {
    const [delivery] = await logOf(self);
    expect(delivery?.state).toBe(state);
    return wholeOf(self, delivery.id);
  }, WAIT);

describe('a receiver', () => {
  it('that hangs is left after its time, and asked again', async () => {
    const hangs: Manner = () => {};
    const self = await register('/hangs', inTurn(hangs, answers(200)));

    await happen();
    const { tries } = await becomes(self, 'delivered');

    expect(tries).toMatchObject([
      { problem: `It gave no answer within ${TIMEOUT / 1_000} s.`, response: null },
      { problem: null, response: { status: 200 } },
    ]);
    expect(tries[0].durationMs).toBeGreaterThanOrEqual(TIMEOUT - 100);
    await remove(self);
  });

  it.each<[how: string, manner: Manner, isCut: boolean]>([
    ['answers without an end', (response) => void endlessly(response), true],
    ['begins its answer and falls silent', (response) => void response.writeHead(200).write('so'), true],
    ['says much more than anybody asked', answers(200, {}, 'x'.repeat(5_000_000)), true],
    ['answers in bytes that are no text', answers(200, {}, '\u0000\u0000\ud800'), false],
  ])('that %s has been told, and no more of it is kept than is shown', async (how, manner, isCut) => {
    const self = await register(`/${how.replaceAll(' ', '-')}`, manner);

    await happen();
    const { tries } = await becomes(self, 'delivered');

    expect(tries).toMatchObject([{ problem: null, response: { status: 200, isCut } }]);
    expect(Buffer.byteLength(tries[0].response.body)).toBeLessThanOrEqual(16_400);
    await remove(self);
  });

  it('that redirects inside is not followed, and is told why', async () => {
    const self = await register('/redirects', answers(307, { location: `${inside.url}/secret` }));

    await happen();
    const { problem } = await becomes(self, 'dead');

    expect(problem).toBe(
      `It redirects to ${inside.url}/secret (307). Events are not sent on: give the webhook the address itself.`,
    );
    expect(receiver.at('/redirects').length).toBeGreaterThan(0);
    expect(inside.got).toEqual([]);
    await remove(self);
  });

  it('whose name leads inside is not called', async () => {
    const self = await register('/leads-inside');
    await world.db.query('UPDATE webhook_endpoint SET url = $1 WHERE id = $2', [
      inside.url.replace('http:', 'https:'),
      self.split('/').at(-1),
    ]);

    await happen();

    expect((await becomes(self, 'dead')).problem).toBe('127.0.0.1 is not a public address.');
    expect(inside.got).toEqual([]);
    await remove(self);
  });

  it.each([
    ['speaks no HTTP', () => rubbish.url, /^What it answers is not HTTP/],
    ['cuts the connection', () => cutting.url, /^It cannot be reached/],
  ] as const)('that %s is tried until it is given up', async (_, urlOf, problem) => {
    const self = await register(urlOf());

    await happen();
    const { attempts, tries } = await becomes(self, 'dead');

    expect(attempts).toBe(TRIES);
    for (const each of tries) expect(each).toMatchObject({ response: null, problem: expect.stringMatching(problem) });
    await remove(self);
  });

  it('that asks for time is given it, though not for ever', async () => {
    const self = await register('/asks-for-time', answers(503, { 'retry-after': '3600' }));
    const other = await register('/asks-for-too-much', answers(429, { 'retry-after': '99999999' }));

    await happen();
    const [soon, late] = [await becomes(self, 'failed'), await becomes(other, 'failed')];

    const minutes = ({ nextAt }: { nextAt: string }) => (Date.parse(nextAt) - Date.now()) / 60_000;
    expect(minutes(soon)).toBeGreaterThan(50);
    expect(minutes(soon)).toBeLessThan(61);
    expect(minutes(late)).toBeLessThan(24 * 60 + 1);
    await Promise.all([self, other].map(remove));
  });

  it('that holds its lanes delays nobody else', async () => {
    const held: (() => void)[] = [];
    const slow = await register('/slow', (response) => void held.push(() => response.writeHead(204).end()));
    const fast = await register('/fast');

    await happen(12);
    await vi.waitFor(() => expect(receiver.at('/fast')).toHaveLength(12), WAIT);
    const order = receiver.got.map(({ path }) => path).filter((path) => path === '/slow' || path === '/fast');

    expect(order.slice(0, order.lastIndexOf('/fast')).filter((path) => path === '/slow').length).toBeLessThanOrEqual(4);
    receiver.behaves('/slow', answers(204));
    for (const release of held) release();
    await vi.waitFor(async () => {
      expect((await logOf(slow)).filter(({ state }: { state: string }) => state === 'delivered')).toHaveLength(12);
    }, WAIT);
    await Promise.all([slow, fast].map(remove));
  });
});

describe('a webhook that fails', () => {
  it('is switched off after days of nothing else, its person is told, and it learns what it missed', async () => {
    const self = await register('/fails', answers(500));

    await happen();
    await vi.waitFor(async () => expect((await owner.get(self)).body.active).toBe(false), WAIT);
    await happen(2);
    await vi.waitFor(async () => expect((await owner.get(self)).body.missed.count).toBe(2), WAIT);

    expect((await owner.get(self)).body.off).toMatchObject({ reason: 'failing' });
    const { body: list } = await owner.get('/me/notifications');
    const told = list.items.filter(({ topic, text }: { topic: string; text: string }) => {
      return topic === 'webhook.disabled' && text.includes('/fails');
    });
    expect(told).toMatchObject([{ title: 'A webhook was switched off', link: expect.stringContaining(self.slice(4)) }]);
    const id = self.split('/').at(-1);
    expect(
      await world.db.query(`SELECT data FROM live_event WHERE topic = 'webhook.disabled' AND data ->> 'id' = $1`, [id]),
    ).toEqual([{ data: { id, reason: 'failing' } }]);
    expect(
      await world.db.query(
        `SELECT "actorId" FROM audit_entry WHERE action = 'webhook.switched_off' AND "objectId" = $1`,
        [id],
      ),
    ).toEqual([{ actorId: null }]);

    const before = receiver.at('/fails').length;
    receiver.behaves('/fails', answers(200));
    const { body: on } = await owner.patch(self, { active: true }, { 'if-match': '*' });
    expect(on).toMatchObject({ active: true, failures: 0, failingSince: null, missed: { count: 2 } });
    await owner.post(`${self}/redeliver`, { fromSequence: on.missed.fromSequence, state: ['missed'] });
    await vi.waitFor(() => expect(receiver.at('/fails')).toHaveLength(before + 2), WAIT);
    await remove(self);
  });

  it('is switched off at once where its receiver wants no more', async () => {
    const self = await register('/gone', inTurn(answers(503, { 'retry-after': '3600' }), answers(410)));

    await happen();
    await becomes(self, 'failed');
    await happen();
    await vi.waitFor(async () => expect((await owner.get(self)).body.off?.reason).toBe('gone'), WAIT);

    expect(receiver.at('/gone')).toHaveLength(2);
    const states = (await logOf(self)).map(({ state, attempts }: Record<string, unknown>) => [state, attempts]);
    expect(states, 'what waited is missed').toEqual([
      ['dead', 1],
      ['missed', 1],
    ]);
    await remove(self);
  });
});

describe('an event', () => {
  it('is sent once, by whichever of several processes', async () => {
    const more = await world.moreWorkers();
    const self = await register('/once');

    await happen(60);
    await vi.waitFor(async () => {
      expect((await logOf(self)).filter(({ state }: { state: string }) => state === 'delivered')).toHaveLength(60);
    }, WAIT);

    const ids = receiver.at('/once').map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(60);
    expect(ids).toHaveLength(60);
    expect((await logOf(self)).every(({ attempts }: { attempts: number }) => attempts === 1)).toBe(true);
    await remove(self);
    await more.close();
  });

  it('is sent again when its lease has run out before the mark, and a late answer counts all the same', async () => {
    const held: (() => void)[] = [];
    const self = await register('/leased', (response) => {
      held.push(() => response.writeHead(204).end());
      if (held.length === 1)
        void world.db.query(
          `UPDATE webhook_delivery SET "leaseUntil" = now() - interval '1 s' WHERE state = 'sending'`,
        );
    });

    await happen();
    await vi.waitFor(() => expect(receiver.at('/leased')).toHaveLength(2), WAIT);
    for (const release of held) release();
    const { attempts, tries } = await becomes(self, 'delivered');

    expect(attempts).toBe(2);
    expect(tries[0].problem).toBe('The process ended while it was being sent.');
    const [first, second] = receiver.at('/leased');
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    await sleep(100); // the answer to the first comes to a row that has ended
    expect((await owner.get(self)).body.failures).toBe(0);
    await remove(self);
  });

  it('is sent again, with the same id, when the process is killed between the call and the mark', async () => {
    const self = await register(
      '/killed',
      inTurn(() => {}, answers(204)),
    );
    await world.workers.close();
    const child = startWorkers();
    onTestFinished(() => void child.kill('SIGKILL'));
    await happen();
    await vi.waitFor(() => expect(receiver.at('/killed')).toHaveLength(1), { ...WAIT, timeout: 40_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');

    await world.moreWorkers();
    const { attempts } = await becomes(self, 'delivered');

    expect(attempts).toBe(2);
    expect(new Set(receiver.at('/killed').map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  }, 90_000);
});

/** A worker process like any other. */
const startWorkers = () =>
  spawn(process.execPath, [resolve('dist/workers/main.js')], {
    env: {
      ...{ PATH: process.env.PATH, ...QUICK, ...settings },
      ...{ DATABASE_URL: world.config.DATABASE_URL, DATA_DIR: world.config.DATA_DIR },
      ...{ QUEUE_PREFIX: world.config.QUEUE_PREFIX, REDIS_URL: world.config.REDIS_URL },
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });

function endlessly(response: Parameters<Manner>[0]): void {
  response.writeHead(200);
  const more = setInterval(() => response.write('x'.repeat(10_000)), 5);
  response.on('close', () => clearInterval(more));
}
