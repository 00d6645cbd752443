/** Does a curator's review arrive as a whole, and can its submitter apply what was suggested, as it was meant? */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { beginMailServer, type MailServer } from './mail-server.js';
import { inReview, type Story, tickAll } from './story.js';
import { type Answer, beginWorld, type Caller, reaches, type World } from './world.js';

let world: World;
let mails: MailServer;
let submitter: Caller;
let editor: Caller;
let viewer: Caller;
let curator: Caller;

beforeAll(async () => {
  mails = await beginMailServer();
  world = await beginWorld({ SMTP_URL: mails.url });
  const people = ['submitter', 'submitter', 'submitter', 'curator'] as const;
  [submitter, editor, viewer, curator] = (await Promise.all(people.map((role) => world.person(role)))) as [
    Caller,
    Caller,
    Caller,
    Caller,
  ];
});
afterAll(async () => {
  await world?.end();
  await mails?.end();
});

async function claimed(): Promise<Story> {
  const story = await inReview(world, submitter);
  await world.db.query(
    `INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'editor'), ($1, $3, 'viewer')`,
    [story.accession, editor.id, viewer.id],
  );
  expect((await story.move(curator, 'curator.claim')).status).toBe(200);
  return story;
}

/** Back with its submitter. */
async function returned(): Promise<Story> {
  const story = await claimed();
  expect((await story.move(curator, 'curator.request_changes')).status).toBe(200);
  return story;
}

