/** Do all who tell the direction of the tilt axis tell the same? */
import { factsAs, onlyFile, type Run } from '../deposition.js';
import { rounded } from '../pixel-size.js';
import { declareInstead } from '../repairs.js';
import { acquisitionOf } from '../run-parts.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

/** Who tells it: one angle, or one for each section. */
interface Told {
  readonly source: 'declared' | 'title' | 'xf' | 'aln';
  /** As in a sentence. */
  readonly name: string;
  readonly file: string | null;
  readonly angles: readonly number[];
}

const MOST_SAMPLES = 10;
const TOLERANCE = TOLERANCES['X-20'].axis;

const tiltAxis = defineRunRule({
  id: 'X-20',
  title: 'Tilt axis',
  why: 'All tilts turn about one axis of the image: told wrongly, a reconstruction is smeared, or mirrored.',
  says: {
    differs: {
      severity: 'warning',
      message: 'The tilt axis is at {found} by {name}, and at {expected} by {reference} ({tolerance}).',
      fix: 'Correct the one that is wrong; the title "Tilt axis angle" of the MDOC is the most reliable.',
    },
    rotation_angle: {
      severity: 'warning',
      message:
        'The tilt axis is declared at {found}; it is {expected} in the title of the MDOC, whose RotationAngle is 90° higher.',
      fix: 'Declare the tilt axis of the title, and not the RotationAngle.',
    },
    sections: {
      severity: 'warning',
      message:
        '{count} of {all} sections of {name} are turned otherwise than the tilt axis by {reference}, {expected} ({tolerance}).',
      fix: 'Look at the alignment of these sections.',
    },
    half_turn: {
      severity: 'info',
      message: 'The tilt axis is at {found} by {name}, and at {expected} by {reference}: the same but for half a turn.',
      fix: 'Nothing is to be done where the sign of the tilt angles was looked at: half a turn reverses it.',
    },
    other_sign: {
      severity: 'info',
      message:
        'The tilt axis is at {found} by {name}, and at {expected} by {reference}: the same when the image is turned the other way.',
      fix: 'Nothing is to be done where another program than IMOD wrote the transforms.',
    },
  },
  *judge(run) {
    const tellers = tellersOf(run);
    const reference =
      tellers.find(({ source }) => source === 'title') ?? tellers.find(({ source }) => source === 'declared');
    const axis = reference?.angles[0];
    if (!reference || axis === undefined)
      return yield notApplicable('The tilt axis is told neither by the MDOC nor by the metadata.');
    const others = tellers.filter((teller) => teller !== reference);
    const rotation = reference.source === 'declared' ? rotationOf(run) : null;
    if (others.length === 0 && rotation === null)
      return yield notApplicable('The tilt axis is told once: there is nothing to compare it with.');

    const faults = [
      ...others.flatMap((teller) => judgeTeller(run, teller, reference, axis)),
      ...(rotation ? judgeRotation(rotation, axis) : []),
    ];
    yield* faults;
    const found = others.map(({ name, angles }) => `${degrees(angles[0] ?? 0)} by ${name}`).join(', ');
    yield compared(`${degrees(axis)} by ${reference.name} (${shown(TOLERANCE)})`, found || 'the same');
  },
});

type Fault = CellSaid<'differs' | 'rotation_angle' | 'sections' | 'half_turn' | 'other_sign'>;

