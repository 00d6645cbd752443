import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftOfCells, inReview, type Story } from './story.js';
import { type Answer, beginWorld, type Caller, reaches, type World } from './world.js';

let world: World;
let submitter: Caller;
let another: Caller;
let curator: Caller;
let colleague: Caller;
let admin: Caller;
/** In the queue; the first is older than the second. */
let first: Story;
let second: Story;
let draft: Story;

beforeAll(async () => {
  world = await beginWorld();
  submitter = await world.person('submitter');
  another = await world.person('submitter');
  curator = await world.person('curator');
  colleague = await world.person('curator');
  admin = await world.person('admin');
  first = await inReview(world, submitter);
  second = await inReview(world, another);
  draft = await draftOfCells(submitter);
});
afterAll(async () => {
  await world.settles();
  await world.end();
});

const idsOf = ({ body }: Answer): string[] => body.items.map(({ id }: { id: string }) => id);
const list = (caller: Caller, query: string) => caller.get(`/submissions?${query}`);
const counts = async (caller: Caller, query = '') => (await caller.get(`/submissions/facets?${query}`)).body.facets;
type Value = { value: string; count: number; atLeast?: true };
const countOf = (values: Value[], value: string) => values.find((each) => each.value === value)?.count;
const anyVersion = { 'if-match': '*' };
let made = 0;
const label = async (name = `label ${made++}`) => (await curator.post('/labels', { name })).body;
const put = (caller: Caller, { path }: Story, ...labels: { id: string }[]) =>
  caller.put(`${path}/labels`, { labels: labels.map(({ id }) => id) }, anyVersion);
const triage = (caller: Caller, { path }: Story, body: object) => caller.patch(`${path}/triage`, body, anyVersion);
/** As if so many days had passed since it came to its state. */
const age = (id: string, days: number) =>
  world.db.query(`UPDATE submission SET since = since - $2 * interval '1 day' WHERE id = $1`, [id, days]);

