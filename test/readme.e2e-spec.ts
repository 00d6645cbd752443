import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';

const run = promisify(execFile);

/** The blocks of the README that tell its story, as one script. */
function story(): string {
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/```bash story\n([\s\S]*?)```/g)];
  return ['set -euo pipefail', ...blocks.map(([, lines]) => lines)].join('\n');
}

const freePort = () =>
  new Promise<number>((settle) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => settle(typeof address === 'object' && address ? address.port : 0));
    });
  });

describe('the README', () => {
  it('tells a story that works, from a sample file to a public record', async () => {
    const port = String(await freePort());
    const folder = mkdtempSync(join(tmpdir(), 'accession-readme-'));
    const { DATABASE_URL: _, REDIS_URL: __, NODE_ENV: ___, ...env } = process.env;
    const settings = {
      ...env,
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
      await vi.waitFor(() => expect(said).toContain('ready:'), { timeout: 60_000, interval: 100 });
      const script = story().replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`);
      const { stdout, stderr } = await run('bash', ['-c', script], { cwd: folder, env: settings, timeout: 120_000 });

      expect(stderr).toContain('curator_review');
      expect(stdout).toContain('"files":');
      const original = readFileSync(join(folder, 'my-data', 'sample.h5ad'));
      expect(readFileSync(join(folder, 'my-copy', 'sample.h5ad')).equals(original)).toBe(true);
    } finally {
      const ended = new Promise((settle) => service.once('exit', settle));
      service.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  }, 200_000);

  it('is at most two screens', () => {
    expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(100);
  });
});
