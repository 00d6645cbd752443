import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Browser } from './browser.js';
import { freePort } from './free-port.js';
import { beginMailServer, type MailServer } from './mail-server.js';
import { beginOpenidServer, CLIENT, type OpenidServer } from './openid-server.js';
import { PASSWORD } from './signed-in.js';
import { draftOfCells, inReview, type Story } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

const ANY = { 'if-match': '*' };
const inADay = () => new Date(Date.now() + 86_400_000).toISOString();

let world: World;
let mail: MailServer;
let provider: OpenidServer;
let admin: Caller;
let owner: Caller;
/** Of a volume, in the queue. */
let story: Story;
beforeAll(async () => {
  mail = await beginMailServer();
  const port = await freePort();
  provider = await beginOpenidServer(`http://127.0.0.1:${port}`, 'campus');
  const campus = { id: 'campus', label: 'Campus', issuer: provider.issuer, trustEmail: true, ...CLIENT };
  world = await beginWorld({
    ...{ PORT: String(port), SMTP_URL: mail.url, SIGN_UP: 'off' },
    ...{ OPENID_PROVIDERS: JSON.stringify([campus]), OUTBOUND_ALLOW: provider.pair },
  });
  [admin, owner] = await Promise.all([world.person('admin'), world.person('submitter')]);
  story = await inReview(world, owner);
});
afterAll(async () => {
  await world?.end();
  await mail?.end();
  await provider?.end();
});

const grant = (who: Caller, body: object) =>
  admin.post(`/users/${who.id}/grants`, { reason: 'they know volumes', ...body });
const emailOf = async (who: Caller) => (await who.get('/me')).body.email as string;
const sessionOf = (email: string, password = PASSWORD, agent = 'a browser') =>
  world.stranger.post('/sessions', { email, password }, { 'user-agent': agent });
const as = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a curator of one profile', () => {
  let curator: Caller;
  beforeAll(async () => {
    curator = await world.person('submitter');
    const { status, body } = await grant(curator, { role: 'curator', profile: 'cryoet-dataset' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ role: 'curator', profile: 'cryoet-dataset', expiresAt: null, isOver: false });
    expect(body.grantedBy.id).toBe(admin.id);
  });

  it('reviews what is of that profile, and knows of nothing else', async () => {
    const other = await draftOfCells(owner);

    expect((await curator.get('/me')).body).toMatchObject({
      roles: ['submitter'],
      grants: [{ role: 'curator', profile: 'cryoet-dataset' }],
    });
    expect((await curator.get(story.path)).status).toBe(200);
    expect((await curator.get(other.path)).status).toBe(404);
    const { body } = await curator.get('/submissions?limit=100');
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([story.id]);
    expect((await curator.get('/incidents')).status).toBe(200);
  });

  it('may claim it, and be assigned to it; for another profile they are no curator', async () => {
    const desk = await world.person('curator');
    const mine = (await story.move(curator, 'curator.claim')).body;
    expect(mine).toMatchObject({ state: 'curator_review.claimed', assignee: { id: curator.id } });
    expect((await story.move(curator, 'curator.release')).status).toBe(200);
    await story.move(desk, 'curator.claim');

    const cells = await world.person('submitter');
    await grant(cells, { role: 'curator', profile: 'single-cell' });
    const wrong = await story.move(desk, 'curator.assign', { assignee: cells.id });
    const right = await story.move(desk, 'curator.assign', { assignee: curator.id });

    expect(wrong).toMatchObject({ status: 422, body: { code: 'no-such-curator' } });
    expect(right).toMatchObject({ status: 200, body: { assignee: { id: curator.id } } });
  });

  it('is found by that role, and the grant is part of who they are', async () => {
    const { body } = await admin.get('/users?role=curator&disabled=false&limit=100&count=true');
    expect(body.items.map(({ id }: { id: string }) => id)).toContain(curator.id);
    expect(body.total).toBe(body.items.length);

    const { body: person, headers } = await admin.get(`/users/${curator.id}`);
    expect(person).toMatchObject({
      ...{ id: curator.id, roles: ['submitter'], hasPassword: true, identities: [], erasedAt: null },
      grants: [{ profile: 'cryoet-dataset', reason: 'they know volumes' }],
    });
    expect(headers.etag).toBe(person.etag);
  });

  it('is one no longer when the grant is taken, and what they had claimed is in the pool with the same act', async () => {
    expect(await story.state()).toBe('curator_review.claimed');
    const [{ id }] = (await admin.get(`/users/${curator.id}`)).body.grants;

    expect((await admin.remove(`/users/${curator.id}/grants/${id}`)).status).toBe(204);

    expect(await story.state()).toBe('curator_review.unassigned');
    expect((await story.trail()).at(-1)).toMatchObject({ event: 'curator.release' });
    expect((await curator.get(story.path)).status).toBe(404);
    expect((await admin.remove(`/users/${curator.id}/grants/${id}`)).body.code).toBe('grant-not-found');
  });
});

