import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Announcement, announce } from '../src/live/announce.js';
import { forgetOldEvents } from '../src/live/live-rows.js';
import { type AnotherProcess, anotherProcess } from './another-process.js';
import { type Listener, listen } from './listener.js';
import { draftOfCells, inReview, upload, uploadSlowly } from './story.js';
import { beginWorld, type Caller, type World } from './world.js';

let world: World;
let owner: Caller;
let curator: Caller;
/** Another process of the API on the same database. */
let other: AnotherProcess;

beforeAll(async () => {
  world = await beginWorld({ LIVE_HEARTBEAT: '400ms' });
  [owner, curator] = [await world.person('submitter'), await world.person('curator')];
  other = await anotherProcess(world.config);
});
afterAll(async () => {
  await other?.app.close();
  await world?.end();
});

const say = (...what: Announcement[]) =>
  world.db.transaction(async (tx) => {
    for (const each of what) await announce(tx, each);
  });
const changed = (submissionId: string, n: number): Announcement => ({
  topic: 'submission.changed',
  submissionId,
  data: { id: submissionId, n },
});
const edit = async ({ path }: { path: string }, title: string) =>
  expect((await owner.patch(path, { title }, { 'if-match': '*' })).status).toBe(200);
const numbers = (listener: Listener) => listener.events().map(({ data }) => data.n);

describe('two who look at one submission', () => {
  it('see a step that one of them takes, whichever process each is at, within two seconds', async () => {
    const story = await draftOfCells(owner);
    const here = await listen(world, owner, `submission:${story.id}`);
    const there = new EventSource(`${other.url}/api/v1/events?topics=submission:${story.id}`, {
      fetch: (address, init) =>
        fetch(address, { ...init, headers: { ...init.headers, authorization: `Bearer ${curator.token}` } }),
    });
    const heard: { id: string; data: string }[] = [];
    there.addEventListener('submission.transitioned', ({ lastEventId: id, data }) => heard.push({ id, data }));
    await new Promise<void>((settle) => there.addEventListener('ready', () => settle()));
    const begun = performance.now();

    await edit(story, 'Cells of a lung');
    const { data, id } = await here.until('submission.transitioned');
    await vi.waitFor(() => expect(heard).toHaveLength(1), { interval: 5 });

    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(data).toMatchObject({ id: story.id, event: 'submitter.edit', actorId: owner.id, version: 1 });
    expect(JSON.parse(heard[0]?.data ?? '')).toEqual(data);
    expect(Number(heard[0]?.id)).toBe(id);
    expect((await here.until('submission.changed')).data.changed).toEqual(['/title']);
    here.cut();
    there.close();
  });

  it('hear the steps of a submission in their order', async () => {
    const story = await draftOfCells(owner);
    const listener = await listen(world, owner, `submission:${story.id}`);

    for (const n of [1, 2, 3, 4]) await edit(story, `Cells, edition ${n}`);
    await listener.until('submission.transitioned', { seq: 4 });

    const steps = listener.events().filter(({ event }) => event === 'submission.transitioned');
    expect(steps.map(({ data }) => data.seq)).toEqual([1, 2, 3, 4]);
    listener.cut();
  });

  it('are told that it was deleted', async () => {
    const story = await draftOfCells(owner);
    const listener = await listen(world, owner, `submission:${story.id}`);

    await owner.remove(story.path, { 'if-match': '*' });

    expect((await listener.until('submission.deleted')).data).toMatchObject({ id: story.id });
    listener.cut();
  });
});

