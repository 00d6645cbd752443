/** Do people talk about a submission, each where they may, and does everybody hear of it who should, and nobody else? */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { User } from '../src/identity/user.js';
import { CommentsService } from '../src/review/comments.service.js';
import { ThreadsService } from '../src/review/threads.service.js';
import { SubmissionsService } from '../src/submissions/submissions.service.js';
import { beginMailServer, type MailServer } from './mail-server.js';
import { draft, inReview, type Story, sha256Of, tickAll } from './story.js';
import { beginWorld, type Caller, type World } from './world.js';

let world: World;
let mails: MailServer;
let submitter: Caller;
let editor: Caller;
let viewer: Caller;
let curator: Caller;
let other: Caller;
let story: Story;

beforeAll(async () => {
  mails = await beginMailServer();
  world = await beginWorld({ SMTP_URL: mails.url });
  [submitter, editor, viewer] = [
    await world.person('submitter'),
    await world.person('submitter'),
    await world.person('submitter'),
  ];
  [curator, other] = [await world.person('curator'), await world.person('submitter')];
  story = await inReview(world, submitter);
  await shareWith(story);
  expect((await story.move(curator, 'curator.claim')).status).toBe(200);
});
afterAll(async () => {
  await world?.end();
  await mails?.end();
});

const shareWith = ({ accession }: Story) =>
  world.db.query(
    `INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'editor'), ($1, $3, 'viewer')`,
    [accession, editor.id, viewer.id],
  );

