/** Are the refined tilt angles of an alignment those of the tilt series, and near the raw ones? */
import { highestOf, lowestOf, type Offsets, offsetsOf } from '../angle-matching.js';
import { factsAs, onlyFile, type Run } from '../deposition.js';
import { rounded } from '../pixel-size.js';
import { shifted } from '../repairs.js';
import { acquisitionOf, anglesOf, sectionsIn, tiltSeriesOf } from '../run-parts.js';
import { compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

const NO_TLT = 'There are no refined tilt angles that can be read.';
const MOST_SAMPLES = 10;

/** Sections, from 0, that the reconstruction leaves out: by EXCLUDELIST of tilt.com. */
export const excludedOf = (run: Run): ReadonlySet<number> =>
  new Set((factsAs(onlyFile(run, 'tilt_com'), 'tilt-com')?.excluded ?? []).map((section) => section - 1));

const refinedCount = defineRunRule({
  id: 'X-10',
  title: 'One refined tilt angle per section',
  why: 'The alignment refines the tilt of each section; only sections that tilt.com excludes may be left out.',
  says: {
    of_sections: {
      severity: 'error',
      message: 'The tilt series has {sections} sections, and there are {found} refined tilt angles.',
      fix: 'Upload the TLT that was refined for this tilt series, or the tilt.com that excludes the missing sections.',
    },
    of_raw: {
      severity: 'error',
      message: 'There are {sections} raw tilt angles, and {found} refined ones.',
      fix: 'Upload the TLT and the RAWTLT of the same tilt series.',
    },
  },
  *judge(run) {
    const tlt = anglesOf(run, 'tlt');
    if (!tlt) return yield notApplicable(NO_TLT);
    const sections = sectionsIn(tiltSeriesOf(run));
    const raw = anglesOf(run, 'rawtlt')?.facts.angles.length ?? null;
    if (sections === null && raw === null)
      return yield notApplicable('Neither the sections of a tilt series nor raw tilt angles are known.');

    const found = tlt.facts.angles.length;
    const excluded = excludedOf(run).size;
    const isRight = (count: number) => found === count || (excluded > 0 && found === count - excluded);
    const but = excluded > 0 ? ` or ${excluded} less, as tilt.com excludes` : '';
    const told = { file: tlt.file.path, found: String(found) };
    if (sections !== null && !isRight(sections))
      yield { says: 'of_sections', told: { ...told, sections, expected: `${sections} angles${but}` } };
    if (raw !== null && raw !== sections && !isRight(raw))
      yield { says: 'of_raw', told: { ...told, sections: raw, expected: `${raw} angles${but}` } };
    yield compared(`${sections ?? raw} sections${but}`, `${found} refined tilt angles`);
  },
});

const refinedOffset = defineRunRule({
  id: 'X-11',
  title: 'Refined tilt angles are near the raw ones',
  why: 'Alignment moves all tilts by about the same angle, that of the sample in its holder; single views that move far are suspect.',
  says: {
    spread: {
      severity: 'warning',
      message:
        'Refined tilt angles are not the same distance from the raw ones: {count} of {all} are {half} or more off the others, which are {median} higher.',
      fix: 'Look at these views: they may be out of order, or badly aligned.',
    },
    far: {
      severity: 'warning',
      message: 'All refined tilt angles are {found} higher than the raw ones, more than {tolerance}.',
      fix: 'Upload the TLT that was refined from these raw tilt angles.',
    },
    unrefined: {
      severity: 'warning',
      message: 'The refined tilt angles are the raw ones, row by row: were they refined?',
      fix: 'Upload the TLT that alignment wrote; nothing is to be done where tilts were held fixed.',
    },
    offset: {
      severity: 'info',
      message: 'The refined tilt angles are {found} higher than the raw ones, by nearly the same in each row.',
      fix: 'Nothing is to be done: samples lie aslant in their holders.',
    },
  },
  *judge(run) {
    const tlt = anglesOf(run, 'tlt');
    const raw = anglesOf(run, 'rawtlt');
    if (!tlt || !raw) return yield notApplicable('There are no raw and refined tilt angles that can be read.');
    const excluded = excludedOf(run);
    const all = raw.facts.angles;
    const kept = all.length === tlt.facts.angles.length ? all : all.filter((_, i) => !excluded.has(i));
    if (kept.length !== tlt.facts.angles.length || kept.length === 0)
      return yield notApplicable(
        'Refined and raw tilt angles are not as many, so that their rows cannot be told apart.',
      );

    const tolerance = TOLERANCES['X-11'];
    const offsets = offsetsOf(tlt.facts.angles, kept);
    const { each, mean, spread, median } = offsets;
    const told = { file: tlt.file.path, all: each.length, tolerance: shown(tolerance.offset), found: rangeOf(offsets) };
    const half = tolerance.spread.value / 2;
    const spreadTold = {
      half: `${half}°`,
      median: `${degrees(median)}°`,
      expected: `a spread of ${tolerance.spread.value}° at most`,
    };
    if (spread > tolerance.spread.value + 1e-6) {
      const worst = worstOf(each, median, half);
      const samples = worst
        .slice(0, MOST_SAMPLES)
        .map((i) => `line ${tlt.facts.lines[i] ?? i + 1}: ${tlt.facts.angles[i]}°, raw ${kept[i]}°`);
      const location = `line ${tlt.facts.lines[worst[0] ?? 0] ?? 1}`;
      return yield { says: 'spread', told: { ...told, ...spreadTold, location, count: worst.length, samples } };
    }
    if (Math.abs(mean) > tolerance.offset.value) {
      const repair = spread <= TOLERANCES['X-08'].near.value ? shifted(tlt, -mean) : {};
      return yield { says: 'far', told: { ...told, expected: shown(tolerance.offset), ...repair } };
    }
    if (each.every((offset) => Math.abs(offset) < 1e-6)) return yield { says: 'unrefined', told };
    if (Math.abs(mean) >= tolerance.told.value) yield { says: 'offset', told };
    yield compared(`a spread of ${tolerance.spread.value}° at most`, `${rangeOf(offsets)} higher`);
  },
});

/** Rows that are farther off the others than half of what is allowed; the two ends where each alone is not. */
function worstOf(each: readonly number[], median: number, half: number): number[] {
  const off = each.flatMap((offset, i) => (Math.abs(offset - median) >= half ? [i] : []));
  const away = (i: number) => Math.abs((each[i] ?? 0) - median);
  return off.sort((a, b) => away(b) - away(a) || a - b);
}

/** `+2.81..+3.23°` */
const rangeOf = ({ each }: Offsets): string => {
  const [low, high] = [lowestOf(each), highestOf(each)].map(degrees);
  return low === high ? `${low}°` : `${low}..${high}°`;
};
const degrees = (angle: number): string => rounded(Number(angle.toFixed(2)));

const refinedRange = defineRunRule({
  id: 'X-12',
  title: 'Refined tilt angles are possible',
  why: 'A stage tilts by less than a right angle, and there cannot be more refined tilts than were recorded.',
  says: {
    range: {
      severity: 'error',
      message: '{count} refined tilt angles are not between -90 and 90 degrees.',
      fix: 'Upload the TLT that alignment wrote: these rows are no tilt angles.',
    },
    more: {
      severity: 'error',
      message: 'There are {found} refined tilt angles, and the MDOC describes {sections} tilts.',
      fix: 'Upload the TLT and the MDOC of the same run.',
    },
  },
  *judge(run) {
    const tlt = anglesOf(run, 'tlt');
    if (!tlt) return yield notApplicable(NO_TLT);
    const { angles, lines } = tlt.facts;
    const beyond = angles.flatMap((angle, i) => (Math.abs(angle) <= 90 ? [] : [i]));
    if (beyond.length > 0) {
      const samples = beyond.slice(0, MOST_SAMPLES).map((i) => `line ${lines[i] ?? i + 1}: ${angles[i]}°`);
      const location = `line ${lines[beyond[0] ?? 0] ?? 1}`;
      yield {
        says: 'range',
        told: {
          file: tlt.file.path,
          location,
          count: beyond.length,
          samples,
          expected: '-90 to 90°',
          found: `${angles[beyond[0] ?? 0]}°`,
        },
      };
    }
    const sections = acquisitionOf(run)?.facts.sections ?? null;
    const found = angles.length;
    if (sections !== null && found > sections)
      yield {
        says: 'more',
        told: { file: tlt.file.path, sections, expected: `${sections} at most`, found: String(found) },
      };
    yield compared(`-90 to 90°${sections === null ? '' : `, ${sections} at most`}`, `${found} angles`);
  },
});

export const REFINED_ANGLE_RULES: readonly RunRule[] = [refinedCount, refinedOffset, refinedRange];
