import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requeueLost } from '../src/records/publication.js';
import type { Submission } from '../src/submissions/submission.entity.js';
import { answersAsDocumented } from './openapi-answers.js';
import { beginDesk, type Desk, sha256 } from './publication-desk.js';

let desk: Desk;
beforeAll(async () => {
  desk = await beginDesk();
});
afterAll(() => desk.end());

const BASE = 'https://accession.example.org';
const FIRST = 'voxels of the first';

const get = async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') => {
  const path = `/api/v1${url}`;
  const { statusCode: status, headers: said, body: text } = await desk.app.inject({ method, url: path, headers });
  const body = /json/.test(String(said['content-type'])) && text !== '' ? JSON.parse(text) : null;
  answersAsDocumented(desk.app, { method, path, status, headers: said, body });
  return { status, headers: said, text, body };
};

/** The next version of a published record, up to where `files` replace what was there. */
async function revise({ id }: Submission, files?: Record<string, string>): Promise<Submission> {
  const { revision } = await desk.revisions.revise(id, desk.people.submitter);
  if (files) await desk.bring(revision.id, files);
  return revision;
}

async function publish(id: string): Promise<void> {
  await desk.approve(id);
  await desk.move(id, 'admin.publish');
  await desk.work();
}

describe('a record', () => {
  it('is read by anybody, with its files at permanent addresses and what the checks have learnt of them', async () => {
    const { id } = await desk.begin();
    const { lastRunId: runId } = { lastRunId: '0b0b0b0b-0000-4000-8000-000000000001' };
    await desk.db.query(
      `INSERT INTO validation_run (id, "submissionId", revision, purpose, state, outcome) VALUES ($1, $2, '', 'submission', 'done', 'passed')`,
      [runId, id],
    );
    await desk.db.query(
      `INSERT INTO check_result ("runId", file, "check", edition, sha256, outcome, findings, undecided, facts, "durationMs")
       VALUES ($1, 'b.mrc', 'mrc', '1', $2, 'passed', '[]', '[]', '{"sections": 41}', 1)`,
      [runId, sha256('voxels of the second')],
    );
    await desk.db.query('UPDATE submission SET "lastRunId" = $2 WHERE id = $1', [id, runId]);
    await publish(id);
    const { accession, sealed, publishedAt } = await desk.submissions.get(id);

    const { status, body, headers } = await get(`/records/${accession}`);

    const address = `${BASE}/api/v1/records/${accession}/versions/1`;
    expect(status).toBe(200);
    expect(body).toEqual({
      accession,
      version: 1,
      licence: 'CC0-1.0',
      versions: 1,
      title: 'Ribosomes in situ',
      profile: 'cryoet-dataset',
      profileVersion: '1.0',
      datasets: [],
      metadata: expect.objectContaining({ organism: 'NCBITaxon:9606' }),
      files: [
        {
          ...{ path: 'b.mrc', size: 20, sha256: sha256('voxels of the second') },
          ...{ url: `${address}/files/b.mrc`, facts: { mrc: { sections: 41 } } },
        },
        {
          ...{ path: 'run 1/tomogram ä.mrc', size: 19, sha256: sha256(FIRST) },
          ...{ url: `${address}/files/run%201/tomogram%20%C3%A4.mrc`, facts: {} },
        },
      ],
      revisionHash: sealed,
      publishedAt,
      supersededBy: null,
      permanentUrl: address,
      citation: `Ribosomes in situ. Version 1, ${publishedAt?.slice(0, 4)}. ${accession}. ${address}`,
      links: {
        self: `/api/v1/records/${accession}/versions/1`,
        latest: `/api/v1/records/${accession}`,
        versions: `/api/v1/records/${accession}/versions`,
      },
    });
    const again = await get(`/records/${accession}`, { 'if-none-match': String(headers.etag) });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect((await get(`/records/${accession}/versions/1`)).body).toEqual(body);
  });

  it('tells nothing before it is published: its accession is reserved, and that is nobody’s to learn', async () => {
    const { id, accession } = await desk.begin();
    const unknown = await get('/records/ACC-999999');
    const routes = ['', '/versions', '/versions/1', '/files/b.mrc', '/versions/1/files/b.mrc'];
    const hidden = async () => {
      for (const route of routes) {
        const { status, body } = await get(`/records/${accession}${route}`);
        expect({ status, code: body.code }, route).toEqual({ status: 404, code: 'record-not-found' });
      }
      const { body } = await get('/records?q=Ribosomes&limit=100');
      expect(body.items.map((item: { accession: string }) => item.accession)).not.toContain(accession);
    };
    expect(unknown.body.code).toBe('record-not-found');

    await hidden();
    await desk.approve(id);
    await hidden();
    await desk.move(id, 'admin.publish');
    await hidden();
    await desk.work();

    expect((await get(`/records/${accession}`)).status).toBe(200);
  });

  it('is 404 for what is no accession, no version and no file', async () => {
    const { accession } = await desk.published();

    expect((await get('/records/nothing')).body).toMatchObject({
      code: 'no-such-resource',
      detail: 'Nothing has this address: "accession" is not written as expected (an accession such as ACC-000001).',
    });
    expect((await get(`/records/${accession}/versions/0`)).body.code).toBe('no-such-resource');
    expect((await get(`/records/${accession}/versions/2`)).body.code).toBe('record-not-found');
    expect((await get(`/records/${accession}/files/c.mrc`)).body).toMatchObject({
      code: 'record-file-not-found',
      path: 'c.mrc',
    });
    for (const path of ['..%2F..%2Fobjects', '%00', 'b.mrc%2F', ''])
      expect((await get(`/records/${accession}/files/${path}`)).status, path).toBe(404);
    expect((await get(`/records/${accession}/files/%E0%A4%A`)).status).toBe(400);
  });
});