const suggest = async ({ path }: Story, patch: object[], more: object = {}) => {
  const { status, body } = await curator.post(`${path}/suggestions`, { patch, ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const replace = (field: string, value: unknown) => ({ op: 'replace', path: field, value });
const metadataOf = async ({ path }: Story) => (await submitter.get(path)).body.metadata;
const edit = ({ path }: Story, body: object) => submitter.patch(path, body, { 'if-match': '*' });
const apply = ({ path }: Story, body: object, as = submitter): Promise<Answer> =>
  as.post(`${path}/suggestions/apply`, body);
const told = async (caller: Caller, topic: string) =>
  (await caller.get('/me/notifications?limit=100')).body.items.filter(
    (item: { topic: string }) => item.topic === topic,
  );

describe('a suggested change', () => {
  let story: Story;
  beforeAll(async () => {
    story = await returned();
  });

  it('is made by a reviewer, with what it was made against, and told to the submitter', async () => {
    const { sample_type: was } = await metadataOf(story);

    const made = await curator.post(`${story.path}/suggestions`, {
      patch: [replace('/metadata/sample_type', 'virus')],
      text: 'It is *one*.',
    });

    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      patch: [{ op: 'replace', path: '/metadata/sample_type', value: 'virus', was }],
      ...{ state: 'open', conflicts: [], html: '<p>It is <em>one</em>.</p>', createdBy: { id: curator.id } },
    });
    expect((await viewer.get(made.headers.location?.replace('/api/v1', '') ?? '')).body).toEqual(made.body);
    for (const one of [submitter, editor])
      expect((await told(one, 'suggestion.created'))[0].text).toContain('/metadata/sample_type: virus');
    expect(await told(viewer, 'suggestion.created')).toEqual([]);
    for (const other of [submitter, editor, viewer])
      expect((await other.post(`${story.path}/suggestions`, { patch: [replace('/title', 'Mine')] })).status).toBe(403);
  });

  it.each<[what: string, patch: object[], pointer: string]>([
    ['of nothing', [], '/patch'],
    ['of what is no field', [replace('/state', 'published.current')], '/patch/0/path'],
    ['of all the metadata', [replace('/metadata', {})], '/patch/0/path'],
    ['of what every object inherits', [replace('/metadata/__proto__/x', 1)], '/patch/0/path'],
    ['that moves a field', [{ op: 'move', from: '/title', path: '/metadata/x' }], '/patch/0/op'],
    ['without a title', [{ op: 'remove', path: '/title' }], '/patch/0/path'],
    ['of a title that is none', [replace('/title', 'x')], '/patch/0'],
    ['that replaces what is not there', [replace('/metadata/nowhere', 1)], '/patch/0'],
    ['whose test fails', [{ op: 'test', path: '/metadata/sample_type', value: 'a whale' }], '/patch/0'],
  ])('%s is refused', async (_, patch, pointer) => {
    const { status, body } = await curator.post(`${story.path}/suggestions`, { patch });

    expect([status, body.errors?.[0].pointer]).toEqual([422, pointer]);
  });

  it('is applied with one call, as an edit of whoever applies it, and judged at once', async () => {
    const { sample_type: was } = await metadataOf(story);
    const away = await suggest(story, [{ op: 'remove', path: '/metadata/sample_type' }]);

    const applied = await editor.post(`${story.path}/suggestions/${away.id}/apply`);
    const back = await suggest(story, [{ op: 'add', path: '/metadata/sample_type', value: was }]);
    const restored = await submitter.post(`${story.path}/suggestions/${back.id}/apply`);

    const fault = { pointer: '/sample_type', detail: expect.any(String) };
    expect(applied).toMatchObject({
      status: 200,
      body: {
        suggestions: [{ id: away.id, state: 'applied', decidedBy: { id: editor.id } }],
        ...{ state: 'draft.changes_requested', changed: ['/metadata/sample_type'], missing: [fault], fixed: [] },
      },
    });
    expect(restored.body).toMatchObject({ missing: [], fixed: [fault] });
    const { headers } = await submitter.get(story.path);
    expect(restored.body.etag).toBe(headers.etag);
    const steps = (await curator.get(`${story.path}/transitions?limit=100`)).body.items.slice(-2);
    expect(steps).toMatchObject([
      { event: 'submitter.edit', actor: { id: editor.id }, details: { changed: ['/metadata/sample_type'] } },
      { event: 'submitter.edit', actor: { id: submitter.id } },
    ]);
    expect((await told(curator, 'suggestion.decided')).length).toBeGreaterThan(0);
  });

  it('to a field that changed meanwhile is refused with both values, and changes nothing', async () => {
    const { sample_type: was } = await metadataOf(story);
    const one = await suggest(story, [replace('/metadata/sample_type', 'virus')]);
    await edit(story, { metadata: { sample_type: 'organelle' } });

    const refused = await submitter.post(`${story.path}/suggestions/${one.id}/apply`);
    const { body } = await viewer.get(`${story.path}/suggestions/${one.id}`);

    const conflict = { pointer: '/metadata/sample_type', was, now: 'organelle', suggested: 'virus' };
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'suggestion-conflict', conflicts: [{ suggestionId: one.id, ...conflict }] },
    });
    expect(body).toMatchObject({ state: 'open', conflicts: [conflict] });
    expect((await metadataOf(story)).sample_type).toBe('organelle');
    await edit(story, { metadata: { sample_type: was } });
    expect((await submitter.post(`${story.path}/suggestions/${one.id}/apply`)).status).toBe(200);
  });

  it('is applied with the others that are chosen, or none of them is', async () => {
    const good = await suggest(story, [replace('/title', 'A better title')]);
    const bad = await suggest(story, [replace('/metadata/sample_type', 'tissue')]);
    await edit(story, { metadata: { sample_type: 'cell' } });
    const before = (await submitter.get(story.path)).body;

    const chosen = await apply(story, { ids: [good.id, bad.id] });
    const after = (await submitter.get(story.path)).body;
    const rest = await apply(story, { ids: [good.id] });

    expect(chosen.body.conflicts).toMatchObject([{ suggestionId: bad.id, now: 'cell' }]);
    expect(after).toEqual(before);
    expect(rest.body).toMatchObject({ changed: ['/title'], suggestions: [{ id: good.id, state: 'applied' }] });
    expect((await submitter.get(story.path)).body.title).toBe('A better title');
    await submitter.post(`${story.path}/suggestions/${bad.id}/decline`, { reason: 'It is a cell.' });
  });

  it('is applied with all that are open, in their order', async () => {
    const earlier = (await submitter.get(`${story.path}/suggestions?state=open`)).body.items;
    for (const { id } of earlier)
      await submitter.post(`${story.path}/suggestions/${id}/decline`, { reason: 'An older one.' });
    const first = await suggest(story, [{ op: 'add', path: '/metadata/notes', value: ['one'] }]);
    const second = await suggest(story, [replace('/title', 'The best title')]);

    const { status, body } = await apply(story, { all: true });

    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.suggestions.map(({ id }: { id: string }) => id)).toEqual([first.id, second.id]);
    expect((await apply(story, { all: true, ids: [first.id] })).status).toBe(422);
  });

  it('is not its reviewer’s to apply, nor a viewer’s', async () => {
    const made = await suggest(story, [replace('/title', 'Not theirs')]);

    for (const other of [curator, viewer])
      expect((await other.post(`${story.path}/suggestions/${made.id}/apply`)).body.code).toBe('not-yours');
    expect((await submitter.post(`${story.path}/suggestions/${made.id}/withdraw`)).status).toBe(403);
    const withdrawn = await curator.post(`${story.path}/suggestions/${made.id}/withdraw`);
    expect(withdrawn.body).toMatchObject({ state: 'withdrawn', decidedBy: { id: curator.id } });
  });

  it('is declined with a reason that its reviewer hears, and then is closed', async () => {
    const made = await suggest(story, [replace('/title', 'To be declined')]);
    const at = `${story.path}/suggestions/${made.id}`;

    const wordless = await editor.post(`${at}/decline`, { reason: ' ' });
    const declined = await editor.post(`${at}/decline`, { reason: 'It says too much.' });

    expect(wordless.status).toBe(422);
    expect(declined.body).toMatchObject({
      state: 'declined',
      reason: 'It says too much.',
      decidedBy: { id: editor.id },
    });
    expect((await told(curator, 'suggestion.decided'))[0].text).toContain('It says too much.');
    for (const [by, what, body] of [
      [submitter, 'apply', {}],
      [submitter, 'decline', { reason: 'again' }],
      [curator, 'withdraw', {}],
    ] as const)
      expect((await by.post(`${at}/${what}`, body)).body).toMatchObject({
        code: 'suggestion-closed',
        state: 'declined',
      });
    const acts = await world.db.query('SELECT action FROM audit_entry WHERE "objectId" = $1 ORDER BY at', [made.id]);
    expect(acts.map(({ action }: { action: string }) => action)).toEqual(['suggestion.made', 'suggestion.declined']);
  });

  it('is applied once, however often it is asked for at once', async () => {
    const { notes } = await metadataOf(story);
    expect(notes).toEqual(['one']);
    const made = await suggest(story, [{ op: 'add', path: '/metadata/notes/-', value: 'two' }]);
    const at = `${story.path}/suggestions/${made.id}/apply`;

    const answers = await Promise.all([submitter.post(at), editor.post(at), submitter.post(at)]);

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect((await metadataOf(story)).notes).toEqual(['one', 'two']);
  });

  it('is of no more use when the submission is given up', async () => {
    const made = await suggest(story, [replace('/title', 'Too late')]);

    await story.move(submitter, 'submitter.withdraw');

    expect((await curator.get(`${story.path}/suggestions/${made.id}`)).body).toMatchObject({
      ...{ state: 'obsolete', decidedBy: null, conflicts: [] },
    });
    expect(await curator.post(`${story.path}/suggestions`, { patch: [replace('/title', 'More')] })).toMatchObject({
      status: 409,
      body: { code: 'nothing-to-suggest', state: 'withdrawn' },
    });
  });
});

