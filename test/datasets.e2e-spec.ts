import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeH5ad } from '../checks/samples/h5ad.js';
import { sha256Of, tickAll, upload } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

let world: World;
let owner: Caller;
let curator: Caller;
let admin: Caller;
let folder: string;
let blood: Buffer;
let skin: Buffer;

/** A small, sound file that calls itself so. */
async function h5ad(title: string | null, cells = 12): Promise<Buffer> {
  const path = join(folder, `${Math.random()}.h5ad`);
  await writeH5ad(path, { cells, uns: { title } });
  return readFileSync(path);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'accession-datasets-'));
  [blood, skin] = [await h5ad('Blood'), await h5ad('Skin', 13)];
  world = await beginWorld();
  [owner, curator, admin] = [
    await world.person('submitter'),
    await world.person('curator'),
    await world.person('admin'),
  ];
});
afterAll(async () => {
  await world?.end();
  rmSync(folder, { recursive: true, force: true });
});

interface Draft {
  readonly id: string;
  readonly path: string;
  readonly accession: string;
}

async function draft(files: Readonly<Record<string, Buffer>>): Promise<Draft> {
  const { body: profile } = await owner.get('/profiles/single-cell');
  const { doi: _, ...metadata } = profile.example.metadata;
  const { body } = await owner.post('/submissions', { profile: profile.id, title: profile.example.title, metadata });
  for (const [path, bytes] of Object.entries(files)) await bring(body.id, path, bytes);
  return { id: body.id, path: `/submissions/${body.id}`, accession: body.accession };
}

async function bring(id: string, path: string, bytes: Buffer): Promise<void> {
  expect(await upload(world, owner, id, path, bytes)).toBe(201);
  await reaches(owner, id, 'uploaded');
}

const move = async (caller: Caller, { path }: Draft, event: string, more: object = {}) => {
  const answer = await caller.post(`${path}/transitions`, { event, comment: 'because', ...more });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const submit = (story: Draft) => move(owner, story, 'submitter.submit', { policyAccepted: true });

const list = async (caller: Caller, { path }: Pick<Draft, 'path'>) => (await caller.get(`${path}/datasets`)).body.items;
const titles = async (story: Draft) => (await list(owner, story)).map(({ title }: { title: string }) => title);

async function rename(caller: Caller, { path }: Draft, id: string, title: string | null) {
  const { headers } = await caller.get(`${path}/datasets/${id}`);
  return caller.patch(`${path}/datasets/${id}`, { title }, { 'if-match': headers.etag ?? '' });
}

async function reorder(caller: Caller, { path }: Draft, order: string[]) {
  const { headers } = await caller.get(`${path}/datasets`);
  return caller.put(`${path}/datasets/order`, { order }, { 'if-match': headers.etag ?? '' });
}

async function claimed(story: Draft) {
  await submit(story);
  await reaches(owner, story.id, 'curator_review.unassigned');
  await move(curator, story, 'curator.claim');
}

async function publish(story: Draft) {
  await tickAll(curator, { ...story } as Parameters<typeof tickAll>[1]);
  await move(curator, story, 'curator.approve');
  await move(admin, story, 'admin.publish');
  await reaches(owner, story.id, 'published.current');
}

describe('the data sets of a submission', () => {
  it('are its h5ad files, each with its path, size and digest, and named after it', async () => {
    const story = await draft({ 'b/skin.h5ad': skin, 'a.H5AD': blood });

    const datasets = await list(curator, story);

    expect(datasets).toMatchObject([
      { position: 1, title: 'a.H5AD', titleFrom: 'name', path: 'a.H5AD', size: blood.length, sha256: sha256Of(blood) },
      { position: 2, title: 'skin.h5ad', path: 'b/skin.h5ad', facts: null, checks: { state: 'unchecked', run: null } },
    ]);
    expect((await owner.get(`${story.path}/datasets?limit=1&count=true`)).body).toMatchObject({ total: 2 });
  });

  it('come page by page, each once', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b.h5ad': skin, 'c.h5ad': blood });
    await reorder(owner, story, (await list(owner, story)).map(({ id }: { id: string }) => id).toReversed());
    await bring(story.id, 'd.h5ad', skin);

    const paths: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await owner.get(`${story.path}/datasets?limit=1${cursor && `&cursor=${cursor}`}`);
      paths.push(...body.items.map(({ path }: { path: string }) => path));
      cursor = body.nextCursor;
    }

    expect(paths).toEqual(['c.h5ad', 'b.h5ad', 'a.h5ad', 'd.h5ad']);
  });

  it('are nobody else’s to see', async () => {
    const story = await draft({ 'a.h5ad': blood });
    const [{ id }] = await list(owner, story);
    const other = await world.person('submitter');

    expect(await other.get(`${story.path}/datasets`)).toMatchObject({ status: 404 });
    expect(await other.patch(`${story.path}/datasets/${id}`, { title: 'Mine' }, { 'if-match': '*' })).toMatchObject({
      status: 404,
    });
    expect(await owner.get(`${story.path}/datasets/${other.id}`)).toMatchObject({
      status: 404,
      body: { code: 'dataset-not-found' },
    });
  });

  it('keep their identifiers when a file is replaced; one that is removed drops off, one that is added is new', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b.h5ad': skin });
    const [a, b] = await list(owner, story);
    await rename(owner, story, a.id, 'Blood of adults');
    const { body: files } = await owner.get(`${story.path}/files`);
    expect((await owner.remove(`${story.path}/files/${files.items[0].id}`)).status).toBe(204);
    expect((await list(owner, story)).map(({ id }: { id: string }) => id)).toEqual([b.id]);

    await bring(story.id, 'a.h5ad', await h5ad('Other cells', 14));
    await bring(story.id, 'c.h5ad', blood);

    const [again, , added] = await list(owner, story);
    expect(again).toMatchObject({ id: a.id, title: 'Blood of adults' });
    expect(again.sha256).not.toBe(a.sha256);
    expect([a.id, b.id]).not.toContain(added.id);
  });

  it('tell how their checks went, what was learnt, and are called what their files say', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b.h5ad': blood });
    await submit(story);
    await reaches(owner, story.id, 'curator_review.unassigned');

    const [dataset] = await list(owner, story);
    const rows = (await curator.get('/submissions')).body.items;
    const { body: run } = await owner.get(dataset.links.run.replace('/api/v1', ''));

    expect(dataset).toMatchObject({ title: 'Blood', titleFrom: 'file', facts: { cellCount: 12 } });
    expect(dataset.checks).toMatchObject({ state: run.checks[0].outcome, run: run.id, errors: 0 });
    expect(dataset.notes.map(({ code }: { code: string }) => code)).toEqual(['title-repeated', 'bytes-repeated']);
    expect((await owner.get(`${story.path}/files`)).body.items[0].facts).toMatchObject({ h5ad: dataset.facts });
    const all = { cells: 24, runs: null };
    expect((await owner.get(story.path)).body.content, 'of both files').toEqual(all);
    expect(rows.find(({ id }: { id: string }) => id === story.id).content).toEqual(all);
  });
});

