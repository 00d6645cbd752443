import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../test/shared.js';
import { withLocalFile } from '../local-file.js';
import { type CheckResult, checksFor, runCheck } from '../run-checks.js';
import { type Fragment, type FragmentParts, SOUND_FRAGMENTS, writeFragments } from '../samples/fragments.js';
import { RepeatedRows } from './fragments/repeated-rows.js';
import { fragmentsCheck } from './fragments.check.js';

const folder = mkdtempSync(join(tmpdir(), 'fragments-'));
const local = join(folder, 'x.fragments.tsv.gz');
afterAll(() => rmSync(folder, { recursive: true }));

async function judged(at: string): Promise<CheckResult> {
  const file = { path: 'x.fragments.tsv.gz', local: at };
  const result = await withLocalFile(file, (source) =>
    runCheck(fragmentsCheck, source, { schema: '7.0.0', full: true }),
  );
  expect(result.cause).toBeUndefined();
  return result;
}

async function resultOf(parts: Partial<FragmentParts> = {}): Promise<CheckResult> {
  writeFragments(local, parts);
  return judged(local);
}

const rulesIn = ({ findings }: CheckResult) => findings.map(({ rule }) => rule);
/** The sound rows, each with `at` in place of its column. */
const withColumn = (at: number, value: string | number): Partial<FragmentParts> => ({
  rows: SOUND_FRAGMENTS.map((row) => row.map((one, i) => (i === at ? value : one)) as unknown as Fragment),
});
const MANY = Array.from(
  { length: 20_000 },
  (_, i): Fragment => [`chr${1 + (i % 19)}`, 1000 + i * 7, 1100 + i * 7, `CELL${i % 500}-1`, 1 + (i % 3)],
);