describe('whoever comes back', () => {
  it('has missed nothing and hears nothing twice, however often the connection is cut while others write', async () => {
    const { id } = await draftOfCells(owner);
    const processes = [world, other];

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ work: fc.nat(25), pause: fc.nat(15) }), { minLength: 20, maxLength: 30 }),
        fc.array(fc.nat(40), { minLength: 3, maxLength: 6 }),
        async (writes, cuts) => {
          const begun = await listen(world, owner, `submission:${id}`);
          const heard: { id: number | null; n: number }[] = [];
          const writing = Promise.all(
            writes.map(async ({ work, pause }, n) => {
              await sleep(pause * 5);
              await world.db.transaction(async (tx) => {
                await announce(tx, changed(id, n));
                await sleep(work);
              });
            }),
          );
          let listener = begun;
          for (const [i, cut] of cuts.entries()) {
            await sleep(cut);
            listener.cut();
            heard.push(...listener.events().map((each) => ({ id: each.id, n: each.data.n })));
            const at = processes[i % 2] ?? world;
            listener = await listen(at, owner, `submission:${id}`, { after: listener.last() });
          }
          await writing;
          await vi.waitFor(() => expect(heard.length + listener.events().length).toBeGreaterThanOrEqual(writes.length));
          await sleep(30);
          listener.cut();
          heard.push(...listener.events().map((each) => ({ id: each.id, n: each.data.n })));

          expect(heard.map(({ n }) => n).sort((a, b) => a - b)).toEqual(writes.map((_, n) => n));
          expect(heard.map((each) => each.id)).toEqual(
            heard.map((each) => each.id).sort((a, b) => Number(a) - Number(b)),
          );
        },
      ),
      { numRuns: 5 },
    );
  });

  it('hears what a transaction wrote that was begun before and ended after what they saw', async () => {
    const { id } = await draftOfCells(owner);
    const listener = await listen(world, owner, `submission:${id}`);
    const slow = world.db.createQueryRunner();
    await slow.startTransaction();
    await announce(slow.manager, changed(id, 1));
    await say(changed(id, 2));
    await listener.until('submission.changed', { n: 2 });
    listener.cut();

    await slow.commitTransaction();
    await slow.release();
    const back = await listen(world, owner, `submission:${id}`, { after: listener.last() });

    await back.until('submission.changed', { n: 1 });
    expect(numbers(back)).toEqual([1]);
    back.cut();
  });

  it.each(['the header of a browser', 'the address'])('may come to another process, by %s', async (how) => {
    const { id } = await draftOfCells(owner);
    const listener = await listen(world, owner, `submission:${id}`);
    await say(changed(id, 1));
    await listener.until('submission.changed', { n: 1 });
    listener.cut();
    await say(changed(id, 2), changed(id, 3));

    const last = { after: listener.last(), by: how === 'the address' ? 'address' : 'header' } as const;
    const back = await listen(other, owner, `submission:${id}`, last);

    await back.until('submission.changed', { n: 3 });
    expect(numbers(back)).toEqual([2, 3]);
    back.cut();
  });

  it('is asked to read anew after more than is told again', async () => {
    const { id } = await draftOfCells(owner);
    const listener = await listen(world, owner, `submission:${id}`);
    listener.cut();
    await world.db.query(
      `INSERT INTO live_event (id, topic, audience, "submissionId", data)
       SELECT gen_random_uuid(), 'submission.changed', 'readers', $1, '{}' FROM generate_series(1, 1001)`,
      [id],
    );
    await placed();

    const back = await listen(world, owner, `submission:${id}`, { after: listener.last() });
    const { data } = await back.until('resync');
    await say(changed(id, 1));
    await back.until('submission.changed', { n: 1 });

    expect(data).toMatchObject({ reason: 'too_many' });
    expect(numbers(back)).toEqual([1]);
    back.cut();
  });

  it('is asked to read anew after what is kept no longer, and not before', async () => {
    const { id } = await draftOfCells(owner);
    const listener = await listen(world, owner, `submission:${id}`);
    const before = listener.last();
    await say(changed(id, 1));
    await say(changed(id, 2));
    const { id: kept } = await listener.until('submission.changed', { n: 2 });
    listener.cut();
    await sleep(20);
    await forgetOldEvents(world.db, 0);

    const late = await listen(world, owner, `submission:${id}`, { after: before - 1 });
    const intime = await listen(world, owner, `submission:${id}`, { after: Number(kept) - 1 });
    const rubbish = await listen(world, owner, `submission:${id}`, { after: Number(kept) + 1_000 });

    expect((await late.until('resync')).data.reason).toBe('too_old');
    expect((await rubbish.until('resync')).data.reason).toBe('unknown');
    await intime.until('submission.changed', { n: 2 });
    expect(intime.heard.map(({ event }) => event)).toEqual(['ready', 'submission.changed']);
    for (const each of [late, intime, rubbish]) each.cut();
  });

  it('goes on at another process when theirs ends', async () => {
    const { id } = await draftOfCells(owner);
    const ending = await anotherProcess(world.config);
    const listener = await listen(ending, owner, `submission:${id}`);

    await Promise.all([ending.app.close(), listener.ended]);
    await say(changed(id, 1));
    const back = await listen(world, owner, `submission:${id}`, { after: listener.last() });

    await back.until('submission.changed', { n: 1 });
    back.cut();
  });
});

const placed = () =>
  vi.waitFor(async () => {
    const [{ n }] = await world.db.query('SELECT count(*)::int AS n FROM live_event WHERE position IS NULL');
    expect(n).toBe(0);
  });