describe('the entity tag of data sets', () => {
  it('changes with what is shown: who has the same one is told that nothing has', async () => {
    const story = await draft({ 'a.h5ad': blood });
    const [{ id }] = await list(owner, story);
    const seen = async (path: string) => {
      const { headers } = await owner.get(path);
      const again = await owner.get(path, { 'if-none-match': headers.etag ?? '' });
      expect(again.status).toBe(304);
      return headers.etag ?? '';
    };
    const [one, all] = [await seen(`${story.path}/datasets/${id}`), await seen(`${story.path}/datasets`)];

    await submit(story);
    await reaches(owner, story.id, 'curator_review.unassigned');

    expect((await owner.get(`${story.path}/datasets/${id}`, { 'if-none-match': one })).status).toBe(200);
    expect((await owner.get(`${story.path}/datasets`, { 'if-none-match': all })).status).toBe(200);
  });
});

describe('the title of a data set', () => {
  it('is changed by the owner of a draft, and the trail says so', async () => {
    const story = await draft({ 'a.h5ad': blood });
    const [{ id }] = await list(owner, story);

    const renamed = await rename(owner, story, id, ' Blood of adults ');

    expect(renamed).toMatchObject({ status: 200, body: { title: 'Blood of adults', titleFrom: 'person' } });
    const { body: trail } = await owner.get(`${story.path}/transitions`);
    expect(trail.items.at(-1)).toMatchObject({
      event: 'submitter.edit',
      details: { changed: [`/datasets/${id}/title`], dataset: { from: 'a.h5ad', to: 'Blood of adults' } },
    });
    expect(await rename(owner, story, id, null)).toMatchObject({ body: { title: 'a.h5ad', titleFrom: 'name' } });
  });

  it('is not overwritten unseen', async () => {
    const story = await draft({ 'a.h5ad': blood });
    const [{ id, etag }] = await list(owner, story);
    const path = `${story.path}/datasets/${id}`;
    await rename(owner, story, id, 'First');

    expect(await owner.patch(path, { title: 'Second' }, {})).toMatchObject({ status: 428 });
    const stale = await owner.patch(path, { title: 'Second' }, { 'if-match': etag });

    expect(stale).toMatchObject({ status: 412, body: { changed: expect.arrayContaining(['/title']) } });
    expect(await titles(story)).toEqual(['First']);
  });

  it.each([[''], ['  '], ['a\u0007b'], ['x'.repeat(301)], [7]])('is not %j', async (title) => {
    const story = await draft({ 'a.h5ad': blood });
    const [{ id }] = await list(owner, story);

    const { status, body } = await owner.patch(`${story.path}/datasets/${id}`, { title }, { 'if-match': '*' });

    expect({ status, pointer: body.errors[0].pointer }).toEqual({ status: 422, pointer: '/title' });
  });

  it('stays as it is while nobody may change the metadata', async () => {
    const story = await draft({ 'a.h5ad': blood });
    await submit(story);
    await reaches(owner, story.id, 'curator_review.unassigned');
    const [{ id }] = await list(owner, story);

    expect(await rename(owner, story, id, 'Late')).toMatchObject({ status: 409, body: { code: 'transition-refused' } });
    expect(await rename(curator, story, id, 'Not mine yet')).toMatchObject({ status: 403 });
    expect(await titles(story)).toEqual(['Blood']);
  });
});