describe('a list of submissions', () => {
  it('has what is one’s own and what is shared with one, and for who reviews all there are', async () => {
    await world.db.query(`INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'viewer')`, [
      second.accession,
      submitter.id,
    ]);

    expect(new Set(idsOf(await list(submitter, '')))).toEqual(new Set([first.id, second.id, draft.id]));
    expect(idsOf(await list(another, ''))).toEqual([second.id]);
    expect(new Set(idsOf(await list(curator, '')))).toEqual(new Set([first.id, second.id, draft.id]));
    expect((await list(submitter, 'count=true')).body.total).toBe(3);
    await world.db.query('DELETE FROM collaborator WHERE "personId" = $1', [submitter.id]);
  });

  it.each<[filter: string, found: () => Story[]]>([
    ['state=curator_review', () => [first, second]],
    ['state=draft.editing', () => [draft]],
    ['profile=single-cell', () => [draft]],
    ['profile=single-cell,cryoet-dataset', () => [first, second, draft]],
    ['assignee=none&state=curator_review', () => [first, second]],
    ['resubmitted=false', () => [first, second, draft]],
    ['resubmitted=true', () => []],
    ['round=1', () => [first, second]],
    ['severity=error', () => []],
    ['overdue=true', () => []],
    ['age=1d', () => []],
    ['updatedAfter=2100-01-01T00:00:00Z', () => []],
    ['updatedBefore=2100-01-01T00:00:00Z', () => [first, second, draft]],
    ['priority=normal', () => [first, second, draft]],
    ['priority=urgent,high', () => []],
    ['ready=true', () => []],
  ])('is filtered by %s, and its counts by the same', async (filter, found) => {
    const answer = await list(curator, `${filter}&count=true`);

    expect(new Set(idsOf(answer))).toEqual(new Set(found().map(({ id }) => id)));
    expect(answer.body.total).toBe(found().length);
    const { resubmitted, ...facets } = await counts(curator, filter);
    const all = filter.startsWith('resubmitted') ? facets.state : resubmitted;
    expect(all.reduce((sum: number, { count }: Value) => sum + count, 0)).toBe(found().length);
  });

  it('is searched by any part of a title or an accession, as it is written', async () => {
    const { body } = await submitter.post('/submissions', { profile: 'single-cell', title: 'Zebra 50% fish_liver' });

    for (const q of ['ebra', 'ZEBRA 50%', 'fish_', 'sh_liv', body.accession.toLowerCase().slice(2)])
      expect(idsOf(await list(curator, `q=${encodeURIComponent(q)}`)), q).toEqual([body.id]);
    expect(idsOf(await list(curator, 'q=zebra%25'))).toEqual([]);
    expect(idsOf(await list(another, 'q=zebra'))).toEqual([]);
    await submitter.patch(`/submissions/${body.id}`, { title: 'Herring' }, anyVersion);
    expect(idsOf(await list(curator, 'q=zebra'))).toEqual([]);
    expect(idsOf(await list(curator, 'q=herring'))).toEqual([body.id]);
    expect(countOf((await counts(curator, 'q=herring')).state, 'draft.editing')).toBe(1);
    await submitter.remove(`/submissions/${body.id}`, anyVersion);
    expect(idsOf(await list(curator, 'q=herring'))).toEqual([]);
  });

  it.each([
    ['since', () => [first, second, draft]],
    ['-since', () => [draft, second, first]],
    ['createdAt', () => [first, second, draft]],
    ['-createdAt', () => [draft, second, first]],
    ['-updatedAt', () => [draft, second, first]],
    ['priority,-since', () => [draft, second, first]],
    ['-priority', () => [first, second, draft]],
  ])('is sorted by %s, page by page', async (sort, order) => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await list(curator, `sort=${sort}&limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    } while (cursor);

    expect(seen).toEqual(order().map(({ id }) => id));
  });

  it.each([
    ['sort=size', '"size" is no key to sort by'],
    ['sort=since,-since', 'each key once'],
    ['priority=soon', 'urgent'],
    ['prioritty=high', 'did you mean "priority"'],
    ['state=reviewing', 'is not a state'],
    ['age=soon', 'an age such as 12h or 3d'],
  ])('refuses %s with a sentence', async (query, sentence) => {
    const { status, body } = await list(curator, query);

    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(JSON.stringify(sentence).slice(1, -1));
  });

  it('refuses a cursor of another order, and a label that is none', async () => {
    const { body } = await list(curator, 'sort=since&limit=1');

    expect((await list(curator, `sort=-since&cursor=${body.nextCursor}`)).body.code).toBe('malformed-cursor');
    expect(await list(curator, 'label=none-such')).toMatchObject({ status: 404, body: { code: 'label-not-found' } });
  });

  it('tells of each who was last at it, what its reader would do next, and how long it may wait', async () => {
    const { body } = await list(curator, 'state=curator_review&sort=since&limit=1');

    expect(body.items[0]).toMatchObject({
      id: first.id,
      assignee: null,
      lastActivity: { event: 'validator.pass', label: 'The checks passed', actor: null },
      nextAction: { event: 'curator.claim', label: 'Claim' },
      target: { state: 'on time', overdueMs: null },
      triage: { priority: 'normal', dueAt: null, labels: [] },
    });
    const [mine] = (await list(submitter, 'state=draft.editing')).body.items;
    expect(mine).toMatchObject({ nextAction: { event: 'submitter.submit' }, target: null, triage: null });
  });

  it('shows each that did not move once, while others come and move', async () => {
    const begin = (title: string) => submitter.post('/submissions', { profile: 'single-cell', title });
    const still: string[] = [];
    for (let i = 0; i < 9; i++) still.push((await begin(`Still ${i}`)).body.id);
    const restless = (await begin('Still, but restless')).body.id;
    const seen: string[] = [];
    let cursor = '';
    for (let i = 0; cursor !== null; i++) {
      const { body } = await list(curator, `q=still&sort=-updatedAt&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
      await begin(`Still more ${i}`);
      await submitter.patch(`/submissions/${restless}`, { title: `Still, but restless ${i}` }, anyVersion);
    }

    expect(seen.filter((id) => still.includes(id))).toEqual([...still].reverse());
    const rows = await world.db.query(`SELECT id FROM submission WHERE title LIKE 'Still%'`);
    for (const { id } of rows) await submitter.remove(`/submissions/${id}`, anyVersion);
  });
});

