/** Are the raw tilt angles those of the sections of the tilt series, and those that the microscope recorded? */
import { isMonotone, lowestOf, matchAngles, offsetsOf } from '../angle-matching.js';
import type { Run } from '../deposition.js';
import { isWithin, rounded } from '../pixel-size.js';
import { shifted } from '../repairs.js';
import {
  type Acquisition,
  acquisitionOf,
  anglesOf,
  NO_MDOC,
  sectionName,
  sectionsIn,
  tiltSeriesOf,
} from '../run-parts.js';
import { compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

const NO_RAW = 'There are no raw tilt angles that can be read.';
const MOST_SAMPLES = 10;

const EXTRACT =
  'Write one angle a line for each section of the tilt series, in its order: `extracttilts` of IMOD does.';

const anglePerSection = defineRunRule({
  id: 'X-06',
  title: 'One raw tilt angle per section',
  why: 'Raw tilt angles are metadata of the tilt series: line by line they say how far its sections were tilted.',
  says: {
    differs: {
      severity: 'error',
      message: 'The tilt series has {sections} sections, and there are {found} raw tilt angles.',
      fix: EXTRACT,
    },
  },
  *judge(run) {
    const sections = sectionsIn(tiltSeriesOf(run));
    const raw = anglesOf(run, 'rawtlt');
    if (sections === null) return yield notApplicable('The number of sections of a tilt series is not known.');
    if (!raw) return yield notApplicable(NO_RAW);

    const found = raw.facts.angles.length;
    if (found === sections) return yield compared(`${sections} sections`, `${found} raw tilt angles`);
    const told = { sections, expected: `${sections} angles`, found: String(found) };
    yield { says: 'differs', told: { file: raw.file.path, ...told } };
  },
});

const angleCount = defineRunRule({
  id: 'X-07',
  title: 'No more raw tilt angles than tilts',
  why: 'The MDOC tells of every tilt that was recorded; a tilt series holds them all, or leaves out those that failed.',
  says: {
    more: {
      severity: 'error',
      message: 'There are {found} raw tilt angles, and the MDOC describes {sections} tilts.',
      fix: 'Upload the MDOC with all tilts, or the raw tilt angles of this run.',
    },
    dropped: {
      severity: 'warning',
      message:
        'The MDOC describes {sections} tilts, {count} more than there are raw tilt angles: these were left out of the tilt series.',
      fix: 'See that these tilts were left out on purpose.',
    },
  },
  *judge(run) {
    const both = rawAndRecorded(run);
    if ('notApplicable' in both) return yield both;
    const { acquisition, raw, recorded } = both;
    const { sections } = acquisition.facts;
    const found = raw.facts.angles.length;
    if (found === sections) return yield compared(`${sections} tilts at most`, `${found} raw tilt angles`);

    const told = { file: raw.file.path, sections, found: String(found), expected: `${sections} angles` };
    if (found > sections) return yield { says: 'more', told };
    const { others } = matchAngles(raw.facts.angles, recorded.angles, TOLERANCES['X-08'].near);
    const samples = others
      .toSorted((a, b) => a - b)
      .slice(0, MOST_SAMPLES)
      .map((i) => `${rounded(recorded.angles[i] ?? 0)}°, ${sectionName(acquisition, recorded.sections[i] ?? 0)}`);
    yield { says: 'dropped', told: { ...told, count: sections - found, samples } };
  },
});

const angleWasRecorded = defineRunRule({
  id: 'X-08',
  title: 'Raw tilt angles were recorded',
  why: 'Each raw tilt angle is that of a tilt which the microscope recorded: by it the section is found in the MDOC again.',
  says: {
    unmatched: {
      severity: 'error',
      message: '{count} of {all} raw tilt angles have no tilt of their own in the MDOC ({tolerance}).',
      fix: 'Upload the raw tilt angles and the MDOC of the same run, with a tilt for each angle.',
    },
    offset: {
      severity: 'error',
      message: 'All raw tilt angles are {found} off those of the MDOC.',
      fix: 'Upload the angles that the microscope recorded; offsets that were found in alignment belong into the TLT.',
    },
    mirrored: {
      severity: 'error',
      message: 'Raw tilt angles are those of the MDOC only when their signs are reversed.',
      fix: 'Write the raw tilt angles with the signs that the microscope recorded.',
    },
    near: {
      severity: 'warning',
      message:
        '{count} of {all} raw tilt angles are a little off their tilts in the MDOC (farther than {same}, within {tolerance}).',
      fix: 'Write the raw tilt angles with two decimals: `extracttilts` of IMOD does.',
    },
  },
  *judge(run) {
    const both = rawAndRecorded(run);
    if ('notApplicable' in both) return yield both;
    const { raw, recorded } = both;
    const { angles, lines } = raw.facts;
    if (angles.length === 0 || recorded.angles.length === 0) return yield notApplicable('There are no tilt angles.');

    const { same, near } = TOLERANCES['X-08'];
    const rowOf = (i: number) => `line ${lines[i] ?? i + 1}: ${angles[i]}°`;
    const list = (ones: readonly number[]) => {
      const rows = ones.toSorted((a, b) => a - b);
      return {
        location: `line ${lines[rows[0] ?? 0] ?? 1}`,
        count: rows.length,
        samples: rows.slice(0, MOST_SAMPLES).map(rowOf),
      };
    };
    const told = { file: raw.file.path, all: angles.length, tolerance: shown(near), same: shown(same) };
    const { ones: unmatched } = matchAngles(angles, recorded.angles, near);
    if (unmatched.length > 0) {
      const [, closest] = nearest(angles[lowestOf(unmatched)] ?? 0, recorded.angles);
      const mirrored = angles.map((angle) => -angle);
      if (matchAngles(mirrored, recorded.angles, near).ones.length === 0) return yield { says: 'mirrored', told };
      // A few that are missing at one end and too many at the other are no offset.
      const shift = unmatched.length * 2 > angles.length ? constantOffset(angles, recorded.angles) : null;
      if (shift !== null)
        return yield {
          says: 'offset',
          told: { ...told, found: `${rounded(shift)}°`, expected: '0°', ...shifted(raw, -shift) },
        };
      const found = `${angles[lowestOf(unmatched)]}°`;
      return yield {
        says: 'unmatched',
        told: { ...told, ...list(unmatched), found, expected: `as ${rounded(closest)}°, the nearest` },
      };
    }

    const { ones: off } = matchAngles(angles, recorded.angles, same);
    if (off.length > 0) return yield { says: 'near', told: { ...told, ...list(off), expected: shown(same) } };
    yield compared(`tilts of the MDOC (${shown(same)})`, `${angles.length} raw tilt angles, each with its own`);
  },
});

const angleOrder = defineRunRule({
  id: 'X-09',
  title: 'Order of raw tilt angles',
  why: 'An assembled tilt series is sorted by tilt; angles in another order may not be those of its sections.',
  says: {
    unsorted: {
      severity: 'warning',
      message:
        'Raw tilt angles neither rise nor fall, nor are they in the order of the MDOC: is the tilt series in another order?',
      fix: 'Sort the tilt series by tilt, `newstack -reorder` of IMOD does, and write its angles anew.',
    },
  },
  *judge(run) {
    const raw = anglesOf(run, 'rawtlt');
    if (!raw) return yield notApplicable(NO_RAW);
    const { angles, lines } = raw.facts;
    if (isMonotone(angles)) return yield compared('rising or falling', 'rising or falling');

    const tilts = acquisitionOf(run)?.facts.tiltAngles ?? [];
    if (isInOrderOf(angles, tilts)) return yield compared('in the order of the MDOC', 'in the order of the MDOC');
    const direction = Math.sign((angles.at(-1) ?? 0) - (angles[0] ?? 0)) || 1;
    const at = angles.findIndex((angle, i) => i > 0 && (angle - (angles[i - 1] ?? 0)) * direction < 0);
    const samples = angles.slice(Math.max(0, at - 1), at + 2).map(String);
    const place = { location: `line ${lines[at] ?? at + 1}`, found: samples.join(', '), expected: 'rising or falling' };
    yield { says: 'unsorted', told: { file: raw.file.path, ...place, samples } };
  },
});

/** Whether `angles` are among `tilts` in that order, some left out. */
function isInOrderOf(angles: readonly number[], tilts: readonly (number | null)[]): boolean {
  let at = 0;
  for (const tilt of tilts) if (tilt !== null && isWithin(TOLERANCES['X-08'].near, tilt, angles[at] ?? 1000)) at++;
  return at === angles.length;
}

function rawAndRecorded(run: Run) {
  const acquisition = acquisitionOf(run);
  const raw = anglesOf(run, 'rawtlt');
  if (!raw) return notApplicable(NO_RAW);
  if (!acquisition) return notApplicable(NO_MDOC);
  return { acquisition, raw, recorded: recordedBy(acquisition) };
}

/** Angles that are told, and of which sections. */
function recordedBy({ facts }: Acquisition) {
  const sections = facts.tiltAngles.flatMap((angle, i) => (angle === null ? [] : [i]));
  return { sections, angles: sections.map((i) => facts.tiltAngles[i] ?? 0) };
}

/** By how much all angles are above as many tilts; null where not all are, or not by the same. */
function constantOffset(angles: readonly number[], tilts: readonly number[]): number | null {
  if (angles.length !== tilts.length || angles.length < 3) return null;
  const [one, other] = [angles.toSorted((a, b) => a - b), tilts.toSorted((a, b) => a - b)];
  const { mean, spread } = offsetsOf(one, other);
  return spread <= TOLERANCES['X-08'].near.value ? mean : null;
}

function nearest(angle: number, among: readonly number[]): readonly [index: number, angle: number] {
  const index = among.reduce(
    (best, other, i) => (Math.abs(other - angle) < Math.abs((among[best] ?? 0) - angle) ? i : best),
    0,
  );
  return [index, among[index] ?? 0];
}

export const RAW_ANGLE_RULES: readonly RunRule[] = [anglePerSection, angleCount, angleWasRecorded, angleOrder];
