import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LostUploads } from '../workers/files/lost-uploads.js';
import { becomes, beginFilesApi, bring, type FilesApi, filesOf, STORES, type Submitter, sha256 } from './files-api.js';
import { breaking, inTurn, type Page, type RemoteServer, startRemote, whole } from './remote-server.js';

const BYTES = randomBytes(3_000_000);
const LARGE = randomBytes(20_000_000);
const BUSY: Page = (_, response) => response.writeHead(503).end();
const silent: Page = (_, response) => {
  response.writeHead(200, { 'content-length': String(BYTES.length), etag: '"v1"' });
  response.write(BYTES.subarray(0, 500));
};
const PAGE = '<!DOCTYPE html><html><title>Sign in</title></html>';

describe.each(STORES)('an import into %s', (storeName) => {
  let api: FilesApi;
  let remote: RemoteServer;
  let sam: Submitter;
  let submission: string;
  beforeAll(async () => {
    remote = await startRemote({
      '/data.h5ad': whole(BYTES),
      '/named': whole(BYTES, { 'content-disposition': `attachment; filename*=UTF-8''r%C3%A9f%20cells.h5ad` }),
      '/empty.txt': whole(Buffer.alloc(0)),
      '/cut.h5ad': breaking(LARGE, 7_000_000),
      '/changing.h5ad': breaking(BYTES, 2_000_000, (call) => (call < 2 ? '"old"' : '"new"')),
      '/unresumable.h5ad': inTurn(
        breaking(BYTES, 2_000_000, () => 'W/"weak"', false),
        whole(BYTES, { etag: 'W/"weak"' }),
      ),
      '/chunked.h5ad': (_, response) => {
        response.writeHead(200, { 'content-type': 'application/x-hdf5' });
        response.write(BYTES.subarray(0, 1_000_000));
        setTimeout(() => response.end(BYTES.subarray(1_000_000)), 20);
      },
      '/busy.h5ad': inTurn(BUSY, BUSY, whole(BYTES)),
      '/silent.h5ad': inTurn(silent, whole(BYTES)),
      '/moved': (_, response) => response.writeHead(302, { location: '/data.h5ad' }).end(),
      '/inside': (_, response) => response.writeHead(302, { location: 'https://127.0.0.1/data.h5ad' }).end(),
      '/round': (_, response) => response.writeHead(302, { location: '/round' }).end(),
      '/page.h5ad': (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE),
      '/disguised.h5ad': (_, response) => response.writeHead(200, { 'content-type': 'application/x-hdf5' }).end(PAGE),
      '/private.h5ad': (_, response) => response.writeHead(403).end(),
      '/gone.h5ad': (_, response) => response.writeHead(410).end(),
      '/huge.h5ad': (_, response) => response.writeHead(200, { 'content-length': '50000001' }).end(),
      '/endless.h5ad': (_, response) => {
        response.writeHead(200);
        const more = setInterval(() => response.write(LARGE), 10);
        response.on('close', () => clearInterval(more));
      },
    });
    api = await beginFilesApi({ OUTBOUND_ALLOW: remote.pair, MAX_FILE_BYTES: '50000000' }, storeName);
    await api.work();
    sam = await api.person();
    submission = await api.draft(sam);
  });
  afterAll(async () => {
    await remote.close();
    await api.end();
  });
  const importing = async (path: string, more: object = {}) =>
    sam.ask('POST', `/submissions/${submission}/imports`, {}, { url: `${remote.url}${path}`, ...more });
  const content = async (id: string) => (await sam.ask('GET', `/submissions/${submission}/files/${id}/content`)).bytes;

  it('is accepted, fetched, and becomes a file', async () => {
    const { status, body } = await importing('/data.h5ad', { path: 'cells/a.h5ad', sha256: sha256(BYTES) });

    expect(status).toBe(202);
    expect(body).toMatchObject({ path: 'cells/a.h5ad', state: 'receiving', origin: 'import', size: null, received: 0 });
    expect(body).not.toHaveProperty('url');
    expect(await becomes(sam, submission, body.id, 'ready')).toMatchObject({
      origin: 'import',
      size: 3_000_000,
      received: 3_000_000,
      sha256: sha256(BYTES),
    });
    expect(sha256(await content(body.id))).toBe(sha256(BYTES));
  });

  it.each([
    ['/data.h5ad', 'data.h5ad'],
    ['/named', 'réf cells.h5ad'],
    ['/moved', 'moved'],
    ['/empty.txt', 'empty.txt'],
    ['/chunked.h5ad', 'chunked.h5ad'],
  ])('from %s is called %s', async (path, name) => {
    const { body } = await importing(path);

    expect(await becomes(sam, submission, body.id, 'ready')).toMatchObject({ path: name });
    expect(sha256(await content(body.id))).toBe(sha256(path === '/empty.txt' ? Buffer.alloc(0) : BYTES));
  });

  it('goes on where its connection was cut, as often as it is', async () => {
    const { body } = await importing('/cut.h5ad', { sha256: sha256(LARGE) });

    expect(await becomes(sam, submission, body.id, 'ready')).toMatchObject({
      size: LARGE.length,
      sha256: sha256(LARGE),
    });
    const asked = remote.asked['/cut.h5ad'] ?? [];
    expect(asked[0]).toBeNull();
    expect(asked.slice(1)).toEqual(asked.slice(1).map(() => expect.stringMatching(/^bytes=[1-9]\d+-$/)));
    expect(asked.length).toBeGreaterThanOrEqual(3);
  });

  it('begins anew when the file has changed meanwhile', async () => {
    const { body } = await importing('/changing.h5ad', { sha256: sha256(BYTES) });

    expect(await becomes(sam, submission, body.id, 'ready')).toMatchObject({ sha256: sha256(BYTES) });
  });

  it.each([
    ['is busy', '/busy.h5ad'],
    ['falls silent', '/silent.h5ad'],
    ['cannot go on', '/unresumable.h5ad'],
  ])('asks a server that %s again', async (_what, path) => {
    const { body } = await importing(path, { sha256: sha256(BYTES) });

    await becomes(sam, submission, body.id, 'ready');
  });

  it.each([
    ['/page.h5ad', 'the link is dead, or asks for a sign-in'],
    ['/disguised.h5ad', 'the link is dead, or asks for a sign-in'],
    ['/never.h5ad', 'no such file (status 404)'],
    ['/gone.h5ad', 'no such file (status 410)'],
    ['/private.h5ad', 'needs a sign-in, or is no longer valid'],
    ['/huge.h5ad', 'at most 50000000 bytes'],
    ['/endless.h5ad', 'at most 50000000 bytes'],
    ['/inside', '127.0.0.1 is not a public address'],
    ['/round', 'redirects more than 5 times'],
  ])('from %s fails, and says why', async (path, why) => {
    const { body } = await importing(path);
    const failed = await becomes(sam, submission, body.id, 'failed');

    expect(failed?.problem).toContain(why);
    expect(await api.store.stat(`uploads/${body.id}`)).toBeNull();
  });

  it('fails when its bytes are not those that were declared', async () => {
    const { body } = await importing('/data.h5ad', { path: 'wrong.h5ad', sha256: 'ab'.repeat(32) });

    expect((await becomes(sam, submission, body.id, 'failed'))?.problem).toContain(sha256(BYTES));
  });

  it('is given up by its submitter', async () => {
    const { body } = await importing('/endless.h5ad', { path: 'unwanted.h5ad' });

    expect((await sam.ask('DELETE', `/submissions/${submission}/files/${body.id}`)).status).toBe(204);
    await vi.waitFor(async () => expect(await api.store.stat(`uploads/${body.id}`)).toBeNull(), { timeout: 10_000 });
    expect((await filesOf(sam, submission)).map(({ id }) => id)).not.toContain(body.id);
  });
});

