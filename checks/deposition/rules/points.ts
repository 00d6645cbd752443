/** Do points lie in the tomogram on which they were picked? In its voxels, whatever unit their file has. */
import type { PointGroup, PointsFacts } from '../../formats/tomography-facts.js';
import { factsAs, type Run } from '../deposition.js';
import { isNear, rounded, tiltSeriesPixel } from '../pixel-size.js';
import {
  areAllInside,
  type Box,
  boxOf,
  declaredReading,
  guessOf,
  isInside,
  type Reading,
  type Tomogram,
  voxelOf,
} from '../point-units.js';
import { type AnnotationFile, annotationFiles, withoutReference } from '../reference-tomogram.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type Repair, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';
import { pointsOfRun } from '../tomogram-names.js';

type Variant = 'outside' | 'outside_by_extremes' | 'few_outside' | 'angstrom' | 'half';

/** Points of a file that are of this run, and all that it takes to see where they lie. */
interface Picked {
  readonly annotation: AnnotationFile;
  readonly facts: PointsFacts;
  readonly groups: readonly PointGroup[];
  readonly count: number;
  readonly box: Box;
  readonly tomogram: Tomogram;
  readonly reading: Reading;
}

const pointsInTomogram = defineRunRule<Variant>({
  id: 'X-41',
  title: 'Points lie in their tomogram',
  why: 'A point outside of the tomogram marks nothing; most often the unit or the binning of all points is another one.',
  says: {
    outside: {
      severity: 'error',
      message:
        '{count} of {all} points of {file} lie outside of the tomogram: voxels from {expected} ({tolerance}). {hint}',
      fix: '{advice}',
    },
    outside_by_extremes: {
      severity: 'error',
      message:
        'Points of {file} reach from {found}, and so outside of the tomogram: voxels from {expected} ({tolerance}). How many of the {all} is not known: of so many points only the extremes are kept. {hint}',
      fix: '{advice}',
    },
    few_outside: {
      severity: 'warning',
      message: '{count} of {all} points of {file} lie outside of the tomogram: voxels from {expected} ({tolerance}).',
      fix: 'Take these points out, or correct them.',
    },
    angstrom: {
      severity: 'warning',
      message:
        'The coordinates of {file} are headed as ångström, and with a coordinate_binning of {found} they are not divided by the voxel size, {expected} Å.',
      fix: 'Declare the coordinate_binning {expected}, or write the coordinates in voxels of the tomogram.',
    },
    half: {
      severity: 'warning',
      message:
        'All {all} points of {file} lie in half of the tomogram along each axis: perhaps they are of a coarser one. They reach from {found}; there are voxels from {expected}.',
      fix: 'See whether the points were picked on this tomogram, and correct coordinate_binning or reference_tomogram.',
    },
  },
  *judge(run, within) {
    const lists = annotationFiles(run, within).flatMap((annotation) => {
      const facts = factsAs(annotation.file, 'star', 'csv');
      return facts ? [{ annotation, facts }] : [];
    });
    if (lists.length === 0) return yield notApplicable('There is no list of points that can be read.');

    const faults: CellSaid<Variant>[] = [];
    const seen: string[] = [];
    const sizes = new Set<string>();
    const unknown: string[] = [];
    for (const { annotation, facts } of lists) {
      const picked = pickedOf(annotation, facts, pointsOfRun(facts, run, within.dataset), run);
      if (typeof picked === 'string') {
        unknown.push(picked);
        continue;
      }
      for (const fault of judgePoints(picked)) faults.push(fault);
      sizes.add(limitOf(picked.tomogram.dimensions));
      const byExtremes = picked.groups.some(({ coordinates }) => coordinates === null)
        ? ', judged by their extremes'
        : '';
      seen.push(`${picked.count} points from ${spanOf(picked)}${byExtremes}`);
    }
    if (faults.length > 0) return yield* faults;
    if (seen.length === 0) return yield notApplicable(unknown[0] ?? '');
    yield compared(`${[...sizes].join(', ')} (${shown(TOLERANCES['X-41'].edge)})`, seen.join('; '));
  },
});

/** Or why it cannot be seen where they lie. */
function pickedOf(
  annotation: AnnotationFile,
  facts: PointsFacts,
  groups: readonly PointGroup[],
  run: Run,
): Picked | string {
  const { reference, entry, file } = annotation;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  if (count === 0) return `No point of ${file.path} is of this run.`;
  if (!reference) return withoutReference(annotation);
  if (!reference.dimensions) return `The size of the tomogram of ${file.path} is not known.`;
  const { dimensions, voxelSize } = reference;
  const tomogram = { dimensions, voxelSize, binning: wholeBinning(voxelSize, tiltSeriesPixel(run)) };
  const reading = declaredReading(facts, entry?.coordinate_binning || 1, tomogram);
  if (!reading) return `The voxel size of the tomogram of ${file.path} is not known, and its points are in ångström.`;
  return { annotation, facts, groups, count, box: boxOf(groups), tomogram, reading };
}

