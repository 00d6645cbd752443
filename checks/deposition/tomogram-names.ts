/**
 * Which run does a list of particles mean by the name of a tomogram? `TS_17`, `rec/TS_17.tomostar`, or a number alone, as
 * STOPGAP has it. `TS_1` is not in `TS_10`.
 */
import type { PointGroup, PointsFacts } from '../formats/tomography-facts.js';
import type { Dataset, Run } from './deposition.js';
import { indexRuns, type RunNames } from './run-names.js';

interface Names {
  readonly names: RunNames;
  /** Runs by the last number in their names. */
  readonly numbers: ReadonlyMap<string, readonly string[]>;
}

/** Points of a file, by run. */
export interface PointsByRun {
  /** Where no tomogram is named, the points are of whatever run the file is of. */
  readonly ofAny: readonly PointGroup[];
  readonly byRun: ReadonlyMap<string, readonly PointGroup[]>;
  /** Names that may be of several runs, with them. */
  readonly ambiguous: ReadonlyMap<string, readonly string[]>;
}

/** Worked out once for each file and each list of runs, however many runs share the file. */
const worked = new WeakMap<PointsFacts, { runs: readonly Run[]; points: PointsByRun }>();
const indexed = new WeakMap<readonly Run[], Names>();

/** The points of a file that are of this run. */
export const pointsOfRun = (facts: PointsFacts, run: Run, dataset: Dataset): readonly PointGroup[] => {
  const { ofAny, byRun } = pointsByRun(facts, dataset);
  return [...ofAny, ...(byRun.get(run.name) ?? [])];
};

export function pointsByRun(facts: PointsFacts, { runs }: Dataset): PointsByRun {
  const before = worked.get(facts);
  if (before?.runs === runs) return before.points;

  const names = namesOf(runs);
  const ofAny: PointGroup[] = [];
  const byRun = new Map<string, PointGroup[]>();
  const ambiguous = new Map<string, readonly string[]>();
  for (const group of facts.groups) {
    if (group.tomogram === null) ofAny.push(group);
    const meant = group.tomogram === null ? [] : runsMeant(group.tomogram, names);
    if (meant.length > 1) ambiguous.set(group.tomogram ?? '', meant);
    for (const run of meant) {
      const groups = byRun.get(run);
      if (groups) groups.push(group);
      else byRun.set(run, [group]);
    }
  }
  const points = { ofAny, byRun, ambiguous };
  worked.set(facts, { runs, points });
  return points;
}

/** By its last name first, then by the folders before it. */
function runsMeant(tomogram: string, { names, numbers }: Names): readonly string[] {
  const [last = '', ...folders] = tomogram.replaceAll('\\', '/').split('/').reverse();
  const stem = last.replace(/(\.(tomostar|mrc|rec|st|mrcs|map))+$/i, '');
  if (names.has(stem)) return [stem];
  const within = names.within(stem);
  if (within.length > 0) return within;
  const folded = names.foldedAs(stem);
  if (folded !== null) return [folded];
  if (/^\d+$/.test(stem)) return numbers.get(plain(stem)) ?? [];
  const folder = folders.find((each) => names.has(each));
  return folder === undefined ? [] : [folder];
}

function namesOf(runs: readonly Run[]): Names {
  const before = indexed.get(runs);
  if (before) return before;
  const numbers = new Map<string, string[]>();
  for (const { name } of runs) {
    const [number] = /\d+(?=\D*$)/.exec(name) ?? [];
    if (number === undefined) continue;
    numbers.set(plain(number), [...(numbers.get(plain(number)) ?? []), name]);
  }
  const names = { names: indexRuns(runs.map(({ name }) => name)), numbers };
  indexed.set(runs, names);
  return names;
}

/** `017` is 17. */
const plain = (number: string): string => number.replace(/^0+(?=\d)/, '');
