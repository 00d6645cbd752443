import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JsonLog } from '../src/platform/logging.js';
import { Metrics } from '../src/platform/metrics.js';
import { Readiness } from '../src/platform/readiness.js';
import { documentOf } from '../src/start-http.js';
import { answersAsDocumented } from './openapi-answers.js';
import { beginPlatformApp, type PlatformApp } from './platform-app.js';

let api: PlatformApp;
const lines: Record<string, unknown>[] = [];
beforeAll(async () => {
  api = await beginPlatformApp();
  api.app.useLogger(new JsonLog('debug', (line) => lines.push(JSON.parse(line))));
});
afterAll(() => api?.end());

type Method = NonNullable<InjectOptions['method']>;
interface Asked {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** What is asked is answered as the document says, or this throws. */
async function ask(method: Method, path: string, { body, headers = {} }: Asked = {}) {
  const payload = body === undefined ? {} : { payload: body as object };
  const answer = await api.app.inject({ method, url: path, headers, ...payload });
  const type = String(answer.headers['content-type']);
  const seen = {
    status: answer.statusCode,
    headers: answer.headers,
    body: type.includes('json') ? answer.json() : answer.body,
  };
  if (path.startsWith('/api/v1')) answersAsDocumented(api.app, { method, path, ...seen });
  return seen;
}

const STONES = '/api/v1/stones';
const opal = { name: 'opal', colour: 'red' };
const made = async (stone: object = opal) => (await ask('POST', STONES, { body: stone })).body;
const json = { 'content-type': 'application/json' };

describe('a request that cannot be taken', () => {
  it.each<[string, Method, string, Asked, number, string]>([
    ['an unknown route', 'GET', '/api/v1/nothing', {}, 404, 'route-not-found'],
    ['an unknown route outside of the API', 'GET', '/nothing', {}, 404, 'route-not-found'],
    ['an address that is none', 'GET', '/%zz', {}, 400, 'malformed-request'],
    ['JSON that breaks off', 'POST', STONES, { body: '{"name":', headers: json }, 400, 'malformed-json'],
    ['a prototype', 'POST', STONES, { body: '{"__proto__":{}}', headers: json }, 400, 'malformed-json'],
    ['a text with U+0000', 'POST', STONES, { body: { ...opal, name: 'o\0pal' } }, 400, 'unusable-text'],
    ['half a character', 'POST', STONES, { body: '{"name":"\\ud800"}', headers: json }, 400, 'unusable-text'],
    [
      'JSON without a bottom',
      'POST',
      STONES,
      { body: '['.repeat(20_000) + ']'.repeat(20_000), headers: json },
      400,
      'nested-too-deep',
    ],
    ['too much', 'POST', STONES, { body: { name: 'x'.repeat(60_000) } }, 413, 'body-too-large'],
    [
      'a form',
      'POST',
      STONES,
      { body: 'name=opal', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported-media-type',
    ],
    [
      'a text',
      'POST',
      STONES,
      { body: 'opal', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported-media-type',
    ],
    ['no body', 'POST', STONES, {}, 422, 'invalid-request'],
    ['an empty body', 'POST', STONES, { body: '', headers: json }, 422, 'invalid-request'],
    ['an identifier that is none', 'GET', `${STONES}/opal`, {}, 404, 'no-such-resource'],
    ['a cursor of rubbish', 'GET', `${STONES}?cursor=rubbish`, {}, 400, 'malformed-cursor'],
    ['a parameter with U+0000', 'GET', `${STONES}?colour=%00`, {}, 400, 'unusable-text'],
    ['a parameter twice', 'GET', `${STONES}?sort=age&sort=name`, {}, 400, 'invalid-query'],
    ['a limit above 100', 'GET', `${STONES}?limit=101`, {}, 400, 'invalid-query'],
  ])('is told what is wrong with it: %s', async (_, method, path, asked, status, code) => {
    const answer = await ask(method, path, asked);

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ type: `https://accession.example.org/problems/${code}`, status, code });
    expect(answer.body.instance).toBe(answer.headers['x-request-id']);
    expect(answer.body.detail).toMatch(/\w/);
  });

  it('is told how much would have been taken', async () => {
    expect((await ask('POST', STONES, { body: { name: 'x'.repeat(60_000) } })).body.limit).toBe(50_000);
  });

  it('is told of each field what was found and what was expected', async () => {
    const body = { name: 'x', colour: 'blue', colr: 'red', detail: { wieght: 1, label: 2 }, password: 'short' };

    const answer = await ask('POST', STONES, { body });

    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      expect.objectContaining({ pointer: '/name', code: 'too_small', found: 'x', expected: 'at least 3 characters' }),
      expect.objectContaining({
        pointer: '/colour',
        code: 'invalid_value',
        found: 'blue',
        expected: '"red" or "green"',
      }),
      expect.objectContaining({ pointer: '/detail/label', code: 'invalid_type', found: 2, expected: 'string' }),
      {
        pointer: '/detail/wieght',
        code: 'unknown_field',
        detail: 'Unknown field "wieght": did you mean "weight"?',
      },
      expect.objectContaining({ pointer: '/password', expected: 'at least 8 characters' }),
      { pointer: '/colr', code: 'unknown_field', detail: 'Unknown field "colr": did you mean "colour"?' },
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('short');
  });

  it('is told which parameter was meant', async () => {
    const { status, body } = await ask('GET', `${STONES}?color=red`);

    expect(status).toBe(400);
    expect(body.detail).toBe('Unknown parameter "color": did you mean "colour"?');
  });

  it('is told so on a route that has no parameters too', async () => {
    const { id } = await made();

    expect((await ask('GET', `${STONES}/${id}?fields=name`)).status).toBe(400);
  });

  it('is answered in the same form where it is no HTTP at all', async () => {
    await api.app.listen(0, '127.0.0.1');
    const { port } = new URL(await api.app.getUrl());
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('nonsense\r\n\r\n');

    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    const [head, body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');

    expect(head).toContain('400 Bad Request');
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'malformed-request' });
  });
});

