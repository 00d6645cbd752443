import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mrcBytes } from '../../checks/samples/mrc.js';
import { approved, draft, inReview, type Story, tickAll, upload } from '../story.js';
import { type Answer, beginWorld, type Caller, type World } from '../world.js';
import { withCut } from './statements.js';

let world: World;
let submitter: Caller;
let curators: [Caller, Caller];
let admin: Caller;
beforeAll(async () => {
  world = await beginWorld();
  submitter = await world.person('submitter');
  curators = [await world.person('curator'), await world.person('curator')];
  admin = await world.person('admin');
});
afterAll(async () => {
  await world.settles();
  await world.end();
});

/** All that a step writes, but for what others make of it. */
const written = async ({ id }: Story) => {
  const [row] = await world.db.query(
    `SELECT s.state, s.seq, s."updatedAt", s.sealed, s.approved, s."runId",
            (SELECT count(*)::int FROM submission_transition WHERE "submissionId" = s.id) AS steps,
            (SELECT count(*)::int FROM outbox_message WHERE payload ->> 'submissionId' = s.id::text) AS messages,
            (SELECT count(*)::int FROM validation_run WHERE "submissionId" = s.id) AS runs,
            (SELECT json_agg(t ORDER BY kind) FROM timer t WHERE "submissionId" = s.id) AS timers
       FROM submission s WHERE s.id = $1`,
    [id],
  );
  return row;
};
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();
const claimed = async () => {
  const story = await inReview(world, submitter);
  expect((await story.move(curators[0], 'curator.claim')).status).toBe(200);
  await tickAll(curators[0], story);
  return story;
};

describe('a command whose connection is lost', () => {
  const COMMANDS: [string, () => Promise<{ story: Story; send: () => Promise<Answer> }>][] = [
    [
      'with a key',
      async () => {
        const story = await draft(world, submitter);
        const key = { 'idempotency-key': randomUUID() };
        const body = { event: 'submitter.submit', policyAccepted: true };
        return { story, send: () => submitter.post(`${story.path}/transitions`, body, key) };
      },
    ],
    [
      'without a key',
      async () => {
        const story = await claimed();
        return { story, send: () => story.move(curators[0], 'curator.approve') };
      },
    ],
  ];

  it.each(COMMANDS)(
    'at any statement has done nothing, and can be sent again: %s',
    { timeout: 60_000 },
    async (_, prepare) => {
      const { story, send } = await prepare();
      const before = await written(story);
      let lost = 0;
      for (let at = 2; ; at++) {
        let answer: Answer | undefined;
        const statements = await withCut(world.app.get(DataSource), at, async () => {
          answer = await send();
        });
        if (statements < at) {
          expect(answer?.status).toBe(200);
          break;
        }
        expect(answer, `cut at statement ${at}`).toMatchObject({ status: 503, body: { code: 'unavailable' } });
        expect(Number(answer?.headers['retry-after'])).toBeGreaterThan(0);
        expect(await written(story), `cut at statement ${at}`).toEqual(before);
        lost++;
      }

      expect(lost).toBeGreaterThan(5);
      expect((await written(story)).steps).toBeGreaterThanOrEqual(before.steps + 1);
      await world.settles();
    },
  );
});

