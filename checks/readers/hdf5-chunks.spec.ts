import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import h5wasm, { type File } from 'h5wasm/node';
import { afterAll, describe, expect, it } from 'vitest';
import { THOROUGHNESS } from '../samples/spoiled.js';
import { type Hdf5, openHdf5 } from './hdf5.js';
import { locate } from './hdf5-chunks.js';
import { directValues } from './hdf5-direct.js';
import { FileBytes, Unknown } from './hdf5-file-bytes.js';
import { Hdf5Fault } from './hdf5-library.js';
import type { Dataset, Node } from './hdf5-tree.js';
import type { Numbers, Range } from './hdf5-values.js';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'hdf5-chunks-'));
const local = join(folder, 'sample.h5');
afterAll(() => rmSync(folder, { recursive: true }));

type Bound = 'earliest' | 'latest';
const write = async (libver: Bound, fill: (file: File) => void): Promise<void> => {
  await h5wasm.ready;
  const file = new h5wasm.File(local, 'w', {
    libver: libver === 'latest' ? ['latest', 'latest'] : ['earliest', 'latest'],
  });
  fill(file);
  file.close();
};

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array } as const;

interface Drawn {
  readonly libver: Bound;
  readonly dtype: keyof typeof ARRAYS | 'int64';
  readonly shape: readonly number[];
  readonly chunks: readonly number[] | null;
  readonly growing: readonly boolean[];
  readonly gzip: boolean;
}

const sized = (most: number) => fc.integer({ min: 1, max: most });
const drawn: fc.Arbitrary<Drawn> = fc.oneof(fc.tuple(sized(5_000)), fc.tuple(sized(60), sized(60))).chain((shape) =>
  fc.record({
    libver: fc.constantFrom('earliest', 'latest'),
    dtype: fc.constantFrom('float32', 'float64', 'int32', 'uint8', 'int64'),
    shape: fc.constant(shape),
    chunks: fc.option(fc.tuple(...shape.map((length) => sized(length))), { freq: 8 }),
    growing: fc.tuple(...shape.map(() => fc.boolean())),
    gzip: fc.boolean(),
  }),
);

function fillIn(file: File, { dtype, shape, chunks, growing, gzip }: Drawn): void {
  const items = shape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: items }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 26);
  const data = dtype === 'int64' ? BigInt64Array.from(values, BigInt) : ARRAYS[dtype].from(values);
  const maxshape = shape.map((length, i) => (growing[i] ? null : length));
  const packed = chunks && { chunks: [...chunks], maxshape, ...(gzip && { compression: 'gzip' as const }) };
  file.create_dataset({ name: 'values', data, shape: [...shape], ...packed });
}

function datasetIn(hdf5: Hdf5, name = 'values'): Dataset {
  const node: Node | undefined = hdf5.root.children.get(name);
  if (node?.kind !== 'dataset') throw new Error(`There is no dataset ${name}.`);
  return node;
}

/** `read`, once by the library and once without it. */
async function bothWays<T>(use: (hdf5: Hdf5, fd: number, dataset: Dataset) => T, name?: string): Promise<T> {
  const hdf5 = await openHdf5(local);
  const fd = openSync(local, 'r');
  try {
    return use(hdf5, fd, datasetIn(hdf5, name));
  } finally {
    closeSync(fd);
    hdf5.close();
  }
}

const direct = (hdf5: Hdf5, fd: number, dataset: Dataset, ranges: readonly Range[]) =>
  directValues(fd).numbers(locate(new FileBytes(fd), dataset, hdf5.addressOf(dataset)), ...ranges);

