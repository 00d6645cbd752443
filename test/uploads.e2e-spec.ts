import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as tusClient from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { publicUrl } from '../src/config.js';
import { SubmissionsService } from '../src/submissions/submissions.service.js';
import {
  becomes,
  beginFilesApi,
  bring,
  type FilesApi,
  filesOf,
  idOf,
  metadata,
  STORES,
  type Submitter,
  sha256,
  tus,
} from './files-api.js';

describe.each(STORES)('an upload into %s', (storeName) => {
  let api: FilesApi;
  let sam: Submitter;
  beforeAll(async () => {
    api = await beginFilesApi({ MAX_FILE_BYTES: '50000000' }, storeName);
    await api.work();
    sam = await api.person();
  });
  afterAll(() => api.end());
  const content = async (submission: string, id: string) =>
    (await sam.ask('GET', `/submissions/${submission}/files/${id}/content`)).bytes;

  it('becomes a file, and the submission is uploaded', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(300_000);
    const created = await tus(sam).create(submission, 'cells/data.h5ad', bytes.length);
    const id = idOf(created);

    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/api/v1/uploads/${id}`);
    expect(created.headers.get('x-request-id')).toBeTruthy();
    expect(await filesOf(sam, submission)).toMatchObject([
      { id, path: 'cells/data.h5ad', state: 'receiving', size: 300_000, received: 0, sha256: null, origin: 'upload' },
    ]);
    expect(await api.stateOf(submission)).toBe('draft.editing');

    const sent = await tus(sam).send(id, 0, bytes);
    expect(sent.status).toBe(204);
    expect(sent.headers.get('upload-offset')).toBe('300000');
    expect(await filesOf(sam, submission)).toMatchObject([
      {
        id,
        path: 'cells/data.h5ad',
        state: 'ready',
        size: 300_000,
        received: 300_000,
        sha256: sha256(bytes),
        problem: null,
      },
    ]);
    expect(await api.stateOf(submission)).toBe('uploaded');
    expect(sha256(await content(submission, id))).toBe(sha256(bytes));
  });

  it('is paused and gone on with, by whoever asks where it is', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(9_000_000);
    const id = idOf(await tus(sam).create(submission, 'data.h5ad', bytes.length));
    for (let at = 0; at < bytes.length; ) {
      expect((await tus(sam).send(id, at, bytes.subarray(at, at + 3_333_333))).status).toBe(204);
      at = Number((await tus(sam).head(id)).headers.get('upload-offset'));
    }
    await becomes(sam, submission, id, 'ready');

    expect(sha256(await content(submission, id))).toBe(sha256(bytes));
  });

  it('comes by an ordinary client of tus', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(12_000_000);
    await new Promise<void>((resolve, reject) => {
      new tusClient.Upload(
        Readable.from([bytes.subarray(0, 7_000_000), bytes.subarray(7_000_000)], { objectMode: false }),
        {
          endpoint: `${api.url}/api/v1/uploads`,
          headers: { authorization: sam.bearer },
          metadata: {
            submission,
            path: 'by-client.mrc',
            sha256: sha256(bytes),
            filename: 'x.mrc',
            filetype: 'image/x',
          },
          uploadSize: bytes.length,
          chunkSize: 5_000_000,
          retryDelays: null,
          onSuccess: () => resolve(),
          onError: reject,
        },
      ).start();
    });
    const [file] = await filesOf(sam, submission);

    expect(file).toMatchObject({ path: 'by-client.mrc', state: 'ready', sha256: sha256(bytes) });
  });

  it('goes on where its connection broke', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(20_000_000);
    const id = idOf(await tus(sam).create(submission, 'broken.mrc', bytes.length, { sha256: sha256(bytes) }));
    await sendAndBreak(`${api.url}/api/v1/uploads/${id}`, sam, bytes.subarray(0, 17_000_000));
    let at = 0;
    await vi.waitFor(async () => {
      at = Number((await tus(sam).head(id)).headers.get('upload-offset'));
      expect(at).toBeGreaterThan(0);
    });
    expect(at).toBeLessThanOrEqual(17_000_000);
    expect((await tus(sam).send(id, at, bytes.subarray(at))).status).toBe(204);

    await becomes(sam, submission, id, 'ready');
    expect(sha256(await content(submission, id))).toBe(sha256(bytes));
  });

  it('may be empty', async () => {
    const submission = await api.draft(sam);
    const created = await tus(sam).create(submission, 'empty.txt', 0);
    const [file] = await filesOf(sam, submission);

    expect(created.status).toBe(201);
    expect(file).toMatchObject({ state: 'ready', size: 0, sha256: sha256(Buffer.alloc(0)) });
    expect(await content(submission, idOf(created))).toHaveLength(0);
  });

  it('is refused when it is not what was declared, and leaves nothing', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(1_000);
    const id = idOf(await tus(sam).create(submission, 'x.mrc', 1_000, { sha256: 'AB'.repeat(32) }));
    const { status, headers, body } = await tus(sam).send(id, 0, bytes);

    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'checksum-mismatch', declared: 'ab'.repeat(32), actual: sha256(bytes) });
    expect(body.instance).toBe(headers.get('x-request-id'));
    expect(await filesOf(sam, submission)).toMatchObject([{ state: 'failed', problem: body.detail, sha256: null }]);
    expect(await keysBelow(api, 'uploads/')).toEqual([]);
    expect((await tus(sam).head(id)).status).toBe(410);
    const told = await api.db.query(`SELECT payload FROM outbox_message WHERE topic = 'file.refused'`);
    expect(told).toContainEqual({ payload: { submissionId: submission, uploadId: id } });
  });

  it('is read by a worker where its bytes did not all pass one process', async () => {
    const submission = await api.draft(sam);
    const other = await api.beginApi();
    const bytes = randomBytes(6_000_000);
    const id = idOf(await tus(sam).create(submission, 'x.mrc', bytes.length, { sha256: sha256(bytes) }));
    await tus(sam).send(id, 0, bytes.subarray(0, 5_500_000));
    const elsewhere = `${await other.getUrl()}/api/v1/uploads/${id}`;
    const headers = { 'tus-resumable': '1.0.0', 'upload-offset': '5500000' };
    const sent = await sam.ask(
      'PATCH',
      elsewhere,
      { ...headers, 'content-type': 'application/offset+octet-stream' },
      bytes.subarray(5_500_000),
    );
    await other.close();

    expect(sent.status).toBe(204);
    expect(await becomes(sam, submission, id, 'ready')).toMatchObject({ sha256: sha256(bytes) });
    expect((await tus(sam).head(id)).headers.get('upload-offset')).toBe('6000000');
  });

  it('replaces the file of its path when it is whole, and not before', async () => {
    const submission = await api.draft(sam);
    const [old, young] = [randomBytes(1_000), randomBytes(2_000)];
    const before = await bring(sam, submission, 'data.mrc', old);
    const id = idOf(await tus(sam).create(submission, 'data.mrc', 2_000));

    expect((await filesOf(sam, submission)).map(({ state }) => state).toSorted()).toEqual(['ready', 'receiving']);
    expect(sha256(await content(submission, before))).toBe(sha256(old));
    await tus(sam).send(id, 0, young);
    expect(await filesOf(sam, submission)).toMatchObject([{ id, state: 'ready', sha256: sha256(young) }]);
    expect((await sam.ask('GET', `/submissions/${submission}/files/${before}/content`)).status).toBe(404);
  });

  it('is one object for equal bytes', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(5_000);
    await bring(sam, submission, 'a.mrc', bytes);
    await bring(sam, submission, 'b.mrc', bytes);

    expect((await keysBelow(api, 'objects/')).filter((key) => key.endsWith(sha256(bytes)))).toHaveLength(1);
    expect(await api.db.query('SELECT FROM stored_object WHERE sha256 = $1', [sha256(bytes)])).toHaveLength(1);
  });

  it('is given up, and leaves nothing', async () => {
    const submission = await api.draft(sam);
    const id = idOf(await tus(sam).createWith(submission, 'x.mrc', 6_000_000, randomBytes(5_500_000)));

    expect((await tus(sam).end(id)).status).toBe(204);
    expect(await filesOf(sam, submission)).toEqual([]);
    expect(await keysBelow(api, 'uploads/')).toEqual([]);
    expect([...(api.s3?.multiparts.keys() ?? [])]).toEqual([]);
    expect((await tus(sam).head(id)).status).toBe(404);
  });
});

describe('an upload', () => {
  let api: FilesApi;
  let sam: Submitter;
  beforeAll(async () => {
    api = await beginFilesApi({ MAX_FILE_BYTES: '50000000', MAX_BODY_BYTES: '2000' });
    sam = await api.person();
  });
  afterAll(() => api.end());

  it.each([
    ['/etc/passwd', 'absolute path'],
    ['../x.mrc', '".."'],
    ['a\\b.mrc', 'backslash'],
    ['a\u0000b', 'control character'],
    ['', 'is empty'],
  ])('of the path %j is refused with a sentence', async (path, why) => {
    const submission = await api.draft(sam);
    const { status, body } = await tus(sam).create(submission, path, 10);

    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'file-name-refused', detail: expect.stringContaining(why) });
    expect(await filesOf(sam, submission)).toEqual([]);
  });

  it('has its path in normal form', async () => {
    const submission = await api.draft(sam);
    await bring(sam, submission, 're\u0301f.mrc', Buffer.from('x'));

    expect(await filesOf(sam, submission)).toMatchObject([{ path: 'r\u00e9f.mrc' }]);
  });

  it.each([
    ['Data.mrc', 'data.mrc'],
    ['R\u00c9F.mrc', 're\u0301f.mrc'],
    ['cells', 'cells/data.h5ad'],
    ['cells/data.h5ad', 'CELLS'],
    ['a/b/c.mrc', 'a/B'],
  ])('of the path %j cannot be beside %j, and the problem names it', async (path, other) => {
    const submission = await api.draft(sam);
    const asFile = await api.draft(sam);
    await tus(sam).create(submission, other, 10);
    await bring(sam, asFile, other, Buffer.from('x'));

    for (const id of [submission, asFile]) {
      const { status, body } = await tus(sam).create(id, path, 10);
      expect(status).toBe(409);
      expect(body).toMatchObject({ code: 'file-name-taken', other: other.normalize() });
    }
  });

  it('lies beside files whose names only begin alike', async () => {
    const submission = await api.draft(sam);
    for (const path of ['cells.h5ad', 'cells/a', 'cells-2', 'cells0', 'cell', 'a/cells']) {
      expect((await tus(sam).create(submission, path, 1)).status, path).toBe(201);
    }
  });

  it('of a path that is on its way already takes its place', async () => {
    const submission = await api.draft(sam);
    const older = idOf(await tus(sam).create(submission, 'x.mrc', 10));
    const younger = idOf(await tus(sam).create(submission, 'x.mrc', 20));

    expect(await filesOf(sam, submission)).toMatchObject([{ id: younger, size: 20 }]);
    expect((await tus(sam).send(older, 0, randomBytes(10))).status).toBe(404);
  });

  it.each([
    [{ path: 'x' }, '"submission"'],
    [{ submission: 'x', path: 'x' }, 'expected the id of a submission'],
    [{ submission: 'x', path: 'x', sha256: 'abc' }, '64 hexadecimal'],
    [{ submission: 'x', path: 'x', sha265: 'ab'.repeat(32) }, 'did you mean "sha256"'],
  ])('that says %j of itself is refused', async (said, why) => {
    const { status, body } = await sam.ask('POST', '/uploads', {
      'tus-resumable': '1.0.0',
      'upload-length': '1',
      'upload-metadata': metadata(said),
    });

    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'upload-metadata-refused', detail: expect.stringContaining(why) });
  });

  it.each<[what: string, headers: Record<string, string>, status: number, code: string]>([
    ['no version of tus', { 'tus-resumable': '' }, 412, 'tus-version-missing'],
    ['no length', { 'upload-length': '' }, 400, 'upload-length-missing'],
    ['a length to come', { 'upload-length': '', 'upload-defer-length': '1' }, 400, 'upload-length-missing'],
    ['a length that is none', { 'upload-length': 'many' }, 400, 'upload-header-refused'],
    ['metadata that are none', { 'upload-metadata': 'path ???' }, 400, 'upload-header-refused'],
    ['too many bytes', { 'upload-length': '50000001' }, 413, 'file-too-large'],
  ])('with %s is refused as a problem', async (_, changed, status, code) => {
    const submission = await api.draft(sam);
    const usual = {
      'tus-resumable': '1.0.0',
      'upload-length': '10',
      'upload-metadata': metadata({ submission, path: 'x' }),
    };
    const headers = Object.fromEntries(Object.entries({ ...usual, ...changed }).filter(([, value]) => value !== ''));
    const answer = await sam.ask('POST', '/uploads', headers);

    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      status,
      code,
      instance: expect.any(String),
      detail: expect.stringMatching(/\.$/),
    });
    expect(answer.status).toBe(status);
  });

  it('takes no byte twice, and none too many', async () => {
    const submission = await api.draft(sam);
    const id = idOf(await tus(sam).create(submission, 'x.mrc', 10));

    expect((await tus(sam).send(id, 5, randomBytes(5))).body).toMatchObject({
      status: 409,
      code: 'upload-offset-conflict',
    });
    expect((await tus(sam).send(id, 0, randomBytes(11))).body).toMatchObject({ status: 413, code: 'upload-too-long' });
    expect((await tus(sam).head(id)).headers.get('upload-offset')).toBe('0');
    await tus(sam).send(id, 0, randomBytes(10));
    expect((await tus(sam).send(id, 0, randomBytes(1))).body).toMatchObject({ status: 409 });
  });

  it('does not exist for anybody else', async () => {
    const submission = await api.draft(sam);
    const id = idOf(await tus(sam).create(submission, 'x.mrc', 10));
    const eve = await api.person();
    const curator = await api.person(['curator']);

    for (const other of [eve, curator]) {
      expect((await tus(other).head(id)).status).toBe(404);
      expect((await tus(other).send(id, 0, randomBytes(10))).body).toMatchObject({
        status: 404,
        code: 'upload-not-found',
      });
      expect((await tus(other).end(id)).status).toBe(404);
    }
    expect((await tus(eve).create(submission, 'y.mrc', 1)).status).toBe(404);
    expect((await tus(curator).create(submission, 'y.mrc', 1)).body).toMatchObject({ status: 403, code: 'not-yours' });
    expect((await tus(sam).head('not-a-uuid')).status).toBe(404);
    expect(await filesOf(sam, submission)).toMatchObject([{ id, received: 0 }]);
  });

  it('asks a stranger who they are', async () => {
    const answer = await fetch(`${api.url}/api/v1/uploads`, { method: 'POST', headers: { 'tus-resumable': '1.0.0' } });

    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
  });

  it('says to everybody what it speaks', async () => {
    const answer = await fetch(`${api.url}/api/v1/uploads`, { method: 'OPTIONS' });

    expect(answer.status).toBe(204);
    expect(answer.headers.get('tus-version')).toBe('1.0.0');
    expect(answer.headers.get('tus-extension')).toBe('creation,creation-with-upload,termination,expiration');
    expect(answer.headers.get('tus-max-size')).toBe('50000000');
  });

  it('tells how long it waits', async () => {
    const submission = await api.draft(sam);
    const created = await tus(sam).create(submission, 'x.mrc', 10);
    const expires = Date.parse(
      (await tus(sam).head(idOf(created))).headers.get('upload-expires') ?? created.headers.get('upload-expires') ?? '',
    );

    expect(expires - Date.now()).toBeGreaterThan(api.config.UPLOAD_EXPIRE - 60_000);
  });

  it('is not taken into a submission that has gone on', async () => {
    const submission = await api.draft(sam);
    const id = idOf(await tus(sam).create(submission, 'late.mrc', 10));
    await withdrawn(submission);
    const before = await api.db.query('SELECT state, seq, "fileCount" FROM submission WHERE id = $1', [submission]);
    const sent = await tus(sam).send(id, 0, randomBytes(10));

    expect(sent.status).toBe(409);
    expect(sent.body).toMatchObject({ code: 'arrived-too-late', state: 'withdrawn' });
    expect(await filesOf(sam, submission)).toMatchObject([{ state: 'failed', problem: sent.body.detail }]);
    expect(await api.db.query('SELECT state, seq, "fileCount" FROM submission WHERE id = $1', [submission])).toEqual(
      before,
    );
    expect((await tus(sam).create(submission, 'new.mrc', 1)).body).toMatchObject({
      status: 409,
      code: 'transition-refused',
    });
    expect(await keysBelow(api, 'uploads/')).not.toContain(`uploads/${id}`);
  });

  it('is written to by one request at a time: who comes second ends the first', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(1_000_000);
    const id = idOf(await tus(sam).create(submission, 'x.mrc', bytes.length));
    const stalled = stall(`${api.url}/api/v1/uploads/${id}`, sam, bytes.subarray(0, 400_000));
    await vi.waitFor(async () => expect(await sizeOfSpooled(id)).toBe(400_000), { timeout: 10_000 });

    const at = Number((await tus(sam).head(id)).headers.get('upload-offset'));
    expect(at).toBe(400_000);
    expect((await tus(sam).send(id, at, bytes.subarray(at))).status).toBe(204);
    expect(await filesOf(sam, submission)).toMatchObject([{ state: 'ready', sha256: sha256(bytes) }]);
    await stalled.end();
  });

  it('is written to by one request at a time, also of two processes', async () => {
    const submission = await api.draft(sam);
    const other = await api.beginApi();
    const bytes = randomBytes(1_000_000);
    const id = idOf(await tus(sam).create(submission, 'x.mrc', bytes.length, { sha256: sha256(bytes) }));
    const stalled = stall(`${await other.getUrl()}/api/v1/uploads/${id}`, sam, bytes.subarray(0, 400_000));
    await vi.waitFor(async () => expect(await sizeOfSpooled(id)).toBe(400_000), { timeout: 10_000 });

    const { status, headers } = await tus(sam).head(id);
    expect(status).toBe(200);
    expect(headers.get('upload-offset')).toBe('400000');
    await stalled.end();
    await other.close();
  });

  it('ends with its process in good order, and goes on with another', async () => {
    const submission = await api.draft(sam);
    const other = await api.beginApi();
    const bytes = randomBytes(1_000_000);
    const id = idOf(await tus(sam).create(submission, 'x.mrc', bytes.length));
    const stalled = stall(`${await other.getUrl()}/api/v1/uploads/${id}`, sam, bytes.subarray(0, 400_000));
    await vi.waitFor(async () => expect(await sizeOfSpooled(id)).toBe(400_000), { timeout: 10_000 });
    await other.close();
    await stalled.end();

    expect((await tus(sam).head(id)).headers.get('upload-offset')).toBe('400000');
  });

  it('that was deleted as a file takes no more bytes', async () => {
    const submission = await api.draft(sam);
    const id = idOf(await tus(sam).create(submission, 'x.mrc', 1_000_000));
    const stalled = stall(`${api.url}/api/v1/uploads/${id}`, sam, randomBytes(400_000));
    await vi.waitFor(async () => expect(await sizeOfSpooled(id)).toBe(400_000), { timeout: 10_000 });

    expect((await sam.ask('DELETE', `/submissions/${submission}/files/${id}`)).status).toBe(204);
    await stalled.ended;
    expect(await keysBelow(api, 'uploads/')).not.toContain(`uploads/${id}`);
    expect((await tus(sam).head(id)).status).toBe(404);
  });

  it('by a token needs its scope', async () => {
    const submission = await api.draft(sam);
    const by = async (scope: string) => {
      const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
      const { body } = await sam.ask('POST', '/me/tokens', {}, { name: 'script', scopes: [scope], expiresAt });
      const ask: Submitter['ask'] = (method, path, headers, bytes) =>
        sam.ask(method, path, { ...headers, authorization: `Bearer ${body.token}` }, bytes);
      return tus({ ...sam, ask }).create(submission, 'x.mrc', 1);
    };

    expect((await by('submission:read')).body).toMatchObject({ status: 403, code: 'scope-needed' });
    expect((await by('submission:write')).status).toBe(201);
  });

  it('by a cookie must come from a page of ours', async () => {
    const submission = await api.draft(sam);
    const from = (origin: string) =>
      fetch(`${api.url}/api/v1/uploads`, {
        method: 'POST',
        headers: {
          cookie: `accession_session=${sam.bearer.replace('Bearer ', '')}`,
          origin,
          'tus-resumable': '1.0.0',
          'upload-length': '1',
          'upload-metadata': metadata({ submission, path: 'x.mrc' }),
        },
      });

    expect(await (await from('https://evil.example')).json()).toMatchObject({ code: 'cross-site-request' });
    expect((await from(publicUrl(api.config))).status).toBe(201);
  });

  const sizeOfSpooled = async (id: string) => (await api.store.stat(`uploads/${id}`))?.size ?? 0;

  /** The shortest way out of a draft. */
  async function withdrawn(id: string) {
    await api.db.query(`UPDATE submission SET sealed = 'x' WHERE id = $1`, [id]);
    const submissions = api.app.get(SubmissionsService, { strict: false });
    const owner = { id: sam.id, name: 'Some Body', roles: ['submitter'] as const, scopes: null };
    await submissions.move(id, { type: 'submitter.withdraw', reason: 'because' }, owner);
  }
});

async function keysBelow(api: FilesApi, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of api.store.list(prefix)) keys.push(key);
  if (!api.s3)
    await readdir(join(api.folder, 'tmp')).then(
      (left) => expect(left).toEqual([]),
      () => {},
    );
  return keys;
}

/** Sends these bytes of a longer body, and breaks the connection. */
async function sendAndBreak(url: string, { bearer }: Submitter, bytes: Buffer): Promise<void> {
  const sending = request(url, { method: 'PATCH', headers: headersOf(bearer, 20_000_000) });
  sending.on('error', () => {});
  await new Promise<void>((sent) => sending.write(bytes, () => sent()));
  await new Promise((settle) => setTimeout(settle, 300));
  sending.destroy();
}

/** Sends these bytes of a longer body, and then nothing. */
function stall(url: string, { bearer }: Submitter, bytes: Buffer) {
  const sending = request(url, { method: 'PATCH', headers: headersOf(bearer, 1_000_000) });
  const ended = new Promise<void>((settle) => sending.on('close', settle));
  sending.on('error', () => {}).on('response', (answer) => answer.resume());
  sending.write(bytes);
  const end = async () => {
    sending.destroy();
    await ended;
  };
  return { ended, end };
}

const headersOf = (authorization: string, length: number) => ({
  authorization,
  'tus-resumable': '1.0.0',
  'upload-offset': '0',
  'content-type': 'application/offset+octet-stream',
  'content-length': String(length),
});