describe('a fault', () => {
  beforeEach(() => lines.splice(0));

  it('of ours is answered with nothing but the id of the request, under which the log has its stack', async () => {
    const { status, body } = await ask('GET', '/api/v1/faults/bug');

    expect(status).toBe(500);
    expect(Object.keys(body)).toEqual(['type', 'title', 'status', 'code', 'instance']);
    const line = lines.find(({ level }) => level === 'error');
    expect(line).toMatchObject({ requestId: body.instance, msg: 'the secret is 42' });
    expect(line?.stack).toContain('bug');
  });

  it('is an answer that differs from what its route says', async () => {
    expect((await ask('GET', '/api/v1/faults/otherwise')).status).toBe(500);
    expect(lines.find(({ level }) => level === 'error')?.msg).toContain(
      'GET /api/v1/faults/otherwise answers otherwise than it says: /id',
    );
  });

  it.each(['40001', '40P01', '57P01', '53300', '55P03'])('of the database that passes (%s) is 503', async (state) => {
    const { status, headers, body } = await ask('GET', `/api/v1/faults/sql/${state}`);

    expect(status).toBe(503);
    expect(body.code).toBe('unavailable');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('shows of a refusal only what is plain', async () => {
    const { body } = await ask('GET', '/api/v1/faults/cracked');

    expect(body).toMatchObject({ status: 409, pieces: [1, 2, { at: '1970-01-01T00:00:00.000Z' }] });
    expect(body).not.toHaveProperty('owner');
  });
});

describe('a list', () => {
  it('is read page by page, each row once, while rows come', async () => {
    for (let i = 0; i < 7; i++) await made({ name: `paged ${i % 3}`, colour: 'green' });
    const seen: string[] = [];
    let path: string | null = `${STONES}?colour=green&limit=3&sort=name&count=true`;

    while (path) {
      const { headers, body } = await ask('GET', path);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      await made({ name: 'a new one', colour: 'green' });
      const [, next] = /^<(https:\/\/accession\.example\.org\/[^>]+)>; rel="next"$/.exec(String(headers.link)) ?? [];
      expect(next === undefined).toBe(body.nextCursor === null);
      path = next ? next.replace('https://accession.example.org', '') : null;
    }

    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(7);
  });

  it('counts only when it is asked to', async () => {
    expect((await ask('GET', `${STONES}?limit=1`)).body).not.toHaveProperty('total');
    expect((await ask('GET', `${STONES}?limit=1&count=true`)).body.total).toBeGreaterThan(0);
  });

  it('takes no cursor of another order', async () => {
    const { body } = await ask('GET', `${STONES}?limit=1`);

    expect((await ask('GET', `${STONES}?limit=1&sort=name&cursor=${body.nextCursor}`)).status).toBe(400);
  });

  it('lets nothing leave that its schema does not name', async () => {
    const { body } = await ask('GET', STONES);

    expect(JSON.stringify(body)).not.toContain('secretOfTheHouse');
  });
});

describe('a change', () => {
  const at = (id: string) => `${STONES}/${id}`;

  it('needs to say what it changes', async () => {
    const { id } = await made();

    expect((await ask('PATCH', at(id), { body: { name: 'agate' } })).status).toBe(428);
    expect((await ask('DELETE', at(id))).status).toBe(428);
  });

  it('is made to what was seen, in either kind of JSON', async () => {
    const created = await ask('POST', STONES, { body: opal });
    const path = at(created.body.id);
    const merge = { 'content-type': 'application/merge-patch+json' };

    const first = await ask('PATCH', path, {
      body: { name: 'agate' },
      headers: { ...merge, 'if-match': String(created.headers.etag) },
    });
    const read = await ask('GET', path);
    const second = await ask('PATCH', path, {
      body: { name: 'beryl' },
      headers: { 'if-match': String(read.headers.etag) },
    });

    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.headers.etag).toBe(read.headers.etag);
    expect(second.headers.etag).not.toBe(read.headers.etag);
  });

  it('is refused when somebody was faster, and told what has changed', async () => {
    const created = await ask('POST', STONES, { body: opal });
    const headers = { 'if-match': String(created.headers.etag) };
    await ask('PATCH', at(created.body.id), { body: { name: 'agate', detail: { weight: 3 } }, headers });

    const late = await ask('PATCH', at(created.body.id), { body: { name: 'beryl' }, headers });

    expect(late.status).toBe(412);
    expect(late.body).toMatchObject({ code: 'stale-version', changed: ['/name', '/detail', '/detail/weight'] });
    expect(late.headers.etag).toBe((await ask('GET', at(created.body.id))).headers.etag);
  });

  it('of whatever is there says so', async () => {
    const { id } = await made();

    const { status, body } = await ask('DELETE', at(id), { headers: { 'if-match': '*' } });

    expect([status, body]).toEqual([204, '']);
    expect((await ask('GET', at(id))).status).toBe(404);
  });

  it('is not sent again to who has seen it', async () => {
    const created = await ask('POST', STONES, { body: opal });

    const again = await ask('GET', at(created.body.id), { headers: { 'if-none-match': String(created.headers.etag) } });

    expect([again.status, again.body]).toEqual([304, '']);
  });
});

describe('a POST with an Idempotency-Key', () => {
  let n = 0;
  const fresh = (headers: Record<string, string> = {}) => ({ 'idempotency-key': `key-${n++}`, ...headers });
  const twice = (ending: string, headers: Record<string, string>) =>
    ask('POST', '/api/v1/faults/twice', { body: { ending }, headers });
  const count = async () => (await api.db.query(`SELECT count(*)::int AS n FROM stone WHERE name = 'twice'`))[0].n;

  it('happens once, and is answered the same again', async () => {
    const headers = fresh();

    const first = await ask('POST', STONES, { body: opal, headers });
    const again = await ask('POST', STONES, { body: { colour: 'red', name: 'opal' }, headers });

    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers).toMatchObject({ location: first.headers.location, etag: first.headers.etag });
    expect((await ask('GET', `${STONES}/${first.body.id}`)).status).toBe(200);
  });

  it('is another request for another caller, another route and another key', async () => {
    const key = fresh()['idempotency-key'];
    const ids = await Promise.all(
      [{ 'idempotency-key': key }, { 'idempotency-key': key, 'x-test-user': 'somebody' }, fresh()].map(
        async (headers) => (await ask('POST', STONES, { body: opal, headers })).body.id,
      ),
    );

    expect(new Set(ids).size).toBe(3);
    expect((await twice('end', { 'idempotency-key': key })).status).toBe(201);
  });

  it('is refused with another body', async () => {
    const headers = fresh();
    await ask('POST', STONES, { body: opal, headers });

    const other = await ask('POST', STONES, { body: { ...opal, colour: 'green' }, headers });

    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('is answered with the same refusal again', async () => {
    const headers = fresh();

    const first = await ask('POST', STONES, { body: { name: 'x' }, headers });
    const again = await ask('POST', STONES, { body: { name: 'x' }, headers });

    expect(first.status).toBe(422);
    expect([again.status, again.body]).toEqual([422, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.headers['content-type']).toContain('application/problem+json');
  });

  it.each(['', 'with space', 'ü', 'x'.repeat(256)])('is refused with the key %j', async (key) => {
    const { status, body } = await ask('POST', STONES, { body: opal, headers: { 'idempotency-key': key } });

    expect([status, body.code]).toEqual([400, 'malformed-idempotency-key']);
  });

  it('makes one effect of many that arrive at once', async () => {
    const before = await count();
    const headers = fresh();
    let go = () => {};
    api.waitFor(new Promise<void>((resolve) => (go = resolve)));

    const running = twice('wait', headers);
    await sleep(100);
    const meanwhile = await Promise.all(Array.from({ length: 5 }, () => twice('wait', headers)));
    go();
    const first = await running;
    const after = await twice('wait', headers);

    expect(meanwhile.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409]);
    expect(meanwhile[0]?.headers['retry-after']).toBe('1');
    expect(first.status).toBe(201);
    expect(after.body).toEqual(first.body);
    expect(await count()).toBe(before + 2);
  });

  it('waits for no second connection: many more than there are connections are served at once', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => twice('end', fresh())));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  });

  it('leaves nothing behind after a fault of ours, and can be sent again', async () => {
    const before = await count();
    const headers = fresh();

    expect((await twice('bug', headers)).status).toBe(500);
    expect(await count()).toBe(before);
    expect((await twice('bug', headers)).headers).not.toHaveProperty('idempotency-replayed');
  });

  it('keeps what a refused request meant to keep', async () => {
    const before = await count();

    expect((await twice('refuse', fresh())).status).toBe(409);
    expect(await count()).toBe(before + 1);
  });

  it('survives a statement that fails and is caught, as it would without a key', async () => {
    const before = await count();

    expect((await twice('clash', fresh())).status).toBe(201);
    expect(await count()).toBe(before + 2);
  });

  it('is forgotten after a day', async () => {
    const headers = fresh();
    const first = await ask('POST', STONES, { body: opal, headers });
    await api.db.query(`UPDATE idempotency_key SET "createdAt" = now() - interval '25 hours'`);

    const later = await ask('POST', STONES, { body: { ...opal, colour: 'green' }, headers });

    expect(later.status).toBe(201);
    expect(later.body.id).not.toBe(first.body.id);
  });

  it('keeps neither the key nor the answer where somebody could read it', async () => {
    const headers = fresh();
    const { body } = await ask('POST', STONES, { body: { ...opal, name: 'very secret' }, headers });

    const rows = JSON.stringify(await api.db.query('SELECT * FROM idempotency_key'));

    expect(rows).not.toContain('very secret');
    expect(rows).not.toContain(body.id);
    expect(rows).not.toContain(`"${headers['idempotency-key']}"`);
  });
});

