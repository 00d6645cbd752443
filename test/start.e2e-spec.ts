import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from './free-port.js';

const PORT = await freePort();
const origin = `http://127.0.0.1:${PORT}`;
const folders: string[] = [];
const started: ChildProcess[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
  for (const folder of folders.splice(0)) {
    await vi.waitFor(() => expect(processesOf(folder)).toEqual([]), { timeout: 10_000, interval: 100 });
    rmSync(folder, { recursive: true, force: true });
  }
});

function dataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'accession-start-'));
  folders.push(folder);
  return folder;
}

/** `npm start`, as npm runs it: what it says goes to `said`. */
function start(settings: Record<string, string>) {
  const { DATABASE_URL: _, REDIS_URL: __, ...env } = process.env;
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    env: { ...env, PORT: String(PORT), ACCESSION_BUILT: 'yes', NODE_ENV: '', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const ended = new Promise<number | null>((settle) => child.once('exit', settle));
  return { child, ended, said: () => said };
}

const isReady = async ({ said }: { said: () => string }) =>
  vi.waitFor(() => expect(said()).toContain(`ready: ${origin}`), { timeout: 40_000, interval: 50 });

/** Who still has something to do with that folder, or with the port. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return environment.includes(folder) || command.includes(folder) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    })
    .filter((line) => !line.includes('vitest'));
}

/** The processes below `pid`, at any depth. */
function below(pid: number): number[] {
  const text = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const children = rows.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
  return [...children, ...children.flatMap(below)];
}

const signIn = async (email = 'submitter@example.org', password = 'accession') =>
  fetch(`${origin}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });

describe.runIf(process.platform === 'linux')('npm start', () => {
  it('needs nothing but Node, tells where it is and who may sign in, and stops within five seconds', async () => {
    const folder = dataDir();
    const service = start({ DATA_DIR: folder });
    await isReady(service);

    expect(service.said()).toContain('submitter@example.org');
    for (const role of ['submitter', 'curator', 'admin'])
      expect((await signIn(`${role}@example.org`)).status, role).toBe(201);
    expect(readdirSync(join(folder, 'sample'))).toContain('sample.h5ad');

    const asked = Date.now();
    service.child.kill('SIGINT');
    expect(await service.ended).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect(processesOf(folder)).toEqual([]);
  }, 60_000);

  it('leaves nothing running after kill -9 of any of its processes, and goes on with the same data', async () => {
    const folder = dataDir();
    const first = start({ DATA_DIR: folder });
    await isReady(first);
    const { token } = (await (await signIn()).json()) as { token: string };
    const mine = (init: RequestInit = {}) =>
      fetch(`${origin}/api/v1/submissions`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
    const begun = await mine({
      method: 'POST',
      body: JSON.stringify({ profile: 'single-cell', title: 'Blood of adults' }),
    });
    const { accession } = (await begun.json()) as { accession: string };

    const count = below(first.child.pid ?? 0).length;
    expect(count).toBeGreaterThan(4);
    first.child.kill('SIGKILL');
    await vi.waitFor(() => expect(processesOf(folder)).toEqual([]), { timeout: 8_000, interval: 100 });

    // The API, the worker, the shell beside PostgreSQL, and PostgreSQL itself.
    for (const part of ['dist/src/main.js', 'dist/workers/main.js', '/bin/sh', 'postgres']) {
      const next = start({ DATA_DIR: folder });
      await isReady(next);
      const { items } = (await (await mine()).json()) as { items: { accession: string }[] };
      expect(
        items.map((item: { accession: string }) => item.accession),
        part,
      ).toEqual([accession]);

      const victim = below(next.child.pid ?? 0).find((pid) => {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return command.some((word) => word.endsWith(part)) && (part === '/bin/sh' || command[0] !== '/bin/sh');
      });
      expect(victim, `there is a ${part}`).toBeDefined();
      process.kill(victim ?? 0, 'SIGKILL');
      await next.ended;
      await vi.waitFor(() => expect(processesOf(folder), part).toEqual([]), { timeout: 8_000, interval: 100 });
    }
  }, 180_000);

  it('says which port is taken, before anything else is started', async () => {
    const folder = dataDir();
    const squatter = createServer();
    servers.push(squatter);
    await new Promise<void>((settle) => squatter.listen(PORT, '127.0.0.1', settle));

    const service = start({ DATA_DIR: folder });
    expect(await service.ended).toBe(1);
    expect(service.said()).toContain(`Port ${PORT} of 127.0.0.1 is in use`);
  }, 30_000);

  it('stops at a setting that is wrong, with its name and what was expected', async () => {
    const service = start({ DATA_DIR: dataDir(), LEASE: 'soon' });

    expect(await service.ended).toBe(1);
    expect(service.said()).toContain('LEASE: expected a length of time such as 500ms, 15s, 30m, 2h or 5d');
  }, 30_000);

  it('makes no demo people where DATABASE_URL is given', async () => {
    const service = start({ DATA_DIR: dataDir(), DATABASE_URL: await databaseOfItsOwn(), HOST: '127.0.0.1' });
    await isReady(service);

    expect((await signIn()).status).toBe(401);
    expect(service.said()).not.toContain('submitter@example.org');
  }, 60_000);
});

async function databaseOfItsOwn(): Promise<string> {
  const { DataSource } = await import('typeorm');
  const { inject } = await import('vitest');
  const url = inject('postgresUrl');
  const server = await new DataSource({ type: 'postgres', url }).initialize();
  const name = `start_${Date.now()}`;
  await server.query(`CREATE DATABASE ${name}`);
  await server.destroy();
  return new URL(`/${name}`, url).href;
}