describe('a topic', () => {
  it.each([
    ['queu', 400, /did you mean "queue"/],
    ['submision:1', 400, /did you mean "submission:\{id\}"/],
    ['submission:12', 400, /is its id, a UUID/],
    ['', 400, /known are/],
    [`submission:${randomUUID()}`, 404, /There is no submission/],
    ['queue', 403, /curator/],
  ])('"%s" is refused to a submitter with %i', async (topics, status, why) => {
    const answer = await owner.get(`/events?topics=${topics}`);

    expect(answer).toMatchObject({ status, body: { detail: expect.stringMatching(why) } });
  });

  it('of a submission that is somebody else’s is not there', async () => {
    const { id } = await draftOfCells(owner);
    const stranger = await world.person('submitter');

    expect(await stranger.get(`/events?topics=me,submission:${id}`)).toMatchObject({
      status: 404,
      body: { code: 'submission-not-found' },
    });
  });

  it('asks a token for a scope of its own', async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const { body } = await owner.post('/me/tokens', { name: 'reader', scopes: ['submission:read'], expiresAt });
    const reading = { ...owner, token: body.token };
    const { id } = await draftOfCells(owner);

    (await listen(world, reading, `submission:${id}`)).cut();
    const answer = await fetch(`${world.url}/api/v1/events?topics=me`, {
      headers: { authorization: `Bearer ${reading.token}` },
    });

    expect(await answer.json()).toMatchObject({ status: 403, code: 'scope-needed', needed: ['account'] });
  });

  it('"queue" tells curators who has claimed what, and nothing of drafts', async () => {
    const story = await inReview(world, owner);
    const listener = await listen(other, curator, 'queue');
    const claiming = await world.person('curator');
    await edit(await draftOfCells(owner), 'Not yet for anybody');

    await story.move(claiming, 'curator.claim');

    const { data } = await listener.until('submission.transitioned', { id: story.id });
    expect(data).toMatchObject({ event: 'curator.claim', actorId: claiming.id, to: 'curator_review.claimed' });
    expect(listener.events().filter(({ data }) => data.id !== story.id)).toEqual([]);
    listener.cut();
  });

  it('"me" tells what is for the caller alone', async () => {
    const neighbour = await world.person('submitter');
    const mine = await listen(world, owner, 'me');
    const theirs = await listen(world, neighbour, 'me');

    await say(
      { topic: 'notification.created', personId: owner.id, data: { id: 'of the owner' } },
      { topic: 'notification.created', personId: neighbour.id, data: { id: 'of the neighbour' } },
    );
    await theirs.until('notification.created');

    expect((await mine.until('notification.created')).data.id).toBe('of the owner');
    expect([mine.events().length, theirs.events().length]).toEqual([1, 1]);
    for (const each of [mine, theirs]) each.cut();
  });

  it('of a submission tells those who review it what is theirs, and its owner not', async () => {
    const { id } = await draftOfCells(owner);
    const [reviewing, owning] = [
      await listen(world, curator, `submission:${id}`),
      await listen(world, owner, `submission:${id}`),
    ];

    await say({ topic: 'note.created', submissionId: id, data: { id: 'a note' } }, changed(id, 1));
    await owning.until('submission.changed');

    await reviewing.until('note.created');
    expect(owning.events().map(({ event }) => event)).toEqual(['submission.changed']);
    for (const each of [reviewing, owning]) each.cut();
  });
});

describe('whoever loses access', () => {
  it('hears nothing more of the submission, and the others do', async () => {
    const { id, accession } = await draftOfCells(owner);
    const helper = await world.person('submitter');
    await world.db.query(`INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'editor')`, [
      accession,
      helper.id,
    ]);
    const [helping, owning] = [
      await listen(world, helper, `submission:${id}`),
      await listen(world, owner, `submission:${id}`),
    ];
    await say(changed(id, 1));
    await helping.until('submission.changed', { n: 1 });

    await world.db.query('DELETE FROM collaborator WHERE accession = $1', [accession]);
    await say(changed(id, 2));
    await say(changed(id, 3));
    await owning.until('submission.changed', { n: 3 });

    expect([numbers(helping), numbers(owning)]).toEqual([[1], [1, 2, 3]]);
    for (const each of [helping, owning]) each.cut();
  });

  it('by a role that was taken hears nothing that happened after', async () => {
    const { id } = await draftOfCells(owner);
    const former = await world.person('curator');
    const listener = await listen(world, former, `submission:${id},queue`);
    await say(changed(id, 1));
    await listener.until('submission.changed', { n: 1 });

    await world.db.query(`UPDATE person SET roles = '{submitter}' WHERE id = $1`, [former.id]);
    await say(changed(id, 2));
    await say({ topic: 'notification.created', personId: former.id, submissionId: id, data: {} });
    await sleep(300);

    expect(numbers(listener)).toEqual([1]);
    listener.cut();
  });

  it.each<[string, (person: Caller) => Promise<unknown>]>([
    ['signs out', (person) => person.remove('/sessions/current')],
    ['is shut out', ({ id }) => world.db.query('UPDATE person SET "disabledAt" = now() WHERE id = $1', [id])],
    [
      'has a session that is over',
      ({ id }) => world.db.query('UPDATE session SET "expiresAt" = now() WHERE "personId" = $1', [id]),
    ],
  ])('as somebody who %s has their stream ended', async (_, leave) => {
    const person = await world.person('submitter');
    const listener = await listen(world, person, 'me');

    await leave(person);

    await Promise.race([listener.ended, sleep(3_000).then(() => expect.unreachable('the stream goes on'))]);
  });

  it('by a token that was revoked has their stream ended, and others of theirs go on', async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const { body } = await owner.post('/me/tokens', { name: 'listens', scopes: ['account'], expiresAt });
    const [byToken, bySession] = [await listen(world, { token: body.token }, 'me'), await listen(world, owner, 'me')];

    await owner.remove(`/me/tokens/${body.id}`);
    await byToken.ended;
    await say({ topic: 'notification.created', personId: owner.id, data: {} });

    await bySession.until('notification.created');
    bySession.cut();
  });
});

