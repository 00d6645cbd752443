import { gzipSync } from 'node:zlib';
import Blosc from 'numcodecs/blosc';
import Lz4 from 'numcodecs/lz4';
import Zstd from 'numcodecs/zstd';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileOf } from '../../../test/sample-files.js';
import { type CheckResult, runCheck } from '../../run-checks.js';
import { THOROUGHNESS } from '../../samples/spoiled.js';
import { type Entries, membersOf, type Spoiled, type ZarrParts, zarrEntries, zipBytes } from '../../samples/zarr.js';
import { zarrCheck } from '../zarr.check.js';

const MINUTES = 60_000;
const MIB = 2 ** 20;
/** `ACCESSION_FUZZ=20 npm test` looks for longer; the seeds are the same, so that a find is found again. */
const timeout = 2 * MINUTES * Math.max(1, THOROUGHNESS);

const judgedZip = (bytes: Uint8Array): Promise<CheckResult> =>
  runCheck(zarrCheck, fileOf('tomogram.zarr.zip', bytes), { schema: null, full: true });
const judged = (entries: Entries) => judgedZip(zipBytes(membersOf(entries)));

/** The same numbers from 0 to 1 in every run. */
function randomsFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const STRANGE: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 2 ** 31, 2 ** 53, 1e308, -0.0, '', '9'.repeat(400), '__proto__', '../..', 'NaN'],
  ...[[], {}, [[]], [null, {}], { type: 'scale' }, Array.from({ length: 3000 }, () => 1), [2 ** 40, 2 ** 40, 2 ** 40]],
];

/** Change one member somewhere in the JSON, or drop it, or put it there twice. */
function spoilJson(json: Spoiled, random: (below: number) => number): void {
  const places: [Spoiled, string][] = [];
  const collect = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Spoiled, key]);
      collect((value as Spoiled)[key]);
    }
  };
  collect(json);
  const [holder = json, key = ''] = places[random(places.length)] ?? [];
  const kind = random(4);
  if (kind === 0 && !Array.isArray(holder)) delete holder[key];
  else if (kind === 1 && Array.isArray(holder)) holder.push(...holder);
  else if (kind === 2) (holder as Spoiled)[key] = [(holder as Spoiled)[key]];
  else (holder as Spoiled)[key] = structuredClone(STRANGE[random(STRANGE.length)]);
}

/** Bits flipped, bytes overwritten, numbers at their limits, cut off, something taken out. */
function spoilBytes(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = random(copy.length);
  switch (random(5)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
      return copy;
    case 1:
      return copy.fill(random(256), at, at + 1 + random(16));
    case 2:
      return copy.fill(random(2) ? 0xff : 0, at, at + 4);
    case 3:
      return copy.subarray(0, at);
    default:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + random(8))]);
  }
}

const EDITIONS: readonly Partial<ZarrParts>[] = [
  { version: '0.4', packed: 'gzip' },
  { version: '0.5', packed: 'shards' },
  { version: '0.5', packed: 'gzip', dtype: 'uint8' },
];

describe('zarr check of damaged stores', { timeout }, () => {
  it('never breaks on metadata that say something else', async () => {
    const random = randomsFrom(1);
    for (let i = 0; i < 600 * THOROUGHNESS; i++) {
      const spoil = (json: Spoiled) => {
        for (let n = 0; n <= random(3); n++) spoilJson(json, random);
      };
      const { cause, facts } = await judged(zarrEntries({ ...EDITIONS[i % EDITIONS.length], levels: 2, spoil }));

      expect(cause, `store ${i}`).toBeUndefined();
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    }
  });

  it.each([
    ['lists', (deep: number) => '['.repeat(deep) + ']'.repeat(deep)],
    ['objects', (deep: number) => `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`],
  ])('takes no metadata of %s in each other, a hundred thousand deep', async (_, text) => {
    for (const key of ['.zattrs', '0/.zarray']) {
      const entries = zarrEntries().set(key, Buffer.from(`{"dtype":${text(100_000)},"multiscales":${text(100_000)}}`));
      const { cause, findings } = await judged(entries);

      expect(cause).toBeUndefined();
      expect(findings).toMatchObject([{ rule: 'json', location: key, found: 'it is nested more than 64 deep' }]);
    }
  });

  it('keeps no more metadata than a store needs, and tells which it has not read', async () => {
    const entries = zarrEntries();
    const large = Buffer.from(`["${'a'.repeat(15 * MIB)}"]`);
    for (const name of ['a', 'b', 'c']) entries.set(`${name}/.zattrs`, large);

    const { cause, findings } = await judged(entries);

    expect(cause).toBeUndefined();
    expect(findings).toMatchObject([{ rule: 'json', location: 'c/.zattrs', found: expect.stringContaining('32 MiB') }]);
  });

  it('never breaks on bytes of metadata that changed', async () => {
    const random = randomsFrom(2);
    for (let i = 0; i < 400 * THOROUGHNESS; i++) {
      const entries = zarrEntries(EDITIONS[i % EDITIONS.length]);
      const keys = [...entries.keys()].filter((key) => /z(group|attrs|array|arr\.json)$/.test(key));
      const key = keys[random(keys.length)] ?? '';
      entries.set(key, spoilBytes(entries.get(key) ?? new Uint8Array(), random));

      expect((await judged(entries)).cause, `store ${i}, ${key}`).toBeUndefined();
    }
  });

  it('never breaks on bytes of a zip that changed', async () => {
    const random = randomsFrom(3);
    const zips = [true, false].map((isPacked) => zipBytes(membersOf(zarrEntries(), isPacked)));
    for (let i = 0; i < 600 * THOROUGHNESS; i++) {
      let bytes: Uint8Array = zips[i % 2] ?? new Uint8Array();
      // Half of the changes where the directory is.
      if (i % 4 < 2) bytes = Buffer.concat([bytes.subarray(0, -900), spoilBytes(bytes.subarray(-900), random)]);
      else bytes = spoilBytes(bytes, random);

      expect((await judgedZip(bytes)).cause, `zip ${i}`).toBeUndefined();
    }
  });
});

