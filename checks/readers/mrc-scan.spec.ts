import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withLocalFile } from '../local-file.js';
import type { ByteOrder } from './mrc.js';
import { scan } from './mrc-scan.js';

const folder = mkdtempSync(join(tmpdir(), 'accession-scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Odd, so that voxels lie at addresses where no list of numbers may begin. */
const OFFSET = 13;

interface Kind {
  readonly bytes: 1 | 2 | 4;
  readonly write: (view: DataView, at: number, value: number, little: boolean) => void;
}
const KINDS: Readonly<Record<string, Kind>> = {
  int8: { bytes: 1, write: (view, at, value) => view.setInt8(at, value) },
  uint8: { bytes: 1, write: (view, at, value) => view.setUint8(at, value) },
  int16: { bytes: 2, write: (view, at, value, little) => view.setInt16(at, value, little) },
  uint16: { bytes: 2, write: (view, at, value, little) => view.setUint16(at, value, little) },
  float32: { bytes: 4, write: (view, at, value, little) => view.setFloat32(at, value, little) },
  // Of whole numbers from 1 to 2047.
  float16: {
    bytes: 2,
    write(view, at, value, little) {
      const exponent = Math.floor(Math.log2(value));
      const isInfinite = !Number.isFinite(value);
      const bits = isInfinite ? 0x7c00 : ((exponent + 15) << 10) | ((value / 2 ** exponent - 1) * 1024);
      view.setUint16(at, value === 0 ? 0 : bits, little);
    },
  },
};

/** What is told of so many voxels, by one thread and by two. */
async function scanned(dtype: string, order: ByteOrder, count: number, value: (i: number) => number) {
  const { bytes, write } = KINDS[dtype] ?? { bytes: 1, write: () => undefined };
  const data = new Uint8Array(OFFSET + count * bytes + 5).fill(0x7f);
  const view = new DataView(data.buffer, OFFSET, count * bytes);
  for (let i = 0; i < count; i++) write(view, i * bytes, value(i), order === 'little');
  const local = join(folder, 'voxels');
  writeFileSync(local, data);
  const range = { offset: OFFSET, length: count * bytes };
  return withLocalFile({ path: 'voxels', local }, async (file) => ({
    alone: await scan(file, [range], { dtype, order }),
    together: await scan(file, [range], { dtype, order }, 0),
  }));
}

const COUNT = 700_001;

describe('scan of voxels', () => {
  const dtypes = Object.keys(KINDS).flatMap((dtype) => [[dtype, 'little'] as const, [dtype, 'big'] as const]);

  it.each(dtypes)('finds extremes, mean and spread of %s, %s-endian, by one thread or two', async (dtype, order) => {
    const value = (i: number) => 1 + ((i * 7) % 100);
    const values = Array.from({ length: COUNT }, (_, i) => value(i));
    const mean = values.reduce((a, b) => a + b) / COUNT;
    const spread = values.reduce((sum, one) => sum + (one - mean) ** 2, 0);

    const { alone, together } = await scanned(dtype, order, COUNT, value);

    for (const tally of [alone, together]) {
      expect(tally).toMatchObject({ count: COUNT, min: 1, max: 100, notFinite: 0, firstNotFinite: null });
      expect(tally?.mean).toBeCloseTo(mean, 9);
      expect((tally?.spread ?? 0) / spread).toBeCloseTo(1, 9);
    }
  });

  it.each([
    ['int8', [-128, -1, 0, 127]],
    ['uint8', [0, 1, 128, 255]],
    ['int16', [-32768, -1, 0, 32767]],
    ['uint16', [0, 1, 32768, 65535]],
  ])('lists the values of %s', async (dtype, values) => {
    const { alone, together } = await scanned(dtype, 'little', COUNT, (i) => values[i % values.length] ?? 0);

    expect([alone?.values, together?.values]).toEqual([values, values]);
  });

  it('lists no more than a thousand values', async () => {
    const some = await scanned('uint16', 'big', COUNT, (i) => i % 1000);
    const more = await scanned('uint16', 'big', COUNT, (i) => i % 1001);

    expect([some.alone?.values?.length, more.alone?.values]).toEqual([1000, null]);
  });

  it.each([
    ['float32', 'little', COUNT - 1],
    ['float32', 'big', 500_002],
    ['float16', 'little', 123_456],
    ['float16', 'big', COUNT - 1],
  ] as const)(
    'counts what is no number among %s, %s-endian, and finds the first: voxel %i',
    async (dtype, order, at) => {
      const value = (i: number) => (i === at || (i > at && i % 100_000 === 0) ? Number.POSITIVE_INFINITY : 1 + (i % 9));
      const notFinite =
        1 + Array.from({ length: COUNT }, (_, i) => i).filter((i) => i > at && i % 100_000 === 0).length;

      const { alone, together } = await scanned(dtype, order, COUNT, value);

      for (const tally of [alone, together])
        expect(tally).toMatchObject({ count: COUNT - notFinite, min: 1, max: 9, notFinite, firstNotFinite: at });
    },
  );

  it('keeps the digits of a small spread about a large mean', async () => {
    const { alone, together } = await scanned('float32', 'little', COUNT, (i) => 1e6 + (i % 2) * 0.0625);

    for (const tally of [alone, together]) expect((tally?.spread ?? 0) / COUNT).toBeCloseTo(0.03125 ** 2, 9);
  });

  it('says nothing of voxels that cannot be compared', async () => {
    expect(await scanned('complex float32', 'little', 10, () => 0)).toEqual({ alone: null, together: null });
  });

  it('breaks where a file becomes shorter meanwhile', async () => {
    const local = join(folder, 'short');
    writeFileSync(local, new Uint8Array(1000));
    const range = { offset: 0, length: 4000 };

    await withLocalFile({ path: 'short', local }, async (file) => {
      for (const few of [0, 1e9])
        await expect(scan(file, [range], { dtype: 'int8', order: 'little' }, few)).rejects.toThrow('became shorter');
    });
  });
});