describe('a stream', () => {
  it('is told that it lives, and how far it has come', async () => {
    const { id } = await draftOfCells(owner);
    const answer = await fetch(`${world.url}/api/v1/events?topics=submission:${id}`, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    let text = '';
    for await (const part of answer.body ?? []) {
      text += Buffer.from(part).toString();
      if (text.includes('\n:\n')) break;
    }

    expect(answer.headers.get('content-type')).toMatch('text/event-stream');
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(text).toMatch(/^retry: 3000\n\n/);
    expect(text).toMatch(/\n\n:\nid: \d+\n\n$/);
  });

  it('of who does not read is cut off, and the others hear all', async () => {
    const { id } = await draftOfCells(owner);
    const { hostname, port } = new URL(world.url);
    const deaf = connect(Number(port), hostname);
    deaf.write(
      `GET /api/v1/events?topics=submission:${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${owner.token}\r\n\r\n`,
    );
    await new Promise((settle) => deaf.once('data', settle));
    deaf.pause();
    const closed = new Promise<void>((settle) => void deaf.once('close', () => settle()));
    const listener = await listen(world, owner, `submission:${id}`);

    const blown = 'x'.repeat(200_000);
    for (let n = 1; n <= 60; n++) {
      await say({ topic: 'submission.changed', submissionId: id, data: { n, blown } });
      await listener.until('submission.changed', { n });
    }

    deaf.on('error', () => {});
    deaf.resume();
    await closed;
    expect(numbers(listener)).toHaveLength(60);
    listener.cut();
  });

  it('is described, and asked for by HEAD it ends', async () => {
    const answer = await fetch(`${world.url}/api/v1/events?topics=me`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${owner.token}` },
    });

    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });
});

describe('work under way', () => {
  it('is told: the states of a file, and the checks with what they found', async () => {
    const story = await inReview(world, owner);
    const listener = await listen(world, owner, `submission:${story.id}`);

    await story.move(curator, 'curator.claim');
    await story.move(curator, 'curator.recheck');
    const { data: begun } = await listener.until('check.started');
    const { data: ended } = await listener.until('check.finished', { runId: begun.runId });
    await story.move(curator, 'curator.request_changes');
    expect(await upload(world, owner, story.id, 'notes.txt', Buffer.from('some notes'))).toBe(201);
    await listener.until('file.state', { path: 'notes.txt', state: 'stored' });

    expect(begun.total).toBeGreaterThan(0);
    expect(ended).toMatchObject({ outcome: 'passed', errors: 0 });
    const states = listener.events().filter(({ event }) => event === 'file.state');
    expect(states.map(({ data }) => data.state)).toEqual(['uploading', 'verifying', 'stored']);
    listener.cut();
  });

  it('is told in passing how far an upload has come, and how fast', async () => {
    const { id } = await draftOfCells(owner);
    const listener = await listen(world, owner, `submission:${id}`);
    const told = () => listener.events().filter(({ event }) => event === 'file.progress');
    const size = 1_000_000;
    const untilTold = async function* () {
      for (let at = 0; at < size; at += 1_000) {
        yield Buffer.alloc(1_000, 1);
        if (told().length < 2) await sleep(50);
      }
    };

    await uploadSlowly(world, owner, id, 'slow.bin', size, untilTold());

    const [first, second] = told();
    expect(first).toMatchObject({ id: null, data: { submissionId: id, path: 'slow.bin', size, rate: null } });
    expect(second?.data.bytes).toBeGreaterThan(first?.data.bytes);
    expect(second?.data.rate).toBeGreaterThan(1_000);
    expect(second?.data.rate).toBeLessThan(100_000);
    listener.cut();
  });
});
