/** How far do rotations lie apart? On a circle, where 179 and -179 degrees are neighbours. */

const RADIANS = Math.PI / 180;

export const degreesOf = (y: number, x: number): number => Math.atan2(y, x) / RADIANS || 0;

/** In degrees, from -180 to 180. */
const wrapped = (degrees: number): number => degrees - 360 * Math.round(degrees / 360);

export interface Spread {
  readonly median: number;
  /** Between the two that lie farthest from the median, one to each side. */
  readonly width: number;
  /** Of each one from the median. */
  readonly deviations: readonly number[];
}

export function spreadOf(rotations: readonly number[]): Spread {
  const sum = (of: (radians: number) => number) => rotations.reduce((total, angle) => total + of(angle * RADIANS), 0);
  const middle = degreesOf(sum(Math.sin), sum(Math.cos));
  const offsets = rotations.map((angle) => wrapped(angle - middle));
  const sorted = offsets.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return {
    median: wrapped(middle + median) || 0,
    width: (sorted.at(-1) ?? 0) - (sorted[0] ?? 0),
    deviations: offsets.map((offset) => wrapped(offset - median)),
  };
}
