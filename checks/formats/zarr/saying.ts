/** What do the parts of the Zarr check have in common? The pen, and how places are written. */
import type { Pen, Said } from '../../check.js';
import type { Code } from './rules.js';

export type ZarrPen = Pen<Code>;
export type Judgement = Generator<Said, void>;
export type SlowJudgement = AsyncGenerator<Said, void>;

const MOST_SAMPLES = 20;

/** How many places there are, and the first of them. */
export const placesOf = (places: readonly string[]) => ({
  count: places.length,
  samples: places.slice(0, MOST_SAMPLES).map((place) => shown(place)),
});

/** A key or a value of a stranger's file, cut where nobody would read on. */
export const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** Digits enough to tell two scales apart. */
export const rounded = (n: number): string => String(Number(n.toPrecision(6)));
export const times = (numbers: readonly number[]): string => numbers.map(rounded).join(' × ');

/** Faults of one kind together, in the order in which they were found. */
export function byRule<F extends { readonly rule: string }>(
  faults: readonly F[],
): ReadonlyMap<F['rule'], readonly F[]> {
  const groups = new Map<F['rule'], F[]>();
  for (const fault of faults) {
    const group = groups.get(fault.rule);
    if (group) group.push(fault);
    else groups.set(fault.rule, [fault]);
  }
  return groups;
}