describe('chunks read without the library', () => {
  it('hold what the library reads, whatever indexes them and whichever part is asked for', {
    timeout: MINUTE,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        drawn,
        fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
        async (sample, [a = 0, b = 0, c = 0, d = 0]) => {
          await write(sample.libver, (file) => fillIn(file, sample));
          const bounds = [
            [a, b],
            [c, d],
          ];
          const ranges = sample.shape.map((length, i): Range => {
            const [x = 0, y = 0] = (bounds[i] ?? []).map((bound) => bound % (length + 1));
            return [Math.min(x, y), Math.max(x, y)];
          });

          await bothWays((hdf5, fd, dataset) => {
            // An extensible array of two dimensions is left to the library.
            const isLeft =
              sample.libver === 'latest' && sample.shape.length > 1 && sample.growing[0] !== sample.growing[1];
            if (isLeft && sample.chunks) return;
            const whole = sample.shape.map((length): Range => [0, length]);
            expect(direct(hdf5, fd, dataset, whole)).toEqual(hdf5.numbers(dataset, ...whole));
            if (ranges.every(([first, end]) => end > first)) {
              expect(direct(hdf5, fd, dataset, ranges)).toEqual(hdf5.numbers(dataset, ...ranges));
            }
          });
        },
      ),
      { numRuns: Math.ceil(60 * THOROUGHNESS), seed: 1 },
    );
  });

  it.each<[string, Bound, number[], number[], (number | null)[]]>([
    ['a B-tree of several levels', 'earliest', [60_000], [4], [null]],
    ['a B-tree of two dimensions', 'earliest', [300, 300], [3, 4], [300, 300]],
    ['a fixed array of pages', 'latest', [30_000], [4], [30_000]],
    ['an extensible array of super blocks', 'latest', [60_000], [4], [null]],
    ['an extensible array of pages', 'latest', [600_000], [4], [null]],
    ['a B-tree of version 2 with inner nodes', 'latest', [300, 300], [3, 4], [null, null]],
    ['one chunk', 'latest', [40], [40], [40]],
  ])('are found by %s', { timeout: MINUTE }, async (_, libver, shape, chunks, maxshape) => {
    const items = shape.reduce((product, length) => product * length, 1);
    const data = Float32Array.from({ length: items }, (_, i) => i);
    await write(libver, (file) => {
      file.create_dataset({ name: 'values', data, shape, chunks, maxshape });
      file.create_dataset({ name: 'packed', data, shape, chunks, maxshape, compression: 'gzip' });
    });

    const whole = shape.map((length): Range => [0, length]);
    const same = (values: Numbers) =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength).equals(Buffer.from(data.buffer));
    expect(same(await bothWays((hdf5, fd, dataset) => direct(hdf5, fd, dataset, whole)))).toBe(true);
    expect(same(await bothWays((hdf5, fd, dataset) => direct(hdf5, fd, dataset, whole), 'packed'))).toBe(true);
  });

  it('are left to the library where a number stands for what was never written', async () => {
    await write('earliest', (file) => {
      const grown = file.create_dataset({
        name: 'values',
        data: new Float32Array(8),
        shape: [8],
        chunks: [8],
        maxshape: [null],
      });
      grown.resize([80]);
    });

    const values = await bothWays((hdf5, fd, dataset) => direct(hdf5, fd, dataset, [[0, 80]]));

    expect(values).toEqual(new Float32Array(80));
  });

  it('are unpacked once where two datasets that are read side by side have the same, and otherwise each', async () => {
    const ones = Int32Array.from({ length: 300 }, (_, i) => i % 7);
    const others = ones.map((value, i) => (i === 150 ? 99 : value));
    await write('earliest', (file) => {
      const packed = { shape: [300], chunks: [100], compression: 'gzip' as const };
      file.create_dataset({ name: 'values', data: ones, ...packed });
      file.create_dataset({ name: 'others', data: others, ...packed });
    });

    await bothWays((hdf5, fd) => {
      const [one, other] = ['values', 'others'].map((name) => {
        const dataset = datasetIn(hdf5, name);
        return locate(new FileBytes(fd), dataset, hdf5.addressOf(dataset));
      });
      if (!one || !other) throw new Error('There are two.');
      const values = directValues(fd, new Map([[other, one]]));
      const read = (from: typeof one, first: number) => values.numbers(from, [first, first + 100]);
      const isShared = [0, 100, 200].map((first) => {
        const [a, b] = [read(one, first), read(other, first)];
        return a.buffer === b.buffer && a.byteOffset === b.byteOffset;
      });

      expect(isShared).toEqual([true, false, true]);
      expect([0, 100, 200].flatMap((first) => [...read(other, first)])).toEqual([...others]);
    });
  });

  it('never break on damaged files, and never read on without end', {
    timeout: 5 * MINUTE * Math.max(1, THOROUGHNESS),
  }, async () => {
    for (const libver of ['earliest', 'latest'] as const) {
      await write(libver, (file) => {
        const data = Float32Array.from({ length: 3_000 }, (_, i) => i % 7);
        file.create_dataset({
          name: 'values',
          data,
          shape: [3_000],
          chunks: [50],
          maxshape: [null],
          compression: 'gzip',
        });
        file.create_dataset({ name: 'other', data, shape: [50, 60], chunks: [7, 9], maxshape: [null, null] });
      });
      const sound = readFileSync(local);
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(sound.length - 9), fc.constantFrom(1, 2, 8), fc.nat()), {
            minLength: 1,
            maxLength: 4,
          }),
          (spots) => {
            const bytes = Buffer.from(sound);
            for (const [at, length, value] of spots) {
              if (length === 1) bytes[at] = value & 0xff;
              else if (length === 2) bytes.writeUInt16LE(value & 0xffff, at);
              else bytes.writeBigUInt64LE(BigInt(value) << BigInt(value % 32), at);
            }
            expect(outcomeOf(bytes, sound)).toMatch(/^(read|unknown)$/);
          },
        ),
        { numRuns: Math.ceil(400 * THOROUGHNESS), seed: 2 },
      );
    }
  });

  /** Both datasets by the addresses that they had before the damage, which the library would no longer tell. */
  function outcomeOf(bytes: Buffer, sound: Buffer): string {
    writeFileSync(local, bytes);
    const fd = openSync(local, 'r');
    try {
      for (const [name, shape] of [
        ['values', [3_000]],
        ['other', [50, 60]],
      ] as const) {
        const dataset = {
          kind: 'dataset',
          path: name,
          dtype: 'float32',
          shape,
          chunks: null,
          itemBytes: 4,
          text: null,
        } as const;
        for (const address of headersIn(sound)) {
          const located = locate(new FileBytes(fd), dataset, address);
          directValues(fd).numbers(located, ...shape.map((length): Range => [0, length]));
        }
      }
      return 'read';
    } catch (error) {
      if (error instanceof Unknown) return 'unknown';
      return error instanceof Hdf5Fault ? 'fault' : `broke: ${String(error)}`;
    } finally {
      closeSync(fd);
    }
  }

  /** Headers of datasets begin so: version 2, or version 1 with its count of messages and one reference. */
  function headersIn(bytes: Buffer): number[] {
    const found: number[] = [];
    for (let at = 0; at + 16 < bytes.length; at += 1) {
      const isNew = bytes.toString('latin1', at, at + 4) === 'OHDR';
      const isOld =
        at % 8 === 0 &&
        bytes.readUInt16LE(at) === 1 &&
        bytes.readUInt32LE(at + 4) === 1 &&
        bytes.readUInt32LE(at + 12) === 0;
      if (isNew || isOld) found.push(at);
    }
    return found;
  }
});
