import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFragments } from '../samples/fragments.js';
import { indexOf, LinesLost, NotSortable, proveLines, sortFragments } from './fragments-sort.js';

const folder = mkdtempSync(join(tmpdir(), 'fragments-sort-'));
const [input, output] = [join(folder, 'in.tsv.gz'), join(folder, 'out.tsv.bgz')];
afterAll(() => rmSync(folder, { recursive: true }));

const ROOMY = { isDeduped: false };
/** So little that a few hundred lines are sorted in many runs. */
const CRAMPED = { memory: 3 * 4_200, mostRuns: 4 };

const linesOf = (path: string) => gunzipSync(readFileSync(path)).toString('latin1').split('\n').slice(0, -1);

/** Bytewise by chromosome, by number by start and stop, bytewise by barcode and then by the line. */
function inOrder(lines: readonly string[]): string[] {
  const byBytes = (a = '', b = '') => Buffer.compare(Buffer.from(a), Buffer.from(b));
  return [...lines].sort((one, other) => {
    const [a, b] = [one.split('\t'), other.split('\t')];
    const numbers = Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]);
    return byBytes(a[0], b[0]) || numbers || byBytes(a[3], b[3]) || byBytes(one, other);
  });
}

const Line = fc
  .record({
    chromosome: fc.constantFrom('chr1', 'chr10', 'chr2', 'chrX', 'KI270721.1'),
    start: fc.oneof(fc.nat(40), fc.nat(2 ** 29 - 10)),
    length: fc.integer({ min: 1, max: 9 }),
    barcode: fc.constantFrom('AAAC-1', 'AAAC-10', 'AAAG-1', 'b', 'ü'),
    support: fc.integer({ min: 1, max: 12 }),
  })
  .map(({ chromosome, start, length, barcode, support }) =>
    [chromosome, start, start + length, barcode, support].join('\t'),
  );

/** What the index says: for each chromosome, the stretches of its bins as virtual offsets. */
function stretchesOf(index: Buffer): Map<string, [number, number][]> {
  expect(index.toString('latin1', 0, 4)).toBe('TBI\u0001');
  let at = 4;
  const skip = (bytes: number) => {
    at += bytes;
    return at - bytes;
  };
  const int = () => index.readInt32LE(skip(4));
  const long = () => Number(index.readBigUInt64LE(skip(8)));
  const chromosomes = int();
  expect([int(), int(), int(), int(), int(), int()]).toEqual([0x10000, 1, 2, 3, 35, 0]);
  const namesLength = int();
  const names = index.toString('latin1', skip(namesLength), at).split('\0').slice(0, chromosomes);
  return new Map(
    names.map((name) => {
      const stretches: [number, number][] = [];
      for (let bins = int(); bins > 0; bins--) {
        int();
        for (let chunks = int(); chunks > 0; chunks--) stretches.push([long(), long()]);
      }
      for (let windows = int(); windows > 0; windows--) long();
      return [name, stretches];
    }),
  );
}

/** The lines of a stretch: blocks are inflated from where it begins to where it ends. */
function linesIn(table: Buffer, [from, to]: [number, number]): string[] {
  let text = '';
  for (let block = Math.floor(from / 65_536); block <= Math.floor(to / 65_536); ) {
    const size = table.readUInt16LE(block + 16) + 1;
    const bytes = inflateRawSync(table.subarray(block + 18, block + size - 8)).toString('latin1');
    const isLast = block === Math.floor(to / 65_536);
    text += bytes.slice(block === Math.floor(from / 65_536) ? from % 65_536 : 0, isLast ? to % 65_536 : undefined);
    if (isLast) break;
    block += size;
  }
  return text.split('\n').filter((line) => line !== '');
}

