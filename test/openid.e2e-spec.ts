import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Browser, type Visited } from './browser.js';
import { freePort } from './free-port.js';
import { beginOpenidServer, CLIENT, type OpenidServer } from './openid-server.js';
import { PASSWORD } from './signed-in.js';
import { beginWorld, type World } from './world.js';

const ORCID = '0000-0002-1825-0097';

let world: World;
let home: string;
/** One that is trusted with addresses and roles, one that is not, and one with subjects like ORCID's. */
let trusted: OpenidServer;
let plain: OpenidServer;
let orcid: OpenidServer;
/** Its clock is an hour behind. */
let late: OpenidServer;

beforeAll(async () => {
  const port = await freePort();
  home = `http://127.0.0.1:${port}`;
  [trusted, plain, orcid, late] = await Promise.all([
    beginOpenidServer(home, 'campus'),
    beginOpenidServer(home, 'plain'),
    beginOpenidServer(home, 'orcid'),
    beginOpenidServer(home, 'late', { secondsLate: 3_600 }),
  ]);
  const gone = `127.0.0.1:${await freePort()}`;
  const providers = [
    {
      ...{ id: 'campus', label: 'Campus', issuer: trusted.issuer, trustEmail: true, rolesClaim: 'groups' },
      rolesMap: { desk: 'curator', heads: 'admin' },
    },
    { id: 'plain', label: 'Plain', issuer: plain.issuer },
    { id: 'orcid', issuer: orcid.issuer },
    { id: 'late', label: 'Late', issuer: late.issuer },
    { id: 'gone', label: 'Gone', issuer: `http://${gone}` },
  ].map((entry) => ({ ...entry, ...CLIENT }));
  world = await beginWorld({
    PORT: String(port),
    OPENID_PROVIDERS: JSON.stringify(providers),
    OUTBOUND_ALLOW: [trusted.pair, plain.pair, orcid.pair, late.pair, gone].join(','),
  });
});
afterAll(async () => {
  await world?.end();
  await Promise.all([trusted, plain, orcid, late].map((server) => server?.end()));
});

const somebody = () => ({
  sub: randomUUID(),
  name: 'Ada Example',
  email: `${randomUUID()}@example.org`,
  email_verified: true,
});

/** As far as the provider's answer, which is not shown to the service yet. */
const away = async (browser: Browser, id: string, server: OpenidServer, who: OpenidServer['next']): Promise<URL> => {
  server.next = who;
  const { url } = await browser.follow(`/api/v1/sign-in/${id}?returnTo=/s`, ({ pathname }) =>
    pathname.endsWith('/callback'),
  );
  return url;
};

const signIn = async (id: string, server: OpenidServer, who: OpenidServer['next'], browser = new Browser(home)) => ({
  browser,
  back: await browser.ask(await away(browser, id, server, who)),
});

const me = async (browser: Browser) => (await browser.ask('/api/v1/me')).body;

const withPassword = async (email = `${randomUUID()}@example.org`) => {
  const person = { name: 'Ada Before', email, password: PASSWORD };
  const { body } = await world.stranger.post('/users', person);
  const browser = new Browser(home);
  expect((await browser.ask('/api/v1/sessions', { method: 'POST', body: { email, password: PASSWORD } })).status).toBe(
    201,
  );
  return { id: body.id as string, email, browser };
};

const isRefused = ({ status, body, headers }: Visited, code: string) => {
  expect(body).toMatchObject({ status, code });
  expect(headers.getSetCookie()).toEqual([]);
};

