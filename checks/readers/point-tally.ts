/** Where do points lie? Counted by tomogram, with their extremes, and one by one where they are few enough to be kept. */
import type { PointGroup } from '../formats/tomography-facts.js';
import { type Hash64, hashInto } from './hash64.js';
import { type SeenRows, seenRows } from './seen-rows.js';

/** More are known by their extremes alone. */
export const MOST_COORDINATES = 20_000;
/** More tomograms in one file are no list of particles, but some other column taken for their names. */
const MOST_GROUPS = 10_000;
/** More points are not told apart, nor more instances: what is kept of each takes memory. */
const MOST_TOLD_APART = 500_000;
const LONGEST_NAME = 200;

/** Numbers by which points are told apart: where they are, their tomogram, and what they name, in two. */
const POINT = 6;
/** The same of instances: their tomogram, and what they are called. */
const INSTANCE = 3;

type Corner = [number, number, number];

interface Group {
  readonly tomogram: string | null;
  count: number;
  readonly min: Corner;
  readonly max: Corner;
  readonly lines: [number, number];
  coordinates: number[];
  coordinateLines: number[];
  /** How many different ones its points name; null where they name none. */
  instances: number | null;
  /** From 0, in the order of their first points. */
  readonly number: number;
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
  const points = seenRows(POINT, MOST_TOLD_APART);
  const point = new Float64Array(POINT);
  const instances: SeenRows = seenRows(INSTANCE, MOST_TOLD_APART);
  const named = new Float64Array(INSTANCE);
  /** Rows of one tomogram mostly stand together. */
  let last: Group | null = null;
  let count = 0;
  let areWhole = true;
  let firstZ = Number.NaN;
  let areFlat = true;
  let hasTooManyTomograms = false;

  function groupOf(tomogram: string | null, isInstanced: boolean): Group | null {
    if (last && last.tomogram === tomogram) return last;
    const name = tomogram?.slice(0, LONGEST_NAME) ?? null;
    const known = groups.get(name);
    if (known) {
      last = known;
      return known;
    }
    hasTooManyTomograms ||= groups.size === MOST_GROUPS;
    if (groups.size === MOST_GROUPS) return null;
    const kept = name && copied(name);
    const group: Group = {
      ...{ tomogram: kept, count: 0, lines: [0, 0], coordinates: [], coordinateLines: [] },
      ...{ min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity] },
      ...{ instances: isInstanced ? 0 : null, number: groups.size },
    };
    groups.set(kept, group);
    last = group;
    return group;
  }

  /** Count what the point names, and say by which numbers. */
  function nameInstance(group: Group, instance: string | null): void {
    if (instance === null || group.instances === null) return void named.fill(0);
    const hash = hashOf(instance);
    named.set([group.number, hash.high, hash.low]);
    if (instances.isNew(named) && instances.size < MOST_TOLD_APART) group.instances++;
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
      nameInstance(group, instance);
      // Not a literal: one array for all points.
      [point[0], point[1], point[2]] = [x, y, z];
      [point[3], point[4], point[5]] = [group.number, named[1] ?? 0, named[2] ?? 0];
      return points.isNew(point);
    },
    groups() {
      const isWhole = count <= MOST_COORDINATES;
      const areCounted = instances.size < MOST_TOLD_APART;
      return [...groups.values()].map(({ number: _, instances: of, coordinates, coordinateLines, ...group }) => ({
        ...group,
        ...(isWhole ? { coordinates, coordinateLines } : { coordinates: null }),
        instances: areCounted ? of : null,
      }));
    },
  };
}

const encoder = new TextEncoder();
const bytes = new Uint8Array(3 * 2 * LONGEST_NAME);
const hash: Hash64 = { high: 0, low: 0 };

/** Of what an instance is called, as far as it is told apart. */
function hashOf(name: string): Hash64 {
  const { written } = encoder.encodeInto(name.slice(0, LONGEST_NAME), bytes);
  hashInto(hash, bytes, 0, written);
  return hash;
}

/** A part of a text keeps all of that text in memory. */
const copied = (text: string) => Buffer.from(text, 'utf16le').toString('utf16le');

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