function judgeTeller(run: Run, teller: Told, reference: Told, axis: number): Fault[] {
  const { angles, name, source } = teller;
  const isOff = (angle: number, period: number) => apart(angle, axis, period) > TOLERANCE.value + 1e-6;
  const off = angles.flatMap((angle, i) => (isOff(angle, 360) ? [{ angle, i }] : []));
  const [first] = off;
  if (!first) return [];
  const file = teller.file ?? reference.file;
  const told = {
    ...{
      ...(file === null ? {} : { file }),
      name,
      reference: reference.name,
      key: source,
      tolerance: shown(TOLERANCE),
    },
    ...{ expected: degrees(axis), found: degrees(first.angle) },
  };
  if (angles.every((angle) => !isOff(angle, 180))) return [{ says: 'half_turn', told }];
  if (source === 'xf' && angles.every((angle) => !isOff(-angle, 180))) return [{ says: 'other_sign', told }];
  const turned = off.filter(({ angle }) => isOff(angle, 180));
  if (source === 'declared') {
    const repair = declareInstead('tilt_axis_rotation_deg', first.angle, axis, 'The title of the MDOC tells it.');
    const rotation = rotationOf(run);
    const isRotation = rotation && apart(rotation.angle, first.angle, 360) < 0.5;
    return [{ says: isRotation ? 'rotation_angle' : 'differs', told: { ...told, ...repair } }];
  }
  if (turned.length * 2 > angles.length) return [{ says: 'differs', told }];
  const samples = turned.slice(0, MOST_SAMPLES).map(({ angle, i }) => `row ${i + 1}: ${degrees(angle)}`);
  return [{ says: 'sections', told: { ...told, count: turned.length, all: angles.length, samples } }];
}

/** RotationAngle is the axis, or a right angle or two off it: only another one contradicts. */
function judgeRotation({ angle, file }: { angle: number; file: string }, axis: number): Fault[] {
  if (apart(angle, axis, 90) <= TOLERANCE.value + 1e-6) return [];
  const told = { file, name: 'RotationAngle of the MDOC', reference: 'the metadata', key: 'RotationAngle' };
  return [
    {
      says: 'differs',
      told: {
        ...told,
        expected: degrees(axis),
        found: degrees(angle),
        tolerance: `${shown(TOLERANCE)}, or whole right angles more`,
      },
    },
  ];
}

function tellersOf(run: Run): Told[] {
  const { tilt_axis_rotation_deg: declared, is_aligned: isAligned } = run.declared;
  const acquisition = acquisitionOf(run);
  const title = acquisition?.facts.tiltAxisAngle ?? null;
  const [xfFile, alnFile] = [onlyFile(run, 'xf'), onlyFile(run, 'aln')];
  const [xf, aln] = [factsAs(xfFile, 'xf'), factsAs(alnFile, 'aln')];
  // IMOD turns the image back by the angle of the axis.
  const turned = (xf?.rotations ?? []).map((rotation) => -rotation);
  const rotations = (aln?.rows ?? []).map(({ rotation }) => rotation);
  const all: Told[] = [
    {
      source: 'title',
      name: 'the title of the MDOC',
      file: acquisition?.files[0]?.path ?? null,
      angles: title === null ? [] : [title],
    },
    { source: 'declared', name: 'the metadata', file: null, angles: declared === undefined ? [] : [declared] },
    { source: 'xf', name: 'the XF', file: xfFile?.path ?? null, angles: turned },
    { source: 'aln', name: 'the ALN', file: alnFile?.path ?? null, angles: rotations },
  ];
  // Images that were turned upright already are not turned again.
  return all.filter(({ source, angles }) => angles.length > 0 && !(isAligned && (source === 'xf' || source === 'aln')));
}

function rotationOf(run: Run): { readonly angle: number; readonly file: string } | null {
  const acquisition = acquisitionOf(run);
  const angle = acquisition?.facts.rotationAngle ?? null;
  return angle === null ? null : { angle, file: acquisition?.files[0]?.path ?? '' };
}

/** The shorter way round a circle of `period` degrees. */
function apart(one: number, other: number, period: number): number {
  const difference = Math.abs(one - other) % period;
  return Math.min(difference, period - difference);
}

const degrees = (angle: number): string => `${rounded(Number(angle.toFixed(2)) || 0)}°`;

export const TILT_AXIS_RULES: readonly RunRule[] = [tiltAxis];
