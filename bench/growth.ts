/** Does it get slower as the submissions become more? The same, in databases of several sizes, by turns. */
import type { House } from './house.js';
import { readingPaths, readsPerSecond } from './reading.js';
import { byTurns } from './rounds.js';
import type { Row } from './row.js';
import { forgetMessages, queued, stepsPerSecond } from './stepping.js';

/** Of the speed in the smallest; less would be more than the noise of a machine. */
const FLAT = { atLeast: 0.8 };

type Measure = () => Promise<number>;

/** @param houses the smallest first */
export async function growth(houses: readonly House[]): Promise<Row[]> {
  const measures = new Map<string, Record<string, Measure>>();
  for (const house of houses) {
    for (const [what, measure] of Object.entries(await measuresOf(house)))
      measures.set(what, { ...measures.get(what), [named(house.size)]: measure });
  }
  const rows: Row[] = [];
  for (const [what, bySize] of measures) rows.push(...rowsOf(what, await byTurns(bySize)));
  for (const house of houses) await forgetMessages(house);
  return rows;
}

async function measuresOf(house: House): Promise<Record<string, Measure>> {
  const curator = await house.person('curator');
  const { address } = await house.process('api');
  const next = await queued(house);
  const reads = Object.entries(await readingPaths(house)).map(([what, paths]): [string, Measure] => [
    what,
    () => readsPerSecond(house, curator, address, paths),
  ]);
  return { ...Object.fromEntries(reads), steps: () => stepsPerSecond(house, curator, next) };
}

function rowsOf(what: string, figures: Readonly<Record<string, number>>): Row[] {
  const [[first = '', value = Number.NaN] = [], ...larger] = Object.entries(figures);
  const against = { what: `of ${first}`, value };
  return larger.map(([size, ours]) => ({ what: `${what}, of ${size}`, unit: 'a second', ours, against, goal: FLAT }));
}

const named = (size: number) => size.toLocaleString('en');
