import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inReview, type Story, tickAll } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

/** Of the author whom the example of the profile names. */
const ORCID = '0000-0002-1825-0097';

let world: World;
let owner: Caller;
let curator: Caller;
let author: Caller;
let admin: Caller;

beforeAll(async () => {
  world = await beginWorld();
  [owner, curator] = [await world.person('submitter'), await world.person('curator')];
  [author, admin] = [await world.person('curator'), await world.person('admin')];
  expect((await author.patch('/me', { orcid: ORCID }, { 'if-match': '*' })).status).toBe(200);
});
afterAll(() => world?.end());

const sections = async (caller: Caller, { path }: Story) =>
  new Map<string, Section>((await caller.get(`${path}/sections`)).body.items.map((item: Section) => [item.id, item]));
interface Section {
  readonly id: string;
  readonly etag: string;
  readonly viewed: { at: string } | null;
  readonly changedSince: { at: string } | null;
}
const seen = (caller: Caller, { path }: Story, { id, etag }: { id: string; etag: string }) =>
  caller.put(`${path}/sections/${id}/viewed`, {}, { 'if-match': etag });

describe('a decision', () => {
  it('is kept with what it stood on, whatever becomes of that afterwards', async () => {
    const story = await inReview(world, owner);
    await story.move(curator, 'curator.claim');
    const { revisionHash } = (await owner.get(story.path)).body;
    const item = (await curator.get(`${story.path}/checklist`)).body.items.find(({ auto }: { auto: boolean }) => !auto);
    await curator.put(`${story.path}/checklist/${item.id}`, { done: true, note: 'Seen in the table.' });
    await curator.post(`${story.path}/change-requests`, { text: 'Name the strain.', severity: 'must' });

    await story.move(curator, 'curator.request_changes', { comment: 'Nearly there.' });
    await story.move(owner, 'submitter.withdraw');
    const { body } = await owner.get(`${story.path}/decisions?count=true`);
    const trail = await story.trail();

    expect(body.total).toBe(1);
    expect(body.items).toMatchObject([
      {
        event: 'curator.request_changes',
        comment: 'Nearly there.',
        by: { id: curator.id, name: 'Some curator' },
        revision: revisionHash,
        round: 1,
        waivers: [],
        open: { openRequests: 1, blockingRequests: 1, openThreads: 0, unwaivedErrors: 0 },
      },
    ]);
    const checklist = body.items[0].checklist;
    expect(checklist.find(({ id }: { id: string }) => id === item.id)).toMatchObject({
      ...{ done: true, note: 'Seen in the table.', by: { id: curator.id, name: 'Some curator' } },
    });
    const [auto] = checklist.filter((one: { auto: boolean }) => one.auto);
    expect(auto.checks).toMatchObject({ runId: body.items[0].runId, revision: revisionHash, errors: 0 });
    expect((await owner.get(auto.checks.link.replace('/api/v1', ''))).status).toBe(200);
    expect(trail.find(({ event }) => event === 'curator.request_changes')).toMatchObject({
      details: { decision: { revision: revisionHash, checklist: expect.any(Array) } },
    });
    await expect(
      world.db.query(`UPDATE submission_transition SET comment = 'x' WHERE "submissionId" = $1`, [story.id]),
    ).rejects.toThrow();
  });

  it('is there for whoever may read the submission', async () => {
    const story = await inReview(world, owner);

    expect((await owner.get(`${story.path}/decisions`)).body.items).toEqual([]);
    expect((await (await world.person('submitter')).get(`${story.path}/decisions`)).status).toBe(404);
    expect((await world.stranger.get(`${story.path}/decisions`)).status).toBe(401);
  });

  it('records in the trail of acts who ticked what', async () => {
    const story = await inReview(world, owner);
    await story.move(curator, 'curator.claim');
    await tickAll(curator, story);

    const acts = await world.db.query(
      `SELECT action, "objectId", "actorId" FROM audit_entry WHERE "submissionId" = $1 AND action LIKE 'checklist.%'`,
      [story.id],
    );

    expect(acts).toEqual(
      expect.arrayContaining([{ action: 'checklist.ticked', objectId: 'metadata', actorId: curator.id }]),
    );
  });
});

