import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type H5adParts, writeH5ad } from '../checks/samples/h5ad.js';
import { mrcBytes } from '../checks/samples/mrc.js';
import { draft, draftOfCells, inReview, type Story, tickAll, upload } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

let world: World;
let owner: Caller;
let curator: Caller;
let other: Caller;
let admin: Caller;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'accession-differences-'));
  world = await beginWorld();
  [owner, curator] = [await world.person('submitter'), await world.person('curator')];
  [other, admin] = [await world.person('curator'), await world.person('admin')];
});
afterAll(async () => {
  await world?.end();
  rmSync(folder, { recursive: true, force: true });
});

async function h5ad(parts: Partial<H5adParts>): Promise<Buffer> {
  const path = join(folder, `${Math.random()}.h5ad`);
  await writeH5ad(path, parts);
  return readFileSync(path);
}

async function bring(story: Story, path: string, bytes: Buffer): Promise<void> {
  const { body } = await owner.get(`${story.path}/files`);
  const old = body.items.find((file: { path: string }) => file.path === path);
  if (old) await owner.remove(`${story.path}/files/${old.id}`, { 'if-match': '*' });
  expect(await upload(world, owner, story.id, path, bytes)).toBe(201);
  await reaches(owner, story.id, 'uploaded');
}

const edit = async ({ path }: Story, change: object) =>
  expect((await owner.patch(path, change, { 'if-match': '*' })).status).toBe(200);

/** @param to where the checks lead */
async function submit(story: Story, to: Parameters<typeof reaches>[2] = 'curator_review.claimed'): Promise<string> {
  const { status, body } = await story.move(owner, 'submitter.submit', { policyAccepted: true });
  expect(status, JSON.stringify(body)).toBe(200);
  await reaches(owner, story.id, to);
  return body.revisionHash;
}
const diff = async (caller: Caller, { path }: Story, query = '') => (await caller.get(`${path}/diff${query}`)).body;
const hashOf = async ({ path }: Story): Promise<string> => (await owner.get(path)).body.revisionHash;

