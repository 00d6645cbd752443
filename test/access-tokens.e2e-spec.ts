import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSecret } from '../src/identity/secrets.js';
import { beginIdentityApi, type IdentityApi, inDays, PASSWORD, pointersOf } from './identity-api.js';

let api: IdentityApi;
beforeAll(async () => {
  api = await beginIdentityApi();
});
afterAll(() => api?.end());

describe('an access token', () => {
  it('is shown once, is kept as a hash, and tells of its last use', async () => {
    const person = await api.somebody();
    const expiresAt = inDays(365);

    const { status, body } = await api.ask('POST', '/me/tokens', person.bearer, {
      ...{ name: 'nightly upload', scopes: ['account', 'submission:write'], expiresAt },
    });
    expect(status).toBe(201);
    expect(body.token).toMatch(/^acc_pat_[0-9A-Za-z]{38}$/);

    const list = () => api.ask('GET', '/me/tokens', person.bearer);
    const { token, ...shown } = body;
    expect((await list()).body).toEqual({ items: [{ ...shown, lastUsedAt: null }], nextCursor: null });
    expect(shown).toMatchObject({ name: 'nightly upload', hint: `${token.slice(0, 12)}…`, expiresAt });
    const kept = await api.db.query('SELECT * FROM access_token WHERE id = $1', [body.id]);
    expect(JSON.stringify(kept)).not.toContain(token.slice(12));

    await api.ask('GET', '/me', { authorization: `Bearer ${token}` });
    expect((await list()).body.items[0].lastUsedAt).toEqual(expect.any(String));
  });

  it('opens only what its scopes say, and the refusal says which is needed', async () => {
    const reader = await api.tokenOf(await api.somebody(), ['submission:read']);

    const { status, headers, body } = await api.ask('GET', '/me', reader.bearer);

    expect(status).toBe(403);
    expect(body).toMatchObject({ code: 'scope-needed', needed: ['account'], held: ['submission:read'] });
    expect(headers['www-authenticate']).toContain('error="insufficient_scope", scope="account"');
  });

  it('gives no role that its person has not', async () => {
    const token = await api.tokenOf(await api.somebody(), ['admin']);

    expect(await api.ask('GET', '/users', token.bearer)).toMatchObject({ status: 403, body: { code: 'role-needed' } });
  });

  it('makes no token that may do more than itself', async () => {
    const account = await api.tokenOf(await api.somebody(), ['account']);
    const asked = { name: 'more', scopes: ['account', 'submission:write'], expiresAt: inDays(1) };

    const { status, body } = await api.ask('POST', '/me/tokens', account.bearer, asked);
    expect(status).toBe(403);
    expect(body).toMatchObject({ code: 'scopes-exceeded', exceeding: ['submission:write'] });
    expect((await api.ask('POST', '/me/tokens', account.bearer, { ...asked, scopes: ['account'] })).status).toBe(201);
  });

  it('is refused from its last day on, and says what to do', async () => {
    const token = await api.tokenOf(await api.somebody());
    await api.db.query(`UPDATE access_token SET "expiresAt" = '2026-01-31T12:00:00Z' WHERE id = $1`, [token.id]);

    const { status, body } = await api.ask('GET', '/me', token.bearer);

    expect(status).toBe(401);
    expect(body.detail).toBe('The token has expired on 2026-01-31: make a new one at /me/tokens.');
  });

  it('is refused once it is revoked', async () => {
    const person = await api.somebody();
    const token = await api.tokenOf(person);

    expect((await api.ask('DELETE', `/me/tokens/${token.id}`, person.bearer)).status).toBe(204);
    expect(await api.ask('GET', '/me', token.bearer)).toMatchObject({ status: 401, body: { reason: 'unknown' } });
    expect((await api.ask('DELETE', `/me/tokens/${token.id}`, person.bearer)).status).toBe(404);
  });

  it('is revoked by nobody else', async () => {
    const token = await api.tokenOf(await api.somebody());

    expect((await api.ask('DELETE', `/me/tokens/${token.id}`, (await api.somebody()).bearer)).status).toBe(404);
    expect((await api.ask('GET', '/me', token.bearer)).status).toBe(200);
  });

  it('is told from a mistyped one, and from one that never was', async () => {
    const { secret } = await api.tokenOf(await api.somebody());
    const mistyped = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');

    const said = async (token: string) =>
      (await api.ask('GET', '/me', { authorization: `Bearer ${token}` })).body.reason;
    expect(await said(mistyped)).toBe('malformed');
    expect(await said(makeSecret('token'))).toBe('unknown');
  });

  it('must be good where none is needed, if one is sent', async () => {
    const asked = { name: 'New Comer', email: 'newcomer@example.org', password: PASSWORD };
    const stale = { authorization: `Bearer ${makeSecret('token')}` };

    expect(await api.ask('POST', '/users', stale, asked)).toMatchObject({ status: 401, body: { reason: 'unknown' } });
  });

  it('is not taken for a session', async () => {
    const person = await api.somebody();
    const { bearer, cookie } = await api.tokenOf(person);

    expect((await api.ask('DELETE', '/sessions/current', bearer)).status).toBe(404);
    expect(await api.ask('GET', '/me', cookie)).toMatchObject({ status: 401 });
  });

  it.each([
    ['no expiry', { expiresAt: undefined }, '/expiresAt'],
    ['an expiry that is over', { expiresAt: inDays(-1) }, '/expiresAt'],
    ['an expiry in two years', { expiresAt: inDays(730) }, '/expiresAt'],
    ['no scope', { scopes: [] }, '/scopes'],
    ['a scope that is not', { scopes: ['everything'] }, '/scopes/0'],
    ['a field that is not', { forever: true }, '/forever'],
  ])('is not made with %s', async (_, wrong, pointer) => {
    const { bearer } = await api.somebody();
    const asked = { name: 'x', scopes: ['account'], expiresAt: inDays(1), ...wrong };

    const { status, body } = await api.ask('POST', '/me/tokens', bearer, asked);

    expect(status).toBe(422);
    expect(pointersOf(body)).toEqual([pointer]);
  });

  it('is listed page by page, the newest first', async () => {
    const person = await api.somebody();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await api.tokenOf(person)).id);

    const first = await api.ask('GET', '/me/tokens?limit=3&count=true', person.bearer);
    await api.tokenOf(person);
    const next = await api.ask('GET', `/me/tokens?limit=3&cursor=${first.body.nextCursor}`, person.bearer);

    expect(first.body.total).toBe(5);
    const ids = [...first.body.items, ...next.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made.reverse());
    expect(next.body.nextCursor).toBeNull();
  });
});
