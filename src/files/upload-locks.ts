/**
 * Who writes to an upload? One request at a time, in all processes: advisory locks of PostgreSQL, all held by one
 * connection of ours, so that they end with the process, however it ends. Who comes second asks the first to let go,
 * for it may be a connection that the same client has long given up.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { Lock, Locker, RequestRelease } from '@tus/server';
import { Client } from 'pg';
import { CONFIG, type Config } from '../config.js';
import { stoppingWithin } from '../platform/stopping-within.js';
import { UploadBusy } from './files.errors.js';

/** How long somebody waits for the one before to end, and how often another process is asked again. */
const PATIENCE_MS = 10_000;
const ASK_AGAIN_MS = 100;

const WANTED = 'upload_wanted';
const KEY = `hashtextextended('upload ' || $1, 0)`;

interface Held {
  readonly letGo: RequestRelease;
  readonly ended: Promise<void>;
  readonly end: () => void;
  /** In all processes; until then its holder waits, and has nothing to let go. */
  isOurs: boolean;
}

@Injectable()
export class UploadLocks implements Locker, OnModuleDestroy, OnApplicationShutdown {
  private readonly log = new Logger(UploadLocks.name);
  private readonly held = new Map<string, Held>();
  private connection: Promise<Client> | null = null;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  newLock(id: string): Lock {
    return {
      lock: (signal, letGo) => this.acquire(id, signal, letGo),
      unlock: () => this.release(id),
    };
  }

  /** @throws UploadBusy when whoever has it does not let go */
  async acquire(id: string, signal: AbortSignal, letGo: RequestRelease): Promise<void> {
    const deadline = stoppingWithin(PATIENCE_MS, signal);
    await this.acquireHere(id, deadline, letGo);
    try {
      while (!(await this.acquireEverywhere(id))) await pause(ASK_AGAIN_MS, deadline);
    } catch (error) {
      this.forget(id);
      throw error;
    }
  }

  /** For a worker: `letGo` aborts when somebody else wants to write. */
  async within<T>(id: string, signal: AbortSignal, letGo: AbortController, work: () => Promise<T>): Promise<T> {
    await this.acquire(id, signal, () => letGo.abort(new UploadBusy()));
    try {
      return await work();
    } finally {
      await this.release(id);
    }
  }

  async release(id: string): Promise<void> {
    try {
      const client = await this.connection;
      await client?.query(`SELECT pg_advisory_unlock(${KEY})`, [id]);
    } catch {
      // The connection is gone, and its locks with it.
    } finally {
      this.forget(id);
    }
  }

  /** The process is told to stop: whoever writes here ends, and goes on with another process. */
  onModuleDestroy(): void {
    this.allLetGo();
  }

  async onApplicationShutdown(): Promise<void> {
    const client = await this.connection?.catch(() => null);
    this.connection = null;
    await client?.end();
  }

  /** Within this process: two requests on one connection would both be given the lock of the database. */
  private async acquireHere(id: string, deadline: AbortSignal, letGo: RequestRelease): Promise<void> {
    for (let before = this.held.get(id); before; before = this.held.get(id)) {
      await before.letGo();
      await Promise.race([before.ended, until(deadline)]);
    }
    let end = () => {};
    const ended = new Promise<void>((settle) => {
      end = settle;
    });
    this.held.set(id, { letGo, ended, end, isOurs: false });
  }

  private async acquireEverywhere(id: string): Promise<boolean> {
    const client = await this.connected();
    const { rows } = await client.query(`SELECT pg_try_advisory_lock(${KEY}) AS mine`, [id]);
    const held = this.held.get(id);
    if (held) held.isOurs = rows[0].mine;
    if (!rows[0].mine) await client.query('SELECT pg_notify($1, $2)', [WANTED, id]);
    return rows[0].mine;
  }

  private allLetGo(): void {
    for (const { letGo } of this.held.values()) void letGo();
  }

  private forget(id: string): void {
    this.held.get(id)?.end();
    this.held.delete(id);
  }

  private connected(): Promise<Client> {
    this.connection ??= this.connect().catch((error: unknown) => {
      this.connection = null;
      throw error;
    });
    return this.connection;
  }

  private async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.config.DATABASE_URL, keepAlive: true });
    // Without the connection nothing keeps others out: whoever writes is asked to end, and may come back.
    const lost = (why?: Error) => {
      if (this.connection === null) return;
      this.connection = null;
      this.log.warn(`The connection that holds the locks of uploads is gone${why ? `: ${why.message}` : ''}.`);
      this.allLetGo();
    };
    client.on('error', lost);
    client.on('end', () => lost());
    client.on('notification', ({ payload = '' }) => {
      const wanted = this.held.get(payload);
      if (wanted?.isOurs) void wanted.letGo();
    });
    await client.connect();
    await client.query(`LISTEN ${WANTED}`);
    return client;
  }
}

const until = (deadline: AbortSignal): Promise<never> =>
  new Promise((_, fail) => {
    const busy = () => fail(new UploadBusy());
    if (deadline.aborted) busy();
    else deadline.addEventListener('abort', busy, { once: true });
  });

async function pause(ms: number, deadline: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: deadline }).catch(() => {
    throw new UploadBusy();
  });
}
