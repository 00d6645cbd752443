/** Was the tilt series taken as it is declared: in this order, over this range, in these steps? */
import { highestOf, lowestOf } from '../angle-matching.js';
import type { RunValues } from '../declared.js';
import { isWithin, rounded } from '../pixel-size.js';
import { acquisitionOf, NO_MDOC, sectionName } from '../run-parts.js';
import { compared, defineRunRule, notApplicable, type Repair, type RunRule } from '../run-rule.js';
import { isOfScheme, type OrderedBy, schemeOf, stepOf } from '../tilt-scheme.js';
import { shown, TOLERANCES } from '../tolerances.js';

const MOST_SAMPLES = 10;

/** Take the value of the MDOC for one that was typed wrongly. */
export const declareInstead = (
  field: keyof RunValues,
  from: unknown,
  to: unknown,
  why: string,
): { repair: Repair } => ({
  repair: { kind: 'metadata', pointer: `/${field}`, from, to, why },
});

const BY: Readonly<Record<OrderedBy, string>> = {
  DateTime: 'by the DateTime of the MDOC',
  PriorRecordDose: 'by the PriorRecordDose of the MDOC',
  order: 'by the order of the sections in the MDOC, which has neither times nor doses',
};

const tiltScheme = defineRunRule({
  id: 'X-17',
  title: 'Tilt scheme',
  why: 'The order of tilts decides which of them carry the most dose, by which they are weighted.',
  says: {
    differs: {
      severity: 'warning',
      message: 'The tilt scheme is declared as {expected}; the tilts were taken as {found}, {by}.',
      fix: 'Correct tilt_scheme, or upload the MDOC in the order in which tilts were taken.',
    },
    none: {
      severity: 'warning',
      message:
        'The tilt scheme is declared as {expected}; the tilts were taken in an order of no scheme, {by}: {first}.',
      fix: 'See whether tilts of other runs, or tilts that were taken again, came into the MDOC.',
    },
  },
  *judge(run) {
    const { tilt_scheme: expected } = run.declared;
    const acquisition = acquisitionOf(run);
    if (expected === undefined) return yield notApplicable('No tilt scheme is declared.');
    if (expected === 'other' || expected === 'simulated')
      return yield notApplicable(`A tilt scheme that is declared as ${expected} is not compared.`);
    if (!acquisition) return yield notApplicable(NO_MDOC);

    const { scheme, by } = schemeOf(acquisition.facts);
    const tilts = acquisition.facts.tiltAngles.filter((tilt) => tilt !== null);
    if (tilts.length < 3) return yield notApplicable('There are fewer than three tilts.');
    if (scheme !== null && isOfScheme(scheme, expected)) return yield compared(expected, scheme);

    const file = acquisition.files[0]?.path ?? '';
    const told = {
      file,
      expected,
      by: BY[by],
      first: tilts
        .slice(0, MOST_SAMPLES)
        .map((tilt) => `${rounded(tilt)}°`)
        .join(', '),
    };
    if (scheme === null) return yield { says: 'none', told: { ...told, found: 'no scheme' } };
    const repair =
      by === 'order' ? {} : declareInstead('tilt_scheme', expected, scheme, `Tilts were taken so, ${BY[by]}.`);
    yield { says: 'differs', told: { ...told, found: scheme, ...repair } };
  },
});