describe('the log', () => {
  beforeEach(() => lines.splice(0));
  const requests = () => lines.filter(({ msg }) => msg === 'request');

  it('has one line for a request, and the request has its id', async () => {
    const headers = {
      'x-request-id': 'caller-7',
      'x-test-user': 'somebody',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    };

    const answer = await ask('GET', `${STONES}?limit=1`, { headers });

    expect(answer.headers['x-request-id']).toBe('caller-7');
    expect(requests()).toEqual([
      expect.objectContaining({
        level: 'info',
        requestId: 'caller-7',
        userId: 'somebody',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        method: 'GET',
        path: STONES,
        route: '/api/v1/stones',
        query: '?limit=1',
        status: 200,
        ms: expect.any(Number),
      }),
    ]);
  });

  it.each(['with space', 'x'.repeat(129), 'a"b'])('takes no id that a log cannot hold: %j', async (id) => {
    const { headers } = await ask('GET', `${STONES}?limit=1`, { headers: { 'x-request-id': id } });

    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('names the problem that a request met', async () => {
    await ask('POST', STONES, { body: { name: 'x' } });

    expect(requests()[0]).toMatchObject({ status: 422, problem: 'invalid-request' });
  });

  it('holds no secret that a request brought', async () => {
    await ask('POST', `${STONES}?token=hunter22`, {
      body: { ...opal, password: 'hunter22' },
      headers: { authorization: 'Bearer hunter22', cookie: 'session=hunter22', 'idempotency-key': 'hunter22' },
    });

    expect(requests()).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('hunter22');
  });
});

describe('the process', () => {
  it.each(['/health/live', '/api/v1/health/live'])('says at %s that it lives', async (path) => {
    expect((await ask('GET', path)).body).toEqual({ status: 'ok' });
  });

  it.each(['/health/ready', '/api/v1/health/ready'])('says at %s that it can serve', async (path) => {
    const { status, body } = await ask('GET', path);

    expect(status).toBe(200);
    expect(body.checks.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['database', 'migrations']),
    );
  });

  it('is degraded without what it can do without, and not ready without the rest', async () => {
    let away: string[] = ['mail'];
    const readiness = api.app.get(Readiness);
    for (const [name, required] of [
      ['mail', false],
      ['store', true],
    ] as const) {
      const check = async () => {
        if (away.includes(name)) throw new Error('connect ECONNREFUSED smtp://user:hunter22@mail');
      };
      readiness.add({ name, required, check });
    }

    expect((await ask('GET', '/health/ready')).body.status).toBe('degraded');
    away = ['store'];
    const { status, headers, body } = await ask('GET', '/health/ready');
    away = [];

    expect([status, body.code, body.failed]).toEqual([503, 'not-ready', ['store']]);
    expect(headers).toHaveProperty('retry-after');
    expect(JSON.stringify([body, lines])).not.toContain('hunter22');
    expect((await ask('GET', '/health/ready')).body.status).toBe('ok');
  });

  it('is not ready while a migration waits', async () => {
    await api.db.query('ALTER TABLE migrations RENAME TO migrations_away');
    const { body } = await ask('GET', '/health/ready');
    await api.db.query('ALTER TABLE migrations_away RENAME TO migrations');

    expect(body.failed).toEqual(['migrations']);
  });

  it.each(['/metrics', '/api/v1/metrics'])('tells at %s what it has measured', async (path) => {
    const { status, headers, body } = await ask('GET', path);

    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toMatch(
      /accession_http_request_duration_seconds_count\{.*route="\/api\/v1\/stones",status="201"\} \d+/,
    );
    expect(body).toContain('process_cpu_seconds_total');
  });

  it('tells what rooms have added, and goes on without what cannot be looked up', async () => {
    const metrics = api.app.get(Metrics);
    metrics.registerCollector({
      name: 'accession_test_depth',
      help: 'For the test.',
      labels: ['queue'],
      read: async () => [{ labels: { queue: 'validation' }, value: 3 }],
    });
    metrics.registerCollector({
      name: 'accession_test_broken',
      help: 'For the test.',
      read: () => Promise.reject(new Error('away')),
    });

    await ask('GET', '/metrics');
    const { body } = await ask('GET', '/metrics');

    expect(body).toContain('accession_test_depth{queue="validation"} 3');
    expect(body).toContain('accession_collector_failures_total{collector="accession_test_broken"} 1');
  });
});

describe('the OpenAPI document', () => {
  const operations = () =>
    Object.entries(documentOf(api.app).paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
    );

  it('is served, as are the pages of the problems', async () => {
    expect((await ask('GET', '/api/openapi.json')).body.openapi).toBe('3.1.0');
    const page = await ask('GET', '/problems/stale-version');
    expect(page.headers['content-type']).toContain('text/plain');
    expect(page.body).toContain('# Stale version');
    expect((await ask('GET', '/problems/no-such-code')).status).toBe(404);
  });

  it('names nothing that it does not have', () => {
    const document = documentOf(api.app);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);

    const dangling = references.filter((path) => {
      let at: unknown = document;
      for (const step of path.split('/'))
        at = (at as Record<string, unknown> | undefined)?.[step.replaceAll('~1', '/')];
      return at === undefined;
    });

    expect(references.length).toBeGreaterThan(10);
    expect(dangling).toEqual([]);
  });

  it('says of every operation what it is called, who may use it, and how it refuses', () => {
    const ids = operations().map(({ operation }) => operation.operationId);

    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations()) {
      expect(operation.summary).toMatch(/^[A-Z]/);
      expect(operation.security).toBeDefined();
      expect(operation.responses.default).toEqual({ $ref: '#/components/responses/Problem' });
    }
  });

  it('says which headers an operation takes', () => {
    const document = documentOf(api.app);
    const names = (path: string, method: 'post' | 'patch' | 'get') =>
      (document.paths[path]?.[method]?.parameters ?? []).map((each) => ('name' in each ? each.name : each.$ref));

    expect(names(STONES, 'post')).toEqual(['#/components/parameters/IdempotencyKey']);
    expect(names(`${STONES}/{id}`, 'patch')).toEqual(['id', 'If-Match']);
    expect(names(STONES, 'get')).toEqual(['limit', 'cursor', 'count', 'colour', 'sort']);
  });

  it('lets no body hold a field that nobody reads', () => {
    const { NewStone } = documentOf(api.app).components?.schemas ?? {};

    expect(NewStone).toMatchObject({ additionalProperties: false, required: ['name', 'colour'] });
  });

  it('is read on a page that loads nothing from elsewhere', async () => {
    const page = await ask('GET', '/api/docs/');
    const script = await ask('GET', '/api/docs/js/scalar.js');

    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).not.toMatch(/(?:src|href|url)\s*[=:(]\s*["']?(?:https?:)?\/\//);
    expect(page.body).toContain('"withDefaultFonts": false');
    expect(script.headers['content-type']).toContain('javascript');
    expect((await ask('GET', '/api/docs')).headers.location).toBe('/api/docs/');
  });
});