describe('the target of a state', () => {
  it('is over after three working days, by a mark, a filter, a count and a view', async () => {
    await age(first.id, 8);

    const overdue = await list(curator, 'overdue=true');
    const view = (await curator.get('/views')).body.items.find(({ slug }: { slug: string }) => slug === 'overdue');

    expect(idsOf(overdue)).toEqual([first.id]);
    expect(overdue.body.items[0].target.state).toBe('overdue');
    expect(overdue.body.items[0].target.overdueMs).toBeGreaterThan(0);
    expect(idsOf(await list(curator, 'overdue=false&state=curator_review'))).toEqual([second.id]);
    expect(countOf((await counts(curator)).overdue, 'true')).toBe(1);
    expect(countOf((await counts(curator, 'overdue=true')).state, 'curator_review.unassigned')).toBe(1);
    expect(view.count).toBe(1);
    expect(idsOf(await list(curator, 'age=7d'))).toEqual([first.id]);
  });
});

describe('what the team sets', () => {
  it('is read, filtered, sorted and counted by those who review', async () => {
    const words = await label('needs expert');
    const labelled = await put(curator, second, words);
    const urgent = await triage(curator, second, { priority: 'urgent', dueAt: '2030-01-01T00:00:00Z' });

    expect(labelled.body.labels).toEqual([{ id: words.id, name: 'needs expert', color: null }]);
    expect(urgent.body).toMatchObject({ priority: 'urgent', dueAt: '2030-01-01T00:00:00.000Z' });
    expect((await colleague.get(`${second.path}/triage`)).body).toEqual(urgent.body);
    for (const query of [`label=${words.id}`, 'label=Needs%20expert', 'priority=urgent'])
      expect(idsOf(await list(colleague, query)), query).toEqual([second.id]);
    expect(idsOf(await list(colleague, 'dueBefore=2030-01-02T00:00:00Z&state=curator_review'))).toContain(second.id);
    expect(idsOf(await list(colleague, 'sort=-priority'))[0]).toBe(second.id);
    expect(idsOf(await list(colleague, 'sort=-dueAt&state=curator_review'))[0]).toBe(second.id);
    const facets = await counts(colleague);
    expect(facets.label).toEqual([{ value: words.id, label: 'needs expert', count: 1 }]);
    expect(countOf(facets.priority, 'urgent')).toBe(1);
    expect(countOf((await counts(colleague, `label=${words.id}`)).priority, 'normal')).toBe(0);
    expect(countOf((await counts(colleague, 'label=needs expert&q=ribosomes')).label, words.id)).toBe(1);
  });

  it('is changed only as it was read', async () => {
    const { headers } = await curator.get(`${first.path}/triage`);
    const seen = { 'if-match': headers.etag ?? '' };

    expect((await curator.patch(`${first.path}/triage`, { priority: 'high' }, seen)).status).toBe(200);
    const late = await colleague.patch(`${first.path}/triage`, { priority: 'low' }, seen);
    expect(late).toMatchObject({ status: 412, body: { changed: ['/priority'] } });
    expect((await curator.put(`${first.path}/labels`, { labels: [] })).status).toBe(428);
    await triage(curator, first, { priority: 'normal' });
  });

  it('is never seen by its submitter, nor by a curator of their own', async () => {
    const curious = await world.person('curator');
    await triage(curator, first, { priority: 'low' });

    expect((await submitter.get(`${first.path}/triage`)).status).toBe(403);
    expect((await another.get(`${first.path}/triage`)).status).toBe(404);
    expect((await triage(submitter, first, { priority: 'urgent' })).status).toBe(403);
    const rows = (await list(submitter, '')).body.items;
    expect(rows.every((row: { triage: unknown }) => row.triage === null)).toBe(true);
    const facets = await counts(submitter);
    expect([facets.priority, facets.label]).toEqual([undefined, undefined]);
    for (const query of [
      'priority=low',
      'label=x',
      'dueBefore=2030-01-01T00:00:00Z',
      'sort=-priority',
      'sort=since,dueAt',
    ])
      expect(await list(submitter, query)).toMatchObject({ status: 403, body: { code: 'of-the-team' } });
    const { headers } = await submitter.get(first.path);
    await triage(curator, first, { priority: 'high' });
    expect((await submitter.get(first.path)).headers.etag).toBe(headers.etag);

    await world.db.query(`INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'editor')`, [
      first.accession,
      curious.id,
    ]);
    expect(idsOf(await list(curious, 'priority=high'))).toEqual([]);
    expect(countOf((await counts(curious, 'priority=high')).state, 'curator_review.unassigned')).toBeUndefined();
    expect((await list(curious, `q=${first.accession}`)).body.items[0].triage).toBeNull();
    for (const query of ['', `q=${first.accession}`])
      expect(countOf((await counts(curious, query)).priority, 'high')).toBe(0);
    await world.db.query('DELETE FROM collaborator WHERE "personId" = $1', [curious.id]);
    await triage(curator, first, { priority: 'normal' });
  });

  it('has labels that are made, renamed and deleted, each name once', async () => {
    const made = (await curator.post('/labels', { name: 'Figures', color: '#AA0000' })).body;
    await put(curator, first, made);

    expect(made.color).toBe('#aa0000');
    expect(await colleague.post('/labels', { name: 'figures' })).toMatchObject({
      status: 409,
      body: { code: 'name-taken' },
    });
    expect((await submitter.get('/labels')).status).toBe(403);
    const renamed = await colleague.patch(`/labels/${made.id}`, { name: 'Pictures' }, { 'if-match': made.etag });
    expect(renamed.body.name).toBe('Pictures');
    expect((await list(curator, 'label=pictures')).body.items[0].triage.labels[0].name).toBe('Pictures');
    expect((await curator.remove(`/labels/${made.id}`, { 'if-match': renamed.body.etag })).status).toBe(204);
    expect((await curator.get(`${first.path}/triage`)).body.labels).toEqual([]);
    expect((await put(curator, first, made)).body.code).toBe('label-not-found');
  });

  it('has templates of what is asked for', async () => {
    const made = (await curator.post('/templates', { name: 'Licence', text: 'Which licence is it?' })).body;

    expect((await colleague.get('/templates')).body.items).toEqual([made]);
    const edited = await colleague.patch(`/templates/${made.id}`, { text: 'Say which.' }, { 'if-match': made.etag });
    expect(edited.body.text).toBe('Say which.');
    expect((await curator.remove(`/templates/${made.id}`, { 'if-match': made.etag })).status).toBe(412);
    expect((await curator.remove(`/templates/${made.id}`, anyVersion)).status).toBe(204);
  });

  it('is recorded, and announced to those who review', async () => {
    await triage(curator, second, { priority: 'low' });
    await triage(curator, second, { priority: 'low' });

    const acts = await world.db.query(
      `SELECT details FROM audit_entry WHERE action = 'submission.triaged' AND "submissionId" = $1 AND details ->> 'priority' = 'low'`,
      [second.id],
    );
    const told = await world.db.query(
      `SELECT audience, data FROM live_event WHERE topic = 'queue.changed' AND "submissionId" = $1 AND data -> 'changed' ? 'priority'
        ORDER BY position DESC NULLS FIRST LIMIT 1`,
      [second.id],
    );
    expect(acts).toHaveLength(1);
    expect(told).toEqual([{ audience: 'staff', data: { id: second.id, changed: ['priority'] } }]);
  });
});