const tiltRange = defineRunRule({
  id: 'X-18',
  title: 'Tilt range',
  why: 'The range that is declared is what others search by; the MDOC tells what was recorded.',
  says: {
    min: {
      severity: 'warning',
      message: 'The lowest tilt is declared as {expected}; that of the MDOC is {found} ({tolerance}).',
      fix: 'Correct tilt_min_deg, or upload the MDOC with all tilts.',
    },
    max: {
      severity: 'warning',
      message: 'The highest tilt is declared as {expected}; that of the MDOC is {found} ({tolerance}).',
      fix: 'Correct tilt_max_deg, or upload the MDOC with all tilts.',
    },
  },
  *judge(run) {
    const { tilt_min_deg: min, tilt_max_deg: max } = run.declared;
    const acquisition = acquisitionOf(run);
    if (min === undefined && max === undefined) return yield notApplicable('No tilt range is declared.');
    if (!acquisition) return yield notApplicable(NO_MDOC);
    const tilts = acquisition.facts.tiltAngles.filter((tilt) => tilt !== null);
    if (tilts.length === 0) return yield notApplicable('The MDOC tells no tilt angles.');

    const found = { min: lowestOf(tilts), max: highestOf(tilts) };
    const tolerance = TOLERANCES['X-18'].angle;
    for (const [end, declared] of [
      ['min', min],
      ['max', max],
    ] as const) {
      if (declared === undefined || isWithin(tolerance, found[end], declared)) continue;
      const to = Number(found[end].toFixed(1)) || 0;
      const repair = declareInstead(`tilt_${end}_deg`, declared, to, 'The MDOC tells what was recorded.');
      const told = { file: acquisition.files[0]?.path ?? '', tolerance: shown(tolerance), ...repair };
      yield { says: end, told: { ...told, expected: `${declared}°`, found: `${rounded(found[end])}°` } };
    }
    yield compared(
      `${min ?? '?'}° to ${max ?? '?'}° (${shown(tolerance)})`,
      `${rounded(found.min)}° to ${rounded(found.max)}°`,
    );
  },
});

const tiltStep = defineRunRule({
  id: 'X-19',
  title: 'Tilt step',
  why: 'The step that is declared is what others search by; the MDOC tells what was recorded.',
  says: {
    step: {
      severity: 'warning',
      message: 'The tilt step is declared as {expected}; tilts of the MDOC are {found} apart ({tolerance}).',
      fix: 'Correct tilt_step_deg.',
    },
    deviating: {
      severity: 'warning',
      message: '{count} of {all} steps between tilts are not {expected} ({tolerance}; {allowed} may differ).',
      fix: 'See whether tilts are missing, or came in from another run.',
    },
    count: {
      severity: 'warning',
      message: 'Between the tilts that are declared there are {expected} steps of {step}; the MDOC describes {found}.',
      fix: 'Correct tilt_min_deg, tilt_max_deg or tilt_step_deg, or upload the MDOC with all tilts.',
    },
  },
  *judge(run) {
    const { tilt_step_deg: step, tilt_min_deg: min, tilt_max_deg: max } = run.declared;
    const acquisition = acquisitionOf(run);
    if (step === undefined) return yield notApplicable('No tilt step is declared.');
    if (!acquisition) return yield notApplicable(NO_MDOC);
    const { tiltAngles } = acquisition.facts;
    const tilts = tiltAngles.filter((tilt) => tilt !== null).sort((a, b) => a - b);
    if (tilts.length < 2) return yield notApplicable('There are fewer than two tilts.');

    const { step: tolerance, deviating: most } = TOLERANCES['X-19'];
    const steps = tilts
      .slice(1)
      .map((tilt, i) => ({ from: tilts[i] ?? tilt, to: tilt, by: tilt - (tilts[i] ?? tilt) }));
    // One decimal is what is declared, and what is compared.
    const off = steps.filter(({ by }) => !isWithin(tolerance, Number(by.toFixed(1)), step));
    const samples = off
      .slice(0, MOST_SAMPLES)
      .map(({ from, to, by }) => `${rounded(from)}° to ${rounded(to)}°: ${by.toFixed(1)}°`);
    const file = acquisition.files[0]?.path ?? '';
    const told = {
      file,
      expected: `${step}°`,
      tolerance: shown(tolerance),
      count: off.length,
      all: steps.length,
      samples,
    };
    const usual = stepOf(tilts);
    if (off.length > most.value) {
      if (usual === null || isWithin(tolerance, Number(usual.toFixed(1)), step)) {
        const found = `${off.length} others`;
        return yield { says: 'deviating', told: { ...told, found, allowed: most.value } };
      }
      const repair = declareInstead('tilt_step_deg', step, Number(usual.toFixed(1)), 'Most tilts are so far apart.');
      return yield { says: 'step', told: { ...told, found: `${usual.toFixed(1)}°`, ...repair } };
    }
    const between = min === undefined || max === undefined || step <= 0 ? steps.length : Math.round((max - min) / step);
    if (Math.abs(between - steps.length) > most.value)
      return yield {
        says: 'count',
        told: { file, expected: String(between), step: `${step}°`, found: String(steps.length) },
      };
    const but = off.length > 0 ? `, but for ${samples.join('; ')}` : '';
    yield compared(`${step}° (${shown(tolerance)}, ${most.value} may differ)`, `${steps.length} steps${but}`);
  },
});