const VOXELS = Uint8Array.from({ length: 4096 }, (_, i) => (i * i) % 251);
/** A level of two chunks of 4096 bytes, packed by `codec`. */
const packedBy = (id: string, chunk: Uint8Array): Entries => {
  const entries = zarrEntries({
    ...{ levels: 1, shape: [16, 16, 32], chunk: 16, dtype: 'uint8' },
    spoil: (json) => (json['0/.zarray'].compressor = { id }),
  });
  entries.set('0/0/0/0', chunk);
  entries.set('0/0/0/1', chunk);
  return entries;
};

describe('zarr check of damaged chunks', { timeout }, () => {
  const packed: Record<string, Uint8Array> = {};
  beforeAll(async () => {
    packed.gzip = gzipSync(VOXELS);
    packed.blosc = await Blosc.fromConfig({ cname: 'zstd', shuffle: 1, clevel: 5 }).encode(VOXELS);
    packed.zstd = await Zstd.fromConfig({ level: 3 }).encode(VOXELS);
    packed.lz4 = await Lz4.fromConfig({}).encode(VOXELS);
  });

  it.each(['gzip', 'blosc', 'zstd', 'lz4'])('finds nothing wrong with those that %s packed', async (id) => {
    const { findings } = await judged(packedBy(id, packed[id] ?? new Uint8Array()));

    expect(findings).toEqual([]);
  });

  it.each(['gzip', 'blosc', 'zstd', 'lz4'])('never breaks on what %s did not write', async (id) => {
    const random = randomsFrom(4);
    let found = 0;
    for (let i = 0; i < 400 * THOROUGHNESS; i++) {
      const { cause, findings } = await judged(packedBy(id, spoilBytes(packed[id] ?? new Uint8Array(), random)));

      expect(cause, `chunk ${i}`).toBeUndefined();
      if (findings.some(({ rule }) => rule === 'chunk_damaged' || rule === 'chunk_size')) found++;
    }
    // Blosc and LZ4 have no checksum: what still unpacks is not seen.
    expect(found).toBeGreaterThan(100 * Math.min(1, THOROUGHNESS));
  });

  it('never breaks on shards that changed, and finds nearly all of it', async () => {
    const random = randomsFrom(5);
    let found = 0;
    for (let i = 0; i < 300 * THOROUGHNESS; i++) {
      const entries = zarrEntries({ version: '0.5', packed: 'shards', levels: 1 });
      entries.set('0/c/0/0/1', spoilBytes(entries.get('0/c/0/0/1') ?? new Uint8Array(), random));
      const { cause, findings } = await judged(entries);

      expect(cause, `shard ${i}`).toBeUndefined();
      if (findings.length > 0) found++;
    }
    expect(found).toBeGreaterThan(200 * Math.min(1, THOROUGHNESS));
  });

  const declaring = (bytes: Uint8Array, at: number, value: number) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(value, at);
    return copy;
  };
  it.each([
    ['gzip', 'unpacks to far more', () => gzipSync(Buffer.alloc(50 * MIB))],
    ['blosc', 'declares gigabytes', () => declaring(packed.blosc ?? VOXELS, 4, 0x7fffffff)],
    ['lz4', 'declares gigabytes', () => declaring(packed.lz4 ?? VOXELS, 0, 0x7fffffff)],
    // A frame without its length, with a window of 2 GB.
    ['zstd', 'asks for gigabytes', () => Buffer.from('28b52ffd00a80100004142430000000000', 'hex')],
    ['zstd', 'declares gigabytes', () => Buffer.from('28b52ffda0000000800100004142430000', 'hex')],
  ])('keeps no more memory for a %s chunk that %s', async (id, _, make) => {
    const chunk = make();
    const before = process.memoryUsage.rss();

    const { cause, findings } = await judged(packedBy(id, chunk));

    expect(cause).toBeUndefined();
    expect(findings.map(({ rule }) => rule)).toEqual(['chunk_damaged']);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MIB);
  });
});
