import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDemoPeople } from '../src/identity/demo-people.js';
import { beginIdentityApi, type Headers, type IdentityApi, PASSWORD, pointersOf } from './identity-api.js';

let api: IdentityApi;
beforeAll(async () => {
  api = await beginIdentityApi();
});
afterAll(() => api?.end());

describe('who one is', () => {
  it('can be read and changed, and says what changed in between', async () => {
    const { bearer } = await api.somebody();
    const { headers } = await api.ask('GET', '/me', bearer);
    const seen = { ...bearer, 'if-match': String(headers.etag) };

    const orcid = 'https://orcid.org/0000-0002-1825-0097';
    const changed = await api.ask('PATCH', '/me', seen, { orcid });
    expect(changed).toMatchObject({ status: 200, body: { orcid: '0000-0002-1825-0097' } });
    expect(changed.headers.etag).not.toBe(headers.etag);

    const late = await api.ask('PATCH', '/me', seen, { name: 'Me' });
    expect(late).toMatchObject({ status: 412, body: { changed: ['/orcid'] } });
    expect((await api.ask('PATCH', '/me', bearer, { name: 'Me' })).status).toBe(428);
    const current = { ...bearer, 'if-match': String(changed.headers.etag) };
    expect((await api.ask('PATCH', '/me', current, { orcid: null })).body.orcid).toBeNull();
  });

  it.each([
    ['an ORCID iD with a wrong check digit', { orcid: '0000-0002-1825-0098' }, '/orcid'],
    ['what is no ORCID iD', { orcid: 'me' }, '/orcid'],
    ['a role of one’s own giving', { roles: ['admin'] }, '/roles'],
    ['another e-mail address, which nobody has confirmed', { email: 'other@example.org' }, '/email'],
  ])('refuses %s', async (_, wrong, pointer) => {
    const { bearer } = await api.somebody();

    const { status, body } = await api.ask('PATCH', '/me', { ...bearer, 'if-match': '*' }, wrong);

    expect(status).toBe(422);
    expect(pointersOf(body)).toEqual([pointer]);
  });

  it('is asked of strangers', async () => {
    const { status, headers, body } = await api.ask('GET', '/me');

    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'unauthenticated', reason: 'missing' });
    expect(headers['www-authenticate']).toBe('Bearer realm="accession"');
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer one two', 'Bearer acc_pat_tooshort'])(
    'is not told by "%s"',
    async (authorization) => {
      expect(await api.ask('GET', '/me', { authorization })).toMatchObject({
        status: 401,
        body: { reason: 'malformed' },
      });
    },
  );
});