describe('signing in by a provider', () => {
  it('is offered by name', async () => {
    const { body } = await world.stranger.get('/sign-in/providers');

    expect(body.items.slice(0, 3)).toEqual([
      { id: 'campus', label: 'Campus', signInAt: '/api/v1/sign-in/campus' },
      { id: 'plain', label: 'Plain', signInAt: '/api/v1/sign-in/plain' },
      { id: 'orcid', label: 'ORCID', signInAt: '/api/v1/sign-in/orcid' },
    ]);
  });

  it('makes an account of a submitter, leads to the page that was asked for, and knows them the next time', async () => {
    const who = somebody();

    const first = await signIn('plain', plain, who);
    const second = await signIn('plain', plain, { ...who, name: 'Ada Renamed' });

    expect(first.back).toMatchObject({ status: 303 });
    expect(first.back.headers.get('location')).toBe(`${home}/s`);
    expect(first.back.headers.getSetCookie()[0]).toMatch(
      /^accession_session=acc_ses_\w+; Path=\/;.*HttpOnly; SameSite=Lax$/,
    );
    const known = await me(first.browser);
    expect(known).toMatchObject({ name: 'Ada Example', email: who.email, roles: ['submitter'] });
    expect(await me(second.browser)).toEqual(known);
    const { body } = await first.browser.ask('/api/v1/me/identities');
    expect(body.items).toMatchObject([{ provider: 'plain', issuer: plain.issuer, subject: who.sub }]);
  });

  it('sends the browser off with PKCE, a state and a nonce of its own', async () => {
    const asked = await Promise.all([1, 2].map(() => new Browser(home).ask('/api/v1/sign-in/plain')));
    const [one, other] = asked.map(({ headers }) => new URL(String(headers.get('location'))).searchParams);

    expect(asked[0]?.status).toBe(302);
    expect(asked[0]?.headers.getSetCookie()[0]).toMatch(/^accession_sign_in=[\w-]{43}; .*HttpOnly; SameSite=Lax$/);
    expect(one?.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one?.get(name)).toMatch(/^[\w-]{43}$/);
      expect(one?.get(name)).not.toBe(other?.get(name));
    }
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/s\u0000', 's'])(
    'leads to no page but ours: not to %j',
    async (returnTo) => {
      const { status } = await world.stranger.get(`/sign-in/plain?returnTo=${encodeURIComponent(returnTo)}`);

      expect(status).toBe(400);
    },
  );

  it('comes back once', async () => {
    const browser = new Browser(home);
    const url = await away(browser, 'plain', plain, somebody());

    expect((await browser.ask(url)).status).toBe(303);
    isRefused(await browser.ask(url), 'sign-in-not-begun');
  });

  it('comes back to the browser that began it, and to no other', async () => {
    const browser = new Browser(home);
    const other = new Browser(home);
    await other.ask('/api/v1/sign-in/plain'); // it has begun one of its own
    const url = await away(browser, 'plain', plain, somebody());

    isRefused(await other.ask(url), 'sign-in-not-begun');
    isRefused(await new Browser(home).ask(url), 'sign-in-not-begun');
    expect((await browser.ask(url)).status).toBe(303);
  });

  it('is not taken from another provider, with another state, or too late', async () => {
    const browser = new Browser(home);
    const url = await away(browser, 'plain', plain, somebody());
    const elsewhere = new URL(url.href.replace('/plain/', '/campus/'));
    const stateless = new URL(url);
    stateless.searchParams.set('state', 'x');

    isRefused(await browser.ask(elsewhere), 'sign-in-not-begun');
    isRefused(await browser.ask(stateless), 'sign-in-not-begun');
    await world.db.query(`UPDATE sign_in_attempt SET "expiresAt" = now() - interval '1 s'`);
    isRefused(await browser.ask(url), 'sign-in-not-begun');
  });

  it('is refused where the answer is to another nonce', async () => {
    const browser = new Browser(home);
    plain.next = somebody();
    const { headers } = await browser.ask('/api/v1/sign-in/plain');
    const tampered = new URL(String(headers.get('location')));
    tampered.searchParams.set('nonce', 'another');
    const { url } = await browser.follow(tampered, ({ pathname }) => pathname.endsWith('/callback'));

    const back = await browser.ask(url);

    isRefused(back, 'sign-in-failed');
    expect(back.body.reason).toBe('nonce');
  });

  it('is refused where the code is not theirs, and where the clocks differ', async () => {
    const browser = new Browser(home);
    const url = await away(browser, 'plain', plain, somebody());
    url.searchParams.set('code', 'stolen');

    const stolen = await browser.ask(url);
    const { back } = await signIn('late', late, somebody());

    isRefused(stolen, 'sign-in-failed');
    expect(stolen.body.reason).toBe('code');
    isRefused(back, 'sign-in-failed');
    expect(back.body.reason).toBe('clock');
  });

  it('that is cancelled there changes nothing here, and a browser is shown a page that says so', async () => {
    const { back } = await signIn('plain', plain, null);
    const browser = new Browser(home);
    const page = await browser.ask(await away(browser, 'plain', plain, null), { headers: { accept: 'text/html' } });

    isRefused(back, 'sign-in-denied');
    expect(page.status).toBe(403);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<h1>Sign in denied</h1><p>Plain did not sign you in');
    expect(page.text).not.toContain('<script');
  });

  it('by a provider that is away names it, and a password is as good as ever', async () => {
    const { status, body } = await world.stranger.get('/sign-in/gone');

    expect(status).toBe(503);
    expect(body).toMatchObject({
      code: 'provider-away',
      provider: 'gone',
      detail: expect.stringMatching(/^Gone does not/),
    });
    await withPassword();
  });

  it('by nobody we know is not found', async () => {
    expect(await world.stranger.get('/sign-in/nobody')).toMatchObject({
      status: 404,
      body: { code: 'provider-not-found' },
    });
  });

  it('does not open an account that is closed', async () => {
    const who = somebody();
    const { browser } = await signIn('plain', plain, who);
    const admin = await world.person('admin');
    const { id } = await me(browser);
    await admin.patch(`/users/${id}`, { disabled: true }, { 'if-match': '*' });

    isRefused((await signIn('plain', plain, who)).back, 'account-closed');
    expect((await browser.ask('/api/v1/me')).status).toBe(401);
  });
});

