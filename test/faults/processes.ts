/**
 * How does a test get the real processes? API and workers of what is built, on a database, a queue and a folder of their
 * own: to be killed, paused and started again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { expect, inject, vi } from 'vitest';
import { FolderStore } from '../../src/files/folder-store.js';
import type { ObjectStore } from '../../src/files/object-store.js';
import type { Role } from '../../src/identity/user.js';
import { freePort } from '../free-port.js';
import { holdsAll } from '../invariants.js';
import { PASSWORD } from '../signed-in.js';
import { TEMPLATE } from '../template-database.js';
import { type Answer, type Caller, QUICK, underWay } from '../world.js';

/** The endings of `unruly-formats.mjs` too. */
const FORMATS = `import { CHECKS as SOUND, checksOf as soundOf } from './sound.js';
import { UNRULY } from './unruly-formats.mjs';
export const CHECKS = [...SOUND, ...UNRULY];
export const checksOf = (profile) => [...soundOf(profile), ...UNRULY];
`;

export interface Running {
  readonly pid: number;
  isAlive(): boolean;
  /** What it has written, for whoever reads why a test failed. */
  said(): string;
  /** Resolves to its exit status once it is gone. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
  pause(): void;
  resume(): void;
}

export interface Service {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly db: DataSource;
  readonly store: ObjectStore;
  readonly stranger: Caller;
  startApi(settings?: Record<string, string>): Promise<Running>;
  startWorker(settings?: Record<string, string>): Promise<Running>;
  person(role: Role): Promise<Caller>;
  /** The invariants, once nothing is under way any more. */
  settles(timeout?: number): Promise<void>;
  end(): Promise<void>;
}

interface Options {
  readonly settings?: Record<string, string>;
  /** A server of the test's own; its database is made by the product's own preparation. */
  readonly postgres?: string;
}

export async function beginService({
  settings = {},
  postgres = inject('postgresUrl'),
}: Options = {}): Promise<Service> {
  const isOurs = postgres !== inject('postgresUrl');
  const name = `faults_${randomUUID().replaceAll('-', '')}`;
  const server = await new DataSource({ type: 'postgres', url: postgres, poolErrorHandler: () => {} }).initialize();
  await server.query(`CREATE DATABASE ${name} ${isOurs ? '' : `TEMPLATE ${TEMPLATE}`}`);
  const folder = mkdtempSync(join(tmpdir(), 'accession-faults-'));
  const program = copyOfTheProgram(folder);
  const port = await freePort();
  const env = {
    ...QUICK,
    PATH: process.env.PATH ?? '',
    PORT: String(port),
    DATABASE_URL: new URL(`/${name}`, postgres).href,
    DATA_DIR: join(folder, 'data'),
    QUEUE_PREFIX: name,
    ...(process.env.REDIS_URL && { REDIS_URL: process.env.REDIS_URL }),
    ...settings,
  };
  if (isOurs) await prepare(program, env);

  const begun: Running[] = [];
  const start = async (file: string, more: Record<string, string> = {}) => {
    const running = await run(join(program, file), { ...env, ...more }, begun);
    return running;
  };
  const db = await new DataSource({
    type: 'postgres',
    url: new URL(`/${name}`, postgres).href,
    poolErrorHandler: () => {},
  }).initialize();
  const store = new FolderStore(env.DATA_DIR);
  const url = `http://127.0.0.1:${port}`;

  return {
    ...{ url, env, folder, db, store },
    stranger: callerOf(url),
    startApi: (more) => start('src/main.js', more),
    startWorker: (more) => start('workers/main.js', more),
    person: async (role) => {
      const email = `${role}-${randomBytes(6).toString('hex')}@example.org`;
      const stranger = callerOf(url);
      const { body: me } = await stranger.post('/users', { name: `Some ${role}`, email, password: PASSWORD });
      await db.query('UPDATE person SET roles = $2 WHERE id = $1', [me.id, [role]]);
      const { body } = await stranger.post('/sessions', { email, password: PASSWORD });
      return callerOf(url, me.id, body.token);
    },
    settles: async (timeout = 30_000) => {
      await vi.waitFor(async () => expect(await underWay(db)).toBe(0), { timeout, interval: 50 });
      await holdsAll(db, store);
    },
    end: async () => {
      await Promise.all(begun.map((each) => each.kill()));
      await db.destroy();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whoever builds meanwhile does not pull the code from under these; and they know formats that misbehave. */
function copyOfTheProgram(folder: string): string {
  const program = join(folder, 'dist');
  cpSync('dist', program, { recursive: true });
  for (const beside of ['node_modules', 'docs', 'package.json']) symlinkSync(resolve(beside), join(folder, beside));
  const formats = join(program, 'processes');
  renameSync(join(formats, 'index.js'), join(formats, 'sound.js'));
  copyFileSync('test/faults/unruly-formats.mjs', join(formats, 'unruly-formats.mjs'));
  writeFileSync(join(formats, 'index.js'), FORMATS);
  return program;
}

async function prepare(program: string, env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [join(program, 'workers/prepare.js')], {
    env,
    stdio: ['ignore', 'inherit', 2],
  });
  const [code] = await once(child, 'exit');
  expect(code, 'the database is prepared').toBe(0);
}

/** Resolves when it is ready. The channel ends it with the test, however that ends. */
async function run(file: string, env: Record<string, string>, begun: Running[]): Promise<Running> {
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      said = `${said}${text}`.slice(-20_000);
    });
  const ended = new Promise<number | null>((settle) => child.once('exit', settle));
  const running: Running = {
    pid: child.pid ?? 0,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    said: () => said,
    kill: (signal = 'SIGKILL') => {
      child.kill(signal);
      return ended;
    },
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
  };
  begun.push(running);
  await Promise.race([readiness(child), ended.then(() => fail(`${file} ended before it was ready.\n${said}`))]);
  return running;
}