describe('the difference between what was reviewed and what is here', () => {
  it('tells cells and types of cells, columns, files and fields, round by round and version by version', {
    timeout: 90_000,
  }, async () => {
    const story = await draftOfCells(owner);
    await bring(story, 'blood.h5ad', await h5ad({ cells: 12 }));
    await bring(story, 'skin.h5ad', await h5ad({ cells: 13 }));
    const first = await submit(story, 'curator_review.unassigned');
    await story.move(curator, 'curator.claim');
    await story.move(curator, 'curator.request_changes', { comment: 'More cells.' });
    const unchanged = await diff(curator, story);

    await edit(story, { metadata: { contact_name: 'Another desk', consortia: ['LungMAP'] } });
    await bring(
      story,
      'blood.h5ad',
      await h5ad({ cells: 16, obs: { batch: { categories: ['a'], codes: new Int8Array(16) } } }),
    );
    const here = await diff(owner, story);
    const second = await submit(story);
    const reviewed = await diff(curator, story);
    const rounds = await diff(owner, story, '?from=r1&to=r2');
    await tickAll(curator, story);
    await story.move(curator, 'curator.approve');
    await story.move(admin, 'admin.publish');
    await reaches(owner, story.id, 'published.current');
    const { body: revised } = await story.move(owner, 'submitter.revise', {});
    const next = (await owner.get(revised.links.revision.replace('/api/v1', ''))).body;
    const draft2: Story = { ...story, id: next.id, path: `/submissions/${next.id}` };
    const copied = await diff(owner, draft2);
    await edit(draft2, { title: 'Blood of more adults' });
    const versions = await diff(owner, draft2, '?from=v1');
    const hashes = await diff(owner, draft2, `?from=${first}&to=${second}`);
    const strange = await other.get(`${draft2.path}/diff?from=v3`);

    expect(unchanged).toMatchObject({
      from: { revision: first, round: 1, run: { outcome: expect.any(String) } },
      to: { revision: first, round: null, sealedAt: null },
      comparedWith: 'reviewed_by_you',
      summary: { metadata: { changed: 0 }, files: { changed: 0, unchanged: 2 }, findings: { fixed: 0, new: 0 } },
      metadata: { items: [], more: 0 },
      contents: { items: [] },
    });
    expect(here).toMatchObject({ comparedWith: 'reviewed', findings: null });
    expect(reviewed).toMatchObject({
      from: { revision: first, version: 1, round: 1 },
      to: { revision: second },
      comparedWith: 'reviewed_by_you',
      summary: { files: { changed: 1, unchanged: 1 } },
      files: { items: [{ kind: 'changed', path: 'blood.h5ad' }], more: 0 },
    });
    expect(reviewed.metadata.items).toEqual([
      expect.objectContaining({ kind: 'removed', pointer: '/metadata/consortia/0', label: 'Consortia' }),
      expect.objectContaining({ kind: 'added', pointer: '/metadata/consortia/0', after: 'LungMAP' }),
      expect.objectContaining({
        ...{ kind: 'changed', pointer: '/metadata/contact_name', label: 'Contact name', after: 'Another desk' },
      }),
    ]);
    const [content] = reviewed.contents.items;
    expect(content).toMatchObject({
      ...{ path: 'blood.h5ad', kind: 'changed', datasetId: expect.any(String), title: null },
      values: expect.arrayContaining([expect.objectContaining({ fact: 'cellCount', before: 12, after: 16, delta: 4 })]),
    });
    expect(content.lists).toEqual([expect.objectContaining({ fact: 'obsColumns', added: ['batch'], removed: [] })]);
    const types = content.counts.find(({ fact }: { fact: string }) => fact === 'cellType').terms;
    expect(types.reduce((sum: number, { delta }: { delta: number }) => sum + delta, 0)).toBe(4);
    expect(rounds).toMatchObject({ from: { round: 1 }, to: { round: 2, revision: second }, comparedWith: 'asked' });
    expect(rounds.contents).toEqual(reviewed.contents);
    expect(copied).toMatchObject({
      from: { version: 1, revision: second },
      comparedWith: 'earlier_version',
      summary: { metadata: { changed: 0 }, files: { added: 0, removed: 0, unchanged: 2 } },
    });
    expect(versions.metadata.items).toMatchObject([
      { pointer: '/title', label: 'Title', after: 'Blood of more adults' },
    ]);
    expect(hashes).toMatchObject({ from: { revision: first }, to: { revision: second } });
    expect(strange).toMatchObject({ status: 404, body: { code: 'revision-not-found', end: 'v3' } });
  });

  it('tells voxels, findings that are fixed, and files with another name', async () => {
    const story = await draft(world, owner, { file: Buffer.from(mrcBytes({ trim: 7 })) });
    const broken = await submit(story, 'draft.checks_failed');
    await bring(story, 'tomo_001.mrc', Buffer.from(mrcBytes({ voxel: 27 })));
    const [, volume] = [await bring(story, 'old.mrc', Buffer.from(mrcBytes({ nx: 8 }))), mrcBytes({ nx: 8 })];
    const sound = await submit(story, 'curator_review.unassigned');
    await story.move(owner, 'submitter.recall');
    const { body } = await owner.get(`${story.path}/files`);
    await bring(story, 'new.mrc', Buffer.from(volume));
    const old = body.items.find(({ path }: { path: string }) => path === 'old.mrc');
    await owner.remove(`${story.path}/files/${old.id}`, { 'if-match': '*' });

    const repaired = await diff(owner, story, `?from=${broken}&to=${sound}`);
    const renamed = await diff(owner, story, `?from=${sound}`);
    const few = await diff(owner, story, `?from=${broken}&limit=1`);

    expect(repaired.summary.findings).toMatchObject({ new: 0 });
    expect(repaired.summary.findings.fixed).toBeGreaterThan(0);
    expect(repaired.findings.items[0]).toMatchObject({ status: 'fixed', file: 'tomo_001.mrc', severity: 'error' });
    expect(repaired.contents.items.find(({ path }: { path: string }) => path === 'old.mrc')).toMatchObject({
      kind: 'added',
      values: expect.arrayContaining([expect.objectContaining({ fact: 'dimensions', before: null, after: [8, 5, 4] })]),
    });
    expect(renamed).toMatchObject({
      files: { items: [{ kind: 'renamed', from: 'old.mrc', path: 'new.mrc' }] },
      contents: { items: [] },
      findings: null,
    });
    expect(few.files).toMatchObject({ items: [{}], more: 1 });
  });

  it('begins with nothing, is kept with an amendment, and is for readers', async () => {
    const fresh = await draftOfCells(owner);
    const story = await inReview(world, owner);
    const before = await hashOf(story);
    await story.move(curator, 'curator.claim');
    await story.move(curator, 'curator.amend', { comment: 'A typing error.', metadata: { sample_type: 'tissue' } });
    await reaches(owner, story.id, 'curator_review.claimed');
    const after = await hashOf(story);

    const amended = await diff(owner, story, `?from=${before}`);
    const none = await diff(owner, fresh);

    expect(amended.metadata.items).toMatchObject([
      { pointer: '/metadata/sample_type', before: 'cell', after: 'tissue' },
    ]);
    expect(none).toMatchObject({ from: null, comparedWith: 'nothing', summary: { metadata: { added: 2 } } });
    const { body } = await curator.get(`${story.path}/revisions?count=true`);
    expect(body).toMatchObject({
      total: 2,
      items: [
        {
          hash: after,
          round: 1,
          event: 'curator.amend',
          by: { id: curator.id },
          comment: 'A typing error.',
          decision: null,
        },
        {
          hash: before,
          round: 1,
          event: 'submitter.submit',
          by: { id: owner.id },
          run: { outcome: expect.any(String) },
        },
      ],
    });
    const [{ hash: page }] = (await curator.get(`${story.path}/revisions?limit=1`)).body.items;
    expect(page).toBe(after);

    const stranger = await world.person('submitter');
    expect((await stranger.get(`${story.path}/diff`)).status).toBe(404);
    expect((await stranger.get(`${story.path}/revisions`)).status).toBe(404);
    expect((await owner.get(`${story.path}/diff?from=r2`)).body).toMatchObject({ code: 'revision-not-found' });
    expect((await owner.get(`${story.path}/diff?from=yesterday`)).status).toBe(400);
    expect((await owner.get(`${fresh.path}/diff?from=${before}`)).status).toBe(404);
    await expect(world.db.query('DELETE FROM sealed_revision')).rejects.toThrow('append-only');
  });
});
