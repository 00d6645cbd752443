import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOf, MDOC, mrcBytes } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { checksFor, runCheck } from '../run-checks.js';
import { starText, tableText } from '../samples/points.js';
import { spoiled } from '../samples/spoiled.js';
import { type ZipMember, zipBytes } from '../samples/zarr.js';
import { containersOf } from './container.check.js';
import { CHECKS } from './index.js';
import { mdocCheck } from './mdoc.check.js';
import { mrcCheck } from './mrc.check.js';

const QUICK = { schema: null, full: false };
const FULL = { schema: null, full: true };
const MIB = 2 ** 20;
const check = containersOf([mrcCheck, mdocCheck], ['.zarr.zip']);

/** What `bzip2` makes of the sample of an MRC file. */
const BZIP2 = Buffer.from(
  [
    'QlpoOTFBWSZTWYJ9gK0AAKp//f8YwABAEEAA9ANAQWZnzwBAwEAAUAIkAEAGQAgACDAAuKGVRkwTEwCGJpgCMGhBhoaaAGgANAAD',
    'IaBFTRNU8k0NGmg0aANANB+ilNA3XZV1QdV990DXAzEw5F0jWYpnEJLNYGFkPLEAzWQzkDCwyB1UEQKUpNXRH9NXo27e3DKo+65D',
    'C5lmv2OI2i5H9GQ9gM4NAK4LgNgOQLIKAaWLGUbX8GZz5x46gnJCJ1trGPhgNq2ljfFtw7wjukvzTGaGWmBP8XckU4UJCCfYCtA=',
  ].join(''),
  'base64',
);
const SAMPLE = mrcBytes();
/** Larger than what is unpacked without `full`, and hard to pack. */
const LARGE = mrcBytes({ nx: 100, ny: 100, nz: 40, value: (i) => (i * 7919) % 10_007 });
const zip = (...members: Partial<ZipMember>[]) =>
  zipBytes(members.map((member) => ({ name: 'tomo.mrc', bytes: SAMPLE, isPacked: true, ...member })));

const run = (path: string, bytes: Uint8Array, options = FULL, judge = check) =>
  runCheck(judge, fileOf(path, bytes), options);
const rulesOf = async (...of: Parameters<typeof run>) => (await run(...of)).findings.map(({ rule }) => rule);