/** On a machine that has other things to do, too. */
const SOON = { timeout: 10_000 };

describe('an import', () => {
  let api: FilesApi;
  let remote: RemoteServer;
  let sam: Submitter;
  beforeAll(async () => {
    remote = await startRemote({
      '/silent.h5ad': silent,
      '/slow.h5ad': (_, response) => {
        response.writeHead(200, { 'content-length': String(BYTES.length), etag: '"v1"' });
        const pieces = setInterval(() => response.write(randomBytes(100_000)), 100);
        response.on('close', () => clearInterval(pieces));
      },
      '/guess': whole(BYTES, { 'content-disposition': 'attachment; filename="DATA.H5AD"' }),
    });
    api = await beginFilesApi({ OUTBOUND_ALLOW: remote.pair, LEASE: '600ms', MAX_ATTEMPTS: '2' });
    sam = await api.person();
  });
  afterAll(async () => {
    await remote.close();
    await api.end();
  });

  it.each([
    [{ url: 'ftp://example.org/x' }, '/url'],
    [{ url: 'not an address' }, '/url'],
    [{ url: 'https://example.org/x', sha256: 'abc' }, '/sha256'],
    [{ url: 'https://example.org/x', paht: 'x' }, '/paht'],
  ])('of %j is refused', async (body, pointer) => {
    const answer = await sam.ask('POST', `/submissions/${await api.draft(sam)}/imports`, {}, body);

    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ pointer }]);
  });

  it('has a path that a file may have', async () => {
    const submission = await api.draft(sam);
    const importing = (path: string) =>
      sam.ask('POST', `/submissions/${submission}/imports`, {}, { url: 'https://example.org/x', path });
    await bring(sam, submission, 'data.h5ad', BYTES);

    expect((await importing('../x')).body).toMatchObject({ status: 422, code: 'file-name-refused' });
    expect((await importing('DATA.h5ad')).body).toMatchObject({ status: 409, code: 'file-name-taken' });
  });

  it('is for the owner of the submission', async () => {
    const submission = await api.draft(sam);
    const by = async (person: Submitter) =>
      (await person.ask('POST', `/submissions/${submission}/imports`, {}, { url: 'https://example.org/x' })).status;

    expect(await by(await api.person())).toBe(404);
    expect(await by(await api.person(['curator']))).toBe(403);
  });

  it('happens once for one Idempotency-Key', async () => {
    const submission = await api.draft(sam);
    const ask = () =>
      sam.ask(
        'POST',
        `/submissions/${submission}/imports`,
        { 'idempotency-key': 'k1' },
        { url: 'https://example.org/x' },
      );
    const [first, second] = [await ask(), await ask()];

    expect(second.body).toEqual(first.body);
    expect(await filesOf(sam, submission)).toHaveLength(1);
  });

  it.each([
    ['http://127.0.0.1:1/x', 'Only https'],
    ['http://example.org/x', 'Only https'],
    ['https://127.0.0.1:1/x', 'not a public address'],
    ['https://localhost/x', 'not a public address'],
    ['https://[::ffff:10.0.0.1]/x', 'not a public address'],
    ['https://169.254.169.254/latest/meta-data', 'not a public address'],
    ['https://me:secret@example.org/x', 'a password in it'],
  ])('from %s is not made', async (url, why) => {
    const workers = await api.work();
    const submission = await api.draft(sam);
    const { body } = await sam.ask('POST', `/submissions/${submission}/imports`, {}, { url });

    expect((await becomes(sam, submission, body.id, 'failed'))?.problem).toContain(why);
    await workers.close();
  });

  it('tells that a server does not speak TLS', async () => {
    const workers = await api.work();
    const submission = await api.draft(sam);
    const { body } = await sam.ask(
      'POST',
      `/submissions/${submission}/imports`,
      {},
      { url: `https://${remote.pair}/x` },
    );

    expect((await becomes(sam, submission, body.id, 'failed'))?.problem).toContain('certificate');
    await workers.close();
  });

  it('keeps the name made of its address, when the one the server gives is taken', async () => {
    const workers = await api.work();
    const submission = await api.draft(sam);
    await bring(sam, submission, 'data.h5ad', BYTES);
    const { body } = await sam.ask('POST', `/submissions/${submission}/imports`, {}, { url: `${remote.url}/guess` });

    expect(await becomes(sam, submission, body.id, 'ready')).toMatchObject({ path: 'guess' });
    await workers.close();
  });

  it('shows how far it is', async () => {
    const workers = await api.work();
    const submission = await api.draft(sam);
    const { body } = await sam.ask(
      'POST',
      `/submissions/${submission}/imports`,
      {},
      { url: `${remote.url}/slow.h5ad` },
    );
    const seen = new Set<unknown>();
    await vi.waitFor(async () => {
      const [file] = await filesOf(sam, submission);
      seen.add(file?.received);
      expect(file?.size).toBe(BYTES.length);
      expect(seen.size).toBeGreaterThan(3);
    }, SOON);

    await sam.ask('DELETE', `/submissions/${submission}/files/${body.id}`);
    await workers.close();
  });

  it('goes on with another worker when its own is gone', async () => {
    const first = await api.work();
    const submission = await api.draft(sam);
    const { body } = await sam.ask(
      'POST',
      `/submissions/${submission}/imports`,
      {},
      { url: `${remote.url}/slow.h5ad` },
    );
    await vi.waitFor(async () => expect((await filesOf(sam, submission))[0]?.received).toBeGreaterThan(0), SOON);
    await first.close();
    const before = remote.asked['/slow.h5ad']?.length ?? 0;
    const second = await api.work();
    await vi.waitFor(() => expect(remote.asked['/slow.h5ad']?.length).toBeGreaterThan(before), SOON);

    expect(remote.asked['/slow.h5ad']?.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
    await sam.ask('DELETE', `/submissions/${submission}/files/${body.id}`);
    await second.close();
  });

  it('gives up in the end, and says what was in the way', async () => {
    const workers = await api.work();
    const lost = workers.get(LostUploads);
    const submission = await api.draft(sam);
    const { body } = await sam.ask(
      'POST',
      `/submissions/${submission}/imports`,
      {},
      { url: `${remote.url}/silent.h5ad` },
    );
    await api.db.query('UPDATE upload SET attempt = 2 WHERE id = $1', [body.id]);
    await api.db.query(`UPDATE upload SET problem = 'The connection failed.', "leaseUntil" = NULL WHERE id = $1`, [
      body.id,
    ]);

    await vi.waitFor(async () => {
      await lost.requeueLost();
      const [file] = await filesOf(sam, submission);
      expect(file).toMatchObject({ state: 'failed', problem: expect.stringContaining('given up after 2 tries') });
    }, SOON);
    await workers.close();
  });
});
