/** What do the tests of publication need? A database, a store, the true services, and workers that do what the outbox asks. */

import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { inject } from 'vitest';
import { cryoetDataset10 as cryoetDataset } from '../checks/profiles/cryoet-dataset.profile.js';
import { AppModule } from '../src/app.module.js';
import { CONFIG, loadConfig } from '../src/config.js';
import { OBJECT_STORE, type ObjectStore, objectKey } from '../src/files/object-store.js';
import type { Role, User } from '../src/identity/user.js';
import { JsonLog } from '../src/platform/logging.js';
import type { JobOf } from '../src/queues.js';
import { PublicationsService } from '../src/records/publications.service.js';
import { RevisionsService } from '../src/records/revisions.service.js';
import { configure, httpAdapter } from '../src/start-http.js';
import type { Request } from '../src/submissions/decision.js';
import type { Submission } from '../src/submissions/submission.entity.js';
import { SubmissionsService } from '../src/submissions/submissions.service.js';
import { PublicationWorker } from '../workers/publication.worker.js';
import { holdsAll } from './invariants.js';
import { ownerOf } from './owner.js';
import { asBefore } from './story.js';
import { TEMPLATE } from './template-database.js';

export type Files = Readonly<Record<string, string>>;
const FILES: Files = { 'run 1/tomogram ä.mrc': 'voxels of the first', 'b.mrc': 'voxels of the second' };

export type Desk = Awaited<ReturnType<typeof beginDesk>>;