describe('the order of data sets', () => {
  it('is what the owner makes it, and new ones come last', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b.h5ad': skin });
    const [a, b] = await list(owner, story);

    const ordered = await reorder(owner, story, [b.id, a.id]);
    await bring(story.id, '0.h5ad', blood);

    expect(ordered.body.items.map(({ path }: { path: string }) => path)).toEqual(['b.h5ad', 'a.h5ad']);
    expect(await titles(story)).toEqual(['b.h5ad', 'a.h5ad', '0.h5ad']);
  });

  it('names each data set once', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b.h5ad': skin });
    const [a, b] = await list(owner, story);

    const wrong = await reorder(owner, story, [b.id, b.id, owner.id]);

    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toMatchObject([
      { pointer: '/order/1', code: 'repeated' },
      { pointer: '/order/2', code: 'unknown' },
      { pointer: '/order', code: 'incomplete', detail: expect.stringContaining(a.id) },
    ]);
  });

  it('is not overwritten unseen', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b.h5ad': skin });
    const { headers, body } = await owner.get(`${story.path}/datasets`);
    const order = body.items.map(({ id }: { id: string }) => id);
    await reorder(owner, story, order.toReversed());

    const stale = await owner.put(`${story.path}/datasets/order`, { order }, { 'if-match': headers.etag ?? '' });

    expect(stale).toMatchObject({ status: 412, body: { changed: expect.arrayContaining(['/order']) } });
    expect(await titles(story)).toEqual(['b.h5ad', 'a.h5ad']);
  });
});