const totalDose = defineRunRule({
  id: 'X-21',
  title: 'Total dose',
  why: 'The dose that is declared is that of all tilts together; the MDOC tells the dose of each.',
  says: {
    total: {
      severity: 'warning',
      message: 'A total dose of {expected} is declared; the doses in the MDOC are {found} together ({tolerance}).',
      fix: 'Correct total_dose_e_a2, unless the dose in the MDOC was not calibrated.',
    },
    per_stack: {
      severity: 'warning',
      message:
        'A dose of {each} a movie stack is declared, {expected} for all; the doses in the MDOC are {found} together ({tolerance}).',
      fix: 'Correct dose_per_stack_e_a2, unless the dose in the MDOC was not calibrated.',
    },
    declared: {
      severity: 'warning',
      message:
        'A dose of {each} a movie stack is declared, {found} for all {all}; the total dose is declared as {expected} ({tolerance}).',
      fix: 'Correct dose_per_stack_e_a2 or total_dose_e_a2, or leave one of them out.',
    },
  },
  *judge(run) {
    const { total_dose_e_a2: total, dose_per_stack_e_a2: each } = run.declared;
    const acquisition = acquisitionOf(run);
    if (total === undefined && each === undefined) return yield notApplicable('No dose is declared.');
    if (!acquisition) return yield notApplicable(NO_MDOC);
    const { doses, sections } = acquisition.facts;
    const isKnown = doses.length > 0 && doses.every((dose) => (dose ?? 0) > 0);
    const sum = isKnown ? doses.reduce<number>((all, dose) => all + (dose ?? 0), 0) : null;
    const together = each === undefined ? null : each * sections;
    if (sum === null && (total === undefined || together === null))
      return yield notApplicable('Not all sections of the MDOC tell an ExposureDose.');

    const file = acquisition.files[0]?.path ?? '';
    const told = { file, each: unit(each ?? 0), all: sections, tolerance: DOSE };
    const isTotalOff = total !== undefined && sum !== null && !isSameDose(total, sum);
    if (isTotalOff) {
      const repair = declareInstead('total_dose_e_a2', total, Number(sum.toFixed(2)), 'Doses of the MDOC together.');
      yield { says: 'total', told: { ...told, expected: unit(total), found: unit(sum), ...repair } };
    }
    if (together !== null && sum !== null && !isSameDose(together, sum)) {
      const repair = declareInstead(
        'dose_per_stack_e_a2',
        each,
        Number((sum / sections).toFixed(3)),
        'Mean of the doses of the MDOC.',
      );
      yield { says: 'per_stack', told: { ...told, expected: unit(together), found: unit(sum), ...repair } };
    } else if (together !== null && total !== undefined && !isTotalOff && !isSameDose(total, together))
      yield { says: 'declared', told: { ...told, expected: unit(total), found: unit(together) } };
    yield compared(`${unit(total ?? together ?? 0)} (${DOSE})`, unit(sum ?? together ?? 0));
  },
});

