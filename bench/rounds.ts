/** How are two things compared on a machine that has its moods? By turns, so that each mood meets both; the median counts. */
import { performance } from 'node:perf_hooks';

type Contenders<Name extends string> = Readonly<Record<Name, () => Promise<number>>>;

/** A first round warms both up and is not counted. */
export async function byTurns<Name extends string>(
  contenders: Contenders<Name>,
  rounds = 5,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const figures = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    // Whoever was last is first in the next round.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figure = await contenders[name]();
      if (round > 0) figures.get(name)?.push(figure);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(figures.get(name) ?? [])])) as Record<Name, number>;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The smallest value that so large a part of them does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/** How often a second `work` is done, by so many at once for so long; each is told which it is. */
export async function perSecond(lanes: number, seconds: number, work: (lane: number) => Promise<unknown>) {
  const begun = performance.now();
  const until = begun + seconds * 1_000;
  let done = 0;
  const lane = async (_: unknown, i: number) => {
    while (performance.now() < until) {
      await work(i);
      done++;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (done * 1_000) / (performance.now() - begun);
}

export const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
};
