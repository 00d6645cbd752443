/** Is an internal note for its reviewers alone? One is planted, and everybody asks everything there is to ask. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../src/identity/user.js';
import { ROUTES } from '../src/permissions.js';
import { type About, type Bearer, beginRouteCalls, type RouteCalls } from './every-route.js';
import { beginMailServer, type MailServer } from './mail-server.js';
import { inReview, type Story } from './story.js';
import type { Caller } from './world.js';

/** In the note, and nowhere else. */
const WORD = 'quillwortneedle';

/** Everybody else, and what they are answered when they ask for the submission. */
const OTHERS: Readonly<Record<string, number>> = {
  ...{ 'the owner': 200, 'an editor': 200, 'a viewer': 200, 'a visitor': 200, 'a nameless visitor': 200 },
  ...{ 'another submitter': 404, 'a stranger': 401 },
};

let routes: RouteCalls;
let mails: MailServer;
let story: Story;
let curator: Caller;
let about: About;
let who: Readonly<Record<string, Bearer | null>>;

beforeAll(async () => {
  mails = await beginMailServer();
  routes = await beginRouteCalls({ SMTP_URL: mails.url });
  const { world } = routes;
  const [owner, editor, viewer, other] = [
    await world.person('submitter'),
    await world.person('submitter'),
    await world.person('submitter'),
    await world.person('submitter'),
  ];
  curator = await world.person('curator');
  const colleague = await world.person('curator');
  story = await inReview(world, owner);
  await world.db.query(
    `INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'editor'), ($1, $3, 'viewer')`,
    [story.accession, editor.id, viewer.id],
  );
  await story.move(curator, 'curator.claim');
  const links = [false, true].map((anonymised) =>
    owner.post(`${story.path}/share-links`, { name: 'review', may: ['view', 'download', 'comment'], anonymised }),
  );
  const [open, nameless] = await Promise.all(links);
  about = await plant([owner, editor, viewer, other, colleague]);
  who = {
    ...{ 'the owner': owner, 'an editor': editor, 'a viewer': viewer, 'another submitter': other, 'a stranger': null },
    ...{ 'a visitor': { token: open?.body.token }, 'a nameless visitor': { token: nameless?.body.token } },
  };
});
afterAll(async () => {
  await routes?.end();
  await mails?.end();
});

/** Notes with everything that a note can have, beside a thread with none of it. */
async function plant(named: readonly Caller[]): Promise<About> {
  const { db } = routes.world;
  const handles = await Promise.all(named.map(async (person) => `@${(await person.get('/me')).body.handle}`));
  const write = (text: string) => curator.post(`${story.path}/notes`, { text, anchor: { field: '/title' } });
  const note = await write(`${WORD}: ${handles.join(' ')} must not know.`);
  expect(note.status).toBe(201);
  const again = await curator.patch(
    `${story.path}/notes/${note.body.id}`,
    { text: `${WORD}, once more: ${handles.join(' ')}` },
    { 'if-match': note.body.etag },
  );
  expect(again.status).toBe(200);
  const gone = await write(`${WORD} to be deleted`);
  expect((await curator.remove(`${story.path}/notes/${gone.body.id}`, { 'if-match': '*' })).status).toBe(204);
  const thread = await curator.post(`${story.path}/threads`, { text: 'Nothing to hide.', anchor: { field: '/title' } });
  await curator.post(`${story.path}/reviews`, { decision: 'comment', comment: 'Nor here.' });
  const [{ runId, fileId }] = await db.query(
    `SELECT s."lastRunId" AS "runId", f.id AS "fileId"
       FROM submission s JOIN submission_file f ON f."submissionId" = s.id WHERE s.id = $1`,
    [story.id],
  );
  const { id, accession } = story;
  return { id, accession, runId, fileId, noteId: note.body.id, threadId: thread.body.id, section: 'title' };
}

const isWriting = (route: string): boolean => !/^(GET|HEAD|OPTIONS) /.test(route);
const READING = Object.keys(ROUTES).filter((route) => !isWriting(route));
const WRITING = Object.keys(ROUTES).filter(isWriting);
const AT_ONCE = 8;