const DOSE = `${shown(TOLERANCES['X-21'].dose)}, or ${TOLERANCES['X-21'].share.value} %`;
const unit = (dose: number): string => `${rounded(dose)} e⁻/Å²`;

function isSameDose(expected: number, found: number): boolean {
  const { dose, share } = TOLERANCES['X-21'];
  return Math.abs(expected - found) <= Math.max(dose.value, (expected * share.value) / 100) + 1e-6;
}

const doseOrder = defineRunRule({
  id: 'X-22',
  title: 'Order of doses',
  why: 'The dose that a tilt had before it was taken grows with time; where it does not, sections were exchanged.',
  says: {
    order: {
      severity: 'warning',
      message: 'Sections by their PriorRecordDose are in another order than by their DateTime, from {location} on.',
      fix: 'Upload the MDOC that the microscope wrote.',
    },
    sum: {
      severity: 'warning',
      message: 'PriorRecordDose of {count} of {all} sections is not the dose of the tilts before ({tolerance}).',
      fix: 'See whether tilts are missing in the MDOC, or were taken again.',
    },
  },
  *judge(run) {
    const acquisition = acquisitionOf(run);
    if (!acquisition) return yield notApplicable(NO_MDOC);
    const { priorDoses: priors, times, doses } = acquisition.facts;
    if (priors.length < 2 || priors.includes(null) || !priors.some(Boolean))
      return yield notApplicable('Not all sections of the MDOC tell a PriorRecordDose.');
    const hasTimes = times.length === priors.length && !times.includes(null);
    const hasDoses = doses.length === priors.length && doses.every((dose) => (dose ?? 0) > 0);
    if (!hasTimes && !hasDoses) return yield notApplicable('The sections of the MDOC tell neither times nor doses.');

    const indices = priors.map((_, i) => i);
    const by = (values: readonly (number | null)[]) => (a: number, b: number) =>
      (values[a] ?? 0) - (values[b] ?? 0) || a - b;
    const ordered = indices.toSorted(by(hasTimes ? times : priors));
    const file = acquisition.files[0]?.path ?? '';
    const fell = ordered.find(
      (section, i) => i > 0 && (priors[section] ?? 0) < (priors[ordered[i - 1] ?? 0] ?? 0) - 1e-6,
    );
    if (fell !== undefined) {
      const told = {
        file,
        location: sectionName(acquisition, fell),
        expected: 'doses that grow with time',
        found: unit(priors[fell] ?? 0),
      };
      return yield { says: 'order', told };
    }
    if (!hasDoses) return yield compared('doses that grow with time', `${priors.length} sections`);

    const tolerance = TOLERANCES['X-22'].dose;
    let before = priors[ordered[0] ?? 0] ?? 0;
    const off = ordered.flatMap((section) => {
      const expected = before;
      before += doses[section] ?? 0;
      const found = priors[section] ?? 0;
      // Two decimals are written.
      return Math.abs(found - expected) > (expected * tolerance.value) / 100 + 0.011
        ? [{ section, expected, found }]
        : [];
    });
    const [first] = off;
    const said = { all: priors.length, tolerance: shown(tolerance) };
    if (!first) return yield compared(`the dose of the tilts before (${said.tolerance})`, `${priors.length} sections`);
    const samples = off
      .slice(0, MOST_SAMPLES)
      .map(
        ({ section, expected, found }) =>
          `${sectionName(acquisition, section)}: ${unit(found)}, before it ${unit(expected)}`,
      );
    const place = { location: sectionName(acquisition, first.section), count: off.length, samples };
    yield { says: 'sum', told: { file, ...said, ...place, expected: unit(first.expected), found: unit(first.found) } };
  },
});

export const ACQUISITION_RULES: readonly RunRule[] = [tiltScheme, tiltRange, tiltStep, totalDose, doseOrder];
