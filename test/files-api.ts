/** How is the room of files asked? An API, and the workers of files alone, on a database and a store of their own. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type INestApplicationContext, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { expect, inject, vi } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { Clock } from '../src/clock.js';
import { CONFIG, type Config, loadConfig } from '../src/config.js';
import { FilesModule } from '../src/files/files.module.js';
import { OBJECT_STORE, type ObjectStore } from '../src/files/object-store.js';
import { FoundationModule } from '../src/foundation.module.js';
import type { Role } from '../src/identity/user.js';
import { JsonLog } from '../src/platform/logging.js';
import { configure, httpAdapter } from '../src/start-http.js';
import { SubmissionsModule } from '../src/submissions/submissions.module.js';
import { SubmissionsService } from '../src/submissions/submissions.service.js';
import { DigestWorker } from '../workers/files/digest.worker.js';
import { FileFetch } from '../workers/files/fetch-file.js';
import { IdleUploads } from '../workers/files/idle-uploads.js';
import { ImportWorker } from '../workers/files/import.worker.js';
import { LostUploads } from '../workers/files/lost-uploads.js';
import { StorageKeeper } from '../workers/files/storage-keeper.js';
import { JobQueues } from '../workers/job-queues.js';
import { Outbound } from '../workers/outbound.js';
import { OutboxRelay } from '../workers/outbox.relay.js';
import { holdsAll } from './invariants.js';
import { ownerOf } from './owner.js';
import { startS3 } from './s3-server.js';
import { signedIn } from './signed-in.js';
import { TEMPLATE } from './template-database.js';

/** Impatient, so that a test of a silent server is short. */
const OUTBOUND = {
  provide: Outbound,
  inject: [CONFIG],
  useFactory: ({ OUTBOUND_ALLOW }: Config) =>
    new Outbound(OUTBOUND_ALLOW, { connect: 1_000, answer: 1_000, idle: 700 }),
};

@Module({
  imports: [FoundationModule, SubmissionsModule, FilesModule],
  providers: [
    ...[JobQueues, OutboxRelay, DigestWorker, FileFetch, ImportWorker, LostUploads, IdleUploads, StorageKeeper],
    OUTBOUND,
  ],
})
class Workers {}

