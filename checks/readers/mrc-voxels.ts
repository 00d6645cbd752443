/**
 * What do the voxels of an MRC file hold? Extremes, moments, values, and what is no number, each voxel looked at once.
 *
 * Voxels of 8 and 16 bits are counted by their bits: of 65,536 counts all the rest is told at the end, exactly, and whatever
 * the order of the bytes. Those of 32 bits are summed.
 */
import type { ByteOrder } from './mrc.js';
import { floatsOf, HERE, joined, type Moments, momentsOf, NOTHING } from './mrc-moments.js';

/** What is known of some voxels. */
export interface Tally extends Moments {
  /** Index of the first of them in the range. */
  readonly firstNotFinite: number | null;
  /** Those there are, in order; null where they are many, or were not listed. */
  readonly values: readonly number[] | null;
}

export interface Voxels {
  readonly dtype: string;
  readonly order: ByteOrder;
}

/** What was counted so far, as one thread tells it to another: one of the two. */
export interface Counted {
  readonly moments: Moments | null;
  /** By bits, as they lie in the file. */
  readonly histogram: Float64Array | null;
  readonly firstNotFinite: number | null;
}

export interface Counter {
  /** Whole voxels, the first of which is number `at` of the range; numbers must rise. */
  add(bytes: Uint8Array, at: number): void;
  counted(): Counted;
}

/** More are not listed. */
const MOST_VALUES = 1000;

/** Bytes a voxel, and what its bits mean. Voxels of other dtypes have no order: they have no extremes and no mean. */
const KINDS: Readonly<Record<string, { readonly bytes: 1 | 2 | 4; readonly valueOf: (bits: number) => number }>> = {
  int8: { bytes: 1, valueOf: (bits) => (bits << 24) >> 24 },
  uint8: { bytes: 1, valueOf: (bits) => bits },
  int16: { bytes: 2, valueOf: (bits) => (bits << 16) >> 16 },
  uint16: { bytes: 2, valueOf: (bits) => bits },
  float16: { bytes: 2, valueOf: halfOf },
  float32: { bytes: 4, valueOf: (bits) => bits },
};

/** Null where voxels of this dtype cannot be compared. */
export const voxelBytes = ({ dtype }: Voxels): number | null => KINDS[dtype]?.bytes ?? null;

export function counterOf({ dtype, order }: Voxels): Counter {
  const bytes = KINDS[dtype]?.bytes;
  if (bytes === 4) return momentCounter(order);
  return bitsCounter(bytes === 1 ? 8 : 16, dtype === 'float16' ? order : null);
}

function momentCounter(order: ByteOrder): Counter {
  let moments: Moments = NOTHING;
  let firstNotFinite: number | null = null;
  return {
    add(bytes, at) {
      const values = floatsOf(bytes, order);
      const some = momentsOf(values);
      if (some.notFinite > 0) firstNotFinite ??= at + values.findIndex((value) => !Number.isFinite(value));
      moments = joined(moments, some);
    },
    counted: () => ({ moments, histogram: null, firstNotFinite }),
  };
}

/** Fewer than overflow a count. */
const MOST_COUNTED = 2 ** 31;

/** `halves`: the byte order of 16-bit floats, of which some are no numbers. */
function bitsCounter(bits: 8 | 16, halves: ByteOrder | null): Counter {
  const histogram = new Float64Array(2 ** bits);
  // Two, by turns: one count is not raised twice in a row where neighbours are the same.
  const even = new Uint32Array(2 ** bits);
  const odd = new Uint32Array(2 ** bits);
  const notFinite = halves ? infiniteHalves(halves) : null;
  let firstNotFinite: number | null = null;
  let waiting = 0;
  const flush = () => {
    for (let i = 0; i < histogram.length; i++) histogram[i] = (histogram[i] ?? 0) + (even[i] ?? 0) + (odd[i] ?? 0);
    even.fill(0);
    odd.fill(0);
    waiting = 0;
  };
  return {
    add(bytes, at) {
      const all = bits === 8 ? bytes : shortsOf(bytes);
      if (waiting + all.length > MOST_COUNTED) flush();
      countBits(all, even, odd);
      waiting += all.length;
      if (notFinite === null || firstNotFinite !== null) return;
      const first = notFinite.some((bit) => (even[bit] ?? 0) + (odd[bit] ?? 0) > 0)
        ? all.findIndex((one) => notFinite.includes(one))
        : -1;
      if (first >= 0) firstNotFinite = at + first;
    },
    counted() {
      flush();
      return { moments: null, histogram, firstNotFinite };
    },
  };
}