const ask = (route: string, as: Bearer | null) => routes.call(route, as, SCOPES, about);

/** The routes of which an answer holds the word. */
async function telling(as: Bearer | null, list: readonly string[]): Promise<string[]> {
  const waiting = [...list];
  const found: string[] = [];
  const askOn = async () => {
    for (let route = waiting.shift(); route; route = waiting.shift())
      if ((await ask(route, as)).body.toLowerCase().includes(WORD)) found.push(route);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  return found;
}

describe('an internal note', () => {
  it('is read by whoever reviews, at its own address and at no other', async () => {
    expect(await telling(curator, READING)).toEqual(['GET /submissions/{id}/notes']);
  });

  /** Writing comes last: it may close a session, or more. */
  it.each(Object.entries(OTHERS))('is told to %s by no route, whatever else they may see', async (name, sees) => {
    const as = who[name] ?? null;

    expect(await telling(as, READING)).toEqual([]);
    expect((await ask('GET /submissions/{id}', as)).status).toBe(sees);
    expect(await telling(as, WRITING)).toEqual([]);
  });

  it('is in no table but its own', async () => {
    const { db } = routes.world;
    const tables: { name: string }[] = await db.query(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
          AND has_table_privilege(format('%I.%I', table_schema, table_name), 'SELECT')`,
    );
    const holding: string[] = [];
    for (const { name } of tables) {
      const [{ n }] = await db.query(`SELECT count(*)::int AS n FROM ${name} t WHERE t::text ILIKE $1`, [`%${WORD}%`]);
      if (n > 0) holding.push(name);
    }

    expect(holding).toEqual(['public.internal_note']);
    expect(tables.length).toBeGreaterThan(30);
  });

  it('is in no mail, though whoever reviews is told that they are mentioned in one', async () => {
    const { world } = routes;
    const mentions: { title: string; body: unknown }[] = await world.db.query(
      `SELECT title, body FROM notification WHERE topic = 'note.mentioned'`,
    );
    await world.settles();

    expect(mentions).toHaveLength(1);
    expect(JSON.stringify(mentions)).toContain('has mentioned you in an internal note');
    expect(mails.mails.length).toBeGreaterThan(0);
    expect(JSON.stringify(mails.mails).toLowerCase()).not.toContain(WORD);
  });

  it('is announced to staff, and to nobody who has a part in the submission', async () => {
    const events: { topic: string; audience: string }[] = await routes.world.db.query(
      `SELECT topic, audience FROM live_event WHERE topic LIKE 'note.%' ORDER BY "createdAt"`,
    );

    expect(events.map(({ topic }) => topic)).toEqual(['note.created', 'note.updated', 'note.created', 'note.updated']);
    expect(new Set(events.map(({ audience }) => audience))).toEqual(new Set(['staff']));
  });

  it('is closed to a curator who becomes a part of the submission', async () => {
    const { world } = routes;
    const joined = await world.person('curator');
    const before = await joined.get(`${story.path}/notes`);
    await world.db.query(`INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'viewer')`, [
      story.accession,
      joined.id,
    ]);

    expect(before.body.items[0].text).toContain(WORD);
    expect(await joined.get(`${story.path}/notes`)).toMatchObject({ status: 403, body: { code: 'not-yours' } });
  });

  it('is changed and deleted by who wrote it alone', async () => {
    const colleague = await routes.world.person('curator');
    const at = `${story.path}/notes/${about.noteId}`;

    expect((await colleague.patch(at, { text: 'x' }, { 'if-match': '*' })).body.code).toBe('not-your-words');
    expect((await colleague.remove(at, { 'if-match': '*' })).status).toBe(403);
    expect((await curator.patch(at, { text: 'x' }, { 'if-match': '"other"' })).status).toBe(412);
    expect((await curator.get(`${story.path}/notes?count=true`)).body).toMatchObject({ total: 1, nextCursor: null });
  });
});
