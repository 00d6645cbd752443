import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERASED, KEPT } from '../src/erasure/personal-data.js';
import { draftOfCells, inReview, published, type Story } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

let world: World;
let admin: Caller;
let curator: Caller;
beforeAll(async () => {
  world = await beginWorld();
  [admin, curator] = await Promise.all([world.person('admin'), world.person('curator')]);
});
afterAll(() => world?.end());

const erase = (who: Caller, body: object = {}) => admin.post(`/users/${who.id}/erasure`, body);
const rowsOf = async (who: Caller) => {
  const [person] = await world.db.query('SELECT * FROM person WHERE id = $1', [who.id]);
  return person;
};

describe('what is known of people', () => {
  /** Columns that name a person without a reference in the schema. */
  const LOOSE = /^(personId|actorId|assignee|ownerId|fromId|toId|heldFor|\w+edBy)$/;

  it('is in a column that is erased, or in one that is kept with a reason', async () => {
    const found: { place: string }[] = await world.db.query(`
      SELECT c.conrelid::regclass || '.' || a.attname AS place
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
       WHERE c.contype = 'f' AND c.confrelid = 'person'::regclass`);
    const loose: { place: string; name: string }[] = await world.db.query(`
      SELECT table_name || '.' || column_name AS place, column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type = 'uuid'`);
    const places = new Set([
      ...found.map(({ place }) => place),
      ...loose.filter(({ name }) => LOOSE.test(name)).map(({ place }) => place),
    ]);
    places.delete('webhook_delivery.redeliveredBy'); // another delivery

    const known = [...ERASED.map(({ place }) => place), ...Object.keys(KEPT)];

    expect([...places].sort()).toEqual(known.sort());
    expect(places.size).toBeGreaterThan(30);
  });
});