describe('a provider and an account with a password', () => {
  it('are not linked by an address alone, but by who is signed in', async () => {
    const { id, email, browser } = await withPassword();
    const who = { ...somebody(), email: email.toUpperCase() };

    isRefused((await signIn('plain', plain, who)).back, 'identity-not-linked');
    const begun = await browser.ask('/api/v1/me/identities/plain', { method: 'POST', body: { returnTo: '/me' } });
    plain.next = who;
    const { url } = await browser.follow(begun.body.url, ({ pathname }) => pathname.endsWith('/callback'));
    const back = await browser.ask(url);

    expect(begun.status).toBe(201);
    expect(back.headers.get('location')).toBe(`${home}/me`);
    expect(back.headers.getSetCookie()).toEqual([]);
    expect((await me((await signIn('plain', plain, who)).browser)).id).toBe(id);
  });

  it('are not linked in a browser that the link was not asked for in', async () => {
    const { browser } = await withPassword();
    const begun = await browser.ask('/api/v1/me/identities/plain', { method: 'POST', body: {} });
    plain.next = somebody();
    const { url } = await new Browser(home).follow(begun.body.url, ({ pathname }) => pathname.endsWith('/callback'));

    isRefused(await new Browser(home).ask(url), 'sign-in-not-begun');
    expect((await browser.ask('/api/v1/me/identities')).body.items).toEqual([]);
  });

  it('are not linked where the provider knows somebody else by it', async () => {
    const who = somebody();
    await signIn('plain', plain, who);
    const { browser } = await withPassword();
    const begun = await browser.ask('/api/v1/me/identities/plain', { method: 'POST', body: {} });
    plain.next = who;
    const { url } = await browser.follow(begun.body.url, ({ pathname }) => pathname.endsWith('/callback'));

    isRefused(await browser.ask(url), 'identity-taken');
  });

  it('are one by the word of a provider that is trusted, and whoever made the account with another’s address is out', async () => {
    const { id, email, browser: squatter } = await withPassword();

    const { browser } = await signIn('campus', trusted, { ...somebody(), email });

    expect((await me(browser)).id).toBe(id);
    expect((await squatter.ask('/api/v1/me')).status).toBe(401);
    const again = await squatter.ask('/api/v1/sessions', { method: 'POST', body: { email, password: PASSWORD } });
    expect(again.status).toBe(401);
  });

  it('are not one where the trusted provider has not verified the address', async () => {
    const { email } = await withPassword();

    isRefused(
      (await signIn('campus', trusted, { ...somebody(), email, email_verified: false })).back,
      'identity-not-linked',
    );
  });

  it('part again, unless it is the last way in; whoever is signed in by it is so no longer', async () => {
    const { browser } = await signIn('plain', plain, somebody());
    const [{ id }] = (await browser.ask('/api/v1/me/identities')).body.items;
    const unlink = (by: Browser) => by.ask(`/api/v1/me/identities/${id}`, { method: 'DELETE' });

    isRefused(await unlink(browser), 'last-way-in');
    isRefused(await unlink((await withPassword()).browser), 'identity-not-found');
    const { email } = await me(browser);
    const set = await browser.ask('/api/v1/me/password', { method: 'PUT', body: { password: PASSWORD } });
    expect(set.status).toBe(204);
    expect((await unlink(browser)).status).toBe(204);
    expect((await browser.ask('/api/v1/me')).status).toBe(401);
    const session = await browser.ask('/api/v1/sessions', { method: 'POST', body: { email, password: PASSWORD } });
    expect(session.status).toBe(201);
  });
});

