import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Config, loadConfig } from '../../src/config.js';
import { type Health, Readiness } from '../../src/platform/readiness.js';
import { QueueProbe } from '../../workers/queue-probe.js';
import { freePort } from '../free-port.js';
import { TEMPLATE } from '../template-database.js';

const isMissing = spawnSync('redis-server', ['--version']).error !== undefined;
const folder = mkdtempSync(join(tmpdir(), 'redis-'));
const servers: (() => void)[] = [];
afterAll(() => {
  for (const end of servers) end();
  rmSync(folder, { recursive: true });
});

async function redis(...settings: string[]): Promise<{ url: string; port: number }> {
  const port = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', mkdtempSync(join(folder, 'data-')), ...settings],
    {
      stdio: 'ignore',
    },
  );
  servers.push(() => server.kill('SIGKILL'));
  const ping = () =>
    execFileSync('redis-cli', ['-p', `${port}`, 'ping'], { stdio: 'pipe' })
      .toString()
      .trim();
  await vi.waitFor(() => expect(ping()).toBe('PONG'), { timeout: 10_000, interval: 50 });
  return { url: `redis://127.0.0.1:${port}`, port };
}

let postgres: DataSource;
let database: DataSource;
const name = `settings_${randomUUID().replaceAll('-', '')}`;
beforeAll(async () => {
  postgres = await new DataSource({ type: 'postgres', url: inject('postgresUrl') }).initialize();
  await postgres.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const url = new URL(`/${name}`, inject('postgresUrl')).href;
  database = await new DataSource({ type: 'postgres', url }).initialize();
});
afterAll(async () => {
  await database.destroy();
  await postgres.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await postgres.destroy();
});

/** The readiness of a worker that has this queue. */
function readinessWith(settings: Record<string, string>): () => Promise<Health> {
  const config: Config = loadConfig({ DATABASE_URL: 'postgres://localhost/accession', ...settings });
  const readiness = new Readiness(database);
  new QueueProbe(readiness, config).onModuleInit();
  return () => readiness.health();
}

const SAFE = ['--maxmemory-policy', 'noeviction', '--appendonly', 'yes'];

describe.skipIf(isMissing)(`a worker on Redis${isMissing ? ' (skipped: there is no redis-server here)' : ''}`, () => {
  let safe: { url: string; port: number };
  beforeAll(async () => {
    safe = await redis(...SAFE);
  });

  it('that keeps what it is given is ready', async () => {
    expect((await readinessWith({ REDIS_URL: safe.url })()).status).toBe('ok');
  });

  it.each([
    ['that may evict jobs', ['--maxmemory-policy', 'allkeys-lru', '--appendonly', 'yes']],
    ['that keeps nothing on disk', ['--maxmemory-policy', 'noeviction', '--appendonly', 'no', '--save', '']],
  ])('%s is not ready', async (_, settings) => {
    const { url } = await redis(...settings);

    await expect(readinessWith({ REDIS_URL: url })()).rejects.toThrow('Redis that keeps jobs');
  });

  it('is ready once its settings are mended, or where losing jobs was allowed', async () => {
    const { url, port } = await redis('--maxmemory-policy', 'allkeys-lru', '--appendonly', 'yes');
    const health = readinessWith({ REDIS_URL: url });
    await expect(health()).rejects.toThrow();
    expect((await readinessWith({ REDIS_URL: url, REDIS_MAY_LOSE_JOBS: 'on' })()).status).toBe('ok');

    execFileSync('redis-cli', ['-p', `${port}`, 'config', 'set', 'maxmemory-policy', 'noeviction']);

    expect((await health()).status).toBe('ok');
  });

  it('that is away is ready all the same: jobs wait in the outbox', async () => {
    expect((await readinessWith({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` })()).status).toBe('ok');
  });
});
