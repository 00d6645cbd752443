/** What do the voxels of an MRC file hold? Extremes, moments and what is no number, a few MiB at a time. */
import type { SourceFile } from '../check.js';
import type { ByteOrder } from './mrc.js';

/** No more than this is held at once; a multiple of the bytes of every voxel. */
const SLICE_BYTES = 3 << 20;

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** What is known of some voxels. */
export interface Tally {
  /** Finite ones; the moments and extremes are theirs. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of the squared distances from the mean. */
  readonly spread: number;
  /** NaN or infinite. */
  readonly notFinite: number;
  /** Index of the first of them in the range. */
  readonly firstNotFinite: number | null;
}

type Values = Int8Array | Uint8Array | Int16Array | Uint16Array | Float32Array;

interface Kind {
  readonly bytes: 1 | 2 | 4;
  /** Aligned bytes in this machine's order as values. */
  readonly values: (bytes: ArrayBuffer) => Values;
}

/** How voxels are read, by dtype. Those of other dtypes have no order: they have no extremes and no mean. */
const KINDS: Readonly<Record<string, Kind>> = {
  int8: { bytes: 1, values: (bytes) => new Int8Array(bytes) },
  uint8: { bytes: 1, values: (bytes) => new Uint8Array(bytes) },
  int16: { bytes: 2, values: (bytes) => new Int16Array(bytes) },
  uint16: { bytes: 2, values: (bytes) => new Uint16Array(bytes) },
  float16: { bytes: 2, values: halves },
  float32: { bytes: 4, values: (bytes) => new Float32Array(bytes) },
};

/** Look at every voxel of `range`; null where voxels of this dtype cannot be compared. */
export async function tally(
  file: SourceFile,
  range: Range,
  { dtype, order }: { dtype: string; order: ByteOrder },
): Promise<Tally | null> {
  const kind = KINDS[dtype];
  if (!kind) return null;

  let whole = NOTHING;
  for await (const bytes of slices(file, range))
    whole = together(whole, tallyOf(kind.values(ordered(bytes, kind.bytes, order))));
  return whole;
}

/** Are all voxels of `range` the same? Reads no further than the first that is not. */
export async function isConstant(file: SourceFile, range: Range, voxelBytes: number): Promise<boolean> {
  let first: Uint8Array | null = null;
  for await (const bytes of slices(file, range)) {
    first ??= bytes.slice(0, voxelBytes);
    for (let i = 0; i < voxelBytes; i++) if (bytes[i] !== first[i]) return false;
    for (let i = voxelBytes; i < bytes.length; i++) if (bytes[i] !== bytes[i - voxelBytes]) return false;
  }
  return true;
}

/** Is every byte of `range` zero? */
export async function isZero(file: SourceFile, range: Range): Promise<boolean> {
  for await (const bytes of slices(file, range)) if (bytes.some((byte) => byte !== 0)) return false;
  return true;
}

const NOTHING: Tally = {
  count: 0,
  ...{ min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY },
  ...{ mean: 0, spread: 0, notFinite: 0, firstNotFinite: null },
};

async function* slices(file: SourceFile, { offset, length }: Range): AsyncGenerator<Uint8Array, void> {
  for (let done = 0; done < length; done += SLICE_BYTES) {
    const wanted = Math.min(SLICE_BYTES, length - done);
    const bytes = await file.read(offset + done, wanted);
    if (bytes.length < wanted) throw new Error(`${file.path} became shorter while it was read.`);
    yield bytes;
  }
}

const HERE: ByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

/** A copy, since a slice may begin at any address, with each voxel's bytes in this machine's order. */
function ordered(bytes: Uint8Array, size: 1 | 2 | 4, order: ByteOrder): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  if (order === HERE || size === 1) return copy.buffer;

  const view = new DataView(copy.buffer);
  if (size === 2) for (let i = 0; i < copy.length; i += 2) view.setUint16(i, view.getUint16(i, true), false);
  else for (let i = 0; i < copy.length; i += 4) view.setUint32(i, view.getUint32(i, true), false);
  return copy.buffer;
}

/** Moments about the first value, which keeps their digits where the mean is large. */
function tallyOf(values: Values): Tally {
  let { min, max } = NOTHING;
  let sum = 0;
  let squares = 0;
  const about = values[0] ?? 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const distance = value - about;
    sum += distance;
    squares += distance * distance;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // One NaN or infinite value makes the sum so, and finite ones of 32 bits cannot.
  if (!Number.isFinite(sum)) return tallyOfSome(values);

  const count = values.length;
  if (count === 0) return NOTHING;
  const spread = Math.max(0, squares - (sum * sum) / count);
  return { count, min, max, mean: about + sum / count, spread, notFinite: 0, firstNotFinite: null };
}

function tallyOfSome(values: Values): Tally {
  const finite = values.filter((value) => Number.isFinite(value));
  const firstNotFinite = values.findIndex((value) => !Number.isFinite(value));
  return { ...tallyOf(finite), notFinite: values.length - finite.length, firstNotFinite };
}

/** Two ranges that follow on one another as one: means and spreads after Chan, Golub and LeVeque. */
export function together(a: Tally, b: Tally): Tally {
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  const seen = a.count + a.notFinite;
  return {
    count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: count === 0 ? 0 : a.mean + (apart * b.count) / count,
    spread: count === 0 ? 0 : a.spread + b.spread + (apart * apart * a.count * b.count) / count,
    notFinite: a.notFinite + b.notFinite,
    firstNotFinite: a.firstNotFinite ?? (b.firstNotFinite === null ? null : seen + b.firstNotFinite),
  };
}

/** 16-bit floats: JavaScript has no array of them yet. */
function halves(bytes: ArrayBuffer): Float32Array {
  HALVES ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => half(bits));
  const bits = new Uint16Array(bytes);
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = HALVES[bits[i] ?? 0] ?? 0;
  return values;
}

let HALVES: Float32Array | undefined;

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
}