const begin = async (by: Caller, text: string, more: object = {}) => {
  const { status, body } = await by.post(`${story.path}/threads`, { text, ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const at = (thread: { id: string }) => `${story.path}/threads/${thread.id}`;
const seen = (read: { etag: string }) => ({ 'if-match': read.etag });
const handleOf = async (caller: Caller): Promise<string> => (await caller.get('/me')).body.handle;
const told = async (caller: Caller, topic: string): Promise<{ id: string; title: string; text: string }[]> =>
  (await caller.get('/me/notifications?limit=100')).body.items.filter(
    (item: { topic: string }) => item.topic === topic,
  );

describe('a thread', () => {
  it('is begun about something, by whoever has a hand in the submission, and read by whoever may see it', async () => {
    const begun = await curator.post(`${story.path}/threads`, {
      text: 'Which *lobe*?',
      anchor: { field: '/metadata/sample_type' },
    });

    expect(begun.status).toBe(201);
    expect(begun.headers.location).toBe(`/api/v1${at(begun.body)}`);
    expect(begun.body).toMatchObject({
      ...{ version: 1, round: 1, state: 'open', blocking: false, outdated: false, commentCount: 1 },
      anchor: { field: '/metadata/sample_type' },
      was: { value: expect.any(String) },
      comments: [
        {
          author: { id: curator.id, name: 'Some curator', role: 'curator', handle: await handleOf(curator) },
          text: 'Which *lobe*?',
          html: '<p>Which <em>lobe</em>?</p>',
        },
      ],
    });
    for (const reader of [submitter, editor, viewer, curator])
      expect((await reader.get(at(begun.body))).body).toEqual(begun.body);
    expect((await other.get(at(begun.body))).body.code).toBe('submission-not-found');
    expect((await begin(editor, 'It is ours.')).comments[0].author.role).toBe('submitter');
    expect(await viewer.post(`${story.path}/threads`, { text: 'May I?' })).toMatchObject({
      status: 403,
      body: { code: 'not-yours', relation: 'viewer' },
    });
  });

  it.each<[what: string, anchor: object | null]>([
    ['a file', { file: 'tomo_001.mrc' }],
    ['a place in a file', { file: 'tomo_001.mrc', place: 'section 12' }],
    ['a field that is empty yet', { field: '/metadata/nothing_yet' }],
    ['a run', { run: 'TS_001' }],
    ['nothing in particular', null],
  ])('can be about %s', async (_, anchor) => {
    const { anchor: about, outdated } = await begin(submitter, 'Look here.', { anchor });

    expect(about).toEqual(anchor);
    expect(outdated).toBe(false);
  });

  it.each<[what: string, asked: object, pointer: string]>([
    ['no words', { text: '  ' }, '/text'],
    ['too many words', { text: 'x'.repeat(10_001) }, '/text'],
    ['a file that is not there', { text: 'x', anchor: { file: 'no.mrc' } }, '/anchor/file'],
    ['a finding that no run has', { text: 'x', anchor: { finding: 'nothing' } }, '/anchor/finding'],
    ['two places at once', { text: 'x', anchor: { file: 'a', run: 'b' } }, '/anchor'],
  ])('is refused for %s', async (_, asked, pointer) => {
    const { status, body } = await submitter.post(`${story.path}/threads`, asked);

    expect(status).toBe(422);
    expect(body.errors[0].pointer).toContain(pointer);
  });

  it('is found by its state and by what it is about, page by page', async () => {
    const anchor = { field: '/metadata/found_by_this' };
    const [first, second] = [await begin(submitter, 'One.', { anchor }), await begin(curator, 'Two.', { anchor })];
    const read = async (query: string) =>
      (await viewer.get(`${story.path}/threads?field=/metadata/found_by_this&${query}`)).body;

    const page = await read('limit=1&count=true');
    const rest = await read(`limit=1&cursor=${page.nextCursor}`);
    await curator.patch(at(second), { state: 'resolved' }, seen(second));

    expect(page).toMatchObject({ items: [{ id: first.id }], total: 2 });
    expect(rest).toMatchObject({ items: [{ id: second.id }], nextCursor: null });
    expect((await read('state=open')).items.map(({ id }: { id: string }) => id)).toEqual([first.id]);
    expect((await read('blocking=true')).items).toEqual([]);
    expect((await read('colour=red')).code).toBe('invalid-query');
  });

  it('shows in a list its first words and its newest', async () => {
    const thread = await begin(submitter, 'word 0', { anchor: { field: '/metadata/long_talk' } });
    for (let i = 1; i <= 12; i++) await submitter.post(`${at(thread)}/comments`, { text: `word ${i}` });

    const { items } = (await curator.get(`${story.path}/threads?field=/metadata/long_talk`)).body;
    const whole = (await curator.get(at(thread))).body;

    const words = ({ comments }: { comments: { text: string }[] }) => comments.map(({ text }) => Number(text.slice(5)));
    expect(items[0].commentCount).toBe(13);
    expect(words(items[0])).toEqual([0, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(words(whole)).toEqual(Array.from({ length: 13 }, (_, i) => i));
  });

  it('is resolved and reopened, as it was read', async () => {
    const thread = await begin(curator, 'Is this right?');
    const said = await submitter.post(`${at(thread)}/comments`, { text: 'It is.' });

    const late = await submitter.patch(at(thread), { state: 'resolved' }, seen(thread));
    const now = await submitter.get(at(thread));
    const resolved = await submitter.patch(at(thread), { state: 'resolved' }, seen(now.body));
    const reopened = await curator.patch(at(thread), { state: 'open' }, seen(resolved.body));

    expect(said.status).toBe(201);
    expect(late).toMatchObject({ status: 412, body: { changed: ['/updatedAt'] } });
    expect((await submitter.patch(at(thread), { state: 'resolved' })).status).toBe(428);
    expect(resolved.body).toMatchObject({
      state: 'resolved',
      resolvedBy: { id: submitter.id },
      resolvedAt: expect.stringMatching(/Z$/),
    });
    expect(reopened.body).toMatchObject({ state: 'open', resolvedBy: null, resolvedAt: null });
    const acts = await world.db.query(
      `SELECT action, "actorId" FROM audit_entry WHERE "objectId" = $1 AND action <> 'thread.opened' ORDER BY at`,
      [thread.id],
    );
    expect(acts).toEqual([
      { action: 'thread.resolved', actorId: submitter.id },
      { action: 'thread.reopened', actorId: curator.id },
    ]);
  });

  it('is not of another submission', async () => {
    const elsewhere = await draft(world, submitter);
    const { body } = await submitter.post(`${elsewhere.path}/threads`, { text: 'Elsewhere.' });

    expect((await submitter.get(at(body))).body.code).toBe('thread-not-found');
  });

  it('of somebody who comments does not take the draft from under who edits it', async () => {
    const mine = await draft(world, submitter);
    const { headers } = await submitter.get(mine.path);

    await curator.post(`${mine.path}/threads`, { text: 'A word beforehand.' });

    const edit = await submitter.patch(mine.path, { title: 'Another title' }, { 'if-match': String(headers.etag) });
    expect(edit.status).toBe(200);
  });
});

describe('a thread that blocks', () => {
  it('is for curators to begin and to resolve, and keeps the submission from its approval', async () => {
    const approval = async () =>
      (await curator.get(story.path)).body.events.find(({ event }: { event: string }) => event === 'curator.approve');
    await tickAll(curator, story);
    const thread = await begin(curator, 'This must be settled.', { blocking: true });

    const forbidden = await submitter.post(`${story.path}/threads`, { text: 'Mine blocks!', blocking: true });
    const notTheirs = await submitter.patch(at(thread), { state: 'resolved' }, { 'if-match': '*' });
    const refused = await story.move(curator, 'curator.approve');
    const offered = await approval();
    const resolved = await curator.patch(at(thread), { state: 'resolved' }, { 'if-match': '*' });

    expect([forbidden.status, notTheirs.status]).toEqual([403, 403]);
    expect(refused).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'threadsResolved' }] } });
    expect(offered.blockedBy).toEqual([
      {
        code: 'threadsResolved',
        message: '1 blocking thread is not resolved.',
        link: `/api/v1${story.path}/threads?state=open&blocking=true`,
      },
    ]);
    expect((await curator.get(offered.blockedBy[0].link.replace('/api/v1', ''))).status).toBe(200);
    expect(resolved.status).toBe(200);
    expect((await approval()).allowed).toBe(true);
  });
});

