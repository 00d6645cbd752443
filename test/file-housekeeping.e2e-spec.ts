import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FileIntake } from '../src/files/file-intake.service.js';
import { objectKey, uploadKey } from '../src/files/object-store.js';
import { Spool } from '../src/files/spool.js';
import { StoredObjectsService } from '../src/files/stored-objects.service.js';
import { UploadsService } from '../src/files/uploads.service.js';
import { DigestWorker } from '../workers/files/digest.worker.js';
import { IdleUploads } from '../workers/files/idle-uploads.js';
import { LostUploads } from '../workers/files/lost-uploads.js';
import { StorageKeeper } from '../workers/files/storage-keeper.js';
import {
  becomes,
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

const LATER = new AbortController().signal;

describe.each(STORES)('the keeping of files in %s', (storeName) => {
  let api: FilesApi;
  let sam: Submitter;
  let workers: INestApplicationContext;
  beforeAll(async () => {
    api = await beginFilesApi({ LEASE: '300ms' }, storeName);
    sam = await api.person();
    workers = await api.work();
    await workers.get(DigestWorker).worker?.pause(); // jobs are done by hand here, and a lost one is lost
  });
  beforeEach(() => {
    api.clock.aheadMs = 0;
  });
  afterAll(() => api.end());

  const service = <T>(type: new (...parts: never[]) => T): T => api.app.get<T>(type, { strict: false });
  const row = async (id: string) => (await api.db.query('SELECT * FROM upload WHERE id = $1', [id]))[0];
  const has = async (key: string) => (await api.store.stat(key)) !== null;
  const inDays = (days: number) => {
    api.clock.aheadMs = days * 86_400_000;
  };
  const idle = () => workers.get(IdleUploads).expireUploads();
  const lost = () => workers.get(LostUploads).requeueLost();
  const keeper = () => workers.get(StorageKeeper);
  /** All its bytes are here, and nobody has said so. */
  async function wholeAndUnknown(path: string, bytes: Buffer, submission: string): Promise<string> {
    const id = idOf(await tus(sam).create(submission, path, bytes.length));
    await service(Spool).append(id, Readable.from([bytes]), 0);
    return id;
  }

  it('gives up what nothing comes for, with a sentence', async () => {
    const submission = await api.draft(sam);
    await bring(sam, submission, 'whole.mrc', randomBytes(10));
    const id = idOf(await tus(sam).createWith(submission, 'half.mrc', 100, randomBytes(40)));
    await idle();
    expect((await row(id)).state).toBe('receiving');

    inDays(8);
    expect(await idle()).toBeGreaterThan(0);
    expect(await filesOf(sam, submission)).toMatchObject([
      {
        path: 'half.mrc',
        state: 'failed',
        problem: expect.stringContaining('in 7 days, and it was given up. 40 of 100'),
      },
      { path: 'whole.mrc', state: 'ready' },
    ]);
    expect(await has(uploadKey(id))).toBe(false);
    expect(await api.stateOf(submission)).toBe('uploaded');
    expect((await tus(sam).head(id)).status).toBe(410);
    expect(await idle()).toBe(0);
  });

  it('takes in, and does not give up, what is whole and was not known to be', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(1_000);
    const id = await wholeAndUnknown('x.mrc', bytes, submission);
    inDays(8);
    await idle();
    expect((await row(id)).state).toBe('verifying');

    await service(FileIntake).finish({ id, attempt: 1 }, LATER);
    expect(await filesOf(sam, submission)).toMatchObject([{ id, state: 'ready', sha256: sha256(bytes) }]);
  });

  it('takes in what is whole, when its client asks where to go on', async () => {
    const submission = await api.draft(sam);
    const id = await wholeAndUnknown('x.mrc', randomBytes(1_000), submission);

    expect((await tus(sam).head(id)).headers.get('upload-offset')).toBe('1000');
    expect((await row(id)).state).toBe('verifying');
    await service(FileIntake).finish({ id, attempt: 1 }, LATER);
    expect((await row(id)).state).toBe('done');
  });

  it('gives a lost job again, and in the end says that it was our fault', async () => {
    const submission = await api.draft(sam);
    const id = await wholeAndUnknown('x.mrc', randomBytes(1_000), submission);
    await tus(sam).head(id);
    expect(await lost(), 'the message has not been relayed, or the job waits').toBe(0);

    const loseJobs = () =>
      api.db.query(`UPDATE outbox_message SET "relayedAt" = now() WHERE payload ->> 'uploadId' = $1`, [id]);
    for (const attempt of [2, 3]) {
      await loseJobs();
      await forgetJobs();
      expect(await lost()).toBe(1);
      expect((await row(id)).attempt).toBe(attempt);
    }
    await loseJobs();
    await forgetJobs();
    expect(await lost()).toBe(1);
    expect(await filesOf(sam, submission)).toMatchObject([
      { state: 'failed', problem: expect.stringContaining('in 3 tries, which is our fault') },
    ]);
    expect(await has(uploadKey(id))).toBe(false);
    expect(await lost()).toBe(0);
  });

  it('does a job once, however often it is given and to how many', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(100_000);
    const id = await wholeAndUnknown('x.mrc', bytes, submission);
    await tus(sam).head(id);
    const job = { uploadId: id, attempt: 1 };
    const worker = workers.get(DigestWorker);
    await Promise.all([1, 2, 3, 4].map(() => worker.handle(job, LATER)));
    await worker.handle(job, LATER);

    expect(await filesOf(sam, submission)).toMatchObject([{ id, state: 'ready', sha256: sha256(bytes) }]);
    const steps = await api.db.query(
      `SELECT FROM submission_transition WHERE "submissionId" = $1 AND event = 'system.files_complete'`,
      [submission],
    );
    expect(steps).toHaveLength(1);
    expect(await has(uploadKey(id))).toBe(false);
  });

  it('leaves a job to the hand that holds its lease', async () => {
    const submission = await api.draft(sam);
    const id = await wholeAndUnknown('x.mrc', randomBytes(10), submission);
    await tus(sam).head(id);
    const lease = await service(UploadsService).take({ id, attempt: 1 });
    await workers.get(DigestWorker).handle({ uploadId: id, attempt: 1 }, LATER);
    expect((await row(id)).state).toBe('verifying');
    await workers.get(DigestWorker).handle({ uploadId: id, attempt: 7 }, LATER);
    expect((await row(id)).state).toBe('verifying');

    await lease?.release();
    await workers.get(DigestWorker).handle({ uploadId: id, attempt: 1 }, LATER);
    expect((await row(id)).state).toBe('done');
  });

  it('goes on after a crash between any two steps', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(1_000);
    const id = await wholeAndUnknown('x.mrc', bytes, submission);
    await tus(sam).head(id);
    await service(StoredObjectsService).adopt(uploadKey(id), sha256(bytes), bytes.length); // and dies

    await service(FileIntake).finish({ id, attempt: 1 }, LATER);
    expect(await filesOf(sam, submission)).toMatchObject([{ id, state: 'ready' }]);

    await api.store.copy(objectKey(sha256(bytes)), uploadKey(id)); // or had died before the bytes were put away
    await service(FileIntake).finish({ id, attempt: 1 }, LATER);
    expect(await has(uploadKey(id))).toBe(false);
    expect(await filesOf(sam, submission)).toMatchObject([{ id, state: 'ready' }]);
  });

  it('says that bytes were lost here, when they were', async () => {
    const submission = await api.draft(sam);
    const id = await wholeAndUnknown('x.mrc', randomBytes(1_000), submission);
    await tus(sam).head(id);
    await api.store.remove(uploadKey(id));
    await service(FileIntake).finish({ id, attempt: 1 }, LATER);

    expect(await filesOf(sam, submission)).toMatchObject([
      { state: 'failed', problem: expect.stringContaining('our fault') },
    ]);
  });

  it('collects objects that no file names any more, and no others', async () => {
    const submission = await api.draft(sam);
    const [kept, gone] = [randomBytes(500), randomBytes(600)];
    await bring(sam, submission, 'kept.mrc', kept);
    const file = await bring(sam, submission, 'gone.mrc', gone);
    await sam.ask('DELETE', `/submissions/${submission}/files/${file}`);
    await keeper().collectGarbage();
    expect(await has(objectKey(sha256(gone))), 'within its grace').toBe(true);

    inDays(2);
    expect(await keeper().collectGarbage()).toBeGreaterThan(0);
    expect(await has(objectKey(sha256(gone)))).toBe(false);
    expect(await has(objectKey(sha256(kept)))).toBe(true);
    expect(await keeper().collectGarbage()).toBe(0);
  });

  it('never collects an object that somebody needs again at the same moment', async () => {
    const objects = service(StoredObjectsService);
    for (let round = 0; round < 8; round++) {
      const submission = await api.draft(sam);
      const bytes = randomBytes(1_000);
      const file = await bring(sam, submission, 'x.mrc', bytes);
      await sam.ask('DELETE', `/submissions/${submission}/files/${file}`);
      await api.db.query(`UPDATE stored_object SET "usedAt" = now() - interval '2 days' WHERE sha256 = $1`, [
        sha256(bytes),
      ]);
      await Promise.all([
        bring(sam, submission, 'again.mrc', bytes),
        objects.collectGarbage(),
        objects.collectGarbage(),
        objects.collectGarbage(),
      ]);

      const [again] = await filesOf(sam, submission);
      expect(again).toMatchObject({ state: 'ready' });
      const { bytes: read } = await sam.ask('GET', `/submissions/${submission}/files/${again?.id}/content`);
      expect(sha256(read)).toBe(sha256(bytes));
    }
  });

  it('writes an object again, when a collection died half-way', async () => {
    const submission = await api.draft(sam);
    const bytes = randomBytes(1_000);
    const file = await bring(sam, submission, 'x.mrc', bytes);
    await sam.ask('DELETE', `/submissions/${submission}/files/${file}`);
    await api.store.remove(objectKey(sha256(bytes))); // its row is still there

    const again = await bring(sam, submission, 'x.mrc', bytes);
    expect(sha256((await sam.ask('GET', `/submissions/${submission}/files/${again}/content`)).bytes)).toBe(
      sha256(bytes),
    );
  });

  it('sweeps what a crash has left, once nobody can be about to name it', async () => {
    const submission = await api.draft(sam);
    const under = idOf(await tus(sam).createWith(submission, 'x.mrc', 100, randomBytes(40)));
    const stray = randomBytes(100);
    const orphan = '00000000-0000-4000-8000-000000000000';
    await api.store.put(uploadKey(orphan), Readable.from([stray]));
    await api.store.put(objectKey(sha256(stray)), Readable.from([stray]));
    await keeper().sweep();
    expect(await has(uploadKey(orphan)), 'within its grace').toBe(true);

    inDays(2);
    await keeper().sweep();
    expect(await has(uploadKey(orphan))).toBe(false);
    expect((await tus(sam).head(under)).headers.get('upload-offset')).toBe('40');
    await keeper().collectGarbage();
    expect(await has(objectKey(sha256(stray)))).toBe(false);
  });

  it('hands its work to the workers, when they work', async () => {
    const submission = await api.draft(sam);
    const id = await wholeAndUnknown('x.mrc', randomBytes(1_000), submission);
    await tus(sam).head(id);
    await workers.get(DigestWorker).worker?.resume();

    await becomes(sam, submission, id, 'ready');
  });

  const forgetJobs = () => api.db.query('TRUNCATE bullmq.job CASCADE');
});
