import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { draftOfCells, inReview, type Story, tickAll } from './story.js';
import { type Answer, beginWorld, type Caller, type World } from './world.js';

let world: World;
let submitter: Caller;
let curator: Caller;
let colleague: Caller;
let admin: Caller;
/** In the queue. */
let one: Story;
let two: Story;
let draft: Story;

beforeAll(async () => {
  world = await beginWorld();
  submitter = await world.person('submitter');
  curator = await world.person('curator');
  colleague = await world.person('curator');
  admin = await world.person('admin');
  [one, two] = await Promise.all([inReview(world, submitter), inReview(world, submitter)]);
  draft = await draftOfCells(submitter);
});
afterAll(async () => {
  await world.settles();
  await world.end();
});

const operate = (caller: Caller, action: string, stories: Story[], params: object = {}, more: object = {}) =>
  caller.post('/operations', { action, submissions: stories.map(({ id }) => id), params, ...more });
const rehearse = (caller: Caller, action: string, stories: Story[], params: object = {}) =>
  operate(caller, action, stories, params, { dryRun: true });

/** Once it is over. */
async function ended(caller: Caller, { body, status }: Answer): Promise<Answer['body']> {
  expect(status, JSON.stringify(body)).toBe(202);
  await vi.waitFor(async () => expect((await caller.get(`/operations/${body.id}`)).body.state).toBe('done'), {
    timeout: 15_000,
    interval: 30,
  });
  return (await caller.get(`/operations/${body.id}`)).body;
}
const itemsOf = async (caller: Caller, id: string) =>
  (await caller.get(`/operations/${id}/items?limit=100`)).body.items;
const read = async ({ path }: Story) => (await curator.get(path)).body;
const release = (story: Story, caller: Caller) => story.move(caller, 'curator.release');

