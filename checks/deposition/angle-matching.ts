/** Which angles are the same as which others, each only once? */
import { isWithin } from './pixel-size.js';
import type { Tolerance } from './tolerances.js';

export interface Matching {
  /** Indices of those that have a partner, and of it. */
  readonly pairs: readonly (readonly [one: number, other: number])[];
  /** Indices of those that have none. */
  readonly ones: readonly number[];
  readonly others: readonly number[];
}

/** As many pairs as there can be: both are gone through from the lowest, so that angles that occur twice find two. */
export function matchAngles(ones: readonly number[], others: readonly number[], tolerance: Tolerance): Matching {
  const [one, other] = [ascending(ones), ascending(others)];
  const pairs: (readonly [number, number])[] = [];
  const left = { ones: [] as number[], others: [] as number[] };
  let [i, j] = [0, 0];
  while (i < one.length && j < other.length) {
    const [a = 0, b = 0] = [one[i], other[j]];
    const [angle = 0, partner = 0] = [ones[a], others[b]];
    if (isWithin(tolerance, angle, partner)) {
      pairs.push([a, b]);
      i++;
      j++;
    } else if (angle < partner) left.ones.push(one[i++] ?? 0);
    else left.others.push(other[j++] ?? 0);
  }
  return { pairs, ones: [...left.ones, ...one.slice(i)], others: [...left.others, ...other.slice(j)] };
}

/** Indices, of the lowest first. */
const ascending = (angles: readonly number[]): number[] =>
  angles.map((_, i) => i).sort((a, b) => (angles[a] ?? 0) - (angles[b] ?? 0) || a - b);

/** Up or down without a step back. */
export function isMonotone(angles: readonly number[]): boolean {
  const steps = angles.slice(1).map((angle, i) => angle - (angles[i] ?? angle));
  return steps.every((step) => step >= 0) || steps.every((step) => step <= 0);
}

export interface Offsets {
  readonly each: readonly number[];
  readonly mean: number;
  readonly median: number;
  /** Between the least and the greatest. */
  readonly spread: number;
}

/** How far `angles` are above `others`, row by row. */
export function offsetsOf(angles: readonly number[], others: readonly number[]): Offsets {
  const each = angles.map((angle, i) => angle - (others[i] ?? angle));
  const sorted = each.toSorted((a, b) => a - b);
  return {
    each,
    mean: each.reduce((sum, offset) => sum + offset, 0) / Math.max(1, each.length),
    median: sorted[sorted.length >> 1] ?? 0,
    spread: (sorted.at(-1) ?? 0) - (sorted[0] ?? 0),
  };
}

/** Of however many: arguments of a call are limited. */
export const lowestOf = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
export const highestOf = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
