/** How does a submission get as far as a test needs it? By the same requests as everybody's. */
import { createHash } from 'node:crypto';
import request from 'supertest';
import { expect } from 'vitest';
import { cryoetDataset10 } from '../checks/profiles/cryoet-dataset.profile.js';
import { mrcBytes } from '../checks/samples/mrc.js';
import { type Caller, reaches, type World } from './world.js';

const pair = (name: string, value: string) => `${name} ${Buffer.from(value).toString('base64')}`;

/** One request that creates an upload and brings all of its bytes. */
export async function upload(
  world: Pick<World, 'url'>,
  caller: Caller,
  submission: string,
  path: string,
  bytes: Buffer,
): Promise<number> {
  const metadata = [pair('submission', submission), pair('path', path), pair('sha256', sha256Of(bytes))];
  const { status } = await request(world.url)
    .post('/api/v1/uploads')
    .set('Authorization', `Bearer ${caller.token}`)
    .set('Tus-Resumable', '1.0.0')
    .set('Upload-Length', String(bytes.length))
    .set('Upload-Metadata', metadata.join(','))
    .set('Content-Type', 'application/offset+octet-stream')
    .send(bytes);
  return status;
}

/** The same, of bytes that come one after the other. */
export async function uploadSlowly(
  { url }: Pick<World, 'url'>,
  caller: Caller,
  submission: string,
  path: string,
  size: number,
  bytes: AsyncIterable<Buffer>,
): Promise<void> {
  const { status } = await fetch(`${url}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${caller.token}`,
      'tus-resumable': '1.0.0',
      'upload-length': String(size),
      'upload-metadata': [pair('submission', submission), pair('path', path)].join(','),
      'content-type': 'application/offset+octet-stream',
    },
    body: ReadableStream.from(bytes),
    duplex: 'half',
  });
  expect(status).toBe(201);
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export interface Story {
  readonly id: string;
  readonly path: string;
  readonly accession: string;
  move(caller: Caller, event: string, more?: object): ReturnType<Caller['post']>;
  state(): Promise<string>;
  trail(): Promise<{ seq: number; event: string; from: string; to: string }[]>;
}

/**
 * As if it had begun before depositions had runs: one volume is the whole of it. What a story is about is the lifecycle,
 * the same for every profile; depositions of runs have stories of their own.
 */
export async function asBefore({ db }: Pick<World, 'db'>, id: string): Promise<void> {
  const { version, example } = cryoetDataset10;
  await db.query('UPDATE submission SET "profileVersion" = $2, metadata = $3 WHERE id = $1', [
    id,
    version,
    JSON.stringify(example.metadata),
  ]);
}

/** A draft of a volume, with its file, ready to submit. */
export async function draft(
  world: Pick<World, 'url' | 'db'>,
  owner: Caller,
  { file = Buffer.from(mrcBytes()) }: { file?: Buffer } = {},
): Promise<Story> {
  const { body: profile } = await owner.get('/profiles/cryoet-dataset');
  const created = await owner.post('/submissions', { profile: profile.id, ...profile.example });
  expect(created.status).toBe(201);
  const story = storyOf(owner, created.body);
  await asBefore(world, story.id);
  expect(await upload(world, owner, story.id, 'tomo_001.mrc', file)).toBe(201);
  await reaches(owner, story.id, 'uploaded');
  return story;
}

/** A draft of single cells, without a file, and without a DOI to be looked up. */
export async function draftOfCells(owner: Caller): Promise<Story> {
  const { body: profile } = await owner.get('/profiles/single-cell');
  const { doi: _, ...metadata } = profile.example.metadata;
  const created = await owner.post('/submissions', { profile: profile.id, title: profile.example.title, metadata });
  expect(created.status).toBe(201);
  return storyOf(owner, created.body);
}

function storyOf(owner: Caller, { id, accession }: { id: string; accession: string }): Story {
  const path = `/submissions/${id}`;
  return {
    ...{ id, path, accession },
    move: (caller, event, more = { comment: 'because' }) => caller.post(`${path}/transitions`, { event, ...more }),
    state: async () => (await owner.get(path)).body.state,
    trail: async () => (await owner.get(`${path}/transitions?limit=100`)).body.items,
  };
}

export async function submitted(
  world: Pick<World, 'url' | 'db'>,
  owner: Caller,
  options: { file?: Buffer } = {},
): Promise<Story> {
  const story = await draft(world, owner, options);
  expect((await story.move(owner, 'submitter.submit', { policyAccepted: true })).status).toBe(200);
  return story;
}

/** Checked, and in the queue. */
export async function inReview(world: Pick<World, 'url' | 'db'>, owner: Caller): Promise<Story> {
  const story = await submitted(world, owner);
  await reaches(owner, story.id, 'curator_review.unassigned');
  return story;
}

/** Claimed, with the checklist ticked, and approved. */
export async function approved(world: Pick<World, 'url' | 'db'>, owner: Caller, curator: Caller): Promise<Story> {
  const story = await inReview(world, owner);
  expect((await story.move(curator, 'curator.claim')).status).toBe(200);
  await tickAll(curator, story);
  expect((await story.move(curator, 'curator.approve')).status).toBe(200);
  return story;
}

export async function tickAll(curator: Caller, { path }: Story): Promise<void> {
  const { body } = await curator.get(`${path}/checklist`);
  for (const { id, auto } of body.items)
    if (!auto) expect((await curator.put(`${path}/checklist/${id}`, { done: true })).status).toBe(200);
}

export async function published(
  world: Pick<World, 'url' | 'db'>,
  owner: Caller,
  curator: Caller,
  admin: Caller,
): Promise<Story> {
  const story = await approved(world, owner, curator);
  expect((await story.move(admin, 'admin.publish')).status).toBe(200);
  await reaches(owner, story.id, 'published.current');
  return story;
}