describe('ORCID', () => {
  it('says no address, so that one is asked for; the iD is verified, and cannot be typed over', async () => {
    const { browser, back } = await signIn('orcid', orcid, {
      sub: ORCID,
      given_name: 'Josiah',
      family_name: 'Carberry',
    });
    isRefused(back, 'email-needed');
    expect(back.body.continueAt).toBe('/sign-in/orcid/account');
    const email = `${randomUUID()}@example.org`;
    const body = { email };
    isRefused(
      await new Browser(home).ask('/api/v1/sign-in/orcid/account', { method: 'POST', body }),
      'sign-in-not-begun',
    );

    const begun = await browser.ask('/api/v1/sign-in/orcid/account', { method: 'POST', body });

    expect(begun.status).toBe(201);
    expect(await me(browser)).toMatchObject({ name: 'Josiah Carberry', email, orcid: ORCID, orcidVerified: true });
    const headers = { 'if-match': '*' };
    const typed = await browser.ask('/api/v1/me', { method: 'PATCH', headers, body: { orcid: null } });
    isRefused(typed, 'orcid-verified');
    expect((await browser.ask('/api/v1/me', { method: 'PATCH', headers, body: { name: 'J. C.' } })).status).toBe(200);
    expect((await signIn('orcid', orcid, { sub: ORCID })).back.status).toBe(303);
    isRefused(await browser.ask('/api/v1/sign-in/orcid/account', { method: 'POST', body }), 'sign-in-not-begun');
  });

  it('asks for another address where somebody has the one that was given', async () => {
    const { email } = await withPassword();
    const { browser } = await signIn('orcid', orcid, { sub: '0000-0001-5109-3700' });
    const complete = (body: object) => browser.ask('/api/v1/sign-in/orcid/account', { method: 'POST', body });

    isRefused(await complete({ email }), 'email-taken');
    expect((await complete({ email: `${randomUUID()}@example.org`, name: 'Ada' })).status).toBe(201);
    expect((await me(browser)).name).toBe('Ada');
  });
});

describe('roles by claims', () => {
  it('are given and taken at each sign-in, and leave alone what an admin gave', async () => {
    const who = somebody();
    const rolesNow = async (groups: readonly string[]) =>
      (await me((await signIn('campus', trusted, { ...who, groups })).browser)).roles;

    expect(await rolesNow([])).toEqual(['submitter']);
    expect(await rolesNow(['desk', 'others'])).toEqual(['submitter', 'curator']);
    const admin = await world.person('admin');
    const { body } = await admin.get(`/users?q=${who.email}`);
    await admin.patch(`/users/${body.items[0].id}`, { roles: ['submitter', 'curator'] }, { 'if-match': '*' });
    expect(await rolesNow([])).toEqual(['submitter', 'curator']);
  });

  it('never take the last admin', async () => {
    const who = somebody();
    const { browser } = await signIn('campus', trusted, { ...who, groups: ['heads'] });
    const { id, roles } = await me(browser);
    expect(roles).toContain('admin');
    const before = await world.db.query(`SELECT id FROM person WHERE 'admin' = ANY (roles)`);
    await world.db.query(`UPDATE person SET roles = '{submitter}' WHERE 'admin' = ANY (roles)`);

    const again = await signIn('campus', trusted, { ...who, groups: [] });

    expect((await me(again.browser)).roles).toContain('admin');
    await world.db.query(`UPDATE person SET roles = '{admin}' WHERE id = ANY ($1)`, [
      before.map((each: { id: string }) => each.id),
    ]);
    const last = await signIn('campus', trusted, { ...who, groups: [] });
    expect(await me(last.browser)).toMatchObject({ id, roles: ['submitter'] });
  });
});

