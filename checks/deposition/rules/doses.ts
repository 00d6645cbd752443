/** Are the doses of the tilts those that are declared, and do they add up? */
import { rounded } from '../pixel-size.js';
import { declareInstead } from '../repairs.js';
import { acquisitionOf, NO_MDOC, sectionName } from '../run-parts.js';
import { compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

const MOST_SAMPLES = 10;

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

export const DOSE_RULES: readonly RunRule[] = [totalDose, doseOrder];