describe('a review', () => {
  it('is sent as a whole, told in one letter, answered, and comes back in a second round', async () => {
    const story = await claimed();
    const { revisionHash } = (await curator.get(story.path)).body;
    const thread = (await curator.post(`${story.path}/threads`, { text: 'Before the review.' })).body;
    const review = {
      ...{ decision: 'request_changes', comment: 'Nearly *there*.', revisionHash },
      comments: [
        { anchor: { field: '/metadata/sample_type' }, text: 'Which kind?', blocking: true },
        { threadId: thread.id, text: 'And this.' },
      ],
      suggestions: [{ patch: [replace('/metadata/sample_type', 'virus')] }],
      changeRequests: [{ text: 'Name the microscope.' }],
    };

    const sent = await curator.post(`${story.path}/reviews`, review);

    expect(sent.status, JSON.stringify(sent.body)).toBe(201);
    expect(sent.body).toMatchObject({
      ...{ round: 1, decision: 'request_changes', html: '<p>Nearly <em>there</em>.</p>', revision: revisionHash },
      comments: [{ text: 'Which kind?', anchor: { field: '/metadata/sample_type' } }, { threadId: thread.id }],
      suggestions: [{ state: 'open' }],
      changeRequests: [{ text: 'Name the microscope.', severity: 'must', state: 'open' }],
    });
    expect(await story.state()).toBe('draft.changes_requested');
    const topics = ['thread.commented', 'thread.mentioned', 'suggestion.created', 'review.submitted'];
    const others = (await Promise.all(topics.map((topic) => told(submitter, topic)))).flat();
    const ofThis = others.filter(
      ({ submissionId, text }) => submissionId === story.id && !text.includes('Before the review.'),
    );
    expect(ofThis).toEqual([]);
    const { email } = (await submitter.get('/me')).body;
    const letters = () => mails.for(email).filter(({ subject }) => subject?.includes(story.accession));
    await vi.waitFor(() => {
      const [letter, ...more] = letters().filter(({ subject }) => subject?.startsWith('Changes requested'));
      expect(more).toEqual([]);
      for (const words of [
        'Nearly *there*.',
        'Which kind?',
        'And this.',
        '/metadata/sample_type: virus',
        'Name the microscope.',
      ])
        expect(letter?.text).toContain(words);
      expect(letter?.text?.split('Name the microscope.').length).toBe(2);
    }, 15_000);

    const asked = sent.body.changeRequests[0];
    const unanswered = await story.move(submitter, 'submitter.submit', { policyAccepted: true });
    const applied = await submitter.post(`${story.path}/suggestions/${sent.body.suggestions[0].id}/apply`);
    await submitter.post(`${story.path}/threads/${sent.body.comments[0].threadId}/comments`, { text: 'A virus.' });
    await submitter.patch(`${story.path}/change-requests/${asked.id}`, { answer: 'A Krios.' }, { 'if-match': '*' });
    const resubmitted = await story.move(submitter, 'submitter.submit', {});
    await reaches(curator, story.id, 'curator_review.claimed');

    expect(unanswered.body.blockedBy).toEqual([
      {
        code: 'requestsAnswered',
        message: '1 required change request has no answer yet: Name the microscope.',
      },
    ]);
    expect(applied.body).toMatchObject({ changed: ['/metadata/sample_type'] });
    expect(resubmitted.status).toBe(200);
    const begun = (await curator.get(`${story.path}/threads/${sent.body.comments[0].threadId}`)).body;
    expect(begun).toMatchObject({ round: 1, outdated: true, state: 'open', commentCount: 2 });
    const since = await curator.get(begun.links.sinceThen.replace('/api/v1', ''));
    expect(since.body.metadata.items).toMatchObject([
      { kind: 'changed', pointer: '/metadata/sample_type', after: 'virus' },
    ]);
    expect((await curator.get(story.path)).body.round).toBe(2);

    await curator.patch(`${story.path}/threads/${begun.id}`, { state: 'resolved' }, { 'if-match': '*' });
    await curator.patch(`${story.path}/change-requests/${asked.id}`, { state: 'resolved' }, { 'if-match': '*' });
    await tickAll(curator, story);
    const approved = await curator.post(`${story.path}/reviews`, {
      ...{ decision: 'approve', comment: 'Thank you.' },
      comments: [{ text: 'A word for the road.' }],
    });
    expect(approved.status, JSON.stringify(approved.body)).toBe(201);
    expect(await story.state()).toBe('private.approved');
    const reviews = (await viewer.get(`${story.path}/reviews?count=true`)).body;
    expect(reviews.items.map(({ round, decision }: Answer['body']) => [round, decision])).toEqual([
      [1, 'request_changes'],
      [2, 'approve'],
    ]);
    expect((await viewer.get(`${story.path}/reviews?round=2`)).body.items).toHaveLength(1);
    await vi.waitFor(() => {
      const [letter] = letters().filter(({ subject }) => subject?.startsWith('Approved'));
      expect(letter?.text).toContain('A word for the road.');
    }, 15_000);
  });

  it('is refused as a whole where any of it is', async () => {
    const story = await claimed();
    const send = (body: object) => curator.post(`${story.path}/reviews`, { comments: [{ text: 'Fine.' }], ...body });
    const written = async () =>
      (
        await world.db.query(
          `SELECT (SELECT count(*) FROM thread WHERE "submissionId" = $1) + (SELECT count(*) FROM suggestion WHERE "submissionId" = $1)
              + (SELECT count(*) FROM change_request WHERE "submissionId" = $1) + (SELECT count(*) FROM review WHERE "submissionId" = $1)
              + (SELECT count(*) FROM live_event WHERE "submissionId" = $1 AND topic NOT LIKE 'submission.%' AND topic NOT LIKE 'file.%')
              + (SELECT count(*) FROM notification WHERE "submissionId" = $1 AND topic LIKE 'thread.%')::int AS n`,
          [story.id],
        )
      )[0].n;
    const before = await written();

    const elsewhere = await send({ decision: 'request_changes', comment: 'x', revisionHash: 'another' });
    const unfit = await send({
      ...{ decision: 'request_changes', comment: 'x' },
      suggestions: [{ patch: [replace('/title', 'A title')] }, { patch: [replace('/metadata/nowhere', 1)] }],
    });
    const away = await send({
      decision: 'reject',
      comment: 'x',
      comments: [{ text: 'x', anchor: { file: 'no.mrc' } }],
    });
    const early = await send({ decision: 'approve', comments: [{ text: 'Not yet.', blocking: true }] });
    const wordless = await curator.post(`${story.path}/reviews`, { decision: 'request_changes' });
    const reasonless = await curator.post(`${story.path}/reviews`, { decision: 'reject' });

    expect(elsewhere).toMatchObject({ status: 409, body: { code: 'not-what-was-seen', seen: 'another' } });
    expect(unfit).toMatchObject({ status: 422, body: { errors: [{ pointer: '/suggestions/1/patch/0' }] } });
    expect(away).toMatchObject({ status: 422, body: { errors: [{ pointer: '/comments/0/anchor/file' }] } });
    expect(early.body.blockedBy).toContainEqual(expect.objectContaining({ code: 'threadsResolved' }));
    expect(wordless.body.blockedBy).toMatchObject([{ code: 'hasRequests' }]);
    expect(reasonless.body.blockedBy).toMatchObject([{ code: 'hasReason' }]);
    expect(await story.state()).toBe('curator_review.claimed');
    expect(await written()).toEqual(before);
  });

  it('can say something and decide nothing, and is told in one letter too', async () => {
    const story = await claimed();

    const sent = await curator.post(`${story.path}/reviews`, {
      ...{ decision: 'comment', comment: 'A first look.' },
      comments: [{ text: 'One thing.' }, { text: 'Another thing.' }],
    });

    expect(sent.status).toBe(201);
    expect(await story.state()).toBe('curator_review.claimed');
    for (const person of [submitter, editor]) {
      const letters = (await told(person, 'review.submitted')).filter(
        ({ submissionId }: { submissionId: string }) => submissionId === story.id,
      );
      expect(letters).toHaveLength(1);
      for (const words of ['A first look.', 'One thing.', 'Another thing.']) expect(letters[0].text).toContain(words);
    }
    const events = await world.db.query(
      `SELECT data FROM live_event WHERE "submissionId" = $1 AND topic = 'review.submitted'`,
      [story.id],
    );
    expect(events).toMatchObject([{ data: { reviewId: sent.body.id, decision: 'comment' } }]);
    const own = { decision: 'comment', comment: 'It is fine.' };
    expect((await submitter.post(`${story.path}/reviews`, own)).status).toBe(403);
  });

  it('that says nothing and decides nothing is refused, and told to nobody', async () => {
    const story = await claimed();

    expect(await curator.post(`${story.path}/reviews`, { decision: 'comment', comment: ' ' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/comment' }] },
    });
    expect((await curator.get(`${story.path}/reviews?count=true`)).body.total).toBe(0);
    const one = { decision: 'comment', suggestions: [{ patch: [replace('/title', 'Ribosomes')] }] };
    expect((await curator.post(`${story.path}/reviews`, one)).status).toBe(201);
  });

  it('waits on the server until it is sent, and only its author sees it', async () => {
    const story = await claimed();
    const second = await world.person('curator');
    const at = `${story.path}/reviews/pending`;
    const none = await curator.get(at);

    const kept = await curator.put(
      at,
      { comments: [{ text: 'Half a thought' }], comment: 'To be' },
      { 'if-match': String(none.headers.etag) },
    );
    const late = await curator.put(at, { comment: 'Other' }, { 'if-match': String(none.headers.etag) });

    expect(none.body).toMatchObject({ comments: [], decision: null, updatedAt: null });
    expect(kept).toMatchObject({ status: 200, body: { comments: [{ text: 'Half a thought' }], comment: 'To be' } });
    expect(late.status).toBe(412);
    expect((await curator.get(at)).body).toEqual(kept.body);
    expect((await second.get(at)).body.comments).toEqual([]);
    expect((await submitter.get(at)).status).toBe(403);
    expect((await curator.put(at, { comment: 'x' })).status).toBe(428);

    await curator.post(`${story.path}/reviews`, { decision: 'comment', comment: 'Sent.' });
    expect((await curator.get(at)).body).toEqual(none.body);
    expect((await curator.remove(at, { 'if-match': '*' })).status).toBe(204);
  });

  it('counts as work of who has claimed it while they write', async () => {
    const story = await claimed();
    const second = await world.person('curator');
    const keep = async (who: Caller) =>
      expect((await who.put(`${story.path}/reviews/pending`, { comment: 'To be' }, { 'if-match': '*' })).status).toBe(
        200,
      );
    const touched = async (): Promise<Date> =>
      (await world.db.query('SELECT "touchedAt" FROM submission WHERE id = $1', [story.id]))[0].touchedAt;
    await world.db.query(`UPDATE submission SET "touchedAt" = "touchedAt" - interval '2 hours' WHERE id = $1`, [
      story.id,
    ]);
    const before = await touched();

    await keep(second);
    expect(await touched()).toEqual(before);
    await keep(curator);
    const noted = await touched();
    expect(noted.getTime()).toBeGreaterThan(before.getTime() + 3_600_000);
    await keep(curator);
    expect(await touched(), 'once an hour').toEqual(noted);
  });
});
