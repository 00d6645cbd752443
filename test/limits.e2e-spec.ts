import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnotherProcess, anotherProcess } from './another-process.js';
import { PASSWORD } from './signed-in.js';
import { upload } from './story.js';
import { beginWorld, type Caller, type World } from './world.js';

const LAB = 'https://lab.example.org';

let world: World;
let other: AnotherProcess;

beforeAll(async () => {
  world = await beginWorld({
    RATE_LIMITS: 'on',
    RATE_READ: '40/1m',
    RATE_WRITE: '10/1m',
    RATE_SIGN_IN: '1000/1m',
    TRUST_PROXY: '1',
    CORS_ORIGINS: LAB,
    PUBLIC_URL: 'https://accession.example.org',
  });
  other = await anotherProcess(world.config);
});
afterAll(async () => {
  await other?.app.close();
  await world?.end();
});

/** As the proxy before us tells of somebody at that address. */
const from = (address: string) => ({ 'x-forwarded-for': address });
const get = (url: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v1${path}`, { headers });
const bearer = (who: Pick<Caller, 'token'> | undefined) => ({ authorization: `Bearer ${who?.token}` });
// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
const bodyOf = (answer: Response): Promise<any> => answer.json();

async function statuses(
  times: number,
  ask: (n: number) => Promise<{ status: number }>,
): Promise<Record<number, number>> {
  const counted: Record<number, number> = {};
  for (let n = 0; n < times; n++) {
    const { status } = await ask(n);
    counted[status] = (counted[status] ?? 0) + 1;
  }
  return counted;
}

describe('a limit', () => {
  it('holds over two processes, by address for strangers', async () => {
    const near = [world.url, other.url];

    const seen = await statuses(60, (n) => get(near[n % 2] ?? '', '/profiles', from('198.51.100.1')));
    const elsewhere = await get(world.url, '/profiles', from('198.51.100.2'));

    expect((seen[200] ?? 0) + (seen[429] ?? 0)).toBe(60);
    expect(seen[200]).toBeLessThanOrEqual(40);
    expect(seen[200]).toBeGreaterThanOrEqual(36);
    expect(elsewhere.status).toBe(200);
  });

  it('is told with every answer, and refuses with the time to wait', async () => {
    const at = from('198.51.100.3');
    const first = await get(world.url, '/profiles', at);
    await statuses(39, () => get(world.url, '/profiles', at));

    const refused = await get(world.url, '/profiles', { ...at, origin: LAB });

    expect(first.headers.get('ratelimit-policy')).toBe('"read";q=40;w=60');
    expect(first.headers.get('ratelimit')).toBe('"read";r=39;t=60');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.get('ratelimit')).toMatch(/^"read";r=0;t=\d+$/);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.headers.get('access-control-allow-origin')).toBe(LAB);
    expect(refused.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await refused.json()).toMatchObject({ status: 429, code: 'rate-limited', limit: 'read' });
  });

  it('is each credential’s own, and twice as much for its person', async () => {
    const person = await world.person('submitter');
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const made: Caller[] = [];
    for (const name of ['one', 'two', 'three'])
      made.push((await person.post('/me/tokens', { name, scopes: ['account'], expiresAt })).body);

    const one = await statuses(45, () => get(world.url, '/me', { ...bearer(made[0]), ...from('198.51.100.4') }));
    const session = await get(world.url, '/me', { ...bearer(person), ...from('198.51.100.4') });
    await statuses(38, () => get(world.url, '/me', { ...bearer(made[1]), ...from('198.51.100.4') }));
    const three = await statuses(10, () => get(world.url, '/me', { ...bearer(made[2]), ...from('198.51.100.4') }));

    // The first request of a credential that was not seen before counts to its address.
    expect(one).toEqual({ 200: 40, 429: 5 });
    expect(session.status).toBe(200);
    expect(three[429]).toBeGreaterThan(5);
  });

  it('of writing leaves reading alone, and bytes have their own', async () => {
    const person = await world.person('submitter');
    const at = { ...bearer(person), ...from('198.51.100.5') };
    const rename = () =>
      fetch(`${world.url}/api/v1/me`, {
        method: 'PATCH',
        headers: { ...at, 'content-type': 'application/json', 'if-match': '*' },
        body: '{"name":"Somebody"}',
      });

    const seen = await statuses(12, rename);

    expect(seen).toEqual({ 200: 10, 429: 2 });
    expect((await get(world.url, '/me', at)).status).toBe(200);
    expect(await upload(world, person, 'no-submission', 'a.txt', Buffer.from('a'))).not.toBe(429);
  });

  it('is not asked of machines that watch', async () => {
    expect(await statuses(60, () => get(world.url, '/health/live', from('198.51.100.6')))).toEqual({ 200: 60 });
  });

  it('counts credentials that are none to where they come from', async () => {
    const guess = (n: number) =>
      get(world.url, '/me', { authorization: `Bearer acc_pat_${n}`, ...from('198.51.100.7') });

    const seen = await statuses(50, guess);

    expect(seen).toEqual({ 401: 40, 429: 10 });
  });
});

describe('signing in', () => {
  const sign = (email: string, password: string, address: string, url = world.url) =>
    fetch(`${url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...from(address) },
      body: JSON.stringify({ email, password }),
    });
  const emailOf = async ({ id }: Caller): Promise<string> =>
    (await world.db.query('SELECT email FROM person WHERE id = $1', [id]))[0].email;

  it('is slowed after five guesses, at whichever process, and right then for the right password too', async () => {
    const email = await emailOf(await world.person('submitter'));
    const urls = [world.url, other.url];
    const guesses = await statuses(6, (n) => sign(email, 'a wrong password', '203.0.113.1', urls[n % 2]));

    const right = await sign(email, PASSWORD, '203.0.113.1');
    const { code, retryAfter } = await bodyOf(right);
    await sleep(retryAfter * 1_000);
    const later = await sign(email, PASSWORD, '203.0.113.1');

    expect(guesses).toEqual({ 401: 6 });
    expect([right.status, code]).toEqual([429, 'sign-in-too-soon']);
    expect(later.status).toBe(201);
  });

  it('is slowed the same where there is no such account', async () => {
    const known = await emailOf(await world.person('submitter'));
    const answers = async (email: string, address: string) => {
      const seen: unknown[] = [];
      for (let n = 0; n < 8; n++) {
        const answer = await sign(email, 'a wrong password', address);
        const { instance: _, retryAfter, ...body } = await bodyOf(answer);
        seen.push([answer.status, body, retryAfter]);
      }
      return seen;
    };

    expect(await answers('nobody@example.org', '203.0.113.2')).toEqual(await answers(known, '203.0.113.3'));
  });

  it('is not slowed by guesses that come all at once', async () => {
    const email = await emailOf(await world.person('submitter'));

    const all = await Promise.all(Array.from({ length: 30 }, () => sign(email, 'a wrong password', '203.0.113.4')));

    expect(all.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(8);
    expect(all.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(22);
  });

  it('of its owner is held up by nobody where they have signed in before, and elsewhere for a minute at most', async () => {
    const email = await emailOf(await world.person('submitter'));
    expect((await sign(email, PASSWORD, '203.0.113.5')).status).toBe(201);
    for (let n = 0; n < 30; n++) await sign(email, 'a wrong password', `192.0.2.${n + 1}`);

    const elsewhere = await sign(email, PASSWORD, '203.0.113.6');
    const usual = await sign(email, PASSWORD, '203.0.113.5');

    expect(usual.status).toBe(201);
    expect(elsewhere.status).toBe(429);
    expect((await bodyOf(elsewhere)).retryAfter).toBeLessThanOrEqual(60);
  });

  it('is limited whatever X-Forwarded-For says, where no proxy is trusted', async () => {
    const open = await anotherProcess({ ...world.config, TRUST_PROXY: false, RATE_READ: { points: 5, ms: 60_000 } });

    const seen = await statuses(8, (n) => get(open.url, '/profiles', from(`192.0.2.${n}`)));
    await open.app.close();

    expect(seen).toEqual({ 200: 5, 429: 3 });
  });
});