describe('fragments check', () => {
  it.each<[string, Partial<FragmentParts>]>([
    ['in gzip', {}],
    ['in BGZF', { compression: 'bgzf' }],
    ['in BGZF of several blocks', { compression: 'bgzf', rows: MANY }],
    ['in several members of gzip', { spoil: (bytes) => Buffer.concat([bytes, gzipSync('chr4\t1\t2\tD\t1\n')]) }],
    ['without a last newline', { text: 'chr1\t100\t200\tA\t1' }],
    ['on scaffolds', { text: 'GL000009.2\t100\t200\tA\t1\nJH584304.1\t1\t2\tA\t1\n' }],
    ['at the very end of a chromosome', { text: 'chrM\t16568\t16569\tA\t1\n' }],
    ['with an empty barcode', { text: 'chr1\t100\t200\t\t1\n' }],
  ])('finds nothing wrong with sound fragments %s', async (_, parts) => {
    expect(await resultOf(parts)).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('learns how many there are, of which cells, and where', async () => {
    const { facts } = await resultOf({ rows: [...SOUND_FRAGMENTS, ['chr3', 300, 500, 'C', 1]] });

    expect(facts).toMatchObject({ fragments: 4, compression: 'gzip', isSorted: true, barcodes: { count: 3 } });
    expect(facts.chromosomes).toEqual([
      { name: 'chr1', fragments: 1, lastStop: 200, beyond: { 'NCBITaxon:9606': 0, 'NCBITaxon:10090': 0 } },
      { name: 'chr2', fragments: 1, lastStop: 300, beyond: { 'NCBITaxon:9606': 0, 'NCBITaxon:10090': 0 } },
      { name: 'chr3', fragments: 2, lastStop: 500, beyond: { 'NCBITaxon:9606': 0, 'NCBITaxon:10090': 0 } },
    ]);
  });

  it.each<[string, boolean, readonly Fragment[]]>([
    [
      'chromosomes by their bytes',
      true,
      [
        ['chr10', 5, 6, 'A', 1],
        ['chr2', 1, 2, 'A', 1],
      ],
    ],
    [
      'chromosomes by their numbers',
      false,
      [
        ['chr2', 5, 6, 'A', 1],
        ['chr10', 1, 2, 'A', 1],
      ],
    ],
    [
      'starts that go down',
      false,
      [
        ['chr1', 5, 6, 'A', 1],
        ['chr1', 1, 2, 'A', 1],
      ],
    ],
    [
      'a chromosome that comes back',
      false,
      [
        ['chr1', 5, 6, 'A', 1],
        ['chr2', 5, 6, 'A', 1],
        ['chr1', 7, 8, 'A', 1],
      ],
    ],
  ])('tells whether they are sorted: %s', async (_, isSorted, rows) => {
    expect((await resultOf({ rows })).facts).toMatchObject({ isSorted });
  });

  it.each<[string, string[], Partial<FragmentParts>]>([
    ['a start of zero', ['A06'], withColumn(1, 0)],
    ['a negative start', ['A06'], withColumn(1, -1)],
    ['a stop before the start', ['A07'], withColumn(2, 1)],
    ['a stop at the start', ['A07'], { text: 'chr1\t100\t100\tA\t1\n' }],
    ['a stop beyond the chromosome', ['A08'], withColumn(2, 10_000_000_000_000)],
    ['a stop one beyond the chromosome', ['A08'], { text: 'chrM\t1\t16570\tA\t1\n' }],
    ['a chromosome that nobody has', ['A09'], withColumn(0, 'foo')],
    ['chromosomes without chr', ['A09'], withColumn(0, '1')],
    ['a read support of zero', ['A10'], withColumn(4, 0)],
    ['lines that come twice', ['A11'], { rows: [...SOUND_FRAGMENTS, ...SOUND_FRAGMENTS] }],
    ['lines that come twice in two blocks', ['A11'], { rows: [...MANY, ...MANY.slice(0, 3)] }],
    ['a comment', ['A12'], { text: '# made by a pipeline\nchr1\t100\t200\tA\t1\n' }],
    ['four columns', ['A12'], { text: 'chr1\t100\t200\tA\n' }],
    ['six columns', ['A12'], { text: 'chr1\t100\t200\tA\t1\t+\n' }],
    ['spaces between the columns', ['A12'], { text: 'chr1 100 200 A 1\n' }],
    ['an empty line', ['A12'], { text: 'chr1\t100\t200\tA\t1\n\nchr1\t101\t200\tA\t1\n' }],
    ['a fraction', ['A12'], withColumn(1, 0.5)],
    ['a start in words', ['A12'], withColumn(1, 'start')],
    ['a start of more digits than there are bases', ['A12'], withColumn(2, '9'.repeat(40))],
    ['lines that end as those of Windows', ['A12'], { text: 'chr1\t100\t200\tA\t1\r\n' }],
    ['all at once', ['A12', 'A06', 'A09', 'A07', 'A10'], { text: '#\nfoo\t0\t0\tA\t0\n' }],
  ])('reports %s', async (_, rules, parts) => {
    const result = await resultOf(parts);

    expect(rulesIn(result)).toEqual(rules);
    expect(result.outcome).toBe('failed');
  });

  it('says of which lines, and how many', async () => {
    const { findings } = await resultOf({ rows: MANY.map(([name, ...rest], i) => [i % 2 ? 'foo' : name, ...rest]) });

    expect(findings).toMatchObject([{ rule: 'A09', count: 10_000, found: 'foo' }]);
    expect(findings[0]?.samples.slice(0, 2)).toEqual([
      'line 2: foo 1007 1107 CELL1-1 2',
      'line 4: foo 1021 1121 CELL3-1 1',
    ]);
  });

  it('counts lines that come more than once by chromosome', async () => {
    const { findings } = await resultOf({ rows: [...SOUND_FRAGMENTS, ...SOUND_FRAGMENTS] });

    expect(findings).toMatchObject([{ rule: 'A11', count: 3 }]);
    expect(findings[0]?.samples).toEqual([
      'chr1: 2 rows, 1 unique',
      'chr2: 2 rows, 1 unique',
      'chr3: 2 rows, 1 unique',
    ]);
  });

  it('forgets no chromosome, however many names a file makes up', async () => {
    const rows = Array.from({ length: 500 }, (_, i): Fragment => [`contig_${i}`, 1, 2, 'A', 1]);

    const { findings, facts } = await resultOf({ rows: [...rows, ...rows] });

    expect(findings).toMatchObject([
      { rule: 'A09', count: 1000 },
      { rule: 'A11', count: 500 },
    ]);
    expect(facts.fragments).toBe(1000);
    expect(facts.chromosomes).toHaveLength(51);
  });

  it.each<[string, RegExp, Partial<FragmentParts>]>([
    ['empty', /it is empty/, { spoil: () => Buffer.alloc(0) }],
    ['empty and compressed', /it is empty/, { text: '' }],
    ['not compressed', /not compressed with gzip or bgzip/, { compression: null }],
    ['a page of HTML', /an HTML page/, { spoil: () => Buffer.from('<!DOCTYPE html><html>') }],
    ['noise', /not compressed/, { spoil: () => Buffer.from('8f1c6ad2b7940e53a1', 'hex') }],
    ['a head of gzip alone', /cut off/, { spoil: (bytes) => bytes.subarray(0, 10) }],
    ['cut off', /cut off/, { rows: MANY, spoil: (bytes) => bytes.subarray(0, 20_000) }],
    [
      'cut off between two blocks',
      /the empty block with which bgzip ends/,
      { compression: 'bgzf', spoil: (bytes) => bytes.subarray(0, -28) },
    ],
    ['damaged', /damaged/, { rows: MANY, spoil: (bytes) => bytes.fill(0xff, 5000, 5100) }],
    ['of another checksum', /damaged/, { spoil: (bytes) => bytes.fill(0, bytes.length - 8, bytes.length - 4) }],
    ['followed by something else', /damaged/, { spoil: (bytes) => Buffer.concat([bytes, Buffer.from('more')]) }],
    ['a line without an end', /a line of more than 4096 bytes/, { text: 'A'.repeat(5000) }],
    ['a bomb of zeros', /a line of more than 4096 bytes/, { spoil: () => gzipSync(Buffer.alloc(2 ** 28)) }],
  ])('says why it cannot be read where the file is %s', async (_, message, parts) => {
    const result = await resultOf(parts);

    expect(result.findings).toMatchObject([{ rule: 'A00', message: expect.stringMatching(message) }]);
    expect(result.facts).toEqual({});
  });

  it('throws at no bytes, whatever they are', async () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state % below;
    };
    writeFragments(local, { rows: MANY.slice(0, 300), compression: 'bgzf' });
    const sound = await withLocalFile({ path: '', local }, ({ read, size }) => read(0, size));
    for (let i = 0; i < 200; i++) {
      const bytes = Buffer.from(sound);
      for (let n = 0; n <= random(4); n++) bytes[random(bytes.length)] = random(256);
      writeFileSync(local, bytes.subarray(0, random(5) ? bytes.length : random(bytes.length)));

      await judged(local);
    }
  });

  it.each([
    ['sample.fragments.tsv.gz', 1],
    ['atac_fragments.tsv.gz', 1],
    ['fragments.tsv.bgz', 1],
    ['sample-fragment.tsv.bgz', 1],
    ['Sample_Fragments.TSV.GZ', 1],
    ['metadata.tsv.gz', 0],
    ['fragments.tsv.gz.tbi', 0],
  ])('of files looks at those that are named after fragments: %s', (path, count) => {
    expect(checksFor(path, [fragmentsCheck])).toHaveLength(count);
  });
});