// What is unpacked lies in a folder of our own, so that what stays behind is seen.
const scratch = mkdtempSync(join(tmpdir(), 'accession-container-'));
const usual = process.env.TMPDIR;
beforeAll(() => {
  process.env.TMPDIR = scratch;
});
afterAll(() => {
  if (usual === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usual;
  expect(readdirSync(scratch)).toEqual([]);
  rmSync(scratch, { recursive: true });
});

describe('container check', () => {
  it.each([
    ['tomo.mrc.gz', gzipSync(SAMPLE), 'gz'],
    ['tomo.mrc.gz', Buffer.concat([gzipSync(SAMPLE.subarray(0, 700)), gzipSync(SAMPLE.subarray(700))]), 'gz'],
    ['tomo.mrc.gz', gzipSync(LARGE), 'gz'],
    ['tomo.mrc.bz2', BZIP2, 'bz2'],
    ['run/tomo.mrc.zip', zip({}), 'zip'],
    [
      'archive.zip',
      zip({ name: 'run/', bytes: Buffer.alloc(0) }, { name: 'run/tomo.mrc' }, { name: '__MACOSX/._tomo.mrc' }),
      'zip',
    ],
    ['large.zip', zip({ bytes: LARGE }), 'zip'],
  ])('finds nothing wrong with a sound %s, and learns what lies in it', async (path, bytes, container) => {
    for (const options of [QUICK, FULL]) {
      const { outcome, findings, facts, cause } = await run(path, bytes, options);

      expect([outcome, findings, cause]).toEqual(['passed', [], undefined]);
      expect(facts).toMatchObject({ format: 'mrc', container, voxelSize: [13.5, 13.5, 13.5] });
    }
  });

  it('tells what is wrong inside under the name of its format, and of the file that is there', async () => {
    const { findings } = await run('run/a.mrc.gz', gzipSync(mrcBytes({ trim: 10 })));

    expect(findings).toMatchObject([{ check: 'mrc', rule: 'truncated', file: 'run/a.mrc.gz', found: '1494 bytes' }]);
  });

  it('judges images by the name within, and not by that around it', async () => {
    expect(await rulesOf('TS_001.st.gz', gzipSync(mrcBytes()))).toEqual(['volume']);
    expect(await rulesOf('any.zip', zip({ name: 'TS_001.st' }))).toEqual(['volume']);
    expect((await run('a.mdoc.gz', gzipSync(Buffer.from(MDOC)))).facts).toMatchObject({ format: 'mdoc', sections: 7 });
  });

  it('leaves what needs the whole size unsaid where only the beginning is unpacked', async () => {
    const short = gzipSync(LARGE.subarray(0, LARGE.length - 100_000));

    expect(await rulesOf('a.mrc.gz', short, QUICK)).toEqual([]);
    expect(await rulesOf('a.mrc.gz', short, FULL)).toEqual(['truncated']);
  });

  const gzip = gzipSync(LARGE);
  const FAULTS: [what: string, path: string, bytes: Uint8Array, rules: string[]][] = [
    ['a plain file', 'a.mrc.gz', SAMPLE, ['pack_not']],
    ['an empty file', 'a.mrc.bz2', Buffer.alloc(0), ['pack_not']],
    ['gzip under the name of bzip2', 'a.mrc.bz2', gzip, ['pack_not']],
    ['gzip cut short', 'a.mrc.gz', gzip.subarray(0, gzip.length - 20_000), ['pack_truncated']],
    ['gzip without the last byte', 'a.mrc.gz', gzip.subarray(0, gzip.length - 1), ['pack_truncated']],
    ['gzip of another checksum', 'a.mrc.gz', changed(gzip, gzip.length - 8), ['pack_damaged']],
    ['gzip of another size', 'a.mrc.gz', changed(gzip, gzip.length - 1), ['pack_damaged']],
    ['bytes after gzip', 'a.mrc.gz', Buffer.concat([gzip, Buffer.from('and more')]), ['pack_trailing']],
    ['zeros after gzip', 'a.mrc.gz', Buffer.concat([gzip, Buffer.alloc(512)]), ['pack_trailing']],
    ['bzip2 cut short', 'a.mrc.bz2', BZIP2.subarray(0, 200), ['pack_truncated']],
    ['bzip2 of another checksum', 'a.mrc.bz2', changed(BZIP2, 11), ['pack_damaged']],
    ['bytes after bzip2', 'a.mrc.bz2', Buffer.concat([BZIP2, Buffer.from('and more')]), ['pack_trailing']],
    ['an archive of two', 'a.zip', zip({}, { name: 'b.mrc' }), ['pack_members']],
    ['an archive of nothing', 'a.zip', zip({ name: 'run/', bytes: Buffer.alloc(0) }), ['pack_empty']],
    ['a name that climbs out', 'a.zip', zip({ name: '../../tomo.mrc' }), ['pack_path']],
    ['a name from the root', 'a.zip', zip({ name: '/etc/tomo.mrc' }), ['pack_path']],
    ['a file that no check knows', 'a.zip', zip({ name: 'notes.txt' }), ['pack_unknown']],
    ['an encrypted member', 'a.zip', zip({ flags: 0x801 }), ['pack_encrypted']],
    ['a method nobody expects', 'a.zip', zip({ method: 12 }), ['pack_method']],
    ['a member of another checksum', 'a.zip', zip({ sum: 7 }), ['pack_damaged']],
    ['an archive cut short', 'a.zip', zip({ bytes: LARGE }).subarray(0, 20_000), ['pack_truncated']],
  ];

  function changed(bytes: Uint8Array, at: number): Buffer {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  }

  it.each(FAULTS)('reports %s', async (_, path, bytes, rules) => {
    expect(await rulesOf(path, bytes)).toEqual(rules);
  });

  it.each([
    ['says too little', 1000],
    ['says too much', 2 ** 32 - 1],
  ])('looks at the end of what it does not unpack to the end: one that %s', async (_, size) => {
    const bytes = Buffer.from(gzip);
    bytes.writeUInt32LE(size, bytes.length - 4);

    expect(await rulesOf('a.mrc.gz', bytes, QUICK)).toEqual(['pack_size']);
    expect(await rulesOf('a.mrc.gz', gzip, QUICK)).toEqual([]);
  });

  const many = Array.from({ length: 80_000 }, (_, i) => `${i}.5,${(i * 7919) % 1009},${i % 7}.25`);
  const rows = many.map((row) => `TS_01 ${row.replaceAll(',', ' ')} 1 2 3 1`);

  it.each([
    ['points.csv.gz', 'points.csv', tableText(many)],
    ['particles.star.gz', 'particles.star', starText({ rows })],
    ['particles.zip', 'particles.star', starText({ rows })],
  ])('reads a text to its end, although only beginnings are asked for: %s', async (path, name, text) => {
    const bytes = Buffer.from(text);
    expect(bytes.length).toBeGreaterThan(MIB);
    const of = containersOf(CHECKS, []);
    const packed = path.endsWith('gz') ? gzipSync(bytes) : zip({ name, bytes });
    const [plain] = await Promise.all(checksFor(name, CHECKS).map((one) => runCheck(one, fileOf(name, bytes), QUICK)));

    const { facts, findings, cause } = await run(path, packed, QUICK, of);

    expect([cause, findings]).toEqual([undefined, plain?.findings]);
    expect(facts).toEqual({ ...plain?.facts, container: path.endsWith('gz') ? 'gz' : 'zip' });
    expect(facts).toMatchObject({ groups: [{ count: 80_000 }] });
  });

  it('learns the header even of what breaks off behind it', async () => {
    const { facts, findings } = await run('a.mrc.gz', gzip.subarray(0, gzip.length - 20_000));

    expect(findings.map(({ rule }) => rule)).toEqual(['pack_truncated']);
    expect(facts).toMatchObject({ format: 'mrc', dimensions: [100, 100, 40], container: 'gz' });
  });

  describe('of what unpacks to far more than it is', () => {
    const zeros = gzipSync(Buffer.alloc(40 * MIB));

    it.each([
      ['gzip', 'a.mrc.gz', zeros],
      ['gzip in many members', 'a.mrc.gz', Buffer.concat(Array.from({ length: 20 }, () => zeros))],
      ['ZIP', 'a.zip', zip({ bytes: Buffer.alloc(40 * MIB) })],
    ])('stops early, and says so: %s', async (_, path, bytes) => {
      const { findings } = await run(path, bytes);

      expect(findings[0]).toMatchObject({ rule: 'pack_bomb', severity: 'error' });
      expect(findings[0]?.message).toContain('over 100 times its size');
    });

    it('stops at a size that nobody wants', async () => {
      const strict = containersOf([mrcCheck], [], { ratio: 100, bytes: MIB, ms: 1e6 });

      expect(await rulesOf('a.mrc.gz', gzip, FULL, strict)).toEqual(['pack_too_large']);
    });

    it('stops after a time that nobody waits', async () => {
      const strict = containersOf([mrcCheck], [], { ratio: 100, bytes: 2 ** 40, ms: -1 });

      expect(await rulesOf('a.mrc.gz', gzip, FULL, strict)).toEqual(['pack_too_slow']);
    });
  });

  it('knows packed files of every format by their names, and leaves others to their checks', () => {
    const knows = (path: string) => checksFor(path, CHECKS).map(({ id }) => id);

    expect(knows('a/TS_001.mrc.bz2')).toEqual(['container']);
    expect(knows('FRAMES/1.TIF.GZ')).toEqual(['container']);
    expect(knows('a.zip')).toEqual(['container']);
    expect(knows('a.zarr.zip')).toEqual(['zarr']);
    expect(knows('a-fragments.tsv.gz')).toEqual(['fragments']);
    expect(knows('a.h5ad.gz')).toEqual([]);
  });
});

describe('container check of damaged files', { timeout: 120_000 }, () => {
  const packed: [path: string, bytes: Uint8Array, count: number][] = [
    ['a.mrc.gz', gzipSync(SAMPLE), 500],
    ['a.mrc.bz2', BZIP2, 500],
    ['a.zip', zip({}), 500],
    ['a.zip', zip({ name: 'a' }, { name: 'b' }), 200],
  ];

  it.each(packed)('never breaks, whatever happened to %s', async (path, bytes, count) => {
    for (const options of [QUICK, FULL]) {
      for (const damaged of spoiled(bytes, 1952, count)) {
        const { cause, findings } = await run(path, damaged, options);

        expect(cause, damaged.toString('base64')).toBeUndefined();
        for (const { message, fix } of findings) expect(message + fix).not.toMatch(/undefined|\{/);
      }
    }
  });
});

const fixtures = sharedFolder('fixtures/cryoet');

describe.skipIf(fixtures.isMissing)(`container check of real files${fixtures.note}`, () => {
  const EMDB = 'ccpem+mrcfile/tests/test_data';

  it.each([
    ['EMD-3001.map.bz2', 'EMD-3001.map'],
    ['EMD-3197.map.bz2', 'EMD-3197.map'],
    ['emd_3001.map.gz', 'EMD-3001.map'],
    ['emd_3197.map.gz', 'EMD-3197.map'],
  ])('says of %s what is said of the file in it', async (path, plain) => {
    const inside = await runCheck(mrcCheck, fileOf(plain, fixtures.bytes(`${EMDB}/${plain}`)), FULL);

    const around = await run(path, fixtures.bytes(`${EMDB}/${path}`));

    expect(around.findings.map(({ rule, found }) => [rule, found])).toEqual(
      inside.findings.map(({ rule, found }) => [rule, found]),
    );
    expect(around.facts).toEqual({ ...inside.facts, container: path.endsWith('gz') ? 'gz' : 'bz2' });
  });

  it.each(['bad_gz_truncated.mrc.gz', 'bad_bz2_truncated.mrc.bz2'])('names the fault of %s', async (path) => {
    const bytes = fixtures.bytes(`synthetic/mrc/${path}`);

    expect(await rulesOf(path, bytes)).toContain('pack_truncated');
    expect(await rulesOf(path, bytes, QUICK)).toContain('pack_truncated');
  });
});