/** A clock that a test can turn. */
class TurnedClock extends Clock {
  aheadMs = 0;
  override now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

/** The two stores, for `describe.each`. */
export const STORES = ['a folder', 'S3'] as const;
export type StoreName = (typeof STORES)[number];

export type FilesApi = Awaited<ReturnType<typeof beginFilesApi>>;
export type Submitter = Awaited<ReturnType<FilesApi['person']>>;

export async function beginFilesApi(settings: Record<string, string> = {}, storeName: StoreName = 'a folder') {
  const postgres = inject('postgresUrl');
  const name = `files_${randomUUID().replaceAll('-', '')}`;
  const server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const folder = mkdtempSync(join(tmpdir(), 'accession-files-'));
  const s3 = storeName === 'S3' ? await startS3() : null;

  const config = loadConfig({
    ...{ NODE_ENV: 'test', HOST: '127.0.0.1', PORT: '0', LEASE: '1500ms', RELAY_EVERY: '100ms', MAX_ATTEMPTS: '3' },
    RATE_LIMITS: 'off',
    DATABASE_URL: new URL(`/${name}`, postgres).href,
    DATA_DIR: folder,
    QUEUE_PREFIX: name,
    ...s3?.settings,
    ...settings,
  });
  const clock = new TurnedClock();
  const build = (module: typeof AppModule | typeof Workers) =>
    Test.createTestingModule({ imports: [module] })
      .overrideProvider(CONFIG)
      .useValue(config)
      .overrideProvider(Clock)
      .useValue(clock)
      .setLogger(new JsonLog('error'))
      .compile();
  const beginApi = async () => {
    const app = (await build(AppModule)).createNestApplication<NestFastifyApplication>(httpAdapter(config));
    configure(app);
    await app.listen(0, '127.0.0.1');
    return app;
  };

  const app = await beginApi();
  const url = await app.getUrl();
  const more: INestApplicationContext[] = [];
  const db = await ownerOf(config);
  const store = app.get<ObjectStore>(OBJECT_STORE, { strict: false });

  const person = async (roles: Role[] = ['submitter']) => {
    const email = `${randomUUID()}@example.org`;
    const { id, token } = await signedIn(app, { name: 'Some Body', email, roles });
    const bearer = `Bearer ${token}`;
    const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: object | Buffer) => {
      const isBytes = Buffer.isBuffer(body);
      const answer = await fetch(path.startsWith('http') ? path : `${url}/api/v1${path}`, {
        method,
        headers: { authorization: bearer, ...(body && !isBytes && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
      const json: any = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : null;
      return { status: answer.status, headers: answer.headers, bytes, body: json };
    };
    return { id, bearer, ask };
  };

  return {
    ...{ url, config, app, db, store, s3, folder, clock, person, beginApi },
    /** Jobs are done from now on. */
    work: async () => {
      const workers = await (await build(Workers)).init();
      more.push(workers);
      return workers;
    },
    /** A draft of that person's. */
    draft: async ({ id }: { id: string }) => {
      const owner = { id, name: 'Some Body', roles: ['submitter'] as const, scopes: null };
      const draft = { profile: 'single-cell', title: 'Cells of the lung', metadata: {} };
      return (await app.get(SubmissionsService, { strict: false }).create(draft, owner)).id;
    },
    stateOf: async (submissionId: string): Promise<string> =>
      (await db.query('SELECT state FROM submission WHERE id = $1', [submissionId]))[0]?.state,
    end: async () => {
      await holdsAll(db, store);
      for (const workers of more) await workers.close();
      await app.close();
      await db.destroy();
      await s3?.close();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `Upload-Metadata` of these. */
export const metadata = (pairs: Record<string, string>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

const TUS = { 'tus-resumable': '1.0.0' };

/** A submitter's hands: tus by its requests, one at a time. */
export function tus({ ask }: Submitter) {
  return {
    create: (submission: string, path: string, size: number, more: Record<string, string> = {}) =>
      ask('POST', '/uploads', {
        ...TUS,
        'upload-length': String(size),
        'upload-metadata': metadata({ submission, path, ...more }),
      }),
    /** With its first bytes. */
    createWith: (submission: string, path: string, size: number, bytes: Buffer) =>
      ask(
        'POST',
        '/uploads',
        {
          ...TUS,
          'upload-length': String(size),
          'upload-metadata': metadata({ submission, path }),
          'content-type': 'application/offset+octet-stream',
        },
        bytes,
      ),
    head: (id: string) => ask('HEAD', `/uploads/${id}`, TUS),
    send: (id: string, offset: number, bytes: Buffer) =>
      ask(
        'PATCH',
        `/uploads/${id}`,
        { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
        bytes,
      ),
    end: (id: string) => ask('DELETE', `/uploads/${id}`, TUS),
  };
}

export const idOf = ({ headers }: { headers: Headers }): string => headers.get('location')?.split('/').at(-1) ?? '';
export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A whole file, in one request. */
export async function bring(person: Submitter, submission: string, path: string, bytes: Buffer): Promise<string> {
  const created = await tus(person).createWith(submission, path, bytes.length, bytes);
  expect(created.status, created.body?.detail).toBe(201);
  return idOf(created);
}

export async function filesOf({ ask }: Submitter, submission: string) {
  const { status, body } = await ask('GET', `/submissions/${submission}/files?limit=100`);
  expect(status, body?.detail).toBe(200);
  return body.items as { id: string; path: string; state: string; [more: string]: unknown }[];
}

export const becomes = (person: Submitter, submission: string, id: string, state: string) =>
  vi.waitFor(
    async () => {
      const file = (await filesOf(person, submission)).find((each) => each.id === id);
      expect(file?.state, JSON.stringify(file)).toBe(state);
      return file;
    },
    { timeout: 10_000, interval: 50 },
  );