describe('what a thread is about', () => {
  it('makes it outdated when it changes, with what it was', async () => {
    const mine = await draft(world, submitter);
    const ask = async (anchor: object) =>
      (await submitter.post(`${mine.path}/threads`, { text: 'About this.', anchor })).body;
    const title = await ask({ field: '/title' });
    const field = await ask({ field: '/metadata/sample_type' });
    const file = await ask({ file: 'tomo_001.mrc' });
    const empty = await ask({ field: '/metadata/citation' });
    const was = (await submitter.get(mine.path)).body.title;

    await submitter.patch(mine.path, { title: 'Another title' }, { 'if-match': '*' });
    const sha256 = sha256Of(Buffer.from('other bytes'));
    await world.db.query('INSERT INTO stored_object (sha256, size) VALUES ($1, 11)', [sha256]);
    await world.db.query('UPDATE submission_file SET sha256 = $2 WHERE "submissionId" = $1', [mine.id, sha256]);

    const read = async ({ id }: { id: string }) => (await submitter.get(`${mine.path}/threads/${id}`)).body;
    expect(await read(title)).toMatchObject({ outdated: true, was: { value: was } });
    expect((await read(title)).links, 'nothing was sent in that it could be compared with').not.toHaveProperty(
      'sinceThen',
    );
    expect(await read(field)).toMatchObject({ outdated: false });
    expect(await read(file)).toMatchObject({
      outdated: true,
      was: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await read(empty)).toMatchObject({ outdated: false, was: null });
    await world.db.query('UPDATE submission_file SET sha256 = $2 WHERE "submissionId" = $1', [
      mine.id,
      (await read(file)).was.sha256,
    ]);
    expect((await read(file)).outdated).toBe(false);
  });

  it('can be a finding, until it is open no more', async () => {
    const [{ lastRunId }] = await world.db.query('SELECT "lastRunId" FROM submission WHERE id = $1', [story.id]);
    await world.db.query(
      `INSERT INTO finding ("runId", ordinal, fingerprint, "check", rule, severity, status, message, file, fix, count, samples)
       VALUES ($1, 900, 'print-of-a-finding', 'mrc', 'M04', 'warning', 'new', 'It is odd.', 'tomo_001.mrc', 'Write it anew.', 1, '[]')`,
      [lastRunId],
    );
    const thread = await begin(curator, 'Known?', { anchor: { finding: 'print-of-a-finding' } });
    await world.db.query(`UPDATE finding SET status = 'fixed' WHERE fingerprint = 'print-of-a-finding'`);

    expect(thread).toMatchObject({ outdated: false, was: { rule: 'M04', message: 'It is odd.' } });
    expect((await curator.get(at(thread))).body.outdated).toBe(true);
  });
});

describe('a comment', () => {
  it('is edited by who wrote it, and says so', async () => {
    const thread = await begin(submitter, 'Frist.');
    const [comment] = thread.comments;
    const path = `${at(thread)}/comments/${comment.id}`;

    const foreign = await curator.patch(path, { text: 'Second.' }, seen(comment));
    const edited = await submitter.patch(path, { text: 'First.' }, seen(comment));
    const late = await submitter.patch(path, { text: 'Third.' }, seen(comment));

    expect(foreign).toMatchObject({ status: 403, body: { code: 'not-your-words' } });
    expect(edited.body).toMatchObject({ text: 'First.', html: '<p>First.</p>', editedAt: expect.stringMatching(/Z$/) });
    expect(late.status).toBe(412);
    expect((await submitter.get(at(thread), { 'if-none-match': thread.etag })).status).toBe(200);
  });

  it('that is deleted leaves its place, and none of its words', async () => {
    const thread = await begin(submitter, 'A secret that slipped out.');
    const [comment] = thread.comments;
    const path = `${at(thread)}/comments/${comment.id}`;

    expect((await curator.remove(path, { 'if-match': '*' })).status).toBe(403);
    expect((await submitter.remove(path, seen(comment))).status).toBe(204);

    const { body } = await curator.get(at(thread));
    expect(body.comments).toMatchObject([
      { id: comment.id, author: { id: submitter.id }, text: null, html: null, deletedAt: expect.stringMatching(/Z$/) },
    ]);
    expect((await submitter.patch(path, { text: 'x' }, { 'if-match': '*' })).body.code).toBe('comment-not-found');
    const rows = await world.db.query('SELECT c::text AS row FROM thread_comment c WHERE id = $1', [comment.id]);
    expect(rows[0].row).not.toContain('secret');
  });

  it('shows no HTML of its own', async () => {
    const { comments } = await begin(submitter, '<img src=x onerror=alert(1)> [x](javascript:alert(1)) **bold**');

    expect(comments[0].text).toContain('<img');
    expect(comments[0].html).toBe(
      '<p>&lt;img src=x onerror=alert(1)&gt; [x](javascript:alert(1)) <strong>bold</strong></p>',
    );
  });

  it('has room for no more when there are very many', async () => {
    const thread = await begin(submitter, 'Begin.');
    await world.db.query(
      `INSERT INTO thread_comment (id, "threadId", "personId", role, text)
       SELECT gen_random_uuid(), $1, $2, 'submitter', 'again' FROM generate_series(1, 499)`,
      [thread.id, submitter.id],
    );

    const { status, body } = await submitter.post(`${at(thread)}/comments`, { text: 'One more.' });

    expect([status, body.code, body.limit]).toEqual([409, 'thread-full', 500]);
  });

  it('asks a token for the scope of the part that its holder plays', async () => {
    const writer = await withToken(curator, ['submission:write']);

    expect((await writer.post(`${story.path}/threads`, { text: 'x' })).body).toMatchObject({
      code: 'scope-needed',
      needed: ['review'],
    });
  });
});

async function withToken(caller: Caller, scopes: string[]): Promise<Pick<Caller, 'post'>> {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const { body } = await caller.post('/me/tokens', { name: 'a script', scopes, expiresAt });
  const headers = { Authorization: `Bearer ${body.token}` };
  return { post: (path, sent) => world.stranger.post(path, sent, headers) };
}

describe('who is mentioned or takes part', () => {
  it('is told, in the list and by mail; nobody else is, and nobody of their own words', async () => {
    const names = await Promise.all([editor, viewer, other, submitter].map(handleOf));
    const text = `${names.map((name) => `@${name}`).join(' ')}: a needle, please look. \`@${await handleOf(curator)}\``;
    const thread = await begin(submitter, text, { anchor: { field: '/title' } });
    await editor.post(`${at(thread)}/comments`, { text: 'A second needle.' });

    const mentioned = await told(editor, 'thread.mentioned');
    expect(mentioned).toHaveLength(1);
    expect(mentioned[0]).toMatchObject({
      title: expect.stringMatching(/^You were mentioned: .+ \(ACC-\d+\)$/),
      text: expect.stringContaining('a needle, please look'),
    });
    expect(await told(viewer, 'thread.mentioned')).toHaveLength(1);
    expect(await told(other, 'thread.mentioned')).toEqual([]);
    expect(await told(submitter, 'thread.mentioned')).toEqual([]);
    const about = async (caller: Caller) =>
      (await told(caller, 'thread.commented')).filter(({ text: said }) => said.includes('needle')).length;
    expect(await about(curator)).toBe(2); // it is theirs to review, and code is no mention
    expect(await about(submitter)).toBe(1);
    expect(await about(viewer)).toBe(0);
    expect(await about(other)).toBe(0);
    await vi.waitFor(async () => {
      const letters = mails
        .for(await emailOf(editor))
        .filter(({ subject }) => subject?.startsWith('You were mentioned'));
      expect(letters).toHaveLength(1);
      expect(letters[0]?.text).toContain('a needle, please look');
    }, 15_000);
  });

  it('is told of a mention that is put in later, and not again of the comment', async () => {
    const thread = await begin(submitter, 'Somebody should look at this haystack.');
    const [comment] = thread.comments;
    const edited = `@${await handleOf(viewer)} and @${await handleOf(curator)} should look at this haystack.`;

    await submitter.patch(`${at(thread)}/comments/${comment.id}`, { text: edited }, seen(comment));

    const of = async (caller: Caller) =>
      [...(await told(caller, 'thread.mentioned')), ...(await told(caller, 'thread.commented'))].filter(({ text }) =>
        text.includes('haystack'),
      ).length;
    expect(await of(viewer)).toBe(1);
    expect(await of(curator)).toBe(1);
  });

  it('has a handle of their own, which follows the name', async () => {
    const { body } = await viewer.get('/me');

    const renamed = await viewer.patch('/me', { name: 'Ångström Ñandú' }, { 'if-match': '*' });

    expect(body.handle).toMatch(/^some-submitter(-\d+)?$/);
    expect(renamed.body.handle).toBe('angstrom-nandu');
    expect(new Set(await Promise.all([submitter, editor, curator].map(handleOf))).size).toBe(3);
  });
});

describe('what is told live', () => {
  it('is that something was said, and none of the words', async () => {
    const thread = await begin(submitter, 'Words that are nobody else’s.');
    await curator.post(`${at(thread)}/comments`, { text: 'Words that are nobody else’s.' });

    const events: { topic: string; audience: string; data: object }[] = await world.db.query(
      `SELECT topic, audience, data FROM live_event WHERE data ->> 'threadId' = $1 ORDER BY "createdAt"`,
      [thread.id],
    );
    expect(events.map(({ topic, audience }) => [topic, audience])).toEqual([
      ['thread.created', 'readers'],
      ['thread.updated', 'readers'],
    ]);
    expect(JSON.stringify(events)).not.toContain('Words');
  });
});

describe('a visitor whose link lets them comment', () => {
  const visitor = (more: Partial<NonNullable<User['visit']>> = {}): User => ({
    ...{ id: randomUUID(), name: 'Reviewer 1', roles: [], scopes: null },
    visit: {
      ...{ linkId: randomUUID(), accession: story.accession, version: null, isAnonymised: true },
      ...{ may: ['view', 'comment'], pseudonym: 'Reviewer 1' },
      ...more,
    },
  });
  const threads = () => world.app.get(ThreadsService, { strict: false });
  const read = async (user: User) => {
    const submission = await world.app.get(SubmissionsService, { strict: false }).getFor(story.id, user);
    return threads().page(submission, {}, user, 100, null);
  };
  const asked = { text: 'Which microscope?', anchor: null, blocking: false };

  it('speaks under a pseudonym, and reads only the threads that their own link takes part in', async () => {
    const [one, another] = [visitor(), visitor()];
    const thread = await threads().create(story.id, asked, one);
    const answer = await submitter.post(`${at(thread)}/comments`, { text: 'A Krios.' });

    const [theirs, ...more] = await read(one);
    expect(more).toEqual([]);
    expect(theirs?.comments.map(({ author }) => author)).toEqual([
      { id: one.visit?.linkId, name: 'Reviewer 1', handle: null, role: 'visitor' },
      { id: null, name: 'The submitter', handle: null, role: 'submitter' },
    ]);
    expect(answer.status).toBe(201);
    expect(await read(another)).toEqual([]);
    await expect(
      world.app
        .get(CommentsService, { strict: false })
        .add({ submissionId: story.id, threadId: thread.id }, 'Mine too.', another),
    ).rejects.toMatchObject({ code: 'thread-not-found' });
    expect((await told(curator, 'thread.commented')).map(({ text }) => text).join()).toContain('Reviewer 1');
    expect((await curator.get(at(thread))).body.comments[0].author).toMatchObject({
      name: 'Reviewer 1',
      role: 'visitor',
    });
  });

  it('calls nobody, blocks nothing and resolves nothing', async () => {
    const one = visitor();
    const text = `@${await handleOf(editor)}, a call from outside`;

    const thread = await threads().create(story.id, { ...asked, text }, one);

    expect((await told(editor, 'thread.mentioned')).map(({ text: said }) => said).join()).not.toContain('outside');
    await expect(threads().create(story.id, { ...asked, blocking: true }, one)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(
      threads().change(story.id, thread.id, { state: 'resolved' }, one, { check: () => {} } as never),
    ).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('does so over HTTP, with nothing but the link', async () => {
    const link = { name: 'For the journal', may: ['view', 'comment'], anonymised: true };
    const { token } = (await submitter.post(`${story.path}/share-links`, link)).body;
    const headers = { Authorization: `Bearer ${token}` };

    const made = await world.stranger.post(`${story.path}/threads`, { text: 'Which tissue?' }, headers);
    const mine = await world.stranger.get(`${story.path}/threads`, headers);

    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.comments).toMatchObject([{ text: 'Which tissue?', author: { role: 'visitor', handle: null } }]);
    expect(mine.body.items.map(({ id }: { id: string }) => id)).toEqual([made.body.id]);
    expect((await world.stranger.get(`${story.path}/notes`, headers)).status).toBe(403);
  });

  it('only looks, where the link lets them look', async () => {
    await expect(threads().create(story.id, asked, visitor({ may: ['view'] }))).rejects.toMatchObject({
      code: 'not-yours',
    });
  });
});

describe('a list of submissions', () => {
  it('tells how many threads are open, and how many of them block, to whoever may read them', async () => {
    const blocking = await begin(curator, 'This must be settled too.', { blocking: true });
    const settled = await begin(curator, 'This is settled.');
    await curator.patch(at(settled), { state: 'resolved' }, seen(settled));
    const countOf = async (query: string) =>
      (await curator.get(`${story.path}/threads?state=open&count=true${query}`)).body.total;
    const expected = { open: await countOf(''), blocking: await countOf('&blocking=true') };

    expect(expected.blocking).toBeGreaterThan(0);
    expect(expected.open).toBeGreaterThan(expected.blocking);
    for (const reader of [curator, submitter, viewer]) {
      const { items } = (await reader.get('/submissions')).body;
      expect(items.find(({ id }: { id: string }) => id === story.id).threads).toEqual(expected);
    }
    await curator.patch(at(blocking), { state: 'resolved' }, seen(blocking));
    const [row] = (await submitter.get('/submissions?state=curator_review')).body.items;
    expect(row.threads).toEqual({ open: expected.open - 1, blocking: expected.blocking - 1 });
  });
});

const letters = new Map<string, Promise<string>>();
function emailOf(caller: Caller): Promise<string> {
  const email = letters.get(caller.id) ?? caller.get('/me').then(({ body }) => body.email);
  letters.set(caller.id, email);
  return email;
}
