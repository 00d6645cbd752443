import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  beginFilesApi,
  bring,
  type FilesApi,
  filesOf,
  idOf,
  STORES,
  type Submitter,
  sha256,
  tus,
} from './files-api.js';

describe.each(STORES)('a file in %s', (storeName) => {
  let api: FilesApi;
  let sam: Submitter;
  let submission: string;
  let path: string;
  const bytes = randomBytes(700_000);
  const etag = `"${sha256(bytes)}"`;
  beforeAll(async () => {
    api = await beginFilesApi({}, storeName);
    sam = await api.person();
    submission = await api.draft(sam);
    const id = await bring(sam, submission, 'réf/tomo (1) "x" %.mrc', bytes);
    path = `/submissions/${submission}/files/${id}/content`;
  });
  afterAll(() => api.end());
  const get = (headers: Record<string, string> = {}, method = 'GET') => sam.ask(method, path, headers);

  it('is read whole, under its digest and its name', async () => {
    const { status, headers, bytes: read } = await get();

    expect(status).toBe(200);
    expect(read.equals(bytes)).toBe(true);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '700000',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      etag,
      digest: `sha-256=${Buffer.from(sha256(bytes), 'hex').toString('base64')}`,
      'repr-digest': `sha-256=:${Buffer.from(sha256(bytes), 'hex').toString('base64')}:`,
      'content-disposition': `attachment; filename="tomo (1) _x_ _.mrc"; filename*=UTF-8''tomo%20%281%29%20%22x%22%20%25.mrc`,
      'cache-control': 'private, no-cache',
    });
  });

  it('is told of by HEAD as by GET, without its bytes', async () => {
    const { status, headers, bytes: read } = await get({}, 'HEAD');

    expect(status).toBe(200);
    expect(read).toHaveLength(0);
    expect(headers.get('content-length')).toBe('700000');
    expect(headers.get('etag')).toBe(etag);
    expect((await get({ range: 'bytes=0-9' }, 'HEAD')).headers.get('content-length')).toBe('700000');
    expect((await get({ 'if-none-match': etag }, 'HEAD')).status).toBe(304);
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=699990-', 699_990, 700_000],
    ['bytes=-10', 699_990, 700_000],
    ['bytes=300000-300000', 300_000, 300_001],
    ['bytes=699999-800000', 699_999, 700_000],
  ])('is read in the range %s', async (range, start, end) => {
    const { status, headers, bytes: read } = await get({ range });

    expect(status).toBe(206);
    expect(headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/700000`);
    expect(headers.get('content-length')).toBe(String(end - start));
    expect(read.equals(bytes.subarray(start, end))).toBe(true);
  });

  it('has no bytes beyond its end', async () => {
    const { status, headers, body } = await get({ range: 'bytes=700000-' });

    expect(status).toBe(416);
    expect(headers.get('content-range')).toBe('bytes */700000');
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'range-not-satisfiable', detail: expect.stringContaining('700000 bytes') });
  });

  it('is not sent again to who has it, and is where they have another', async () => {
    const known = await get({ 'if-none-match': etag });
    expect(known.status).toBe(304);
    expect(known.bytes).toHaveLength(0);
    expect(known.headers.get('etag')).toBe(etag);
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
    expect((await get({ range: 'bytes=0-9', 'if-range': etag })).status).toBe(206);
    expect((await get({ range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200);
    expect((await get({ range: 'bytes=0-1,5-6' })).status).toBe(200);
  });

  it('is read by curators, and does not exist for others', async () => {
    const curator = await api.person(['curator']);
    const eve = await api.person();

    expect((await curator.ask('GET', path)).status).toBe(200);
    expect((await eve.ask('GET', path)).body).toMatchObject({ status: 404 });
    expect((await eve.ask('HEAD', path)).status).toBe(404);
    expect((await fetch(`${api.url}/api/v1${path}`)).status).toBe(401);
  });

  it('is missing under any other submission and id', async () => {
    const other = await api.draft(sam);
    const id = path.split('/').at(-2);

    expect((await sam.ask('GET', `/submissions/${other}/files/${id}/content`)).status).toBe(404);
    expect((await sam.ask('GET', `/submissions/${submission}/files/${other}/content`)).body).toMatchObject({
      code: 'file-not-found',
    });
    expect((await sam.ask('GET', `/submissions/${submission}/files/x/content`)).status).toBe(404);
  });

  it('is still there for others, when readers break off', async () => {
    for (let i = 0; i < 20; i++) {
      const asked = request(`${api.url}/api/v1${path}`, { agent: false, headers: { authorization: sam.bearer } });
      const [answer] = await once(asked.end(), 'response');
      await once(answer, 'data');
      answer.destroy();
    }
    expect((await get()).bytes.equals(bytes)).toBe(true);
  });
});

describe('the files of a submission', () => {
  let api: FilesApi;
  let sam: Submitter;
  beforeAll(async () => {
    api = await beginFilesApi();
    sam = await api.person();
  });
  afterAll(() => api.end());

  it('are read page by page, in the order of their paths', async () => {
    const submission = await api.draft(sam);
    const paths = ['b', 'a/2', 'Z', 'a/1', 'é', 'c'];
    for (const path of paths) await tus(sam).create(submission, path, 1);
    await bring(sam, submission, 'a/1', Buffer.from('x'));
    const url = `/submissions/${submission}/files?limit=4&count=true`;
    const first = await sam.ask('GET', url);
    const second = await sam.ask('GET', `${url}&cursor=${first.body.nextCursor}`);
    const all = [...first.body.items, ...second.body.items].map(({ path }: { path: string }) => path);

    expect(all).toEqual(['Z', 'a/1', 'a/2', 'b', 'c', 'é']);
    expect(first.body.total).toBe(6);
    expect(second.body.nextCursor).toBeNull();
    expect(first.headers.get('link')).toContain('rel="next"');
    expect((await sam.ask('GET', `/submissions/${submission}/files?limt=1`)).body).toMatchObject({ status: 400 });
    expect((await sam.ask('GET', `/submissions/${submission}/files?cursor=rubbish`)).body).toMatchObject({
      status: 400,
    });
  });

  it('say where they lead', async () => {
    const submission = await api.draft(sam);
    const ready = await bring(sam, submission, 'a', Buffer.from('x'));
    const coming = idOf(await tus(sam).create(submission, 'b', 1));

    expect((await filesOf(sam, submission)).map(({ links }) => links)).toEqual([
      { content: `/api/v1/submissions/${submission}/files/${ready}/content` },
      { upload: `/api/v1/uploads/${coming}` },
    ]);
    expect((await sam.ask('GET', `/submissions/${submission}/files/${coming}/content`)).body).toMatchObject({
      status: 409,
      code: 'file-not-whole',
    });
  });

  it('are not shown to others', async () => {
    const submission = await api.draft(sam);
    const eve = await api.person();

    expect((await eve.ask('GET', `/submissions/${submission}/files`)).status).toBe(404);
  });

  it('are deleted by their owner, whole or not', async () => {
    const submission = await api.draft(sam);
    const file = await bring(sam, submission, 'a', Buffer.from('x'));
    const coming = idOf(await tus(sam).create(submission, 'b', 10));
    const failed = idOf(await tus(sam).create(submission, 'c', 1, { sha256: 'ab'.repeat(32) }));
    await tus(sam).send(failed, 0, Buffer.from('x'));
    const remove = (id: string, headers = {}) => sam.ask('DELETE', `/submissions/${submission}/files/${id}`, headers);

    expect((await remove(file, { 'if-match': '"other"' })).body).toMatchObject({ status: 412, code: 'stale-version' });
    expect((await remove(file, { 'if-match': `"${sha256(Buffer.from('x'))}"` })).status).toBe(204);
    expect((await remove(file)).body).toMatchObject({ status: 404, code: 'file-not-found' });
    expect((await remove(coming)).status).toBe(204);
    expect((await remove(failed)).status).toBe(204);
    expect(await filesOf(sam, submission)).toEqual([]);
    expect(await api.stateOf(submission)).toBe('draft.editing');
  });

  it('are deleted by nobody else', async () => {
    const submission = await api.draft(sam);
    const file = await bring(sam, submission, 'a', Buffer.from('x'));
    const path = `/submissions/${submission}/files/${file}`;
    const eve = await api.person();
    const curator = await api.person(['curator']);

    expect((await eve.ask('DELETE', path)).status).toBe(404);
    expect((await curator.ask('DELETE', path)).status).toBe(403);
    expect(await filesOf(sam, submission)).toHaveLength(1);
  });
});