describe('the erasure of a person', () => {
  let owner: Caller;
  let heir: Caller;
  let open: Story;
  let publicOne: Story;
  let draft: Story;
  let name: string;
  let email: string;

  beforeAll(async () => {
    [owner, heir] = await Promise.all([world.person('submitter'), world.person('submitter')]);
    name = `Josiah "Jo" Carberry`;
    await owner.patch('/me', { name, orcid: '0000-0002-1825-0097' }, { 'if-match': '*' });
    email = (await owner.get('/me')).body.email;
    publicOne = await published(world, owner, curator, admin);
    open = await inReview(world, owner);
    await open.move(curator, 'curator.claim');
    draft = await draftOfCells(owner);
    await owner.post('/me/tokens', { name: 'a script', scopes: ['account'], expiresAt: inADay() });
    await world.db.query(
      `INSERT INTO notification (id, "messageId", "personId", topic, title, body, link)
       SELECT gen_random_uuid(), gen_random_uuid(), $1, 'test', $2 || ' asks', jsonb_build_array(jsonb_build_object('kind', 'say', 'text', $3::text)), '/'`,
      [curator.id, name, `${name} <${email}> asks; Carberryana do not.`],
    );
  });

  it('is asked for by themselves, once, and told to the admins', async () => {
    for (let i = 0; i < 2; i++) expect((await owner.post('/me/erasure-request')).status).toBe(202);

    const { body } = await admin.get('/erasure-requests?count=true');
    expect(body).toMatchObject({ total: 1, items: [{ personId: owner.id, name, email }] });
    const list = (await admin.get('/me/notifications?limit=100')).body.items;
    expect(list.filter(({ topic }: { topic: string }) => topic === 'erasure.requested')).toHaveLength(1);

    expect((await owner.remove('/me/erasure-request')).status).toBe(204);
    expect((await admin.get('/erasure-requests')).body.items).toEqual([]);
    await owner.post('/me/erasure-request');
  });

  it('is tried without any harm: it tells what would become of what', async () => {
    const { status, body } = await erase(owner, { dryRun: true, handOverTo: heir.id });

    expect(status).toBe(200);
    expect(body).toMatchObject({ personId: owner.id, erasedAt: null, drafts: 1, kept: 1 });
    expect(body.open).toEqual([
      { id: open.id, accession: open.accession, state: 'curator_review.claimed', becomes: 'handed_over' },
    ]);
    expect(body.data).toContainEqual({ what: 'access tokens', becomes: 'removed', rows: 1 });
    expect((await owner.get('/me')).body.name).toBe(name);
  });

  it('is refused while it is not said what becomes of what is under way, or to nobody who could have it', async () => {
    const undecided = await erase(owner);
    const itself = await erase(owner, { handOverTo: owner.id });
    const reviewer = await erase(owner, { handOverTo: curator.id });

    expect(undecided).toMatchObject({ status: 409, body: { code: 'erasure-undecided', open: [{ id: open.id }] } });
    for (const refused of [itself, reviewer]) {
      expect(refused).toMatchObject({ status: 422, body: { code: 'no-such-heir' } });
    }
    expect((await erase(owner, { handOverTo: heir.id, withdraw: true })).status).toBe(422);
    expect((await owner.get('/me')).status).toBe(200);
  });

  it('takes what tells of them, hands over what is under way, and keeps the record of science', async () => {
    const { body: recordBefore } = await world.stranger.get(`/records/${publicOne.accession}`);
    const trailBefore = await publicOne.trail();

    const { status, body } = await erase(owner, { handOverTo: heir.id });

    expect(status).toBe(200);
    expect(body.erasedAt).toEqual(expect.any(String));
    expect((await owner.get('/me')).status).toBe(401);
    expect(await rowsOf(owner)).toMatchObject({
      ...{ name: 'Erased person', email: `erased-${owner.id}@invalid`, orcid: null, passwordHash: null },
      ...{ disabledAt: expect.any(Date), erasedAt: expect.any(Date), erasureRequestedAt: null },
    });

    expect((await heir.get(open.path)).body).toMatchObject({ owner: { id: heir.id }, state: 'curator_review.claimed' });
    expect((await admin.get(draft.path)).status).toBe(404);
    const told = `SELECT FROM live_event WHERE "submissionId" = $1 AND topic = 'submission.deleted'`;
    expect(await world.db.query(told, [draft.id]), 'others hear that it is gone').toHaveLength(1);
    const { body: record } = await world.stranger.get(`/records/${publicOne.accession}`);
    expect(record.metadata).toEqual(recordBefore.metadata);
    const { body: trail } = await admin.get(`${publicOne.path}/transitions?limit=100`);
    expect(trail.items).toHaveLength(trailBefore.length);
    expect(trail.items[0].actor ?? trail.items[1].actor).toMatchObject({ name: 'Erased person' });
  });

  it('leaves no row of theirs, and no word of their name or address outside the record', async () => {
    for (const { place, ...rest } of ERASED) {
      if ('change' in rest) continue;
      const [table, column] = place.split('.');
      const where = 'where' in rest ? ` AND ${rest.where}` : '';
      const left = await world.db.query(`SELECT FROM ${table} WHERE "${column}" = $1${where}`, [owner.id]);
      expect(left, place).toEqual([]);
    }
    const texts = await world.db.query('SELECT title, body::text AS body FROM notification');
    const words = JSON.stringify(texts);
    expect(words).not.toContain('Jo\\\\\\" Carberry');
    expect(words).not.toContain(email);
    expect(words).toContain('Carberryana do not');
    const people = await world.db.query('SELECT name, email FROM person');
    expect(JSON.stringify(people)).not.toMatch(new RegExp(`Carberry|${email}`));
  });

  it('is in the trail, which still hangs together', async () => {
    const { body } = await admin.get(`/audit?action=person.erased`);

    expect(body.items[0]).toMatchObject({ action: 'person.erased', object: { type: 'person', id: owner.id } });
    expect(JSON.stringify(body)).not.toContain(email);
  });

  it('is done once', async () => {
    expect(await erase(owner)).toMatchObject({ status: 409, body: { code: 'already-erased' } });
    expect(await admin.patch(`/users/${owner.id}`, { disabled: false }, { 'if-match': '*' })).toMatchObject({
      status: 409,
      body: { code: 'already-erased' },
    });
  });
});

describe('whoever has submissions that nobody wants', () => {
  it('has them withdrawn', async () => {
    const owner = await world.person('submitter');
    const story = await inReview(world, owner);

    const { status } = await erase(owner, { withdraw: true });

    expect(status).toBe(200);
    await reaches(admin, story.id, 'withdrawn');
    expect((await admin.get(`${story.path}`)).body.owner).toEqual({ id: owner.id, name: 'Erased person' });
  });
});

describe('the last admin', () => {
  it('is not erased', async () => {
    const others: { id: string }[] = await world.db.query(
      `SELECT id FROM person WHERE 'admin' = ANY (roles) AND id <> $1`,
      [admin.id],
    );

    expect(others).toEqual([]);
    expect(await erase(admin)).toMatchObject({ status: 409, body: { code: 'last-admin' } });
    expect((await admin.get('/me')).status).toBe(200);
  });
});

const inADay = () => new Date(Date.now() + 86_400_000).toISOString();
