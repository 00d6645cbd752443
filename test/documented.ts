/** Do the commands of a page work? Its blocks marked `bash story`, run one after another beside a service. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import { freePort } from './free-port.js';
import { NO_SERVICES } from './no-services.js';

const run = promisify(execFile);

export interface Told {
  readonly stdout: string;
  readonly stderr: string;
  /** Where the commands ran. */
  readonly folder: string;
}

/** A service as `npm start` starts it, for all pages of a file. */
export interface Documented {
  readonly port: string;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  end(): Promise<void>;
}

export async function beginDocumented(): Promise<Documented> {
  const port = String(await freePort());
  const dataDir = mkdtempSync(join(tmpdir(), 'accession-data-'));
  const { DATABASE_URL: _, REDIS_URL: __, NODE_ENV: ___, ...inherited } = process.env;
  const env = { ...inherited, ...NO_SERVICES, PORT: port, DATA_DIR: dataDir, ACCESSION_BUILT: 'yes' };
  const service = spawn(process.execPath, ['scripts/start.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  service.stdout.on('data', (text) => (said += text));
  const end = async () => {
    const ended = new Promise((settle) => service.once('exit', settle));
    service.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await vi.waitFor(() => expect(said).toContain('ready:'), { timeout: 60_000, interval: 100 });
    return { port, dataDir, env, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * Run the commands of `page` in a folder of their own.
 * @param prepare puts into the folder what the page takes for granted
 * @param look is called while the folder is there
 */
export async function follow(
  page: string,
  { port, dataDir, env }: Documented,
  { prepare = () => {}, look }: { prepare?: (folder: string) => void | Promise<void>; look: (told: Told) => void },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'accession-page-'));
  for (const name of ['dist', 'node_modules']) symlinkSync(resolve(name), join(folder, name));
  symlinkSync(dataDir, join(folder, '.data'));
  try {
    await prepare(folder);
    const script = storyOf(page).replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`);
    const settings = { ...env, XDG_CONFIG_HOME: folder };
    const told = await run('bash', ['-c', script], { cwd: folder, env: settings, timeout: 120_000 });
    look({ ...told, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function storyOf(page: string): string {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/```bash story\n([\s\S]*?)```/g)];
  expect(blocks).not.toEqual([]);
  return ['set -euo pipefail', ...blocks.map(([, lines]) => lines)].join('\n');
}
