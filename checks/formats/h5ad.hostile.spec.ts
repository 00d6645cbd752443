import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLocalFile } from '../local-file.js';
import { type CheckResult, runCheck } from '../run-checks.js';
import { type H5adParts, writeH5ad } from '../samples/h5ad.js';
import { THOROUGHNESS } from '../samples/spoiled.js';
import { h5adCheck } from './h5ad.check.js';

const MINUTES = 60_000;
const MIB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'h5ad-hostile-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

function judged(): Promise<CheckResult> {
  const options = { schema: '7.0.0', full: true };
  return withLocalFile({ path: 'sample.h5ad', local }, (file) => runCheck(h5adCheck, file, options));
}

async function bytesOf(parts: Partial<H5adParts> = {}): Promise<Buffer> {
  await writeH5ad(local, parts);
  return withLocalFile({ path: '', local }, async ({ read, size }) => Buffer.from(await read(0, size)));
}

/** `ACCESSION_FUZZ=20 npm test` looks for longer; the seeds are the same, so that a find is found again. */

/** The same numbers from 0 to 1 in every run. */
function* randoms(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('h5ad check of damaged files', () => {
  let plain: Buffer;
  let packed: Buffer;
  beforeAll(async () => {
    plain = await bytesOf();
    packed = await bytesOf({ compression: 'gzip', raw: { encoding: 'array', chunk: 9 }, X: { chunk: 50 } });
  });

  it('ends with a finding wherever the file is cut off', {
    timeout: 2 * MINUTES * Math.max(1, THOROUGHNESS),
  }, async () => {
    const random = randoms(1);
    for (let i = 0; i < 60 * THOROUGHNESS; i++) {
      const length = Math.floor(random.next().value * plain.length);
      writeFileSync(local, plain.subarray(0, length));

      const { outcome, findings, cause } = await judged();

      expect(cause, `cut off at ${length}`).toBeUndefined();
      expect(outcome).toBe('failed');
      expect(findings).toMatchObject([{ rule: 'F01' }]);
    }
  });

  it.each([
    [
      'bits that flipped',
      2,
      (bytes: Buffer, at: number, value: number) => (bytes[at] = (bytes[at] ?? 0) ^ (1 << (value & 7))),
    ],
    ['bytes that changed', 3, (bytes: Buffer, at: number, value: number) => (bytes[at] = value)],
    [
      'runs that were overwritten',
      4,
      (bytes: Buffer, at: number, value: number) => bytes.fill(value, at, at + 1 + (value & 31)),
    ],
    [
      'numbers at their limit',
      5,
      (bytes: Buffer, at: number, value: number) =>
        bytes.fill(value & 1 ? 0xff : 0, at, Math.min(at + 8, bytes.length)),
    ],
  ])('never breaks on %s', { timeout: 5 * MINUTES * Math.max(1, THOROUGHNESS) }, async (_, seed, spoil) => {
    const random = randoms(seed);
    for (let i = 0; i < 50 * THOROUGHNESS; i++) {
      const bytes = Buffer.from(i % 2 ? plain : packed);
      const places: number[] = [];
      while (places.length < 3) {
        const at = Math.floor(random.next().value * bytes.length);
        // Most of a small file is room that nothing stands in.
        if (bytes[at] === 0) continue;
        spoil(bytes, at, Math.floor(random.next().value * 256));
        places.push(at);
      }
      writeFileSync(local, bytes);

      const { cause } = await judged();

      expect(cause, `seed ${seed}, file ${i}, at ${places}`).toBeUndefined();
    }
  });

  it('never breaks on lengths and offsets that were spoiled where its structures stand', {
    timeout: 5 * MINUTES * Math.max(1, THOROUGHNESS),
  }, async () => {
    const random = randoms(6);
    const pick = <T>(all: readonly T[]) => all[Math.floor(random.next().value * all.length)] as T;
    for (let i = 0; i < 100 * THOROUGHNESS; i++) {
      const bytes = Buffer.from(i % 2 ? plain : packed);
      const structures = structuresIn(bytes);
      const at = pick(structures) + Math.floor(random.next().value * 80);
      const value = pick([0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n, 2n ** 64n - 1n, BigInt(pick(structures))]);
      if (at + 8 > bytes.length) continue;
      if (i % 3) bytes.writeBigUInt64LE(value, at);
      else bytes.writeUInt32LE(Number(value % 2n ** 32n), at);
      writeFileSync(local, bytes);

      const { cause } = await judged();

      expect(cause, `file ${i}, ${value} at ${at}`).toBeUndefined();
    }
  });

  /** Where trees, heaps, tables of symbols and object headers begin. */
  function structuresIn(bytes: Buffer): number[] {
    return ['TREE', 'SNOD', 'HEAP', 'GCOL', 'OHDR', 'FRHP', 'BTHD', 'FAHD', 'EAHD', '\u0089HDF'].flatMap(
      (signature) => {
        const places: number[] = [];
        const sought = Buffer.from(signature, 'latin1');
        for (let at = bytes.indexOf(sought); at !== -1; at = bytes.indexOf(sought, at + 1)) places.push(at);
        return places;
      },
    );
  }
});

describe('h5ad check of huge files', () => {
  /** The sample, with `count` values declared in each list of its sparse matrices, in a file of `size` sparse bytes. */
  async function declare(count: number, size: number): Promise<void> {
    const lastPointer = ({ indptr }: { indptr: number[] }) => indptr.splice(-1, 1, count);
    const bytes = await bytesOf({ raw: { spoil: lastPointer }, X: { spoil: lastPointer } });
    const stored = 323;
    replace(bytes, u64(stored), u64(count));
    replace(bytes, u64(4 * stored), u64(4 * count));
    // The end of the file, as the superblock has it.
    bytes.writeBigUInt64LE(BigInt(size), 40);
    writeFileSync(local, bytes);
    truncateSync(local, size);
  }

  const u64 = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  const replace = (bytes: Buffer, old: Buffer, by: Buffer) => {
    for (let at = bytes.indexOf(old); at !== -1; at = bytes.indexOf(old, at + 8)) by.copy(bytes, at);
  };
  const grownDuring = async (run: () => Promise<CheckResult>) => {
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 10);
    const before = process.memoryUsage.rss();
    const result = await run();
    clearInterval(watch);
    return { ...result, grown: Math.max(peak, process.memoryUsage.rss()) - before };
  };

  it('reads hundreds of millions of bytes in the memory of a slice', {
    timeout: 2 * MINUTES * Math.max(1, THOROUGHNESS),
  }, async () => {
    await declare(40_000_000, 400_000_000);

    const { findings, cause, grown } = await grownDuring(judged);

    expect(cause).toBeUndefined();
    expect(findings.map(({ rule }) => rule)).toEqual(['V10', 'M14', 'M14', 'M14', 'M14', 'M04', 'M08']);
    expect(grown).toBeLessThan(150 * MIB);
  });

  it('does not read ten gigabytes whose lists contradict each other', { timeout: MINUTES }, async () => {
    await declare(2_400_000_000, 10_000_000_000);

    const { findings, cause, grown } = await grownDuring(judged);

    expect(cause).toBeUndefined();
    expect(findings.map(({ rule }) => rule)).toEqual(['V10', 'M14', 'M14']);
    expect(grown).toBeLessThan(100 * MIB);
  });
});
