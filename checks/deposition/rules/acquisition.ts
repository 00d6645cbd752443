/** Was the tilt series taken as it is declared: in this order, over this range, in these steps? */
import { highestOf, lowestOf } from '../angle-matching.js';
import { isWithin, rounded } from '../pixel-size.js';
import { declareInstead } from '../repairs.js';
import { acquisitionOf, NO_MDOC } from '../run-parts.js';
import { compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { isOfScheme, type OrderedBy, schemeOf, stepOf } from '../tilt-scheme.js';
import { shown, TOLERANCES } from '../tolerances.js';
import { DOSE_RULES } from './doses.js';

const MOST_SAMPLES = 10;

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

export const ACQUISITION_RULES: readonly RunRule[] = [tiltScheme, tiltRange, tiltStep, ...DOSE_RULES];