describe('rows that come more than once', () => {
  const row = (i: number) => ({ high: Math.imul(i, 0x9e3779b1) >>> 0, low: i });

  it.each<[string, number, readonly (readonly [chromosome: number, row: number])[]]>([
    [
      'of sorted chromosomes',
      4,
      [
        [0, 1],
        [0, 1],
        [0, 2],
        [1, 1],
        [1, 1],
        [1, 3],
        [2, 5],
        [2, 5],
        [2, 5],
      ],
    ],
    [
      'of chromosomes that come back',
      3,
      [
        [0, 1],
        [1, 1],
        [2, 1],
        [0, 1],
        [1, 1],
        [2, 1],
        [0, 7],
        [1, 8],
      ],
    ],
    ['of a chromosome of many rows', 6, Array.from({ length: 40 }, (_, i) => [0, i % 34] as const)],
    ['of none', 0, Array.from({ length: 40 }, (_, i) => [i % 5, i] as const)],
  ])('are found %s, however few are held at once', (_, repeats, rows) => {
    for (const most of [2, 3, 5, 1000]) {
      const repeated = new RepeatedRows(most);
      for (const [chromosome, i] of rows) repeated.add(chromosome, row(i));
      for (const reading of repeated.readings()) {
        repeated.begin(reading);
        for (const [chromosome, i] of rows) repeated.add(chromosome, row(i));
        repeated.end();
      }

      const found = [...new Set(rows.map(([chromosome]) => chromosome))].map((one) => repeated.tally(one));

      expect(found.reduce((sum, one) => sum + one.repeats, 0)).toBe(repeats);
      expect(found.reduce((sum, one) => sum + one.count, 0)).toBe(rows.length);
    }
  });
});

const fixtures = sharedFolder('fixtures/h5ad');

describe.skipIf(fixtures.isMissing)(`fragments of a published data set${fixtures.note}`, () => {
  it.each([
    ['fragments.tsv.gz', 'gzip'],
    ['fragments.tsv.bgz', 'bgzf'],
  ])('are sound: %s', async (name, compression) => {
    const result = await judged(fixtures.at(name));

    expect(result).toMatchObject({ outcome: 'passed', findings: [] });
    expect(result.facts).toMatchObject({ fragments: 37_249, compression, barcodes: { count: 23_292 } });
  });
});
