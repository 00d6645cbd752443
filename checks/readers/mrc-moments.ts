/** What are the extremes and moments of floats of 32 bits? Of a slice, and of slices together. */
import type { ByteOrder } from './mrc.js';

export interface Moments {
  /** Finite ones; the moments and extremes are theirs. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of the squared distances from the mean. */
  readonly spread: number;
  /** NaN or infinite. */
  readonly notFinite: number;
}

/** That of this machine. */
export const HERE: ByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

export const NOTHING: Moments = {
  count: 0,
  ...{ min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY },
  ...{ mean: 0, spread: 0, notFinite: 0 },
};

/** In this machine's order, and where an array of them may begin. */
export function floatsOf(bytes: Uint8Array, order: ByteOrder): Float32Array {
  const isReady = order === HERE && bytes.byteOffset % 4 === 0;
  const own = isReady ? bytes : Uint8Array.from(bytes);
  if (order !== HERE) Buffer.from(own.buffer, own.byteOffset, own.length).swap32();
  return new Float32Array(own.buffer, own.byteOffset, own.length / 4);
}

/**
 * Moments about the first value, which keeps their digits where the mean is large. Four sums at once: one addition need not
 * wait for the one before, and it takes a third of the time.
 */
export function momentsOf(values: Float32Array): Moments {
  const { length } = values;
  const about = values[0] ?? 0;
  // Not taken from lists: what an iterator gives may be anything, and sums that may be anything are kept as objects.
  let min = about;
  let max = about;
  let sumA = 0;
  let sumB = 0;
  let sumC = 0;
  let sumD = 0;
  let squaresA = 0;
  let squaresB = 0;
  let squaresC = 0;
  let squaresD = 0;
  const fours = length - (length % 4);
  for (let i = 0; i < fours; i += 4) {
    const a = values[i] ?? 0;
    const b = values[i + 1] ?? 0;
    const c = values[i + 2] ?? 0;
    const d = values[i + 3] ?? 0;
    const fromA = a - about;
    const fromB = b - about;
    const fromC = c - about;
    const fromD = d - about;
    sumA += fromA;
    sumB += fromB;
    sumC += fromC;
    sumD += fromD;
    squaresA += fromA * fromA;
    squaresB += fromB * fromB;
    squaresC += fromC * fromC;
    squaresD += fromD * fromD;
    if (a < min) min = a;
    if (a > max) max = a;
    if (b < min) min = b;
    if (b > max) max = b;
    if (c < min) min = c;
    if (c > max) max = c;
    if (d < min) min = d;
    if (d > max) max = d;
  }
  for (const value of values.subarray(fours)) {
    sumA += value - about;
    squaresA += (value - about) ** 2;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const sum = sumA + sumB + sumC + sumD;
  // One NaN or infinite value makes the sum so, and finite ones of 32 bits cannot.
  if (!Number.isFinite(sum)) {
    const finite = values.filter((value) => Number.isFinite(value));
    return { ...momentsOf(finite), notFinite: length - finite.length };
  }
  if (length === 0) return NOTHING;
  const spread = Math.max(0, squaresA + squaresB + squaresC + squaresD - (sum * sum) / length);
  return { count: length, min, max, mean: about + sum / length, spread, notFinite: 0 };
}

/** Means and spreads after Chan, Golub and LeVeque. */
export function joined(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: count === 0 ? 0 : a.mean + (apart * b.count) / count,
    spread: count === 0 ? 0 : a.spread + b.spread + (apart * apart * a.count * b.count) / count,
    notFinite: a.notFinite + b.notFinite,
  };
}
