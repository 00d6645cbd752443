import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Config, loadConfig } from '../../src/config.js';
import type { JobOf } from '../../src/queues.js';
import { JobQueues } from '../../workers/job-queues.js';
import { JobWorker } from '../../workers/job-worker.js';
import { TEMPLATE } from '../template-database.js';
import { beginWire, type Wire } from './wire.js';

const where = process.env.REDIS_URL ? 'Redis' : 'PostgreSQL';
const name = `queue_${randomUUID().replaceAll('-', '')}`;
let server: DataSource;
let wire: Wire;
let config: Config;

beforeAll(async () => {
  Logger.overrideLogger(['error']);
  const postgres = inject('postgresUrl');
  server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const database = new URL(`/${name}`, postgres).href;
  wire = await beginWire(process.env.REDIS_URL ?? database);
  const queue = process.env.REDIS_URL ? { DATABASE_URL: database, REDIS_URL: wire.url } : { DATABASE_URL: wire.url };
  config = loadConfig({ NODE_ENV: 'test', LEASE: '1500ms', QUEUE_PREFIX: name, ...queue });
});
afterAll(async () => {
  await wire.end();
  await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await server.destroy();
});

class Listener extends JobWorker<'notification'> {
  protected readonly queue = 'notification';
  readonly heard: string[] = [];

  async handle({ messageId }: JobOf<'notification'>): Promise<void> {
    this.heard.push(messageId);
  }
}

describe(`a queue (${where}) that is away`, () => {
  it('when it is first asked for refuses at once, and takes jobs as soon as it is back', {
    timeout: 30_000,
  }, async () => {
    const queues = new JobQueues(config);
    const messageId = randomUUID();
    wire.cut();
    await expect(queues.add('notification', { messageId })).rejects.toThrow();
    await expect(queues.holds('notification', { messageId })).rejects.toThrow();

    wire.mend();
    await vi.waitFor(() => queues.add('notification', { messageId }), { timeout: 15_000, interval: 100 });
    expect(await queues.holds('notification', { messageId })).toBe(true);
    await queues.onApplicationShutdown();
  });

  it('when its worker starts, and later once more, is served as soon as it is back', { timeout: 60_000 }, async () => {
    const queues = new JobQueues(config);
    const worker = new Listener(config);
    const isHeard = async () => {
      const messageId = randomUUID();
      await vi.waitFor(() => queues.add('notification', { messageId }), { timeout: 15_000, interval: 100 });
      await vi.waitFor(() => expect(worker.heard).toContain(messageId), { timeout: 15_000, interval: 50 });
    };
    wire.cut();
    worker.onApplicationBootstrap();
    await wire.isTried();
    wire.mend();
    await isHeard();

    wire.cut();
    await wire.isTried();
    wire.mend();
    await isHeard();
    await worker.beforeApplicationShutdown();
    await queues.onApplicationShutdown();
  });
});