export async function beginDesk(settings: Record<string, string> = {}) {
  const postgres = inject('postgresUrl');
  const name = `desk_${randomUUID().replaceAll('-', '')}`;
  const server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const folder = mkdtempSync(join(tmpdir(), 'accession-desk-'));
  const env = {
    NODE_ENV: 'test',
    DATABASE_URL: new URL(`/${name}`, postgres).href,
    DATA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: 'https://accession.example.org',
    LEASE: '900ms',
    MAX_ATTEMPTS: '3',
    ...settings,
  };
  const config = loadConfig(env);
  const testing = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(CONFIG)
    .useValue(config)
    .setLogger(new JsonLog('error'))
    .compile();
  const app = testing.createNestApplication<NestFastifyApplication>(httpAdapter(config));
  configure(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();

  const db = await ownerOf(config);
  const store = app.get<ObjectStore>(OBJECT_STORE, { strict: false });
  const submissions = app.get(SubmissionsService, { strict: false });
  const publications = app.get(PublicationsService, { strict: false });

  const person = async (...roles: Role[]): Promise<User> => {
    const id = randomUUID();
    const called = roles.join(' and ');
    await db.query('INSERT INTO person (id, email, name, roles) VALUES ($1, $2, $3, $4)', [
      ...[id, `${id}@example.org`, `A ${called}`, roles],
    ]);
    return { id, name: `A ${called}`, roles, scopes: null };
  };
  const people = {
    submitter: await person('submitter'),
    curator: await person('curator'),
    admin: await person('admin'),
  };
  const move = (id: string, type: Request['type'], more: Partial<Request> = {}) => {
    const role = type.split('.')[0] as keyof typeof people;
    return submissions.move(id, { type, reason: 'because', ...more }, people[role] ?? null);
  };

  /** The submission has exactly these files; what is there already keeps its row. */
  const bring = async (id: string, files: Files) => {
    for (const bytes of Object.values(files)) await store.put(objectKey(sha256(bytes)), Readable.from([bytes]));
    await submissions.filesChanged(id, people.submitter, async (tx) => {
      await tx.query('DELETE FROM submission_file WHERE "submissionId" = $1', [id]);
      for (const [path, bytes] of Object.entries(files)) {
        const [digest, size] = [sha256(bytes), Buffer.byteLength(bytes)];
        await tx.query('INSERT INTO stored_object (sha256, size) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          digest,
          size,
        ]);
        await tx.query(
          'INSERT INTO submission_file (id, "submissionId", path, size, sha256) VALUES ($1, $2, $3, $4, $5)',
          [randomUUID(), id, path, size, digest],
        );
      }
    });
  };

  /** From a complete draft to `private.approved`, as its people and the validator take it there. */
  const approve = async (id: string): Promise<Submission> => {
    const { runId } = await move(id, 'submitter.submit', { policyAccepted: true });
    await move(id, 'validator.pass', { runId: runId ?? '' });
    const claimed = await move(id, 'curator.claim');
    const { bases } = await submissions.known(claimed);
    for (const { id: item, of } of cryoetDataset.checklist) {
      await db.query(
        'INSERT INTO checklist_tick ("submissionId", item, basis, done, "personId") VALUES ($1, $2, $3, true, $4)',
        [id, item, bases[of], people.curator.id],
      );
    }
    return move(id, 'curator.approve');
  };

  const begin = async (title: string = cryoetDataset.example.title, files = FILES): Promise<Submission> => {
    const draft = await submissions.create({ profile: cryoetDataset.id, title, metadata: {} }, people.submitter);
    await asBefore({ db }, draft.id);
    await bring(draft.id, files);
    return draft;
  };

  const worker = (on = store) => new PublicationWorker(config, db, submissions, publications, on);

  /** The jobs that the outbox has asked for, each once, as the relay would give them. */
  const jobs = async (): Promise<JobOf<'publication'>[]> => {
    const [messages] = await db.query(
      `UPDATE outbox_message SET "relayedAt" = now() WHERE topic = 'publication.requested' AND "relayedAt" IS NULL RETURNING payload`,
    );
    return messages.map(({ payload }: { payload: JobOf<'publication'> }) => payload);
  };
  const running = new AbortController().signal;
  const work = async (on = store): Promise<void> => {
    for (const job of await jobs()) await worker(on).handle(job, running);
  };

  return {
    ...{
      app,
      db,
      config,
      env,
      store,
      folder,
      people,
      submissions,
      move,
      bring,
      begin,
      approve,
      worker,
      jobs,
      work,
      running,
    },
    revisions: app.get(RevisionsService, { strict: false }),
    state: async (id: string) => (await submissions.get(id)).state,
    steps: async (id: string): Promise<{ step: string; state: string; attempts: number; problem: string | null }[]> =>
      db.query(
        'SELECT step, state, attempts, problem FROM publication_step WHERE "submissionId" = $1 ORDER BY ordinal',
        [id],
      ),
    /** How many messages of a topic there were. */
    told: async (id: string, topic: string): Promise<number> =>
      (
        await db.query(
          `SELECT count(*)::int AS n FROM outbox_message WHERE topic = $2 AND payload ->> 'submissionId' = $1`,
          [id, topic],
        )
      )[0].n,
    /** How often each person was told of it. */
    notified: async (id: string, topic: string): Promise<number[]> => {
      const rows = await db.query(
        `SELECT count(*)::int AS n FROM notification WHERE "submissionId" = $1 AND topic = $2 GROUP BY "personId"`,
        [id, topic],
      );
      return rows.map(({ n }: { n: number }) => n);
    },
    incidents: (id: string): Promise<{ kind: string; state: string }[]> =>
      db.query('SELECT kind, state FROM incident WHERE "submissionId" = $1 ORDER BY "openedAt"', [id]),
    /** What the public store has of a version, by its path there. */
    public: async ({ accession, version }: Submission): Promise<Record<string, string>> => {
      const prefix = `public/${accession}/v${version}/`;
      const found: [string, string][] = [];
      for await (const { key } of store.list(prefix)) found.push([key.slice(prefix.length), await text(store, key)]);
      return Object.fromEntries(found.sort());
    },
    /** All that is paused may be tried now. */
    isDue: (id: string) => db.query(`UPDATE publication SET "dueAt" = now() WHERE "submissionId" = $1`, [id]),
    published: async (title?: string, files?: Files): Promise<Submission> => {
      const { id } = await begin(title, files);
      await approve(id);
      await move(id, 'admin.publish');
      await work();
      return submissions.get(id);
    },
    /** The invariants hold after whatever a test has done. */
    end: async () => {
      await holdsAll(db, store);
      await app.close();
      await db.destroy();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

async function text(store: ObjectStore, key: string): Promise<string> {
  return Buffer.concat(await (await store.open(key)).toArray()).toString();
}

/** Change the bytes of a stored object behind the service, or put them right again. */
export const changeObject = (store: ObjectStore, was: string, becomes: string): Promise<void> =>
  store.put(objectKey(sha256(was)), Readable.from([becomes]));