function shortsOf(bytes: Uint8Array): Uint16Array {
  const own = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint16Array(own.buffer, own.byteOffset, own.length >> 1);
}

function countBits(all: Uint8Array | Uint16Array, even: Uint32Array, odd: Uint32Array): void {
  const { length } = all;
  for (let i = 0; i + 1 < length; i += 2) {
    const a = all[i] ?? 0;
    const b = all[i + 1] ?? 0;
    even[a] = (even[a] ?? 0) + 1;
    odd[b] = (odd[b] ?? 0) + 1;
  }
  if (length % 2 === 1) {
    const last = all[length - 1] ?? 0;
    even[last] = (even[last] ?? 0) + 1;
  }
}

/** What the threads counted, together. */
export function tallyOf(all: readonly Counted[], { dtype, order }: Voxels): Tally {
  const first = Math.min(...all.map(({ firstNotFinite }) => firstNotFinite ?? Number.POSITIVE_INFINITY));
  const firstNotFinite = Number.isFinite(first) ? first : null;
  const moments = all.flatMap((one) => one.moments ?? []);
  if (moments.length > 0) return { ...moments.reduce(joined), firstNotFinite, values: null };

  return { ...ofCounts(countsOf(all, dtype, order)), firstNotFinite };
}

type Counts = (readonly [value: number, count: number])[];

function countsOf(all: readonly Counted[], dtype: string, order: ByteOrder): Counts {
  const kind = KINDS[dtype];
  const isSwapped = kind?.bytes === 2 && order !== HERE;
  const [first, ...others] = all.flatMap(({ histogram }) => histogram ?? []);
  const counts: Counts = [];
  for (let bits = 0; bits < (first?.length ?? 0); bits++) {
    let count = first?.[bits] ?? 0;
    for (const other of others) count += other[bits] ?? 0;
    if (count > 0) counts.push([kind?.valueOf(isSwapped ? swapped(bits) : bits) ?? 0, count]);
  }
  return counts;
}

function ofCounts(counts: Counts): Omit<Tally, 'firstNotFinite'> {
  const finite = counts.filter(([value]) => Number.isFinite(value));
  const sum = (of: (value: number) => number) => finite.reduce((total, [value, times]) => total + of(value) * times, 0);
  const count = sum(() => 1);
  const mean = count === 0 ? 0 : sum((value) => value) / count;
  const values = finite.map(([value]) => value).sort((a, b) => a - b);
  return {
    count,
    ...{ min: values[0] ?? NOTHING.min, max: values.at(-1) ?? NOTHING.max },
    ...{ mean, spread: sum((value) => (value - mean) ** 2) },
    notFinite: counts.reduce((total, [, times]) => total + times, 0) - count,
    values: values.length <= MOST_VALUES ? values : null,
  };
}

const swapped = (bits: number): number => ((bits & 0xff) << 8) | (bits >> 8);

/** Bits, as this machine reads them from a file, of 16-bit floats that are no numbers. */
function infiniteHalves(order: ByteOrder): readonly number[] {
  const halves = Array.from({ length: 1 << 11 }, (_, i) => ((i & 0x400) << 5) | 0x7c00 | (i & 0x3ff));
  return order === HERE ? halves : halves.map(swapped);
}

function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
}