describe('a browser', () => {
  it.each([['/api/v1/profiles'], ['/api/v1/nothing'], ['/api/docs'], ['/api/openapi.json']])(
    'is told to be careful with %s',
    async (path) => {
      const { headers } = await fetch(`${world.url}${path}`, { headers: from('198.51.100.8') });

      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );

  it('is not told to come by https where there is none', async () => {
    const plain = await anotherProcess({ ...world.config, PUBLIC_URL: 'http://accession.example.org' });
    const { headers } = await fetch(`${plain.url}/api/v1/profiles`);
    await plain.app.close();

    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('lets a page of a listed origin call us, and read what belongs to the answer', async () => {
    const { headers } = await fetch(`${world.url}/api/v1/profiles`, {
      headers: { origin: LAB, ...from('198.51.100.9') },
    });
    const asked = await fetch(`${world.url}/api/v1/submissions`, {
      method: 'OPTIONS',
      headers: {
        origin: LAB,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

    expect(headers.get('access-control-allow-origin')).toBe(LAB);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-expose-headers')).toMatch(/ETag.*Link.*Location.*RateLimit.*Upload-Offset/);
    expect(headers.get('vary')).toContain('Origin');
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'authorization,content-type',
    ]);
  });

  it('lets no page of another origin', async () => {
    const { headers } = await fetch(`${world.url}/api/v1/profiles`, {
      headers: { origin: 'https://elsewhere.example.org', ...from('198.51.100.10') },
    });

    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('that is none may still ask what tus speaks', async () => {
    const answer = await fetch(`${world.url}/api/v1/uploads`, { method: 'OPTIONS', headers: { origin: LAB } });

    expect([answer.status, answer.headers.get('tus-version')]).toEqual([204, '1.0.0']);
  });
});

describe('what is too large', () => {
  it('is refused: a body', async () => {
    const person = await world.person('submitter');
    const answer = await person.post('/me/tokens', { name: 'x'.repeat(world.config.MAX_BODY_BYTES) });

    expect(answer).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
  });

  it('is refused: headers', async () => {
    const answer = await fetch(`${world.url}/api/v1/profiles`, { headers: { 'x-large': 'x'.repeat(20_000) } });

    expect([answer.status, (await bodyOf(answer)).code]).toEqual([431, 'headers-too-large']);
  });
});