describe('of forty who come at once', () => {
  const send = async (story: Story, from: readonly (readonly [Caller, string])[]) => {
    const before = (await story.trail()).length;
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const [caller, event] = from[i % from.length] as (typeof from)[number];
        return story.move(caller, event);
      }),
    );
    expect((await story.trail()).length, 'one step').toBe(before + 1);
    return answers;
  };

  it('one claims, one decides and one is first at what was decided; the others are told who', {
    timeout: 60_000,
  }, async () => {
    const story = await inReview(world, submitter);
    const claims = await send(story, [
      [curators[0], 'curator.claim'],
      [curators[1], 'curator.claim'],
    ]);
    expect(statuses(claims)).toEqual([200, ...Array(39).fill(409)]);

    const { assignee } = (await submitter.get(story.path)).body;
    const curator = curators.find(({ id }) => id === assignee.id) as Caller;
    await tickAll(curator, story);
    const decisions = await send(story, [
      [curator, 'curator.approve'],
      [curator, 'curator.reject'],
      [submitter, 'submitter.recall'],
    ]);
    expect(statuses(decisions)).toEqual([200, ...Array(39).fill(409)]);
    const won = decisions.find(({ status }) => status === 200)?.body.state;
    for (const { status, body } of decisions)
      if (status === 409)
        expect(body).toMatchObject({ code: 'transition-refused', state: won, last: { event: expect.any(String) } });

    const accepted = await approved(world, submitter, curators[0]);
    const ends = await send(accepted, [
      [submitter, 'submitter.reopen'],
      [curators[1], 'curator.reopen_review'],
      [admin, 'admin.publish'],
    ]);
    expect(statuses(ends)).toEqual([200, ...Array(39).fill(409)]);
    await world.settles();
  });

  it('with one key, one begins a draft: the others are given that answer, or told to wait for it', {
    timeout: 30_000,
  }, async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = { profile: 'cryoet-dataset', title: `Volume ${randomUUID()}` };
    const answers = await Promise.all(Array.from({ length: 40 }, () => submitter.post('/submissions', body, key)));

    const done = answers.filter(({ status }) => status === 201);
    expect(new Set(done.map(({ body: { id } }) => id)).size).toBe(1);
    expect(done.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
    for (const answer of answers)
      if (answer.status !== 201) expect(answer).toMatchObject({ status: 409, body: { code: 'still-running' } });
    expect(await world.db.query('SELECT FROM submission WHERE title = $1', [body.title])).toHaveLength(1);
  });
});

describe('what is sealed', () => {
  it('is not edited, given files or robbed of them, and its hash stays', async () => {
    const story = await claimed();
    const before = (await submitter.get(story.path)).body;
    const { items } = (await submitter.get(`${story.path}/files`)).body;

    const edit = await submitter.patch(story.path, { title: 'Something else' }, { 'if-match': '*' });
    expect(edit).toMatchObject({ status: 409, body: { code: 'transition-refused' } });
    expect((await submitter.remove(`${story.path}/files/${items[0].id}`)).status).toBe(409);
    expect(await upload(world, submitter, story.id, 'more.mrc', Buffer.from(mrcBytes()))).toBe(409);
    expect((await submitter.get(story.path)).body).toEqual(before);
    expect((await story.move(curators[0], 'curator.approve')).status).toBe(200);
  });
});

describe('a request that nobody can carry out', () => {
  it('with a body of 10 MB is refused', async () => {
    const text = 'x'.repeat(10_000_000);
    const { status, body } = await submitter.post('/submissions', { profile: 'cryoet-dataset', title: text });

    expect(status).toBe(413);
    expect(body).toMatchObject({ code: 'body-too-large', limit: world.config.MAX_BODY_BYTES });
  });

  it.each([
    '/submissions?cursor=rubbish',
    '/submissions?cursor=eyJ4IjoxfQ',
    '/records?cursor=%00',
    '/me/notifications?cursor=-1',
  ])('with a cursor of rubbish is refused: %s', async (path) => {
    const { status, body } = await submitter.get(path);

    expect(status).toBe(400);
    expect(JSON.stringify(body.errors ?? body)).toContain('cursor');
  });

  it('on what has changed meanwhile is refused, and says what has', async () => {
    const { path } = await draft(world, submitter);
    const { headers } = await submitter.get(path);
    const seen = { 'if-match': headers.etag ?? '' };
    expect((await submitter.patch(path, { title: 'The first' }, seen)).status).toBe(200);

    expect(await submitter.patch(path, { title: 'The second' }, seen)).toMatchObject({
      status: 412,
      body: { changed: expect.arrayContaining(['/title']) },
    });
    expect((await submitter.remove(path, seen)).status).toBe(412);
    expect((await submitter.get(path)).body.title).toBe('The first');
  });

  it('with a key that came with another body is refused', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = { profile: 'cryoet-dataset', title: `Volume ${randomUUID()}` };
    expect((await submitter.post('/submissions', first, key)).status).toBe(201);

    const second = await submitter.post('/submissions', { ...first, title: 'Another volume' }, key);
    expect(second).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect((await submitter.get('/submissions?q=Another volume')).body.items).toEqual([]);
  });
});