describe('the counts', () => {
  /** What the cells say must be what the rows say, whatever has happened. */
  const CELLS = `SELECT label, state, profile, assignee, urgency, resubmitted, "hasErrors", "hasWarnings", sum(n)::int AS n
    FROM (SELECT * FROM queue_cell UNION ALL SELECT * FROM queue_change) c GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(n) <> 0`;
  const ROWS = `SELECT l.id AS label, s.state, s.profile, s.assignee, s.urgency, s.round > 1 AS resubmitted, s."hasErrors",
      s."hasWarnings", count(*)::int AS n FROM submission s
      JOIN (SELECT NULL::uuid AS id, id AS of FROM submission UNION ALL SELECT "labelId", "submissionId" FROM submission_label) l ON l.of = s.id
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`;

  it('are of each filter without its own, and of all others', async () => {
    const facets = await counts(curator, 'state=draft.editing');

    expect(countOf(facets.state, 'curator_review.unassigned')).toBe(2);
    expect(countOf(facets.profile, 'single-cell')).toBe(1);
    expect(countOf(facets.profile, 'cryoet-dataset')).toBeUndefined();
    expect(countOf((await counts(curator, 'profile=single-cell&state=curator_review')).profile, 'single-cell')).toBe(0);
    expect((await counts(another)).state).toEqual([
      { value: 'curator_review.unassigned', label: 'In the queue', count: 1 },
    ]);
  });

  it('stop at a thousand, and say that there are more', async () => {
    const { state } = await world.db.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO queue_change SELECT NULL, 'rejected', 'single-cell', NULL, 2, false, false, false, 1 FROM generate_series(1, 1001)`,
      );
      return { state: 'rejected' };
    });

    const facets = await counts(curator);
    expect(facets.state.find(({ value }: Value) => value === state)).toMatchObject({ count: 1_000, atLeast: true });
    await world.db.query(`DELETE FROM queue_change WHERE state = 'rejected'`);
    await world.db.query(`DELETE FROM queue_cell WHERE state = 'rejected'`);
  });

  it('are what the rows say, after labels, steps and deletions, added up or not', async () => {
    const words = await label();
    await put(curator, draft, words);
    const { body } = await submitter.post('/submissions', { profile: 'single-cell', title: 'For a moment' });
    await put(curator, { path: `/submissions/${body.id}` } as Story, words);
    await submitter.remove(`/submissions/${body.id}`, anyVersion);
    const sorted = async (sql: string) => (await world.db.query(sql)).map((row: object) => JSON.stringify(row)).sort();

    expect(await sorted(CELLS)).toEqual(await sorted(ROWS));
    await world.db.query('SELECT queue_settle()');
    expect(await sorted(CELLS)).toEqual(await sorted(ROWS));
  });
});

describe('a curator of one profile', () => {
  it('sees and counts what is of it, and what is theirs', async () => {
    const limited = await world.person('submitter');
    await world.db.query(
      `INSERT INTO role_grant (id, "personId", role, profile, reason) VALUES (gen_random_uuid(), $1, 'curator', 'single-cell', 'a test')`,
      [limited.id],
    );
    await world.db.query(`INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'viewer')`, [
      first.accession,
      limited.id,
    ]);

    expect(new Set(idsOf(await list(limited, '')))).toEqual(new Set([first.id, draft.id]));
    expect(idsOf(await list(limited, 'priority=normal'))).toEqual([draft.id]);
    const { profile, priority } = await counts(limited);
    expect([countOf(profile, 'single-cell'), countOf(profile, 'cryoet-dataset')]).toEqual([1, 1]);
    expect(countOf(priority, 'normal')).toBe(1);
    expect(countOf((await counts(limited, 'q=ribosomes')).priority, 'normal')).toBe(0);
    expect(countOf((await counts(limited, 'priority=normal')).profile, 'cryoet-dataset')).toBeUndefined();
    expect(countOf((await counts(limited, 'q=ribosomes')).profile, 'cryoet-dataset')).toBe(1);
    expect((await triage(limited, first, { priority: 'high' })).status).toBe(403);
    expect((await triage(limited, second, { priority: 'high' })).status).toBe(404);
    await world.db.query('DELETE FROM collaborator WHERE "personId" = $1', [limited.id]);
  });
});

describe('a view of the queue', () => {
  it('is built in, saved for oneself or for the team, and has the same address and count for all', async () => {
    const own = await curator.post('/me/views', { name: 'My drafts', query: { state: 'draft', sort: '-since' } });
    const team = await curator.post('/views', { name: 'Volumes', query: { profile: 'cryoet-dataset' }, pinned: true });
    const [mine, theirs] = [(await curator.get('/views')).body.items, (await colleague.get('/views')).body.items];

    expect(own).toMatchObject({ status: 201, body: { slug: 'my-drafts', count: 1, pinned: false } });
    expect(mine.map(({ slug }: { slug: string }) => slug)).toEqual([
      ...['mine', 'unclaimed', 'resubmitted', 'overdue', 'blocked-on-submitter', 'ready-to-approve', 'all', 'volumes'],
    ]);
    expect(theirs.at(-1)).toEqual(mine.at(-1));
    expect(team.body).toMatchObject({ count: 2, links: { submissions: '/api/v1/submissions?profile=cryoet-dataset' } });
    expect((await colleague.get('/me/views')).body.items).toEqual([]);
    expect(idsOf(await colleague.get(team.body.links.submissions.replace('/api/v1', '')))).toHaveLength(2);
    expect((await submitter.get('/views')).status).toBe(403);
  });

  it('is changed by its owner, and removed by an admin too', async () => {
    const { body } = await curator.post('/views', { name: 'Old', query: { age: '30d' } });
    const at = `/views/${body.id}`;

    expect(await colleague.patch(at, { name: 'Mine' }, anyVersion)).toMatchObject({
      status: 403,
      body: { code: 'not-your-view' },
    });
    expect((await colleague.remove(at, anyVersion)).status).toBe(403);
    expect((await curator.patch(at, { name: 'Older' }, { 'if-match': body.etag })).body).toMatchObject({
      name: 'Older',
    });
    expect((await admin.remove(at, anyVersion)).status).toBe(204);
    expect((await curator.remove(at, anyVersion)).body.code).toBe('view-not-found');
  });

  it('refuses what the list refuses, and a name that is taken', async () => {
    const wrong = await curator.post('/views', { name: 'Wrong', query: { stat: 'draft' } });
    const taken = await curator.post('/views', { name: 'Unclaimed', query: {} });

    expect(wrong).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(taken).toMatchObject({ status: 409, body: { code: 'name-taken', taken: 'unclaimed' } });
  });
});

describe('a claim', () => {
  it('is one curator’s; the other learns whose, and since when, and everybody who reviews hears of it', async () => {
    const [one, two] = await Promise.all([
      first.move(curator, 'curator.claim'),
      first.move(colleague, 'curator.claim'),
    ]);
    const lost = [one, two].find(({ status }) => status === 409);
    const won = [one, two].find(({ status }) => status === 200);

    expect([one.status, two.status].sort()).toEqual([200, 409]);
    expect(lost?.body.last).toMatchObject({ event: 'curator.claim', actor: 'Some curator', at: won?.body.since });
    expect(lost?.body.detail).toContain(`by "curator.claim" of Some curator at ${won?.body.since}`);
    const told = await world.db.query(
      `SELECT data FROM live_event WHERE topic = 'queue.changed' AND "submissionId" = $1 AND data -> 'changed' ? 'assignee'`,
      [first.id],
    );
    expect(told).toEqual([
      {
        data: {
          id: first.id,
          changed: ['state', 'assignee'],
          state: 'curator_review.claimed',
          assignee: won?.body.assignee.id,
        },
      },
    ]);
    const [row] = (await list(curator, 'state=curator_review.claimed')).body.items;
    expect(row).toMatchObject({ assignee: { id: won?.body.assignee.id }, lastActivity: { event: 'curator.claim' } });
    expect(countOf((await counts(admin)).assignee, won?.body.assignee.id)).toBe(1);
  });

  it('is taken over by an admin, and released when nothing is done for long', async () => {
    const taken = await first.move(admin, 'admin.assign', { assignee: colleague.id });
    expect(taken.body.assignee.id).toBe(colleague.id);
    const late = await first.move(curator, 'curator.claim');
    expect(late).toMatchObject({
      status: 409,
      body: {
        last: { event: 'admin.assign', actor: 'Some admin' },
        holder: { name: 'Some curator', since: taken.body.updatedAt },
      },
    });
    expect(late.body.detail).toContain(`It has been claimed by Some curator since ${taken.body.updatedAt}.`);
    expect(idsOf(await list(colleague, 'assignee=me'))).toEqual([first.id]);

    world.clock.aheadMs = 2 * world.config.CLAIM_IDLE; // a weekend or two do not count
    await reaches(curator, first.id, 'curator_review.unassigned');
    world.clock.aheadMs = 0;

    expect((await first.trail()).at(-1)).toMatchObject({ event: 'clock.claim_expired' });
    expect(idsOf(await list(colleague, 'assignee=me'))).toEqual([]);
  });
});
