/** Where does a benchmark take place? In a database of so many submissions, with the real processes on it as they are asked for. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { AppModule } from '../src/app.module.js';
import { CONFIG, type Config, loadConfig } from '../src/config.js';
import { database } from '../src/database.js';
import { PeopleService } from '../src/identity/people.service.js';
import { SessionsService } from '../src/identity/sessions.service.js';
import type { Role, User } from '../src/identity/user.js';
import { JsonLog } from '../src/platform/logging.js';
import { begin, carryOut, type Env, type Running } from './processes.js';
import { seed } from './seed.js';

/** Somebody who is signed in. */
export type Person = User & { readonly token: string };

const PASSWORD = 'a long password';
/** Requests are counted as always, and nobody comes to the end of what they may. */
const LIMIT = '100000000/1m';
const UNHINDERED = { RATE_READ: LIMIT, RATE_WRITE: LIMIT, RATE_SEARCH: LIMIT, RATE_UPLOAD: LIMIT, RATE_SIGN_IN: LIMIT };
const PROCESSES = {
  api: 'src/main.js',
  worker: 'workers/main.js',
  bare: 'bench/bare-server.js',
  bareUpload: 'bench/bare-upload.js',
  bareEvents: 'bench/bare-events.js',
} as const;

/** One of the product's own, in this process. */
export type Part = <T>(type: Type<T>) => T;

export const partsOf = (module: Type, config: Config): Promise<TestingModule> =>
  Test.createTestingModule({ imports: [module] })
    .overrideProvider(CONFIG)
    .useValue(config)
    .setLogger(new JsonLog('error'))
    .compile();

export class House {
  private readonly running = new Map<string, Promise<Running>>();

  private constructor(
    readonly size: number,
    readonly folder: string,
    readonly config: Config,
    private readonly env: Env,
    private readonly parts: TestingModule,
  ) {}

  static async build(postgres: string, folder: string, size: number): Promise<House> {
    const name = `bench_${size}`;
    const server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
    await server.query(`CREATE DATABASE ${name}`);
    await server.destroy();

    mkdirSync(join(folder, name));
    const env = {
      ...{ HOST: '127.0.0.1', PORT: '0', QUEUE_PREFIX: name, DATA_DIR: join(folder, name), ...UNHINDERED },
      DATABASE_URL: new URL(`/${name}`, postgres).href,
    };
    await carryOut('workers/prepare.js', env, join(folder, 'prepare.log'), ['--demo']);
    const config = loadConfig(env);
    const parts = await partsOf(AppModule, config);
    const owner = await new DataSource(database(config, 'owner')).initialize();
    await seed(owner, size);
    await owner.destroy();
    return new House(size, folder, config, env, parts);
  }

  get db(): DataSource {
    return this.parts.get(DataSource);
  }

  readonly part: Part = (type) => this.parts.get(type, { strict: false });

  async person(role: Role): Promise<Person> {
    const email = `${role}-${randomUUID()}@example.org`;
    const { id, name } = await this.part(PeopleService).signUp({ name: `Some ${role}`, email, password: PASSWORD }, [
      role,
    ]);
    const { token } = await this.part(SessionsService).begin({ email, password: PASSWORD });
    return { id, name, roles: [role], scopes: null, token };
  }

  /** Some of those in `states`, in no order. */
  async some(limit: number, states = '%'): Promise<string[]> {
    const rows: { id: string }[] = await this.db.query(
      'SELECT id FROM submission WHERE state LIKE $1 ORDER BY md5(id::text) LIMIT $2',
      [states, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** One process of each kind, whoever asks for it. */
  process(kind: keyof typeof PROCESSES, args: readonly string[] = [], more: Env = {}): Promise<Running> {
    const key = JSON.stringify([kind, args, more]);
    const running = this.running.get(key) ?? begin(PROCESSES[kind], { ...this.env, ...more }, this.log(kind), args);
    this.running.set(key, running);
    return running;
  }

  /** The processes that were asked for end: what is measured next is not disturbed by them. */
  async quiet(): Promise<void> {
    const running = await Promise.all(this.running.values());
    this.running.clear();
    await Promise.all(running.map((process) => process.end()));
  }

  log(name: string): string {
    return join(this.folder, `${name}-${this.size}.log`);
  }

  async end(): Promise<void> {
    await this.quiet();
    await this.db.destroy();
  }
}
