/** By which scheme was a tilt series taken? Judged by the angles in the order in which they were recorded. */
import type { MdocFacts } from '../formats/tomography-facts.js';
import type { TiltScheme } from './declared.js';

export type OrderedBy = 'DateTime' | 'PriorRecordDose' | 'order';

/** Null where the angles follow none of the schemes, or are too few to tell. */
export interface FoundScheme {
  readonly scheme: TiltScheme | null;
  readonly by: OrderedBy;
}

const FEWEST = 3;

export function schemeOf(facts: MdocFacts): FoundScheme {
  const { tilts, by } = tiltsAsTaken(facts);
  if (tilts.length < FEWEST) return { scheme: null, by };
  const step = stepOf(tilts);
  return { scheme: step === null ? null : (oneWay(tilts, step) ?? twoWays(tilts, step) ?? symmetric(tilts, step)), by };
}

/** Whether what is declared says the same as what was found, perhaps less precisely: `bidirectional` of `…_neg_first`. */
export const isOfScheme = (found: TiltScheme, declared: TiltScheme): boolean =>
  found === declared || found.startsWith(`${declared}_`);

/** The angles in the order of recording; sections without an angle are left out. */
export function tiltsAsTaken(facts: MdocFacts): { readonly tilts: readonly number[]; readonly by: OrderedBy } {
  const sections = facts.tiltAngles.flatMap((tilt, i) =>
    tilt === null ? [] : [{ tilt, time: facts.times[i] ?? null, dose: facts.priorDoses[i] ?? null }],
  );
  const by = sections.length > 0 && tells(sections.map(({ time }) => time)) ? 'DateTime' : null;
  const byDose = sections.length > 0 && tells(sections.map(({ dose }) => dose)) ? 'PriorRecordDose' : null;
  const keyOf = ({ time, dose }: (typeof sections)[number]) => (by ? time : dose) ?? 0;
  const ordered = by || byDose ? sections.toSorted((a, b) => keyOf(a) - keyOf(b)) : sections;
  return { tilts: ordered.map(({ tilt }) => tilt), by: by ?? byDose ?? 'order' };
}

/** They give an order where each section has one of its own: doses are all 0 where none was calibrated. */
const tells = (keys: readonly (number | null)[]) => !keys.includes(null) && new Set(keys).size === keys.length;

/** Degrees between neighbouring angles, as most are; angles that nearly coincide were taken again. Null where all do. */
export function stepOf(tilts: readonly number[]): number | null {
  const sorted = tilts.toSorted((a, b) => a - b);
  const gaps = sorted.slice(1).map((tilt, i) => tilt - (sorted[i] ?? tilt));
  const steps = gaps.filter((gap) => gap > 0.1).sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? null;
}

/** Stages settle near an angle, not at it: half a step back is no turn. */
const rises = (tilts: readonly number[], step: number) =>
  tilts.every((tilt, i) => i === 0 || tilt > (tilts[i - 1] ?? tilt) - step / 2);
const falls = (tilts: readonly number[], step: number) =>
  rises(
    tilts.map((tilt) => -tilt),
    step,
  );

function oneWay(tilts: readonly number[], step: number): TiltScheme | null {
  if (rises(tilts, step)) return 'unidirectional_min_to_max';
  return falls(tilts, step) ? 'unidirectional_max_to_min' : null;
}

/** From the start to one end, back to the start, and to the other end. */
function twoWays(tilts: readonly number[], step: number): TiltScheme | null {
  const start = tilts[0] ?? 0;
  const side = awayFrom(start, tilts, step);
  const turn = tilts.findIndex((tilt) => (tilt - start) * side < -step / 2);
  if (side === 0 || turn < 0) return null;
  // The start may be taken again before the other branch.
  const again = tilts.slice(0, turn).findLastIndex((tilt) => Math.abs(tilt - start) < step / 2);
  const first = tilts.slice(0, again > 0 ? again : turn);
  const second = tilts.slice(turn);
  const isFirst = side > 0 ? rises(first, step) : falls(first, step);
  const isSecond = side > 0 ? falls(second, step) : rises(second, step);
  const isNear = Math.abs((second[0] ?? start) - start) <= 2 * step;
  if (first.length < 2 || !isFirst || !isSecond || !isNear) return null;
  return side > 0 ? 'bidirectional_pos_first' : 'bidirectional_neg_first';
}

const awayFrom = (start: number, tilts: readonly number[], step: number): number =>
  Math.sign((tilts.find((tilt) => Math.abs(tilt - start) >= step / 2) ?? start) - start);

/** Outwards on both sides by turns, one view or a group of them at a time; one step back within a side is forgiven. */
function symmetric(tilts: readonly number[], step: number): TiltScheme | null {
  const groups = groupsBySide(tilts, step);
  if (groups.length < 3) return null;
  const reached = { [-1]: 0, 1: 0 };
  for (const [i, { side, distances }] of groups.entries()) {
    const isLast = i === groups.length - 1;
    for (const distance of distances) {
      if (distance < reached[side] - step * 1.01) return null;
      reached[side] = Math.max(reached[side], distance);
    }
    const other = side === 1 ? reached[-1] : reached[1];
    if (!isLast && i > 0 && reached[side] < other - step * 1.5) return null;
  }
  return 'dose_symmetric';
}

interface Group {
  readonly side: 1 | -1;
  readonly distances: number[];
}

/** By distance from the start, which need not be 0: a lamella has a tilt of its own. */
function groupsBySide(tilts: readonly number[], step: number): Group[] {
  const start = tilts[0] ?? 0;
  const groups: Group[] = [];
  for (const tilt of tilts) {
    const distance = Math.abs(tilt - start);
    if (distance < step / 2) continue;
    const side = tilt > start ? 1 : -1;
    const last = groups.at(-1);
    if (last?.side === side) last.distances.push(distance);
    else groups.push({ side, distances: [distance] });
  }
  return groups;
}