describe('fragments that are sorted', () => {
  it.each([
    ['in memory', ROOMY],
    ['in many runs', { ...ROOMY, ...CRAMPED }],
  ])('stand in the order of the C locale, and none is lost, %s', async (_, sorting) => {
    await fc.assert(
      fc.asyncProperty(fc.array(Line, { minLength: 1, maxLength: 400 }), async (lines) => {
        writeFragments(input, { text: lines.map((line) => `${line}\n`).join('') });

        const sorted = await sortFragments(input, output, sorting);

        expect(sorted).toEqual({ read: lines.length, repeats: 0 });
        expect(linesOf(output)).toEqual(inOrder(lines.map((line) => Buffer.from(line).toString('latin1'))));
      }),
      { numRuns: 40 },
    );
  });

  it('are found by their index, each chromosome whole and nothing else', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => {
      const start = (i * 7919) % 60_000_000;
      return `chr${1 + (i % 3)}\t${start}\t${start + 5}\tcell-${i % 97}\t1`;
    });
    writeFragments(input, { text: lines.map((line) => `${line}\n`).join('') });

    await sortFragments(input, output, { ...ROOMY, memory: 2 ** 19 });

    const table = readFileSync(output);
    const stretches = stretchesOf(gunzipSync(readFileSync(indexOf(output))));
    expect([...stretches.keys()]).toEqual(['chr1', 'chr2', 'chr3']);
    for (const [name, its] of stretches) {
      const found = its.flatMap((stretch) => linesIn(table, stretch));
      expect(inOrder(found)).toEqual(inOrder(lines.filter((line) => line.startsWith(`${name}\t`))));
    }
  });

  it('are found by tabix, region by region', { skip: spawnSync('tabix', ['--version']).status !== 0 }, async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ['chr2', i * 4_000, i * 4_000 + 3, `c${i % 9}`, 1] as const);
    writeFragments(input, { rows: [...rows].reverse() });
    const named = join(folder, 'named.tsv.gz');

    await sortFragments(input, named, ROOMY);

    for (const [first, last] of [
      [0, 0],
      [19_999, 19_999],
      [7_000, 7_050],
    ] as const) {
      const region = `chr2:${first * 4_000 + 1}-${last * 4_000 + 3}`;
      const { stdout } = spawnSync('tabix', [named, region], { encoding: 'utf8' });
      expect(stdout.trim().split('\n')).toEqual(rows.slice(first, last + 1).map((row) => row.join('\t')));
    }
  });

  it('come once each where that is asked for', async () => {
    writeFragments(input, { text: 'chr1\t5\t9\tA\t1\nchr1\t1\t2\tA\t1\nchr1\t5\t9\tA\t1\nchr1\t5\t9\tA\t2\n' });

    expect(await sortFragments(input, output, { isDeduped: true })).toEqual({ read: 4, repeats: 1 });
    expect(linesOf(output)).toEqual(['chr1\t1\t2\tA\t1', 'chr1\t5\t9\tA\t1', 'chr1\t5\t9\tA\t2']);
  });

  it.each([
    ['of a comment', gzipSync('# fragments\nchr1\t1\t2\tA\t1\n'), /line 1 .*comment/],
    ['of four columns', gzipSync('chr1\t1\t2\tA\n'), /line 1 .*five columns/],
    ['that stop before they start', gzipSync('chr1\t1\t2\tA\t1\nchr1\t9\t2\tA\t1\n'), /line 2 .*stops/],
    ['of nothing', Buffer.alloc(0), /empty/],
    ['that are not compressed', Buffer.from('chr1\t1\t2\tA\t1\n'), /not compressed/],
    ['that are cut off', gzipSync('chr1\t1\t2\tA\t1\n'.repeat(99)).subarray(0, -12), /./],
  ])('are none where the table is %s: nothing is written, and what was there stays', async (_, bytes, why) => {
    writeFileSync(input, bytes);
    writeFileSync(output, 'what was there');

    const failure = await sortFragments(input, output, ROOMY).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(NotSortable);
    expect(failure).toMatchObject({ message: expect.stringMatching(why) });
    expect(readFileSync(output, 'utf8')).toBe('what was there');
    expect(readdirSync(folder).filter((name) => /part|runs/.test(name))).toEqual([]);
  });

  it('are counted again in what was written: a line that is lost is told', async () => {
    writeFragments(output, { compression: 'bgzf' });

    await expect(proveLines(output, 3)).resolves.toBeUndefined();
    await expect(proveLines(output, 4)).rejects.toThrow(LinesLost);
  });

  it('leave nothing behind when they are stopped', async () => {
    writeFragments(input, { text: 'chr1\t1\t2\tA\t1\n'.repeat(20_000) });
    rmSync(output, { force: true });

    const stopped = sortFragments(input, output, { ...ROOMY, signal: AbortSignal.abort(new Error('enough')) });

    await expect(stopped).rejects.toThrow('enough');
    expect(existsSync(output)).toBe(false);
    expect(readdirSync(folder).filter((name) => /part|runs/.test(name))).toEqual([]);
  });
});