describe('a conflict of interest', () => {
  it('keeps authors from claiming and from being assigned, and says why', async () => {
    const story = await inReview(world, owner);

    const offers = (await author.get(story.path)).body.events;
    const claimed = await story.move(author, 'curator.claim');
    const assigned = await story.move(curator, 'curator.assign', { assignee: author.id });
    const wordless = await story.move(admin, 'admin.assign', { assignee: author.id });

    const why = { code: 'isImpartial', message: expect.stringContaining('ORCID iD') };
    expect(offers.find(({ event }: { event: string }) => event === 'curator.claim')).toMatchObject({
      ...{ allowed: false, blockedBy: [why] },
    });
    expect(offers.find(({ event }: { event: string }) => event === 'curator.assign')).toMatchObject({ allowed: true });
    expect(claimed).toMatchObject({ status: 409, body: { blockedBy: [why] } });
    expect(assigned).toMatchObject({ status: 409, body: { blockedBy: [why] } });
    expect(wordless).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'isImpartialOrExcused' }] } });
    expect((await story.move(curator, 'curator.claim')).status).toBe(200);
  });

  it('is set aside by an admin with a reason, which is recorded, until somebody else is assigned', async () => {
    const story = await inReview(world, owner);
    const comment = 'Nobody else knows the organism; a second curator reads along.';

    const assigned = await story.move(admin, 'admin.assign', { assignee: author.id, comment });
    await tickAll(author, story);
    const offers = (await author.get(story.path)).body.events;
    const step = (await story.trail()).find(({ event }) => event === 'admin.assign');
    await story.move(curator, 'curator.assign', { assignee: curator.id });
    const again = await story.move(curator, 'curator.assign', { assignee: author.id });

    expect(assigned).toMatchObject({ status: 200, body: { assignee: { id: author.id } } });
    expect(step).toMatchObject({ comment, details: { override: author.id } });
    expect(offers.find(({ event }: { event: string }) => event === 'curator.approve')).toMatchObject({ allowed: true });
    expect(again.status).toBe(409);
  });

  it('keeps from approving who became an author after the claim', async () => {
    const story = await inReview(world, owner);
    const late = await world.person('curator');
    await story.move(late, 'curator.claim');
    await tickAll(late, story);
    await world.db.query('UPDATE person SET orcid = $2 WHERE id = $1', [late.id, ORCID]);

    expect(await story.move(late, 'curator.approve')).toMatchObject({
      status: 409,
      body: { blockedBy: [{ code: 'isImpartial' }] },
    });
  });

  it('is never set aside for the owner', async () => {
    const story = await inReview(world, owner);
    await world.db.query(`UPDATE person SET roles = roles || '{curator}' WHERE id = $1`, [owner.id]);

    const refused = await story.move(admin, 'admin.assign', { assignee: owner.id, comment: 'they know best' });
    await world.db.query(`UPDATE person SET roles = '{submitter}' WHERE id = $1`, [owner.id]);

    expect(refused).toMatchObject({
      status: 409,
      body: { blockedBy: [{ message: 'Nobody reviews what is their own.' }] },
    });
  });
});

describe('a section', () => {
  it('is marked as seen by each for themselves, as long as it is as they saw it', async () => {
    const story = await inReview(world, owner);
    await story.move(curator, 'curator.claim');
    const before = await sections(curator, story);
    const [title, sample] = [before.get('title') as Section, before.get('metadata.sample_type') as Section];
    expect((await seen(curator, story, title)).body).toMatchObject({ viewed: { at: expect.any(String) } });
    expect((await seen(curator, story, sample)).status).toBe(200);

    const amend = async (sample_type: string) => {
      await story.move(curator, 'curator.amend', { comment: 'because', metadata: { sample_type } });
      await reaches(owner, story.id, 'curator_review.claimed');
    };
    await amend('tissue');
    const amended = await sections(curator, story);
    const stale = await seen(curator, story, sample);
    const others = await sections(author, story);
    await amend('cell');
    const back = await sections(curator, story);

    expect(amended.get('title')).toMatchObject({ viewed: { at: expect.any(String) }, changedSince: null });
    expect(amended.get('metadata.sample_type')).toMatchObject({
      viewed: null,
      changedSince: { at: expect.any(String) },
    });
    expect(stale).toMatchObject({ status: 412, body: { changed: ['/metadata.sample_type'] } });
    expect([...others.values()].filter(({ viewed }) => viewed)).toEqual([]);
    expect(back.get('metadata.sample_type')).toMatchObject({ viewed: { at: expect.any(String) }, changedSince: null });
  });

  it('loses its mark when that is taken back', async () => {
    const story = await inReview(world, owner);
    const title = (await sections(curator, story)).get('title') as Section;
    await seen(curator, story, title);

    const removed = await curator.remove(`${story.path}/sections/title/viewed`, { 'if-match': '*' });

    expect(removed.status).toBe(204);
    expect((await sections(curator, story)).get('title')).toMatchObject({ viewed: null, changedSince: null });
  });

  it('is marked by those who review, with what they have seen', async () => {
    const story = await inReview(world, owner);
    const path = `${story.path}/sections`;

    expect((await owner.get(path)).status).toBe(200);
    expect(await owner.put(`${path}/title/viewed`, {}, { 'if-match': '*' })).toMatchObject({ status: 403 });
    expect(await curator.put(`${path}/title/viewed`, {})).toMatchObject({ status: 428 });
    expect(await curator.put(`${path}/lunch/viewed`, {}, { 'if-match': '*' })).toMatchObject({
      status: 404,
      body: { code: 'section-not-found' },
    });
  });
});
