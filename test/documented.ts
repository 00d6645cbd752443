/** Do the commands of a page work? Its blocks marked `bash story`, run one after another beside a service as `npm start` starts it. */
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

/**
 * Run the commands of `page` in a folder of their own.
 * @param prepare puts into the folder what the page takes for granted
 * @param look is called while the folder is there
 */
export async function follow(
  page: string,
  { prepare = () => {}, look }: { prepare?: (folder: string) => void | Promise<void>; look: (told: Told) => void },
): Promise<void> {
  const port = String(await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'accession-page-'));
  const { DATABASE_URL: _, REDIS_URL: __, NODE_ENV: ___, ...env } = process.env;
  const settings = {
    ...env,
    ...NO_SERVICES,
    PORT: port,
    DATA_DIR: join(folder, '.data'),
    ACCESSION_BUILT: 'yes',
    XDG_CONFIG_HOME: folder,
  };
  for (const name of ['dist', 'node_modules']) symlinkSync(resolve(name), join(folder, name));
  const service = spawn(process.execPath, ['scripts/start.mjs'], {
    env: settings,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  service.stdout.on('data', (text) => (said += text));
  try {
    await prepare(folder);
    await vi.waitFor(() => expect(said).toContain('ready:'), { timeout: 60_000, interval: 100 });
    const script = storyOf(page).replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`);
    const told = await run('bash', ['-c', script], { cwd: folder, env: settings, timeout: 120_000 });
    look({ ...told, folder });
  } finally {
    const ended = new Promise((settle) => service.once('exit', settle));
    service.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

function storyOf(page: string): string {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/```bash story\n([\s\S]*?)```/g)];
  expect(blocks).not.toEqual([]);
  return ['set -euo pipefail', ...blocks.map(([, lines]) => lines)].join('\n');
}
