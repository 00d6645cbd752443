import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginIdentityApi, type Headers, type IdentityApi, ORIGIN, PASSWORD } from './identity-api.js';

let api: IdentityApi;
beforeAll(async () => {
  api = await beginIdentityApi();
});
afterAll(() => api?.end());

describe('signing in', () => {
  it('gives a browser a cookie that no script reads, and a script a token', async () => {
    const { email } = await api.somebody();

    const { status, headers, body } = await api.ask('POST', '/sessions', {}, { email, password: PASSWORD });

    expect(status).toBe(201);
    expect(body).toEqual({ token: expect.stringMatching(/^acc_ses_/), expiresAt: expect.any(String) });
    expect(headers['set-cookie']).toBe(
      `accession_session=${body.token}; Path=/; Expires=${new Date(body.expiresAt).toUTCString()}; HttpOnly; SameSite=Lax`,
    );
    expect(Math.round((Date.parse(body.expiresAt) - Date.now()) / 86_400_000)).toBe(14);
    expect((await api.ask('GET', '/me', { authorization: `Bearer ${body.token}` })).body.email).toBe(email);
    expect((await api.ask('GET', '/me', { cookie: `accession_session=${body.token}` })).body.email).toBe(email);
  });

  it('takes the address however it is written', async () => {
    const { email } = await api.somebody();

    expect((await api.ask('POST', '/sessions', {}, { email: email.toUpperCase(), password: PASSWORD })).status).toBe(
      201,
    );
  });

  it('says the same of a wrong password, of an account that is not there, and of one that is closed', async () => {
    const { email } = await api.somebody();
    const closed = await api.somebody();
    await api.db.query('UPDATE person SET "disabledAt" = now() WHERE id = $1', [closed.id]);

    const answers = await Promise.all([
      api.ask('POST', '/sessions', {}, { email, password: 'correct house' }),
      api.ask('POST', '/sessions', {}, { email: 'nobody@example.org', password: PASSWORD }),
      api.ask('POST', '/sessions', {}, { email: closed.email, password: PASSWORD }),
    ]);

    const [first, ...others] = answers.map(({ status, body: { instance: _, ...said } }) => ({ status, said }));
    expect(first).toMatchObject({ status: 401, said: { code: 'sign-in-refused' } });
    for (const other of others) expect(other).toEqual(first);
    for (const { headers } of answers) expect(headers['set-cookie']).toBeUndefined();
  });

  it('is refused when a page of another site asks for it', async () => {
    const { email } = await api.somebody();

    const { status, headers } = await api.ask(
      'POST',
      '/sessions',
      { origin: 'https://evil.example' },
      { email, password: PASSWORD },
    );

    expect(status).toBe(403);
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('works with the cookie of a session that is over', async () => {
    const person = await api.somebody();
    await api.db.query(`UPDATE session SET "expiresAt" = now() WHERE "personId" = $1`, [person.id]);

    const again = await api.ask('POST', '/sessions', person.cookie, { email: person.email, password: PASSWORD });

    expect(again.status).toBe(201);
  });

  it('is kept as a hash', async () => {
    const { id, secret } = await api.somebody();

    const kept = await api.db.query('SELECT * FROM session WHERE "personId" = $1', [id]);
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toContain(secret.slice(8));
  });
});

describe('a session', () => {
  it('ends when its person signs out', async () => {
    const person = await api.somebody();

    const { status, headers } = await api.ask('DELETE', '/sessions/current', { ...person.cookie, origin: ORIGIN });

    expect(status).toBe(204);
    expect(headers['set-cookie']).toContain('accession_session=; Path=/; Expires=Thu, 01 Jan 1970');
    const after = await api.ask('GET', '/me', person.bearer);
    expect(after).toMatchObject({ status: 401, body: { reason: 'unknown' } });
  });

  it('is over on its day, and is then swept away', async () => {
    const person = await api.somebody();
    await api.db.query(`UPDATE session SET "expiresAt" = now() WHERE "personId" = $1`, [person.id]);

    const after = await api.ask('GET', '/me', person.cookie);
    expect(after).toMatchObject({ status: 401, body: { reason: 'expired' } });
    expect(after.headers['www-authenticate']).toBe('Bearer realm="accession", error="invalid_token"');

    await api.somebody();
    expect(await api.db.query('SELECT 1 FROM session WHERE "personId" = $1', [person.id])).toEqual([]);
  });

  it('notes its last use once a minute', async () => {
    const person = await api.somebody();
    const lastUse = async () =>
      (await api.db.query('SELECT "lastUsedAt" FROM session WHERE "personId" = $1', [person.id]))[0].lastUsedAt;
    const before = await lastUse();

    await api.ask('GET', '/me', person.bearer);
    expect(await lastUse()).toEqual(before);

    await api.db.query(`UPDATE session SET "lastUsedAt" = now() - interval '2 minutes'`);
    await api.ask('GET', '/me', person.bearer);
    expect((await lastUse()).getTime()).toBeGreaterThanOrEqual(before.getTime());
  });
});

describe('a request by cookie', () => {
  const elsewhere = { origin: 'https://evil.example' };

  it('reads whatever page it comes from: the answer stays with the browser', async () => {
    expect((await api.ask('GET', '/me', { ...(await api.somebody()).cookie, ...elsewhere })).status).toBe(200);
  });

  it.each([
    ['of our origin', { origin: ORIGIN }],
    ['of the host that was asked', { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' }],
    ['of our origin, as the browser says', { 'sec-fetch-site': 'same-origin' }],
  ])('changes something from a page %s', async (_, headers) => {
    const person = await api.somebody();

    const changed = await api.ask('PATCH', '/me', { ...person.cookie, 'if-match': '*', ...headers }, { name: 'Me' });

    expect(changed).toMatchObject({ status: 200, body: { name: 'Me' } });
  });

  it.each([
    ['of another site', elsewhere],
    ['of another site, as the browser says', { 'sec-fetch-site': 'cross-site', origin: ORIGIN }],
    ['without an origin', { origin: 'null' }],
    ['that keeps its origin to itself', {}],
  ])('changes nothing from a page %s, and is told what to send', async (_, headers) => {
    const person = await api.somebody();

    const { status, body } = await api.ask(
      'PATCH',
      '/me',
      { ...person.cookie, 'if-match': '*', ...(headers as Headers) },
      { name: 'Mallory' },
    );

    expect(status).toBe(403);
    expect(body).toMatchObject({ code: 'cross-site-request', detail: expect.stringContaining(`Origin: ${ORIGIN}`) });
    expect((await api.ask('GET', '/me', person.bearer)).body.name).toBe('Some Body');
  });

  it('needs no origin once it comes with a bearer token', async () => {
    const person = await api.somebody();

    const headers = { ...person.bearer, ...person.cookie, ...elsewhere, 'if-match': '*' };
    expect((await api.ask('PATCH', '/me', headers, { name: 'Me' })).status).toBe(200);
  });
});