describe('a file of a record', () => {
  it('is sent whole, in part, or not again', async () => {
    const { accession } = await desk.published();
    const path = `/records/${accession}/versions/1/files/run%201/tomogram%20%C3%A4.mrc`;

    const whole = await get(path);
    expect(whole).toMatchObject({ status: 200, text: FIRST });
    expect(whole.headers).toMatchObject({
      etag: `"${sha256(FIRST)}"`,
      'content-length': '19',
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=86400, immutable',
    });
    expect(await get(path, { range: 'bytes=10-12' })).toMatchObject({ status: 206, text: 'the' });
    expect(await get(path, { range: 'bytes=100-' })).toMatchObject({ status: 416 });
    expect(await get(path, { 'if-none-match': String(whole.headers.etag) })).toMatchObject({ status: 304, text: '' });
    const head = await get(path, {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers).toMatchObject({ 'content-length': '19', etag: whole.headers.etag });
  });

  it('of the newest version says where it stays', async () => {
    const { accession } = await desk.published();

    const { status, text, headers } = await get(`/records/${accession}/files/b.mrc`);

    expect({ status, text }).toEqual({ status: 200, text: 'voxels of the second' });
    expect(headers).toMatchObject({
      'content-location': `/api/v1/records/${accession}/versions/1/files/b.mrc`,
      'cache-control': 'public, no-cache',
    });
    expect(await get(`/records/${accession}/files/b.mrc`, {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });
});

describe('the list of records', () => {
  it('goes from page to page, the last published first, and finds words and profiles', async () => {
    const titles = ['Axonemes of the list', 'Vesicles of the list', 'Proteasomes of the list'];
    for (const title of titles) await desk.published(title);
    const page = async (query: string) => (await get(`/records?${query}`)).body;

    const first = await page('q=of%20the%20list&limit=2&count=true');
    const second = await page(`q=of%20the%20list&limit=2&cursor=${first.nextCursor}`);

    const titled = (items: { title: string }[]) => items.map(({ title }) => title);
    expect(titled([...first.items, ...second.items])).toEqual([...titles].reverse());
    expect(first).toMatchObject({ total: 3, items: [{ version: 1, files: { count: 2, bytes: 39 } }, {}] });
    expect(second.nextCursor).toBeNull();
    expect(titled((await page('q=vesicles&profile=cryoet-dataset')).items)).toEqual(['Vesicles of the list']);
    expect((await page('q=vesicles&profile=single-cell')).items).toEqual([]);
    expect((await page('q=100%25')).items).toEqual([]);
    expect((await page(`q=${first.items[0].accession.toLowerCase()}`)).items).toHaveLength(1);
    expect((await get('/records?titel=x')).status).toBe(400);
  });
});

describe('a revision', () => {
  it('begins as a copy, one at a time, and leaves what is published as it is', async () => {
    const published = await desk.published();
    const { accession } = published;
    const before = await get(`/records/${accession}`);

    const revision = await revise(published);
    expect(revision).toMatchObject({ accession, version: 2, state: 'draft.editing', title: published.title });
    expect(revision).toMatchObject({ fileCount: 2, ownerId: desk.people.submitter.id, metadata: published.metadata });
    await expect(revise(published)).rejects.toMatchObject({
      code: 'transition-refused',
      blockedBy: [expect.objectContaining({ code: 'noOpenVersion' })],
    });
    const trail = await desk.db.query(
      `SELECT details FROM submission_transition WHERE "submissionId" = $1 AND event = 'submitter.revise'`,
      [published.id],
    );
    expect(trail).toEqual([{ details: expect.objectContaining({ version: 2 }) }]);
    await desk.bring(revision.id, { 'b.mrc': 'other voxels', 'c.mrc': 'more' });

    expect((await get(`/records/${accession}`)).body).toEqual(before.body);
    expect(await get(`/records/${accession}/files/b.mrc`)).toMatchObject({ text: 'voxels of the second' });
    expect((await get(`/records/${accession}/versions/2`)).status).toBe(404);
  });

  it('supersedes what was current when it is published, and both stay', async () => {
    const published = await desk.published();
    const { accession } = published;
    const revision = await revise(published, { 'b.mrc': 'other voxels', 'run 1/tomogram ä.mrc': FIRST });
    await publish(revision.id);

    expect((await get(`/records/${accession}`)).body).toMatchObject({ version: 2, versions: 2, supersededBy: null });
    expect((await get(`/records/${accession}/versions/1`)).body).toMatchObject({
      version: 1,
      versions: 2,
      supersededBy: { version: 2, url: `/api/v1/records/${accession}/versions/2` },
    });
    expect(await get(`/records/${accession}/files/b.mrc`)).toMatchObject({ text: 'other voxels' });
    expect(await get(`/records/${accession}/versions/1/files/b.mrc`)).toMatchObject({ text: 'voxels of the second' });
    expect((await get(`/records/${accession}/versions`)).body.items).toMatchObject([
      { version: 2, state: 'current', permanentUrl: `${BASE}/api/v1/records/${accession}/versions/2` },
      { version: 1, state: 'superseded' },
    ]);
    expect((await get(`/records/${accession}/versions?limit=1&count=true`)).body).toMatchObject({
      items: [{ version: 2 }],
      total: 2,
      nextCursor: expect.any(String),
    });
  });
});

describe('a tombstone', () => {
  const takeDown = (id: string) => desk.move(id, 'admin.tombstone', { tombstone: 'retracted', reason: 'Mixed up.' });

  it('answers 410 with its reason at every address, and the files leave the public store alone', async () => {
    const published = await desk.published();
    const { id, accession } = published;
    await takeDown(id);

    const gone = async () => {
      for (const route of ['', '/versions/1', '/files/b.mrc', '/versions/1/files/b.mrc']) {
        const { status, body } = await get(`/records/${accession}${route}`);
        expect(status, route).toBe(410);
        expect(body, route).toMatchObject({
          ...{ code: 'tombstoned', accession, version: 1, recordTitle: 'Ribosomes in situ', reason: 'retracted' },
          ...{ note: 'Mixed up.', date: expect.any(String), citation: expect.stringContaining(accession) },
        });
      }
    };
    await gone();
    await desk.work();
    await gone();

    expect(await desk.public(published)).toEqual({});
    for (const bytes of [FIRST, 'voxels of the second'])
      expect(await desk.store.stat(`objects/${sha256(bytes).slice(0, 2)}/${sha256(bytes)}`)).not.toBeNull();
    expect((await get(`/records/${accession}/versions`)).body.items).toMatchObject([
      { version: 1, state: 'tombstoned', tombstone: { reason: 'retracted', note: 'Mixed up.' } },
    ]);
    expect((await get(`/records?q=${accession}`)).body.items).toEqual([]);
  });

  it('is taken back byte for byte', async () => {
    const published = await desk.published();
    const { id, accession } = published;
    const before = await desk.public(published);
    await takeDown(id);
    await desk.work();

    await desk.move(id, 'admin.restore');
    expect((await get(`/records/${accession}`)).status).toBe(200);
    const early = await get(`/records/${accession}/files/b.mrc`);
    expect(early).toMatchObject({ status: 503, body: { code: 'files-on-their-way' } });
    expect(early.headers['retry-after']).toBe('10');
    await desk.work();

    expect(await desk.public(published)).toEqual(before);
    expect(await get(`/records/${accession}/files/b.mrc`)).toMatchObject({ status: 200, text: 'voxels of the second' });
    expect(await desk.state(id)).toBe('published.current');
    expect(await desk.told(id, 'submission.published')).toBe(1);
  });

  it('on the newest version leaves the older one at its own address', async () => {
    const published = await desk.published();
    const { accession } = published;
    const revision = await revise(published, { 'b.mrc': 'other voxels' });
    await publish(revision.id);

    await takeDown(revision.id);
    await desk.work();

    expect((await get(`/records/${accession}`)).status).toBe(410);
    expect((await get(`/records/${accession}/versions/2`)).status).toBe(410);
    expect((await get(`/records/${accession}/versions/1`)).body).toMatchObject({ supersededBy: { version: 2 } });
    expect(await get(`/records/${accession}/versions/1/files/b.mrc`)).toMatchObject({ text: 'voxels of the second' });
  });

  it('that is taken back at once ends with the files there', async () => {
    const published = await desk.published();
    const { id } = published;
    const before = await desk.public(published);

    await takeDown(id);
    await desk.move(id, 'admin.restore');
    await desk.work();
    await requeueLost(desk.db, async () => false);
    await desk.work();

    expect(await desk.public(published)).toEqual(before);
  });
});
