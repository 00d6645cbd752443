import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { resolve } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  beginFilesApi,
  type FilesApi,
  filesOf,
  idOf,
  STORES,
  type StoreName,
  type Submitter,
  sha256,
  tus,
} from './files-api.js';

const BYTES = randomBytes(60_000_000);
const TYPE = 'application/offset+octet-stream';

describe.each(STORES)('an upload into %s whose server is killed', (storeName: StoreName) => {
  let api: FilesApi;
  let sam: Submitter;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    api = await beginFilesApi({}, storeName);
    sam = await api.person();
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await api.end();
  });

  /** A process of ours like any other; resolves to the address that it listens on. */
  async function start(entry: string): Promise<{ child: ChildProcess; address: string }> {
    const { DATABASE_URL, DATA_DIR } = api.config;
    const env = { PATH: process.env.PATH, NODE_ENV: 'test', HOST: '127.0.0.1', PORT: '0', DATABASE_URL, DATA_DIR };
    const child = spawn(process.execPath, [resolve(entry)], {
      env: { ...env, ...api.s3?.settings, QUEUE_PREFIX: api.config.QUEUE_PREFIX },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    const [said] = (await once(child, 'message')) as [{ address: string }];
    return { child, address: said.address };
  }

  /** Sends from `at` on, a little at a time, until the server is gone. */
  function sendSlowly(url: string, at: number): void {
    const headers = {
      authorization: sam.bearer,
      'tus-resumable': '1.0.0',
      'upload-offset': String(at),
      'content-type': TYPE,
    };
    const sending = request(url, {
      method: 'PATCH',
      headers: { ...headers, 'content-length': String(BYTES.length - at) },
    });
    sending.on('error', () => clearInterval(more));
    const more = setInterval(() => {
      sending.write(BYTES.subarray(at, at + 100_000));
      at += 100_000;
    }, 10);
  }

  const partsInS3 = () => [...(api.s3?.multiparts.values() ?? [])].reduce((sum, { parts }) => sum + parts.size, 0);

  it('goes on at the same byte, as often as it is', { timeout: 90_000 }, async () => {
    const submission = await api.draft(sam);
    const id = idOf(await tus(sam).create(submission, 'data.mrc', BYTES.length, { sha256: sha256(BYTES) }));
    let at = 0;
    for (let round = 0; round < 3; round++) {
      const { child, address } = await start('dist/src/main.js');
      const before = at;
      const partsBefore = partsInS3();
      sendSlowly(`${address}/api/v1/uploads/${id}`, at);
      await vi.waitFor(
        async () => {
          expect((await filesOf(sam, submission))[0]?.received).toBeGreaterThan(before + 9_000_000);
          // What has arrived may still be on its way to S3.
          if (api.s3) expect(partsInS3()).toBeGreaterThan(partsBefore);
        },
        {
          timeout: 20_000,
          interval: 50,
        },
      );
      child.kill('SIGKILL');
      await once(child, 'exit');

      at = Number((await tus(sam).head(id)).headers.get('upload-offset'));
      expect(at).toBeGreaterThan(before);
      if (!api.s3) expect(at).toBe((await api.store.stat(`uploads/${id}`))?.size);
    }
    const { address } = await start('dist/src/main.js');
    await start('dist/workers/main.js');
    const headers = { 'tus-resumable': '1.0.0', 'upload-offset': String(at), 'content-type': TYPE };
    const sent = await sam.ask('PATCH', `${address}/api/v1/uploads/${id}`, headers, BYTES.subarray(at));

    expect(sent.status).toBe(204);
    await vi.waitFor(
      async () => expect(await filesOf(sam, submission)).toMatchObject([{ state: 'ready', sha256: sha256(BYTES) }]),
      { timeout: 20_000 },
    );
    const { bytes } = await sam.ask('GET', `${address}/api/v1/submissions/${submission}/files/${id}/content`);
    expect(sha256(bytes)).toBe(sha256(BYTES));
  });
});
