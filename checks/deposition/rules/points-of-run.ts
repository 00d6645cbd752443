/** Are there points of this run in the lists that are of it, are they turned by numbers, and are they in its pixels? */
import type { PointsFacts } from '../../formats/tomography-facts.js';
import { factsAs } from '../deposition.js';
import { isNear, rounded } from '../pixel-size.js';
import { type AnnotationFile, annotationFiles } from '../reference-tomogram.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';
import { pointsByRun, pointsOfRun } from '../tomogram-names.js';

/** Formats that are taken tell orientations by Euler angles: of numbers, a rotation always comes that turns and does not mirror. */
const orientations = defineRunRule({
  id: 'X-42',
  title: 'Orientations are rotations',
  why: 'The portal turns Euler angles into rotation matrices: an angle that is no number makes none.',
  says: {
    angles: {
      severity: 'error',
      message: '{count} rows of {file} have an angle that is no finite number.',
      fix: 'Write three angles, in degrees, in each of these rows.',
    },
  },
  *judge(run, within) {
    const lists = annotationFiles(run, within).flatMap(({ file }) => {
      const facts = factsAs(file, 'star', 'csv');
      return facts?.isOriented ? [{ file, facts }] : [];
    });
    if (lists.length === 0) return yield notApplicable('There are no oriented points that can be read.');

    const bad = lists.filter(({ facts }) => facts.badAngles.length > 0);
    for (const { file, facts } of bad) {
      const samples = facts.badAngles.slice(0, 10).map((line) => `line ${line}`);
      const told = { count: facts.badAngles.length, samples, expected: 'finite angles', found: 'other values' };
      yield { says: 'angles', told: { file: file.path, location: samples[0], ...told } };
    }
    if (bad.length > 0) return;
    const count = lists.reduce((sum, { facts }) => sum + facts.groups.reduce((all, group) => all + group.count, 0), 0);
    yield compared('three finite angles in each row', `${count} rows with them`);
  },
});

type Variant = 'none' | 'ambiguous' | 'others' | 'pixels';

const rowsOfRun = defineRunRule<Variant>({
  id: 'X-43',
  title: 'STAR rows of this run',
  why: 'A STAR file may hold the particles of many tomograms: those of a run are found by the name of its tomogram.',
  says: {
    none: {
      severity: 'error',
      message: 'No row of {file} is of this run: its {all} rows are of {found}.',
      fix: 'Name the tomogram in the rows as the run is named, or give the file to the run that it is of.',
    },
    ambiguous: {
      severity: 'warning',
      message: '{file} names the tomogram {name}, which may be of several runs: {found}.',
      fix: 'Name the tomogram in the rows as the run is named.',
    },
    others: {
      severity: 'info',
      message: '{count} rows of {file} are of other tomograms and are left out here: {found}.',
      fix: 'Nothing, where the file is of several runs.',
    },
    pixels: {
      severity: 'warning',
      message:
        'By the optics of {file} a pixel is {pixel} Å; times the coordinate_binning, {binning}, that is not the voxel of {name}, {expected} Å ({tolerance}).',
      fix: 'Correct coordinate_binning: by it, coordinates in the file become voxels of the tomogram.',
    },
  },
  *judge(run, within) {
    const lists = annotationFiles(run, within).flatMap((annotation) => {
      const facts = factsAs(annotation.file, 'star', 'csv');
      return facts?.format === 'star' ? [{ annotation, facts }] : [];
    });
    if (lists.length === 0) return yield notApplicable('There is no STAR file that can be read.');

    const faults: CellSaid<Variant>[] = [];
    const seen: string[] = [];
    for (const { annotation, facts } of lists) {
      const file = annotation.file.path;
      const groups = pointsOfRun(facts, run, within.dataset);
      const count = groups.reduce((sum, group) => sum + group.count, 0);
      const all = facts.groups.reduce((sum, group) => sum + group.count, 0);
      const its = new Set(groups);
      const others = facts.groups
        .filter((group) => !its.has(group))
        .slice(0, 10)
        .map(({ tomogram }) => tomogram ?? '');
      const told = { file, all, found: others.join(', ') || 'none', expected: `rows of ${run.name}`, samples: others };
      if (count === 0) {
        faults.push({ says: 'none', told });
        continue;
      }
      if (count < all) faults.push({ says: 'others', told: { ...told, count: all - count } });
      const { ambiguous } = pointsByRun(facts, within.dataset);
      for (const { tomogram } of groups) {
        const runs = ambiguous.get(tomogram ?? '');
        if (!runs) continue;
        const more = {
          file,
          key: tomogram ?? '',
          name: tomogram,
          expected: 'one run',
          found: runs.slice(0, 10).join(', '),
        };
        faults.push({ says: 'ambiguous', told: more });
      }
      for (const fault of judgePixels(annotation, facts)) faults.push(fault);
      seen.push(`${count} of ${all} rows of ${file}`);
    }
    if (faults.length > 0) return yield* faults;
    yield compared(`rows of ${run.name}`, seen.join('; '));
  },
});

/** Optics may tell of pixels that were binned, by a factor that they tell too. */
function* judgePixels(
  { entry, reference, file, pointer }: AnnotationFile,
  facts: PointsFacts,
): Generator<CellSaid<Variant>> {
  const voxel = reference?.voxelSize ?? null;
  if (voxel === null || !reference || facts.unit !== 'pixel') return;
  const tolerance = TOLERANCES['X-43'].ratio;
  const binning = entry?.coordinate_binning || 1;
  const wrong = facts.opticsPixelSizes.find((size) => {
    const pixels = [size, ...facts.binnings.map((by) => size / by)];
    return !pixels.some((pixel) => isNear(tolerance, voxel, pixel * binning));
  });
  if (wrong === undefined) return;

  const by = Math.round(voxel / wrong);
  const isWhole = by >= 1 && isNear(tolerance, by, voxel / wrong);
  const values = { pointer: `${pointer}/coordinate_binning`, from: entry?.coordinate_binning ?? null, to: by };
  const why = 'So many pixels of its optics make a voxel.';
  const told = { pixel: rounded(wrong), binning: rounded(binning), name: reference.name, tolerance: shown(tolerance) };
  const sizes = { expected: rounded(voxel), found: rounded(wrong * binning) };
  const repair = isWhole ? ({ kind: 'metadata', ...values, why } as const) : undefined;
  yield { says: 'pixels', told: { file: file.path, ...told, ...sizes, repair } };
}

export const POINTS_OF_RUN_RULES: readonly RunRule[] = [orientations, rowsOfRun];