describe('a role for a time', () => {
  it('is theirs until its end, and their claims go back within the same minute', async () => {
    const curator = await world.person('submitter');
    const { body } = await grant(curator, { role: 'curator', expiresAt: inADay() });
    expect((await curator.get('/me')).body.roles).toEqual(['submitter', 'curator']);
    expect((await story.move(curator, 'curator.claim')).status).toBe(200);

    await world.db.query(`UPDATE role_grant SET "expiresAt" = now() WHERE id = $1`, [body.id]);

    expect((await curator.get('/me')).body.roles).toEqual(['submitter']);
    expect((await curator.get(story.path)).status).toBe(404);
    await reaches(owner, story.id, 'curator_review.unassigned');
    expect((await admin.get(`/users/${curator.id}`)).body.grants).toMatchObject([{ isOver: true }]);
  });

  it('makes no admin on whom one can count', async () => {
    const other = await world.person('submitter');
    await grant(other, { role: 'admin', expiresAt: inADay() });
    expect((await other.get('/users')).status).toBe(200);

    const resign = await admin.patch(`/users/${admin.id}`, { roles: ['submitter'] }, ANY);

    expect(resign).toMatchObject({ status: 409, body: { code: 'last-admin' } });
    await grant(other, { role: 'admin' });
    expect((await admin.patch(`/users/${admin.id}`, { roles: ['submitter'] }, ANY)).status).toBe(200);
    expect((await other.patch(`/users/${admin.id}`, { roles: ['admin'] }, ANY)).status).toBe(200);
  });

  it.each([
    ['of a profile, for an admin', { role: 'admin', profile: 'single-cell' }, '/profile'],
    ['that is over', { role: 'curator', expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    ['without a reason', { role: 'curator', reason: ' ' }, '/reason'],
  ])('is not given %s', async (_, wrong, pointer) => {
    const { status, body } = await grant(owner, wrong);

    expect(status).toBe(422);
    expect(body.errors[0].pointer).toBe(pointer);
  });

  it('is not given for a profile that is not, or to nobody', async () => {
    expect((await grant(owner, { role: 'curator', profile: 'maps' })).body.code).toBe('no-such-profile');
    expect((await admin.post(`/users/${randomUUID()}/grants`, { role: 'curator', reason: 'x' })).status).toBe(404);
  });
});

describe('where nobody signs up by themselves', () => {
  const signIn = async (who: object) => {
    provider.next = { sub: randomUUID(), name: 'Ada', email_verified: true, ...who };
    const browser = new Browser(world.url);
    return {
      browser,
      back: await browser.follow('/api/v1/sign-in/campus?returnTo=/s', ({ pathname }) => pathname === '/s'),
    };
  };

  it('a provider makes no account, and those that there are come in by it', async () => {
    const person = await world.person('submitter');

    const stranger = await signIn({ email: `${randomUUID()}@example.org` });
    const nameless = await signIn({});
    const known = await signIn({ email: await emailOf(person) });

    expect(stranger.back.body).toMatchObject({ status: 403, code: 'sign-up-off' });
    expect(nameless.back.body).toMatchObject({ status: 403, code: 'sign-up-off' });
    expect((await known.browser.ask('/api/v1/me')).body.id).toBe(person.id);
  });

  it('a closed account is opened by no provider, and nothing of it changes', async () => {
    const person = await world.person('submitter');
    const email = await emailOf(person);
    await admin.patch(`/users/${person.id}`, { disabled: true }, ANY);

    expect((await signIn({ email })).back.body).toMatchObject({ status: 403, code: 'account-closed' });

    await admin.patch(`/users/${person.id}`, { disabled: false }, ANY);
    expect((await sessionOf(email)).status).toBe(201);
  });
});

describe('a curator who is shut out', () => {
  it('has claimed nothing any more, and comes in by nothing', async () => {
    const curator = await world.person('curator');
    const { body: token } = await curator.post('/me/tokens', { name: 'x', scopes: ['account'], expiresAt: inADay() });
    expect((await story.move(curator, 'curator.claim')).status).toBe(200);

    expect((await admin.patch(`/users/${curator.id}`, { disabled: true }, ANY)).status).toBe(200);

    expect(await story.state()).toBe('curator_review.unassigned');
    for (const secret of [curator.token, token.token]) {
      expect((await world.stranger.get('/me', as(secret))).status).toBe(401);
    }
  });

  it('or who loses the role has claimed nothing either', async () => {
    const curator = await world.person('curator');
    await story.move(curator, 'curator.claim');

    await admin.patch(`/users/${curator.id}`, { roles: ['submitter'] }, ANY);

    expect(await story.state()).toBe('curator_review.unassigned');
  });
});

describe('sessions and tokens', () => {
  it('are shown to whose they are, with where they are from, and end one by one', async () => {
    const person = await world.person('submitter');
    const { body: other } = await sessionOf(await emailOf(person), PASSWORD, 'Firefox on a train');

    const { body } = await person.get('/me/sessions?count=true');
    expect(body).toMatchObject({
      total: 2,
      items: [
        { current: false, provider: null, userAgent: 'Firefox on a train', address: '127.0.0.0/24' },
        { current: true, expiresAt: expect.any(String), lastUsedAt: expect.any(String) },
      ],
    });

    expect((await person.remove(`/me/sessions/${body.items[0].id}`)).status).toBe(204);
    expect((await world.stranger.get('/me', as(other.token))).status).toBe(401);
    expect((await person.get('/me')).status).toBe(200);
    expect((await person.remove(`/me/sessions/${body.items[0].id}`)).body.code).toBe('session-not-found');
    expect((await owner.remove(`/me/sessions/${body.items[1].id}`)).status).toBe(404);
  });

  it('of anyone are ended by an admin, one or all', async () => {
    const person = await world.person('submitter');
    const email = await emailOf(person);
    const sessions = [(await sessionOf(email)).body.token, (await sessionOf(email)).body.token];
    const tokens = await Promise.all(
      ['a', 'b', 'c'].map((name) => person.post('/me/tokens', { name, scopes: ['account'], expiresAt: inADay() })),
    );
    const at = `/users/${person.id}`;

    const { body } = await admin.get(`${at}/sessions`);
    expect(body.items).toHaveLength(3);
    expect((await admin.remove(`${at}/sessions/${body.items[0].id}`)).status).toBe(204);
    expect((await world.stranger.get('/me', as(sessions[1]))).status).toBe(401);
    expect((await world.stranger.get('/me', as(sessions[0]))).status).toBe(200);
    expect((await admin.remove(`${at}/sessions`)).status).toBe(204);
    for (const secret of [...sessions, person.token])
      expect((await world.stranger.get('/me', as(secret))).status).toBe(401);

    const listed = (await admin.get(`${at}/tokens?count=true`)).body;
    expect(listed.total).toBe(3);
    expect(JSON.stringify(listed)).not.toContain(tokens[0]?.body.token);
    expect((await admin.remove(`${at}/tokens/${tokens[0]?.body.id}`)).status).toBe(204);
    expect((await world.stranger.get('/me', as(tokens[0]?.body.token))).status).toBe(401);
    expect((await world.stranger.get('/me', as(tokens[1]?.body.token))).status).toBe(200);
    expect((await admin.remove(`${at}/tokens`)).status).toBe(204);
    expect((await admin.get(`${at}/tokens`)).body.items).toEqual([]);

    const { body: acts } = await admin.get('/audit?action=access_token.all_revoked');
    expect(acts.items[0]).toMatchObject({ actor: { id: admin.id }, object: { id: person.id } });
    expect((await admin.get(`/users/${randomUUID()}/sessions`)).status).toBe(404);
  });
});

describe('a password', () => {
  it('is changed by who knows it, and every other session is over', async () => {
    const person = await world.person('submitter');
    const email = await emailOf(person);
    const { body: other } = await sessionOf(email);
    const change = (current: string) => person.put('/me/password', { current, password: 'a longer password' });

    expect((await change('not it at all')).body.code).toBe('password-wrong');
    expect((await person.put('/me/password', { password: 'a longer password' })).body.code).toBe('password-wrong');
    expect((await change(PASSWORD)).status).toBe(204);

    expect((await person.get('/me')).status).toBe(200);
    expect((await world.stranger.get('/me', as(other.token))).status).toBe(401);
    expect((await sessionOf(email)).status).toBe(401);
    expect((await sessionOf(email, 'a longer password')).status).toBe(201);
  });

  it('that is forgotten is set anew by a mail, once, whatever mails they want; every session is over', async () => {
    const person = await world.person('submitter');
    const email = await emailOf(person);

    expect((await world.stranger.post('/password-resets', { email: email.toUpperCase() })).status).toBe(202);

    await vi.waitFor(() => expect(mail.for(email)).toHaveLength(1), { timeout: 10_000, interval: 50 });
    const { text = '', subject } = mail.for(email)[0] ?? {};
    expect(subject).toBe('Set a new password');
    const token = /\/password-reset#(acc_rst_\w+)/.exec(text)?.[1];
    const kept = await world.db.query('SELECT * FROM password_reset');
    expect(JSON.stringify(kept)).not.toContain(token);
    expect((await world.stranger.get('/me', as(String(token)))).status).toBe(401);

    const set = (password: string) => world.stranger.post('/password-resets/complete', { token, password });
    expect((await set('short')).status).toBe(422);
    const statuses = (await Promise.all([set('by the mail'), set('by the mail')])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([204, 409]);
    expect((await person.get('/me')).status).toBe(401);
    expect((await sessionOf(email, 'by the mail')).status).toBe(201);
  });

  it('that is asked for by nobody we know is answered the same, and no mail is sent', async () => {
    const known = await emailOf(owner);
    const [one, other] = await Promise.all(
      [known, 'nobody@example.org'].map((email) => world.stranger.post('/password-resets', { email })),
    );

    expect({ status: other?.status, body: other?.body }).toEqual({ status: one?.status, body: one?.body });
    await vi.waitFor(
      () => expect(mail.for(known).some(({ subject }) => subject === 'Set a new password')).toBe(true),
      10_000,
    );
    expect(mail.for('nobody@example.org')).toEqual([]);
    const [{ asked }] = await world.db.query(
      'SELECT count(*)::int AS asked FROM password_reset WHERE "personId" = $1',
      [owner.id],
    );
    expect(asked).toBe(1);
  });

  it('is not flooded for: three mails at once are enough', async () => {
    const person = await world.person('submitter');
    const email = await emailOf(person);
    for (let i = 0; i < 5; i++) expect((await world.stranger.post('/password-resets', { email })).status).toBe(202);

    const [{ asked }] = await world.db.query(
      'SELECT count(*)::int AS asked FROM password_reset WHERE "personId" = $1',
      [person.id],
    );
    expect(asked).toBe(3);
  });

  it('is not set by a token that is too old, or is none', async () => {
    const person = await world.person('submitter');
    const email = await emailOf(person);
    await world.stranger.post('/password-resets', { email });
    await vi.waitFor(() => expect(mail.for(email)).toHaveLength(1), { timeout: 10_000, interval: 50 });
    const token = /#(acc_rst_\w+)/.exec(mail.for(email)[0]?.text ?? '')?.[1];
    await world.db.query(`UPDATE password_reset SET "expiresAt" = now() WHERE "personId" = $1`, [person.id]);

    for (const wrong of [token, person.token, 'x']) {
      const answer = await world.stranger.post('/password-resets/complete', {
        token: wrong,
        password: 'a new password',
      });
      expect(answer).toMatchObject({ status: 409, body: { code: 'password-reset-refused' } });
    }
  });
});