describe('an operation', () => {
  it('is rehearsed: each is told what would become of it, in the words of its guards, and nothing changes', async () => {
    await two.move(colleague, 'curator.claim');
    const before = [await one.trail(), await two.trail()];

    const { status, body } = await rehearse(curator, 'assign', [one, two, draft], { assignee: 'me' });

    expect(status).toBe(200);
    expect(body).toMatchObject({ dryRun: true, total: 3, ok: 1 });
    expect(body.items).toEqual([
      { submissionId: one.id, outcome: 'ok', code: null, message: null },
      {
        submissionId: two.id,
        outcome: 'refused',
        code: 'already-claimed',
        message: expect.stringMatching(/^It is claimed by Some curator since 20.*Z: send `reassign: true`/),
      },
      {
        submissionId: draft.id,
        outcome: 'refused',
        code: 'transition-refused',
        message: 'A submission in "draft.editing" does not accept "curator.assign".',
      },
    ]);
    expect([await one.trail(), await two.trail()]).toEqual(before);
    expect((await read(one)).assignee).toBeNull();
    const [{ n }] = await world.db.query('SELECT count(*)::int AS n FROM operation');
    expect(n).toBe(0);
  });

  it('is done by a worker, with a result for each, and undone', async () => {
    const begun = await operate(curator, 'assign', [one, two, draft], { assignee: 'me' });
    const operation = await ended(curator, begun);

    expect(begun.headers.location).toBe(`/api/v1/operations/${begun.body.id}`);
    expect(operation).toMatchObject({
      ...{ action: 'assign', state: 'done', total: 3, canBeUndone: true, params: { assignee: curator.id } },
      items: { waiting: 0, done: 1, refused: 2, failed: 0 },
    });
    const items = await itemsOf(curator, operation.id);
    expect(items.map(({ result, code }: { result: string; code: string }) => [result, code])).toEqual([
      ['done', null],
      ['refused', 'already-claimed'],
      ['refused', 'transition-refused'],
    ]);
    expect((await read(one)).assignee.id).toBe(curator.id);
    expect((await read(two)).assignee.id).toBe(colleague.id);

    const undone = await ended(curator, await curator.post(`/operations/${operation.id}/undo`));
    expect(undone).toMatchObject({ action: 'undo', undoOf: operation.id, items: { done: 1 } });
    expect(await read(one)).toMatchObject({ state: 'curator_review.unassigned', assignee: null });
    expect((await curator.post(`/operations/${operation.id}/undo`)).body).toMatchObject({
      code: 'not-undoable',
      detail: expect.stringContaining('undone already'),
    });
    expect((await curator.get(`/operations/${operation.id}`)).body).toMatchObject({ undoneBy: undone.id });
    expect((await one.trail()).slice(-2).map(({ event }) => event)).toEqual(['curator.assign', 'curator.release']);
  });

  it('is read by pages, by whoever asked for it and by admins', async () => {
    const { id } = await ended(curator, await operate(curator, 'priority', [one, two, draft], { priority: 'high' }));
    const page = await curator.get(`/operations/${id}/items?limit=2&result=done&count=true`);

    expect(page.body).toMatchObject({ total: 3, items: [{ ordinal: 1 }, { ordinal: 2 }] });
    const next = await curator.get(`/operations/${id}/items?limit=2&result=done&cursor=${page.body.nextCursor}`);
    expect(next.body).toMatchObject({ nextCursor: null, items: [{ ordinal: 3, submissionId: draft.id }] });
    expect((await admin.get(`/operations/${id}`)).status).toBe(200);
    expect((await colleague.get(`/operations/${id}`)).body.code).toBe('operation-not-found');
    expect((await colleague.get(`/operations/${id}/items`)).status).toBe(404);
    expect((await submitter.get(`/operations/${id}`)).status).toBe(403);
  });

  it('is told live to whoever asked for it', async () => {
    const { id } = await ended(curator, await operate(curator, 'priority', [one], { priority: 'low' }));

    const told = await world.db.query(
      `SELECT "personId", data FROM live_event WHERE topic = 'operation.changed' AND data ->> 'id' = $1`,
      [id],
    );
    expect(told.at(-1)).toEqual({
      personId: curator.id,
      data: { id, state: 'done', total: 1, done: 1, refused: 0, failed: 0 },
    });
  });

  it('takes what somebody else has claimed where it is told to, and gives it back', async () => {
    const params = { assignee: curator.id, reassign: true };
    const operation = await ended(admin, await operate(admin, 'assign', [two], params));
    expect((await read(two)).assignee.id).toBe(curator.id);

    await ended(admin, await admin.post(`/operations/${operation.id}/undo`));
    expect((await read(two)).assignee.id).toBe(colleague.id);
    await release(two, colleague);
  });

  it('undoes nothing that somebody has worked on since', async () => {
    const operation = await ended(curator, await operate(curator, 'assign', [one, two], { assignee: 'me' }));
    await release(one, curator);
    await one.move(colleague, 'curator.claim');

    const undone = await ended(curator, await curator.post(`/operations/${operation.id}/undo`));

    expect(await itemsOf(curator, undone.id)).toMatchObject([
      { submissionId: one.id, result: 'refused', code: 'not-undoable' },
      { submissionId: two.id, result: 'done' },
    ]);
    expect((await read(one)).assignee.id).toBe(colleague.id);
    await release(one, colleague);
  });

  it('sets labels on those that have them not, and takes back only these', async () => {
    const made = (await curator.post('/labels', { name: 'batch' })).body;
    await curator.put(`${one.path}/labels`, { labels: [made.id] }, { 'if-match': '*' });
    const labels = async ({ path }: Story) => (await curator.get(`${path}/triage`)).body.labels.length;

    const operation = await ended(curator, await operate(curator, 'label', [one, two], { labels: [made.id] }));
    expect([await labels(one), await labels(two)]).toEqual([1, 1]);
    await ended(curator, await curator.post(`/operations/${operation.id}/undo`));
    expect([await labels(one), await labels(two)]).toEqual([1, 0]);
    await ended(curator, await operate(curator, 'unlabel', [one, two], { labels: [made.id] }));
    expect([await labels(one), await labels(two)]).toEqual([0, 0]);
  });

  it('takes all that match a query, as many as somebody can look through', async () => {
    const query = { state: 'curator_review', sort: 'since' };
    const rehearsed = await curator.post('/operations', {
      action: 'assign',
      query,
      params: { assignee: 'me' },
      dryRun: true,
    });
    expect(rehearsed.body).toMatchObject({ total: 2, ok: 2 });

    const operation = await ended(
      curator,
      await curator.post('/operations', { action: 'assign', query, params: { assignee: 'me' } }),
    );
    expect(operation.items.done).toBe(2);
    const released = await ended(curator, await operate(curator, 'release', [one, two]));
    expect(released.items.done).toBe(2);
    await ended(curator, await curator.post(`/operations/${released.id}/undo`));
    expect((await read(one)).assignee.id).toBe(curator.id);
  });

  it('approves what may be approved, and says of the others what is in their way; that is not undone', async () => {
    await tickAll(curator, one);

    const rehearsed = await rehearse(curator, 'approve', [one, two]);
    const operation = await ended(curator, await operate(curator, 'approve', [one, two], { comment: 'As agreed.' }));

    expect(rehearsed.body.items).toMatchObject([
      { outcome: 'ok' },
      { outcome: 'refused', message: expect.stringContaining('of the checklist') },
    ]);
    expect(operation).toMatchObject({ canBeUndone: false, items: { done: 1, refused: 1 } });
    expect((await read(one)).state).toBe('private.approved');
    expect((await curator.post(`/operations/${operation.id}/undo`)).body.code).toBe('not-undoable');
  });

  it('requests changes by a template, as it is worded when it is asked for', async () => {
    const { body: template } = await curator.post('/templates', { name: 'Licence', text: 'Which licence is it?' });

    const operation = await ended(curator, await operate(curator, 'request_changes', [two], { template: template.id }));

    expect(operation.params.text).toBe('Which licence is it?');
    expect((await read(two)).state).toBe('draft.changes_requested');
    const trail = (await curator.get(`${two.path}/transitions?limit=100`)).body.items;
    expect(trail.at(-1)).toMatchObject({ event: 'curator.request_changes', comment: 'Which licence is it?' });
  });

  it('goes on where it was when its worker died, and does nothing twice', async () => {
    const id = randomUUID();
    await world.db.query(
      `INSERT INTO operation (id, action, params, "actorId", state, fence, "leaseUntil")
       VALUES ($1, 'priority', '{"priority":"urgent"}', $2, 'running', 1, now() - interval '1 second')`,
      [id, curator.id],
    );
    await world.db.query(
      `INSERT INTO operation_item ("operationId", ordinal, "submissionId", result, before)
       VALUES ($1, 1, $2, 'done', '{}'), ($1, 2, $3, 'waiting', NULL)`,
      [id, one.id, two.id],
    );

    const operation = await ended(curator, { status: 202, body: { id }, headers: {} });

    expect(operation.items).toMatchObject({ done: 2, waiting: 0 });
    const priority = async ({ path }: Story) => (await curator.get(`${path}/triage`)).body.priority;
    expect([await priority(one), await priority(two)]).toEqual(['low', 'urgent']);
  });

  it('is done as its maker may by then', async () => {
    const short = await world.person('curator');
    const id = randomUUID();
    await world.db.query(
      `INSERT INTO operation (id, action, params, "actorId", state) VALUES ($1, 'priority', '{"priority":"high"}', $2, 'queued')`,
      [id, short.id],
    );
    await world.db.query(`UPDATE person SET roles = '{submitter}' WHERE id = $1`, [short.id]);
    await world.db.query(
      `INSERT INTO operation_item ("operationId", ordinal, "submissionId", result) VALUES ($1, 1, $2, 'waiting')`,
      [id, two.id],
    );

    const operation = await ended(admin, { status: 202, body: { id }, headers: {} });

    expect(operation.items).toMatchObject({ done: 0, refused: 1 });
    expect((await itemsOf(admin, id))[0].code).toBe('submission-not-found');
  });

  it.each<[what: string, body: object, sentence: string]>([
    ['neither submissions nor a query', { action: 'recheck' }, 'either submissions or a query'],
    ['an assignment to nobody', { action: 'assign', query: {} }, '\\"assign\\" needs assignee'],
    [
      'what an action does not take',
      { action: 'approve', query: {}, params: { priority: 'low' } },
      'takes no priority',
    ],
    ['a query that the list refuses', { action: 'recheck', query: { stat: 'draft' } }, 'stat'],
  ])('is refused with %s', async (_, body, sentence) => {
    const answer = await curator.post('/operations', body);

    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(JSON.stringify(answer.body)).toContain(sentence);
  });

  it('is for those who review, and each asks once with one key', async () => {
    expect((await operate(submitter, 'priority', [one], { priority: 'high' })).status).toBe(403);

    const key = { 'idempotency-key': randomUUID() };
    const ask = () =>
      curator.post('/operations', { action: 'priority', submissions: [one.id], params: { priority: 'normal' } }, key);
    const [first, again] = [await ask(), await ask()];
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers['idempotency-replayed']).toBe('true');
    await ended(curator, first);
  });
});
