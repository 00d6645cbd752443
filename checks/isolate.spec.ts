import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mrcBytes } from '../test/sample-files.js';
import { CheckPool, isolate, type Limits } from './isolate.js';

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

describe('pool of processes', { timeout: 60_000 }, () => {
  const OBEYS = { id: 'obeys', sharesProcess: true };
  const SAYS = { id: 'says' };
  const orders = (...texts: readonly string[]) => texts.map((text, i) => at(`${i}-${text}.txt`, text));
  const QUICK = { schema: null, full: false };

  /** What becomes of each, in the order of the files. */
  async function inPool(
    files: readonly ReturnType<typeof at>[],
    { atOnce = 1, deadlineMs = 30_000, options = QUICK, check = (_: number) => OBEYS as { id: string } } = {},
  ) {
    const pool = new CheckPool(atOnce, { memoryMb: 256, registry });
    try {
      return await Promise.all(files.map((file, i) => pool.run(check(i), file, options, { deadlineMs })));
    } finally {
      await pool.end();
    }
  }
  const fact = (key: string) => (result: { facts: Readonly<Record<string, unknown>> }) => result.facts[key];

  it('runs file after file in one process, and answers each with its own', async () => {
    const files = orders(...Array.from({ length: 40 }, () => 'nothing'));

    const results = await inPool(files);

    expect(results.map(fact('seen'))).toEqual(files.map((_, i) => i + 1));
    expect(results.map(({ file }) => file)).toEqual(files.map(({ path }) => path));
    expect(results.map(({ findings: [one] }) => one?.location)).toEqual(files.map(({ path }) => path));
  });

  it('runs as many processes as it may, and no more, where files are read whole; one where only beginnings are', async () => {
    const files = orders(...Array.from({ length: 40 }, () => 'nothing'));
    const processes = async (options: typeof QUICK) =>
      new Set((await inPool(files, { atOnce: 2, options })).map(fact('pid'))).size;

    expect(await processes({ schema: null, full: true })).toBe(2);
    expect(await processes(QUICK)).toBe(1);
  });

  it.each([
    ['exit', 'crash', 30_000],
    ['loop', 'deadline', 1_000],
    ['grow', 'memory', 30_000],
    ['throw', 'bug', 30_000],
  ])('blames nothing but the file whose check does not come to its end: %s', async (order, kind, deadlineMs) => {
    const results = await inPool(orders('a', 'b', order, 'c', 'd', 'e'), { deadlineMs });

    expect(results.map(({ outcome }) => outcome)).toEqual([
      'passed',
      'passed',
      'errored',
      'passed',
      'passed',
      'passed',
    ]);
    expect(results[2]?.cause).toMatchObject({ kind, message: expect.stringContaining(`2-${order}.txt`) });
  });

  it('counts the time of each file from when its turn has come', async () => {
    const results = await inPool(orders('loop', 'loop', 'a'), { deadlineMs: 700 });

    expect(results.map(({ outcome }) => outcome)).toEqual(['errored', 'errored', 'passed']);
  });

  it('gives a check that does not share a process of its own, before and after', async () => {
    const files = orders('a', 'b', 'c', 'd');

    const results = await inPool(files, { check: (i) => (i === 1 || i === 2 ? { id: 'obeys' } : OBEYS) });

    expect(new Set(results.map(fact('pid'))).size).toBe(4);
    expect(results.map(fact('seen'))).toEqual([1, 1, 1, 1]);
  });

  it('takes away what a check left behind on the disk, however it ended', async () => {
    const [wrote] = await inPool(orders('write', 'exit'));

    expect(wrote?.facts.tmpdir).not.toBe(tmpdir());
    expect(existsSync(String(wrote?.facts.tmpdir))).toBe(false);
  });

  it('has a process ready for the first file, and another for the next', async () => {
    const pool = new CheckPool(1, { memoryMb: 256, registry });
    const id = 'is prepared';
    pool.prepare(id);
    const first = await pool.run({ id }, TEXT, QUICK, { deadlineMs: 30_000 });
    const second = await pool.run({ id }, TEXT, QUICK, { deadlineMs: 30_000 });
    pool.prepare('nobody');
    const third = await pool.run({ id }, TEXT, QUICK, { deadlineMs: 30_000 });
    await pool.end();

    expect([first, second, third].map(({ facts }) => facts.isPrepared)).toEqual([true, false, false]);
    expect(first.facts.pid).not.toBe(second.facts.pid);
    expect(third.outcome).toBe('passed');
  });

  it('ends a process that waits for its first file', async () => {
    const pool = new CheckPool(1, { memoryMb: 256, registry });
    pool.prepare('is prepared');
    await pool.end();

    const late = await pool.run({ id: 'says' }, TEXT, QUICK, { deadlineMs: 30_000 });
    expect(late.outcome).toBe('errored');
  });

  it('ends all at a signal, begun or not', async () => {
    const abort = new AbortController();
    const pool = new CheckPool(1, { memoryMb: 256, registry, signal: abort.signal });
    const files = orders('loop', 'a', 'b');
    const running = files.map((file) => pool.run(OBEYS, file, QUICK, { deadlineMs: 30_000 }));
    const alone = pool.run(SAYS, TEXT, QUICK, { deadlineMs: 30_000 });
    setTimeout(() => abort.abort(new Error('The server is closing.')), 300);

    const ends = await Promise.allSettled([...running, alone]);
    expect(ends.map((one) => one.status === 'rejected' && one.reason.message)).toEqual(
      Array(4).fill('The server is closing.'),
    );
    await pool.end();
  });
});