function wholeBinning(voxel: number | null, pixel: number | null): number | null {
  if (voxel === null || pixel === null) return null;
  const whole = Math.round(voxel / pixel);
  return whole >= 2 && isNear(TOLERANCES['X-43'].ratio, whole, voxel / pixel) ? whole : null;
}

function* judgePoints(picked: Picked): Generator<CellSaid<Variant>> {
  const { annotation, facts, count, box, tomogram, reading } = picked;
  const file = annotation.file.path;
  const told = { file, all: count, expected: limitOf(tomogram.dimensions), tolerance: shown(TOLERANCES['X-41'].edge) };
  if (areAllInside(box, tomogram, reading)) return yield* judgeUnit(picked);

  const all = outsideOf(picked);
  const share = all ? all.count / count : 1;
  if (all && share <= TOLERANCES['X-41'].outside.value / 100) {
    return yield {
      says: 'few_outside',
      told: { ...told, count: all.count, samples: all.samples, location: all.first },
    };
  }
  const guess = guessOf(box, facts, tomogram);
  const hint = guess?.hint ?? '';
  const advice = guess?.advice ?? 'See whether these points are of this tomogram, and in which unit they are.';
  // A point or two beyond the edge tell of no other unit.
  const isClear = guess?.binning != null && (all ? share >= 0.25 : true);
  const repair = isClear && guess?.binning ? rebinned(annotation, guess.binning, guess.hint) : undefined;
  const more = { ...told, hint, advice, repair, found: spanOf(picked) };
  if (!all) return yield { says: 'outside_by_extremes', told: more };
  const { samples, first: location } = all;
  yield { says: 'outside', told: { ...more, count: all.count, samples, location } };
}

/** Of points that all lie inside as they are read. */
function* judgeUnit(picked: Picked): Generator<CellSaid<Variant>> {
  const { annotation, facts, count, box, tomogram, reading } = picked;
  const { dimensions, voxelSize } = tomogram;
  const file = annotation.file.path;
  if (facts.unit === 'angstrom' && voxelSize !== null) {
    if (isNear(TOLERANCES['X-43'].ratio, voxelSize, reading.divisor)) return;
    const repair = rebinned(
      annotation,
      Number(rounded(voxelSize)),
      'The file says that its coordinates are in ångström.',
    );
    const told = { file, expected: rounded(voxelSize), found: rounded(reading.divisor), repair };
    return yield { says: 'angstrom', told };
  }
  const isHalf = dimensions.every((size, i) => voxelOf(box.max[i] ?? 0, size, reading) <= size / 2);
  if (!isHalf || count < 2 || reading.isCentred) return;
  const isUndone = reading.divisor > 1 && areAllInside(box, tomogram, { divisor: 1, isCentred: false });
  const repair = isUndone
    ? rebinned(annotation, 1, 'Undivided, the points lie in the tomogram and fill more of it.')
    : undefined;
  yield { says: 'half', told: { file, all: count, expected: limitOf(dimensions), found: spanOf(picked), repair } };
}

const rebinned = ({ entry, pointer }: AnnotationFile, to: number, why: string): Repair => ({
  ...{ kind: 'metadata', pointer: `${pointer}/coordinate_binning`, from: entry?.coordinate_binning ?? null, to, why },
});

/** Which ones, by line; null where only extremes are known. */
function outsideOf({ groups, tomogram: { dimensions }, reading }: Picked) {
  let count = 0;
  let first: string | undefined;
  const samples: string[] = [];
  for (const { coordinates, coordinateLines } of groups) {
    if (!coordinates) return null;
    for (let at = 0; at + 2 < coordinates.length; at += 3) {
      const point = coordinates.slice(at, at + 3);
      if (point.every((value, axis) => isInside(value, dimensions[axis] ?? 0, reading))) continue;
      count++;
      const line = coordinateLines?.[at / 3];
      first ??= line === undefined ? undefined : `line ${line}`;
      if (samples.length < 10)
        samples.push(`${line === undefined ? '' : `line ${line}: `}${point.map(rounded).join(', ')}`);
    }
  }
  return { count, samples, first };
}

const limitOf = (dimensions: readonly number[]): string =>
  `0, 0, 0 to ${dimensions.map((size) => size - 1).join(', ')}`;

function spanOf({ box, tomogram: { dimensions }, reading }: Picked): string {
  const corner = (side: 'min' | 'max') =>
    dimensions.map((size, i) => rounded(voxelOf(box[side][i] ?? 0, size, reading)));
  return `${corner('min').join(', ')} to ${corner('max').join(', ')}`;
}

export const POINT_RULES: readonly RunRule[] = [pointsInTomogram];