const readiness = (child: ChildProcess) =>
  new Promise<void>((settle) => child.on('message', (message: { ready?: boolean }) => message.ready && settle()));

function fail(why: string): never {
  throw new Error(why);
}

/** Somebody who opens a connection for each request: one that a killed process has left is not used again. */
export function callerOf(url: string, id = '', token = ''): Caller {
  const agent = new Agent({ keepAlive: false });
  const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    new Promise<Answer>((settle, refuse) => {
      const asked = request(`${url}/api/v1${path}`, {
        ...{ method, agent },
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { 'content-type': 'application/json' }),
          ...headers,
        },
      });
      asked.once('error', refuse);
      asked.once('response', async (response) => {
        try {
          const text = Buffer.concat(await response.toArray()).toString();
          const isJson = /json/.test(response.headers['content-type'] ?? '');
          settle({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            body: isJson ? JSON.parse(text) : text,
          });
        } catch (error) {
          refuse(error);
        }
      });
      asked.end(body && JSON.stringify(body));
    });
  return {
    ...{ id, token },
    get: (path, headers) => ask('GET', path, undefined, headers),
    post: (path, body = {}, headers = {}) => ask('POST', path, body, headers),
    patch: (path, body, headers) => ask('PATCH', path, body, headers),
    put: (path, body, headers) => ask('PUT', path, body, headers),
    remove: (path, headers) => ask('DELETE', path, undefined, headers),
  };
}

/** A file of the format that waits, and the two ends of its waiting. */
export function waitingFile(service: Pick<Service, 'folder'>) {
  const name = randomUUID();
  const [begun, until] = [join(service.folder, `${name}.begun`), join(service.folder, `${name}.go`)];
  const takers = () => (existsSync(begun) ? readFileSync(begun, 'utf8').trim().split('\n').map(Number) : []);
  return {
    bytes: Buffer.from(JSON.stringify({ begun, until })),
    /** The workers' processes that have taken it, once there are so many. */
    hasBegun: (times = 1) =>
      vi.waitFor(
        () => {
          expect(takers().length).toBeGreaterThanOrEqual(times);
          return takers();
        },
        { timeout: 30_000, interval: 20 },
      ),
    go: () => writeFileSync(until, ''),
  };
}