describe('data sets in review', () => {
  it('are amended by their curator: what was said of them is sealed, checked and ticked anew', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b.h5ad': skin });
    await claimed(story);
    await tickAll(curator, { ...story } as Parameters<typeof tickAll>[1]);
    const [a, b] = await list(curator, story);
    const { body: before } = await owner.get(story.path);

    expect((await reorder(curator, story, [b.id, a.id])).status).toBe(200);
    await reaches(owner, story.id, 'curator_review.claimed');
    expect((await rename(curator, story, a.id, 'Blood of adults')).status).toBe(200);
    await reaches(owner, story.id, 'curator_review.claimed');

    const { body: after } = await owner.get(story.path);
    expect(after.revisionHash).not.toBe(before.revisionHash);
    expect(await titles(story)).toEqual(['Skin', 'Blood of adults']);
    expect((await list(curator, story))[1].notes).toMatchObject([{ code: 'title-differs' }]);
    const refused = await curator.post(`${story.path}/transitions`, { event: 'curator.approve' });
    expect(refused).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'checklistDone' }] } });
  });

  it('leave the hash of a submission as it always was, until somebody says something of them', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b.h5ad': skin });
    await submit(story);
    const { body } = await owner.get(story.path);

    const [{ metadata }] = await world.db.query(
      `SELECT encode(sha256(convert_to(jsonb_build_array(profile, "profileVersion", title, metadata)::text, 'UTF8')), 'hex') AS metadata
         FROM submission WHERE id = $1`,
      [story.id],
    );
    const files = sha256Of(Buffer.from(`a.h5ad\t${sha256Of(blood)}\nb.h5ad\t${sha256Of(skin)}`));
    expect(body.revisionHash).toBe(sha256Of(Buffer.from(`${metadata} ${files}`)));
  });

  it('are what is approved: nobody changes them after', async () => {
    const story = await draft({ 'a.h5ad': blood });
    await claimed(story);
    await tickAll(curator, { ...story } as Parameters<typeof tickAll>[1]);
    await move(curator, story, 'curator.approve');
    const [{ id }] = await list(owner, story);

    expect(await rename(owner, story, id, 'Other')).toMatchObject({ status: 409 });
    expect(await rename(curator, story, id, 'Other')).toMatchObject({ status: 409 });
  });

  it('are not published unless the last run has learnt something of each', async () => {
    const story = await draft({ 'a.h5ad': await h5ad('Never seen', 15) });
    await claimed(story);
    await tickAll(curator, { ...story } as Parameters<typeof tickAll>[1]);
    await move(curator, story, 'curator.approve');
    await world.db.query(
      `UPDATE check_result SET facts = '{}' WHERE file = 'a.h5ad' AND "runId" IN
      (SELECT "lastRunId" FROM submission WHERE id = $1)`,
      [story.id],
    );

    const refused = await admin.post(`${story.path}/transitions`, { event: 'admin.publish' });

    expect(refused).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'datasetsLearnt' }] } });
  });

  it('are not published unless one edition of the rules judged them all', async () => {
    const story = await draft({ 'a.h5ad': await h5ad('Seen once', 16), 'b.h5ad': skin });
    await claimed(story);
    await tickAll(curator, { ...story } as Parameters<typeof tickAll>[1]);
    await move(curator, story, 'curator.approve');
    await world.db.query(
      `UPDATE check_result SET edition = 'an older one' WHERE file = 'a.h5ad' AND "runId" IN
      (SELECT "lastRunId" FROM submission WHERE id = $1)`,
      [story.id],
    );
    const refused = await admin.post(`${story.path}/transitions`, { event: 'admin.publish' });
    expect(refused).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'sameRules' }] } });

    await move(admin, story, 'admin.recheck');
    await reaches(owner, story.id, 'private.approved');
    await move(admin, story, 'admin.publish');

    await reaches(owner, story.id, 'published.current');
  });
});

describe('published data sets', () => {
  it('are in the record, in their order, with a citation that pins their bytes, and go on into a revision', async () => {
    const story = await draft({ 'a.h5ad': blood, 'b/skin.h5ad': skin });
    const [a, b] = await list(owner, story);
    await reorder(owner, story, [b.id, a.id]);
    await rename(owner, story, a.id, 'Blood of adults');
    await claimed(story);
    await publish(story);

    const { body: record } = await world.stranger.get(`/records/${story.accession}`);

    expect(record.datasets).toMatchObject([
      { id: b.id, position: 1, title: 'Skin', path: 'b/skin.h5ad', sha256: sha256Of(skin), facts: { cellCount: 13 } },
      { id: a.id, position: 2, title: 'Blood of adults' },
    ]);
    const [{ url, citation }] = record.datasets;
    expect(url).toMatch(/\/versions\/1\/files\/b\/skin\.h5ad$/);
    expect(citation).toBe(
      `Dataset Version: ${url} curated and distributed by Accession in Collection: ${world.url}/api/v1/records/${story.accession}`,
    );

    const { links } = await move(owner, story, 'submitter.revise');
    const path = links.revision.replace('/api/v1', '');
    const id = path.split('/').at(-1);
    await bring(id, 'c.h5ad', blood);
    const revised = await list(owner, { path });
    expect(revised).toMatchObject([
      { id: b.id, title: 'skin.h5ad' },
      { id: a.id, title: 'Blood of adults' },
      { path: 'c.h5ad' },
    ]);
    await rename(owner, { id, path, accession: '' }, a.id, 'Blood, again');
    expect((await world.stranger.get(`/records/${story.accession}`)).body.datasets[1].title).toBe('Blood of adults');
    expect(await rename(owner, story, a.id, 'Too late')).toMatchObject({ status: 409 });
  });

  it('leave nothing undone', async () => {
    await world.settles();
  });
});
