import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listener, listen } from './listener.js';
import { inReview, type Story, tickAll } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

/** One submission, from the queue over a round of changes to its approval: each step is that of the one before. */
let world: World;
let owner: Caller;
let curator: Caller;
let another: Caller;
let story: Story;
let asCurator: Listener;
let asOwner: Listener;
let suggestion: string;
let thread: string;
let revision: string;

beforeAll(async () => {
  world = await beginWorld();
  [owner, curator, another] = [
    await world.person('submitter'),
    await world.person('curator'),
    await world.person('curator'),
  ];
  asCurator = await listen(world, another, 'queue');
  asOwner = await listen(world, owner, 'me');
  story = await inReview(world, owner);
});
afterAll(async () => {
  asCurator?.cut();
  asOwner?.cut();
  await world?.end();
});

const view = async (caller: Caller = owner) => (await caller.get(story.path)).body;
const noticed = async (topic: string) =>
  (await owner.get('/me/notifications?limit=100')).body.items.filter((item: { topic: string }) => item.topic === topic);
const eventOf = async (caller: Caller, event: string) =>
  (await view(caller)).events.find((offer: { event: string }) => offer.event === event);

describe('a curator', () => {
  it('finds it among what is unclaimed, with whose move it is', async () => {
    const { body } = await curator.get('/submissions?state=curator_review&assignee=none&sort=since');

    expect(body.items).toMatchObject([{ id: story.id, state: 'curator_review.unassigned', waitingOn: 'curator' }]);
  });

  it('claims it, which the other curators hear of at once, and whoever comes second is told who has it', async () => {
    const claims = await Promise.all([story.move(curator, 'curator.claim'), story.move(another, 'curator.claim')]);
    const won = claims.findIndex(({ status }) => status === 200);
    const lost = claims[1 - won];
    if (won === 1) [curator, another] = [another, curator];

    expect(claims.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(lost?.body).toMatchObject({
      code: 'transition-refused',
      last: { event: 'curator.claim', actor: 'Some curator' },
    });
    expect(Date.parse(lost?.body.last.at)).toBeLessThanOrEqual(Date.now());
    await asCurator.until('queue.changed', { id: story.id });
  });

  it('keeps a review to themselves until it is sent', async () => {
    revision = (await view(curator)).revisionHash;
    const pending = { comments: [{ text: 'Which mill was it?', anchor: { field: '/metadata/description' } }] };
    const { headers } = await curator.get(`${story.path}/reviews/pending`);
    const kept = await curator.put(`${story.path}/reviews/pending`, pending, { 'if-match': headers.etag ?? '*' });

    expect(kept.status).toBe(200);
    expect((await another.get(`${story.path}/reviews/pending`)).body.comments).toEqual([]);
    expect((await owner.get(`${story.path}/threads`)).body.items).toEqual([]);
  });

  it('is told what an approval still lacks', async () => {
    expect(await eventOf(curator, 'curator.approve')).toMatchObject({
      allowed: false,
      blockedBy: [{ code: 'checklistDone' }],
    });
  });

  it('sends comments, a suggestion and the decision together', async () => {
    const sent = await curator.post(`${story.path}/reviews`, {
      decision: 'request_changes',
      comment: 'Nearly there.',
      revisionHash: revision,
      comments: [{ text: 'Which **mill** was it?', anchor: { field: '/metadata/description' } }],
      suggestions: [
        {
          patch: [{ op: 'replace', path: '/metadata/tilt_series/pixel_spacing', value: 1.34 }],
          text: 'As the header says.',
        },
      ],
      changeRequests: [{ text: 'Name the mill.', severity: 'must', anchor: { field: '/metadata/description' } }],
    });

    expect(sent.status).toBe(201);
    thread = sent.body.comments[0].threadId;
    suggestion = sent.body.suggestions[0].id;
    expect(await story.state()).toBe('draft.changes_requested');
  });
});

describe('the submitter', () => {
  it('hears of it at once, and once, with all that is asked', async () => {
    await asOwner.until('notification.created');
    await world.settles();
    const told = (await owner.get('/me/notifications?limit=100')).body.items;
    const ofTheReview = told.filter(({ topic }: { topic: string }) =>
      /^(review|changes|thread|suggestion)\./.test(topic),
    );

    const asked = ofTheReview.filter(({ text }: { text: string }) => text.includes('Name the mill.'));
    expect(asked).toHaveLength(1);
    expect(asked[0].text).toContain('Nearly there.');
    expect(await noticed('thread.commented')).toEqual([]);
  });

  it('applies what is suggested with one call, and it is judged at once', async () => {
    const applied = await owner.post(`${story.path}/suggestions/${suggestion}/apply`);

    expect(applied.status).toBe(200);
    expect(applied.body).toMatchObject({ changed: ['/metadata/tilt_series/pixel_spacing'], missing: [] });
    expect((await view()).metadata.tilt_series.pixel_spacing).toBe(1.34);
  });

  it('may not submit before each required request is answered', async () => {
    expect(await eventOf(owner, 'submitter.submit')).toMatchObject({
      allowed: false,
      blockedBy: [{ code: 'requestsAnswered' }],
    });
  });

  it('in two tabs loses nothing: the second to save is told what the first has changed', async () => {
    const { headers } = await owner.get(story.path);
    const tag = { 'if-match': headers.etag ?? '' };
    const first = await owner.patch(story.path, { metadata: { description: 'Milled with a gallium beam.' } }, tag);
    const second = await owner.patch(story.path, { metadata: { description: 'Milled with plasma.' } }, tag);

    expect(first.status).toBe(200);
    expect(second).toMatchObject({ status: 412, body: { changed: expect.arrayContaining(['/metadata/description']) } });
    expect((await view()).metadata.description).toBe('Milled with a gallium beam.');
  });

  it('answers, and submits a second round', async () => {
    const [request] = (await owner.get(`${story.path}/change-requests`)).body.items;
    const answer = { answer: 'It is in the description now.' };
    expect(
      (await owner.patch(`${story.path}/change-requests/${request.id}`, answer, { 'if-match': request.etag })).status,
    ).toBe(200);
    expect((await owner.post(`${story.path}/threads/${thread}/comments`, { text: 'A gallium one.' })).status).toBe(201);

    expect((await story.move(owner, 'submitter.submit', {})).status).toBe(200);
    await reaches(owner, story.id, 'curator_review.claimed');
    expect((await view()).round).toBe(2);
  });
});

describe('the same curator', () => {
  it('sees what changed since they last reviewed it, and nothing else', async () => {
    const { status, body } = await curator.get(`${story.path}/diff`);

    expect(status).toBe(200);
    expect(body.comparedWith).toBe('reviewed_by_you');
    expect(body.metadata.items.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/metadata/description',
      '/metadata/tilt_series/pixel_spacing',
    ]);
    expect(body.summary.files).toMatchObject({ added: 0, removed: 0, changed: 0, unchanged: 1 });
  });

  it('finds the thread outdated, and the answer in it', async () => {
    const { body } = await curator.get(`${story.path}/threads/${thread}`);

    expect(body).toMatchObject({ outdated: true, state: 'open', round: 1 });
    expect(body.comments.map(({ text }: { text: string }) => text)).toEqual([
      'Which **mill** was it?',
      'A gallium one.',
    ]);
    expect(body.comments[0].html).toContain('<strong>mill</strong>');
  });

  it('approves when the checklist is ticked and what was asked is resolved, and not before', async () => {
    expect((await story.move(curator, 'curator.approve')).status).toBe(409);
    const [request] = (await curator.get(`${story.path}/change-requests`)).body.items;
    const resolved = await curator.patch(
      `${story.path}/change-requests/${request.id}`,
      { state: 'resolved' },
      { 'if-match': request.etag },
    );
    expect(resolved.status).toBe(200);
    await tickAll(curator, story);
    const { revisionHash } = await view(curator);

    const approval = await curator.post(`${story.path}/reviews`, { decision: 'approve', revisionHash });

    expect(approval.status).toBe(201);
    expect(await story.state()).toBe('private.approved');
    const { body: decisions } = await owner.get(`${story.path}/decisions`);
    expect(decisions.items.map(({ event }: { event: string }) => event).sort()).toEqual([
      'curator.approve',
      'curator.request_changes',
    ]);
  });

  it('leaves a trail of all of it', async () => {
    await world.settles();
    const trail = (await story.trail()).map(({ event }) => event);

    expect(trail).toEqual(
      expect.arrayContaining([
        'curator.claim',
        'curator.request_changes',
        'submitter.edit',
        'submitter.submit',
        'curator.approve',
      ]),
    );
  });
});
