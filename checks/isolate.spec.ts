import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mrcBytes } from '../test/sample-files.js';
import { isolate, type Limits } from './isolate.js';

const folder = mkdtempSync(join(tmpdir(), 'accession-isolate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (path: string, bytes: string | Uint8Array) => {
  writeFileSync(join(folder, path), bytes);
  return { path, local: join(folder, path) };
};
const TEXT = at('a.txt', 'words');
const OPTIONS = { schema: null, full: true };
const LIMITS = { memoryMb: 256, deadlineMs: 30_000 };
const registry = new URL('../test/planted-checks.mjs', import.meta.url);
const planted = (id: string, limits: Partial<Limits> = {}) =>
  isolate(id, TEXT, OPTIONS, { ...LIMITS, registry, ...limits });

describe('isolate', { timeout: 60_000 }, () => {
  it('runs a real check on a real file', async () => {
    const sound = await isolate('mrc', at('tomo.mrc', mrcBytes()), OPTIONS, LIMITS);
    const short = await isolate('mrc', at('short.mrc', mrcBytes({ trim: 5 })), OPTIONS, LIMITS);

    expect(sound).toMatchObject({
      check: 'mrc',
      file: 'tomo.mrc',
      outcome: 'passed',
      facts: { dimensions: [6, 5, 4] },
    });
    expect(short).toMatchObject({ outcome: 'failed', findings: [{ rule: 'truncated', file: 'short.mrc' }] });
  });

  it('brings findings and facts over as they are', async () => {
    const { outcome, findings, facts, cause } = await planted('says');

    expect([outcome, cause]).toEqual(['passed', undefined]);
    expect(findings).toMatchObject([{ rule: 'odd', location: 'line 1' }]);
    expect(facts).toEqual({ text: 'ord', size: 5, full: true });
  });

  const ENDS: [id: string, kind: string, message: RegExp][] = [
    ['throws', 'bug', /^The check "throws" broke on a\.txt: This is a bug\.$/],
    ['throws text', 'bug', /broke on a\.txt: Only text\.$/],
    ['nobody', 'bug', /There is no check "nobody"\.$/],
    ['learns functions', 'bug', /broke on a\.txt: .*could not be cloned/],
    ['never ends', 'deadline', /^The check "never ends" did not finish a\.txt within 2 s\.$/],
    ['waits', 'deadline', /within 2 s\.$/],
    ['forgets', 'deadline', /within 2 s\.$/],
    ['grows objects', 'memory', /^The check "grows objects" took more than 256 MB of memory for a\.txt\.$/],
    ['grows a map', 'memory', /256 MB of memory/],
    ['grows buffers', 'memory', /256 MB of memory/],
    ['grows wasm', 'memory', /256 MB of memory/],
    ['exits', 'crash', /^The check "exits" ended without a result on a\.txt \(exit status 3\)\.$/],
    ['aborts', 'crash', /\(signal SIGABRT\)\.$/],
    ['kills itself', 'crash', /\(signal SIGSEGV\)\.$/],
  ];

  it.each(ENDS)('survives a check that %s, and says how it ended: %s', async (id, kind, message) => {
    const deadlineMs = kind === 'deadline' ? 2_000 : LIMITS.deadlineMs;

    const { outcome, findings, cause } = await planted(id, { deadlineMs });

    expect([outcome, findings]).toEqual(['errored', []]);
    expect(cause).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  it('does not blame the data where the file cannot be read', async () => {
    const gone = { path: 'gone.txt', local: join(folder, 'gone.txt') };

    expect(await isolate('says', gone, OPTIONS, { ...LIMITS, registry })).toMatchObject({
      ...{ outcome: 'errored', file: 'gone.txt' },
      cause: { kind: 'bug', message: expect.stringContaining('ENOENT') },
    });
  });

  it('ends a check that nobody waits for any more', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('The server is closing.')), 300);

    await expect(planted('never ends', { signal: abort.signal })).rejects.toThrow('The server is closing.');
    await expect(planted('says', { signal: abort.signal })).rejects.toThrow('The server is closing.');
  });

  it('keeps passwords from the process, and its noise from ours', async () => {
    process.env.DATABASE_URL = 'postgres://secret';
    const { facts } = await planted('prints');
    delete process.env.DATABASE_URL;

    expect(facts).toEqual({ secret: 'none' });
  });
});