describe('signing out', () => {
  it('of us says where to sign out of the provider; signing out there ends the session here', async () => {
    const who = somebody();
    const { browser } = await signIn('plain', plain, who);
    const elsewhere = await signIn('plain', plain, who); // another browser, and so another session there

    const page = await browser.ask(`${plain.issuer}/session/end?client_id=${CLIENT.clientId}`);
    const xsrf = /name="xsrf" value="(\w+)"/.exec(page.text)?.[1] ?? '';
    const form = new URLSearchParams({ xsrf, logout: 'yes' });
    await browser.ask(`${plain.issuer}/session/end/confirm`, { method: 'POST', body: form });

    await vi.waitFor(async () => expect((await browser.ask('/api/v1/me')).status).toBe(401), 5_000);
    expect((await elsewhere.browser.ask('/api/v1/me')).status).toBe(200);
    const out = await elsewhere.browser.ask('/api/v1/sessions/current', { method: 'DELETE' });
    const home = encodeURIComponent(`${world.config.PUBLIC_URL ?? `http://127.0.0.1:${world.config.PORT}`}/`);
    expect(out.headers.get('link')).toBe(
      `<${plain.issuer}/session/end?post_logout_redirect_uri=${home}&client_id=accession>; rel="logout"`,
    );
  });

  it('by a token that says who ends all their sessions by that provider, once', async () => {
    const { id, browser } = await withPassword();
    const who = { ...somebody(), email: undefined };
    const begun = await browser.ask('/api/v1/me/identities/plain', { method: 'POST', body: {} });
    plain.next = who;
    await browser.follow(begun.body.url, ({ pathname }) => pathname === '/');
    const by = (await signIn('plain', plain, who)).browser;
    const token = plain.signed(logout({ sub: who.sub }));
    const send = () => tell('plain', token);

    expect((await me(by)).id).toBe(id);
    expect((await send()).status).toBe(200);
    expect((await by.ask('/api/v1/me')).status).toBe(401);
    expect((await browser.ask('/api/v1/me')).status).toBe(200);
    isRefused(await send(), 'logout-token-refused');
  });

  it.each<[what: string, token: (of: OpenidServer) => string]>([
    ['signed by nobody', (of) => of.signed(logout({})).replace(/[^.]+$/, 'AAAA')],
    ['unsigned', (of) => of.signed(logout({}), { alg: 'none' }).replace(/[^.]+$/, '')],
    ['signed by another provider', () => trusted.signed(logout({}), { kid: 'plain' })],
    ['of another issuer', (of) => of.signed(logout({ iss: 'https://evil.example' }))],
    ['for somebody else', (of) => of.signed(logout({ aud: 'another' }))],
    ['without the event', (of) => of.signed(logout({ events: {} }))],
    ['with a nonce, as an ID token', (of) => of.signed(logout({ nonce: 'x' }))],
    ['that says nobody', (of) => of.signed(logout({ sub: undefined }))],
    ['without an id', (of) => of.signed(logout({ jti: undefined }))],
    ['of yesterday', (of) => of.signed(logout({ iat: Date.now() / 1_000 - 86_400 }))],
    ['of tomorrow', (of) => of.signed(logout({ iat: Date.now() / 1_000 + 86_400 }))],
    ['of another type', (of) => of.signed(logout({}), { typ: 'at+jwt' })],
    ['that is none', () => 'x.y.z'],
  ])('is not believed by a token %s', async (_, token) => {
    isRefused(await tell('plain', token(plain)), 'logout-token-refused');
  });

  const tell = (id: string, token: string) =>
    new Browser(home).ask(`/api/v1/sign-in/${id}/back-channel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token, ignored: 'yes' }),
    });

  const logout = (claims: object) => ({
    ...{
      iss: plain.issuer,
      aud: CLIENT.clientId,
      iat: Math.floor(Date.now() / 1_000),
      jti: randomUUID(),
      sub: 'somebody',
    },
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    ...claims,
  });
});