describe('an admin', () => {
  const entryOf = async (admin: { bearer: Headers }, email: string) =>
    (await api.ask('GET', `/users?q=${email}`, admin.bearer)).body.items[0];

  it('finds people by a part of their name or address, page by page', async () => {
    const admin = await api.somebody({ roles: ['admin'] });
    const mark = randomUUID().slice(0, 8);
    const people = Array.from({ length: 5 }, (_, i) => ({
      ...{ name: i % 2 ? `Ann ${mark}` : 'Ann', email: `${i}_${mark}@example.org`, password: PASSWORD },
    }));
    for (const person of people) await api.people.signUp(person);

    const read = async (query: string) => (await api.ask('GET', `/users?${query}`, admin.bearer)).body;
    const first = await read(`q=${mark.toUpperCase()}&limit=2&count=true`);
    const second = await read(`q=${mark}&limit=2&cursor=${first.nextCursor}`);
    const third = await read(`q=${mark}&limit=2&cursor=${second.nextCursor}`);

    expect(first.total).toBe(5);
    const found = [first, second, third].flatMap(({ items }) => items);
    expect(found.map(({ email }) => email)).toEqual(people.map(({ email }) => email));
    expect(third.nextCursor).toBeNull();
    expect(found[0]).toEqual({
      ...{ id: expect.any(String), name: 'Ann', email: `0_${mark}@example.org`, orcid: null, roles: ['submitter'] },
      ...{ orcidVerified: false, handle: expect.stringMatching(/^ann/) },
      ...{ disabled: false, disabledAt: null, createdAt: expect.any(String), etag: expect.any(String) },
    });
    expect((await read(`q=%25${mark}`)).items).toEqual([]);
  });

  it('is told of a filter that is not, and of a cursor of rubbish', async () => {
    const { bearer } = await api.somebody({ roles: ['admin'] });

    expect((await api.ask('GET', '/users?nmae=x', bearer)).status).toBe(400);
    expect((await api.ask('GET', '/users?q=%00', bearer)).status).toBe(400);
    expect((await api.ask('GET', '/users?cursor=rubbish', bearer)).status).toBe(400);
    expect((await api.ask('GET', '/users?limit=0', bearer)).status).toBe(400);
  });

  it('gives and takes roles, which is so at the next request', async () => {
    const admin = await api.somebody({ roles: ['admin'] });
    const person = await api.somebody();
    const token = await api.tokenOf(person, ['admin']);
    expect((await api.ask('GET', '/users', person.bearer)).status).toBe(403);

    const { etag } = await entryOf(admin, person.email);
    const promoted = await api.ask(
      'PATCH',
      `/users/${person.id}`,
      { ...admin.bearer, 'if-match': etag },
      { roles: ['admin'] },
    );
    expect(promoted).toMatchObject({ status: 200, body: { roles: ['admin'] } });
    expect((await api.ask('GET', '/users', person.bearer)).status).toBe(200);
    expect((await api.ask('GET', '/users', token.bearer)).status).toBe(200);

    const { headers } = promoted;
    const seen = { ...admin.bearer, 'if-match': String(headers.etag) };
    await api.ask('PATCH', `/users/${person.id}`, seen, { roles: ['submitter'] });
    expect((await api.ask('GET', '/users', person.bearer)).status).toBe(403);
    expect((await api.ask('GET', '/users', token.bearer)).status).toBe(403);

    const late = await api.ask('PATCH', `/users/${person.id}`, seen, { roles: ['curator'] });
    expect(late).toMatchObject({ status: 412, body: { changed: ['/roles'] } });
  });

  it('shuts somebody out at once, whatever they show, and lets them in again', async () => {
    const admin = await api.somebody({ roles: ['admin'] });
    const person = await api.somebody();
    const token = await api.tokenOf(person);
    const change = (disabled: boolean) =>
      api.ask('PATCH', `/users/${person.id}`, { ...admin.bearer, 'if-match': '*' }, { disabled });

    expect((await change(true)).body).toMatchObject({ disabled: true, disabledAt: expect.any(String) });
    for (const headers of [person.bearer, person.cookie, token.bearer]) {
      expect((await api.ask('GET', '/me', headers)).status).toBe(401);
    }
    expect((await api.ask('GET', '/me', token.bearer)).body.reason).toBe('disabled');

    expect((await change(false)).body).toMatchObject({ disabled: false, disabledAt: null });
    expect((await api.ask('GET', '/me', token.bearer)).status).toBe(200);
    expect((await api.ask('GET', '/me', person.bearer)).status).toBe(401);
  });

  it('is never the last to go', async () => {
    const [one, other] = [await api.somebody({ roles: ['admin'] }), await api.somebody({ roles: ['admin'] })];
    await api.db.query(`UPDATE person SET roles = '{submitter}' WHERE NOT id = ANY($1)`, [[one.id, other.id]]);
    const depose = (by: typeof one, whom: typeof one) =>
      api.ask('PATCH', `/users/${whom.id}`, { ...by.bearer, 'if-match': '*' }, { roles: ['submitter'] });

    const statuses = (await Promise.all([depose(one, one), depose(other, other)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
    const left = await api.db.query(`SELECT id FROM person WHERE 'admin' = ANY(roles)`);
    expect(left).toHaveLength(1);

    const last = left[0].id === one.id ? one : other;
    const resign = await api.ask('PATCH', `/users/${last.id}`, { ...last.bearer, 'if-match': '*' }, { disabled: true });
    expect(resign).toMatchObject({ status: 409, body: { code: 'last-admin' } });
  });

  it.each([
    ['no role at all', { roles: [] }, '/roles'],
    ['a role twice', { roles: ['admin', 'admin'] }, '/roles'],
    ['a role that is not', { roles: ['king'] }, '/roles/0'],
    ['another name', { name: 'Other' }, '/name'],
  ])('cannot give %s', async (_, wrong, pointer) => {
    const admin = await api.somebody({ roles: ['admin'] });
    const { id } = await api.somebody();

    const { status, body } = await api.ask('PATCH', `/users/${id}`, { ...admin.bearer, 'if-match': '*' }, wrong);

    expect(status).toBe(422);
    expect(pointersOf(body)).toEqual([pointer]);
  });

  it('is made by who runs the service', async () => {
    const { id, email, bearer } = await api.somebody();

    await api.people.grant(email.toUpperCase(), 'admin');
    await api.people.grant(email, 'admin');

    expect((await api.ask('GET', '/me', bearer)).body).toMatchObject({ id, roles: ['submitter', 'admin'] });
    await expect(api.people.grant('nobody@example.org', 'admin')).rejects.toThrow('nobody@example.org');
  });

  it('is told of somebody who is not', async () => {
    const admin = await api.somebody({ roles: ['admin'] });
    const headers = { ...admin.bearer, 'if-match': '*' };

    expect((await api.ask('PATCH', `/users/${randomUUID()}`, headers, { disabled: true })).status).toBe(404);
    expect((await api.ask('PATCH', '/users/1', headers, { disabled: true })).status).toBe(404);
  });
});

describe('people', () => {
  it('are called by their names in the views of other rooms', async () => {
    const [one, other] = [await api.somebody(), await api.somebody()];

    const names = await api.people.nameOf([one.id, other.id, one.id, null, randomUUID()]);

    expect(names.size).toBe(2);
    expect(names.get(one.id)).toEqual({ id: one.id, name: 'Some Body' });
  });

  it('for looking around are there once, one for each role', async () => {
    await addDemoPeople(api.people);
    await addDemoPeople(api.people);

    for (const role of ['submitter', 'curator', 'admin']) {
      const person = { email: `${role}@example.org`, password: 'accession' };
      const { token } = (await api.ask('POST', '/sessions', {}, person)).body;
      const { body } = await api.ask('GET', '/me', { authorization: `Bearer ${token}` });
      expect(body).toMatchObject({ name: `Demo ${role}`, roles: [role] });
    }
  });
});
