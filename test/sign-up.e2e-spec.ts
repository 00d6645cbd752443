import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginIdentityApi, type IdentityApi, PASSWORD, pointersOf } from './identity-api.js';

let api: IdentityApi;
beforeAll(async () => {
  api = await beginIdentityApi();
});
afterAll(() => api?.end());

describe('signing up', () => {
  const newcomer = () => ({ name: 'New Comer', email: `${randomUUID()}@Example.org`, password: PASSWORD });

  it('makes a submitter, and shows no password', async () => {
    const asked = newcomer();

    const { status, body } = await api.ask('POST', '/users', {}, asked);

    expect(status).toBe(201);
    expect(body).toEqual({
      ...{ id: expect.any(String), name: 'New Comer', handle: expect.stringMatching(/^new-comer/), email: asked.email },
      ...{ orcid: null, orcidVerified: false, roles: ['submitter'], grants: [] },
    });
  });

  it('is for one account an e-mail address, however it is written', async () => {
    const asked = newcomer();
    await api.ask('POST', '/users', {}, asked);

    const { status, body } = await api.ask('POST', '/users', {}, { ...asked, email: asked.email.toUpperCase() });

    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'email-taken',
      detail: `There is already an account with the e-mail address ${asked.email.toUpperCase()}: sign in with it.`,
    });
  });

  it('makes one of many accounts that are asked for at once with one address', async () => {
    const asked = newcomer();

    const answers = await Promise.all(Array.from({ length: 5 }, () => api.ask('POST', '/users', {}, asked)));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it.each([
    ['a password that is too short', { password: 'seven77' }, '/password'],
    ['a password that is the e-mail address', { email: 'x@example.org', password: 'X@example.org' }, '/password'],
    ['what is no e-mail address', { email: 'not at all' }, '/email'],
    ['no name', { name: '  ' }, '/name'],
    ['a name of two lines', { name: 'New\nComer' }, '/name'],
    ['roles that somebody gives themselves', { roles: ['admin'] }, '/roles'],
  ])('refuses %s', async (_, wrong, pointer) => {
    const { status, body } = await api.ask('POST', '/users', {}, { ...newcomer(), ...wrong });

    expect(status).toBe(422);
    expect(pointersOf(body)).toEqual([pointer]);
    expect(JSON.stringify(body)).not.toContain(PASSWORD);
  });
});

describe('a service where sign-up is off', () => {
  let closed: IdentityApi;
  beforeAll(async () => {
    closed = await beginIdentityApi({ SIGN_UP: 'off' });
  });
  afterAll(() => closed?.end());

  it('adds people for an admin, and for nobody else', async () => {
    const asked = { name: 'New Comer', email: 'new@example.org', password: PASSWORD };
    const curator = await closed.somebody({ roles: ['curator'] });
    const admin = await closed.somebody({ roles: ['admin'] });
    const reader = await closed.tokenOf(admin, ['submission:read']);

    const stranger = await closed.ask('POST', '/users', {}, asked);
    expect(stranger).toMatchObject({ status: 403, body: { code: 'sign-up-off' } });
    expect((await closed.ask('POST', '/users', curator.bearer, asked)).status).toBe(403);
    expect((await closed.ask('POST', '/users', reader.bearer, asked)).status).toBe(403);
    expect((await closed.ask('POST', '/users', admin.bearer, asked)).status).toBe(201);
  });
});
