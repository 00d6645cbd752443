/** Where do points lie? Counted by tomogram, with their extremes, and one by one where they are few enough to be kept. */
import type { PointGroup } from '../formats/tomography-facts.js';

/** More are known by their extremes alone. */
export const MOST_COORDINATES = 20_000;
/** More tomograms in one file are no list of particles, but some other column taken for their names. */
const MOST_GROUPS = 10_000;
/** More points are not told apart, nor more instances: what is kept of each takes memory. */
const MOST_TOLD_APART = 500_000;
const LONGEST_NAME = 200;

type Corner = [number, number, number];

interface Group {
  readonly tomogram: string | null;
  count: number;
  readonly min: Corner;
  readonly max: Corner;
  readonly lines: [number, number];
  coordinates: number[];
  coordinateLines: number[];
  readonly instances: Set<string> | null;
}

export interface Point {
  readonly tomogram: string | null;
  readonly at: readonly [x: number, y: number, z: number];
  readonly line: number;
  readonly instance: string | null;
}

export interface PointTally {
  /** False where the same point of the same tomogram came before, as far as points are told apart. */
  add(point: Point): boolean;
  readonly count: number;
  /** Of all points: is every coordinate a whole number, do all lie in one plane of Z? */
  readonly areWhole: boolean;
  readonly areFlat: boolean;
  readonly hasTooManyTomograms: boolean;
  groups(): PointGroup[];
}

export function pointTally(): PointTally {
  const groups = new Map<string | null, Group>();
  const seen = new Set<string>();
  let instances = 0;
  let count = 0;
  let areWhole = true;
  let firstZ = Number.NaN;
  let areFlat = true;
  let hasTooManyTomograms = false;

  function groupOf(tomogram: string | null, isInstanced: boolean): Group | null {
    const name = tomogram?.slice(0, LONGEST_NAME) ?? null;
    const known = groups.get(name);
    if (known) return known;
    hasTooManyTomograms ||= groups.size === MOST_GROUPS;
    if (groups.size === MOST_GROUPS) return null;
    const group: Group = {
      ...{ tomogram: name, count: 0, lines: [0, 0], coordinates: [], coordinateLines: [] },
      ...{ min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity] },
      instances: isInstanced ? new Set() : null,
    };
    groups.set(name, group);
    return group;
  }

  function isNew(key: string): boolean {
    if (seen.has(key)) return false;
    if (seen.size < MOST_TOLD_APART) seen.add(key);
    return true;
  }

  return {
    get count() {
      return count;
    },
    get areWhole() {
      return areWhole;
    },
    get areFlat() {
      return areFlat;
    },
    get hasTooManyTomograms() {
      return hasTooManyTomograms;
    },
    add({ tomogram, at, line, instance }) {
      const [x, y, z] = at;
      count++;
      areWhole &&= Number.isInteger(x) && Number.isInteger(y) && Number.isInteger(z);
      if (count === 1) firstZ = z;
      areFlat &&= z === firstZ;
      const group = groupOf(tomogram, instance !== null);
      if (!group) return true;

      if (group.count++ === 0) group.lines[0] = line;
      group.lines[1] = line;
      widen(group, at);
      if (count <= MOST_COORDINATES) {
        group.coordinates.push(x, y, z);
        group.coordinateLines.push(line);
      } else if (count === MOST_COORDINATES + 1) for (const each of groups.values()) forget(each);
      if (instance !== null && group.instances && instances < MOST_TOLD_APART && !group.instances.has(instance)) {
        group.instances.add(instance.slice(0, LONGEST_NAME));
        instances++;
      }
      return isNew(`${tomogram} ${instance} ${x} ${y} ${z}`);
    },
    groups() {
      const isWhole = count <= MOST_COORDINATES;
      return [...groups.values()].map(({ instances: of, coordinates, coordinateLines, ...group }) => ({
        ...group,
        ...(isWhole ? { coordinates, coordinateLines } : { coordinates: null }),
        instances: of && instances < MOST_TOLD_APART ? of.size : null,
      }));
    },
  };
}

function widen({ min, max }: Group, at: readonly number[]): void {
  for (let axis = 0; axis < 3; axis++) {
    const value = at[axis] ?? 0;
    if (value < (min[axis] ?? 0)) min[axis] = value;
    if (value > (max[axis] ?? 0)) max[axis] = value;
  }
}

function forget(group: Group): void {
  group.coordinates = [];
  group.coordinateLines = [];
}
