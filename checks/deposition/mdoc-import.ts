/** What does an MDOC fill in of what is declared of a run, and where does it say otherwise than what was typed? */
import type { MdocFacts } from '../formats/tomography-facts.js';
import { dosesAgree } from '../profiles/cryoet/run-conditions.js';
import type { RunValues } from './declared.js';
import { isOfScheme, schemeOf, stepOf } from './tilt-scheme.js';
import { shown, TOLERANCES, type Tolerance } from './tolerances.js';

type Field = keyof RunValues;

export interface MdocImport {
  /** What is not declared yet. */
  readonly fills: RunValues;
  readonly differs: readonly {
    readonly field: Field;
    readonly declared: unknown;
    readonly found: unknown;
    /** Within which they would have been taken for the same. */
    readonly tolerance: string;
  }[];
  readonly agrees: readonly Field[];
  /** What the MDOC does not tell, and why. */
  readonly silent: readonly { readonly field: Field; readonly why: string }[];
}

interface Reading<V> {
  readonly field: Field;
  readonly of: (facts: MdocFacts) => V | null;
  readonly isSame: (declared: V, found: V, facts: MdocFacts) => boolean;
  readonly tolerance: string;
  readonly why: string;
}

const within = (tolerance: Tolerance) => (a: number, b: number) => Math.abs(a - b) <= tolerance.value + 1e-9;
const share =
  ({ value }: Tolerance) =>
  (a: number, b: number) =>
    Math.abs(a - b) <= (value / 100) * Math.max(Math.abs(a), Math.abs(b)) + 1e-9;
const { dose, share: ofDose } = TOLERANCES['X-21'];
const { axis } = TOLERANCES['X-20'];

const number = (
  field: Field,
  of: Reading<number>['of'],
  isSame: Reading<number>['isSame'],
  tolerance: string,
  why: string,
): Reading<number> => ({ field, of, isSame, tolerance, why });

const NO_ANGLES = 'It has no section with a TiltAngle.';
const NO_DOSES = 'Not every section has an ExposureDose above zero: the dose was not calibrated.';
const { angle } = TOLERANCES['X-18'];
const { step } = TOLERANCES['X-19'];
const { ratio } = TOLERANCES['X-30'];

const NUMBERS: readonly Reading<number>[] = [
  number('tilt_min_deg', (facts) => ofTilts(facts, Math.min), within(angle), shown(angle), NO_ANGLES),
  number('tilt_max_deg', (facts) => ofTilts(facts, Math.max), within(angle), shown(angle), NO_ANGLES),
  number('tilt_step_deg', stepIn, within(step), shown(step), 'Its angles are all the same.'),
  number(
    'dose_per_stack_e_a2',
    eachDose,
    share(ofDose),
    shown(ofDose),
    'Doses are missing, or not the same for all sections.',
  ),
  number('total_dose_e_a2', totalDose, isSameDose, `${shown(dose)}, or ${shown(ofDose)}`, NO_DOSES),
  number('frame_pixel_size_a', framePixel, isFramePixel, shown(ratio), 'It has no PixelSpacing.'),
  number(
    'tilt_axis_rotation_deg',
    ({ tiltAxisAngle }) => tiltAxisAngle,
    (a, b) => Math.abs(((((a - b + 180) % 360) + 360) % 360) - 180) <= axis.value,
    shown(axis),
    'No title tells the tilt axis angle; RotationAngle is another one.',
  ),
  number(
    'acceleration_voltage_v',
    ({ voltage }) => (positive(voltage) === null ? null : Math.round(Number(voltage) * 1000)),
    (a, b) => a === b,
    'none',
    'It has no Voltage.',
  ),
];

/** @param declared of the run, with the defaults of its data set under it */
export function importMdoc(facts: MdocFacts, declared: RunValues): MdocImport {
  const fills: Record<string, unknown> = {};
  const [differs, agrees, silent]: [MdocImport['differs'][number][], Field[], MdocImport['silent'][number][]] = [
    [],
    [],
    [],
  ];
  const take = <V>({ field, of, isSame, tolerance, why }: Reading<V>) => {
    const found = of(facts);
    const typed = declared[field] as V | undefined;
    if (found === null) silent.push({ field, why });
    else if (typed === undefined) fills[field] = found;
    else if (isSame(typed, found, facts)) agrees.push(field);
    else differs.push({ field, declared: typed, found, tolerance });
  };
  for (const reading of NUMBERS) take(reading);
  take({
    field: 'tilt_scheme',
    of: (all) => schemeOf(all).scheme,
    isSame: (typed, found) => typed === 'other' || typed === 'simulated' || isOfScheme(found, typed),
    tolerance: 'none',
    why: 'Its angles follow none of the schemes.',
  });
  return { fills: withoutContradiction(fills, declared), differs, agrees, silent };
}

/** A total that would not fit the dose of a stack is not brought in: sections are missing, and one of them is enough. */
function withoutContradiction(fills: RunValues, declared: RunValues): RunValues {
  if (dosesAgree({ ...fills, ...declared })) return fills;
  const { total_dose_e_a2: total, dose_per_stack_e_a2: each, ...rest } = fills;
  return total !== undefined && each !== undefined ? { ...rest, dose_per_stack_e_a2: each } : rest;
}

/** PixelSpacing is that of the image as it was recorded: movie stacks are not binned. */
function framePixel({ pixelSpacing, binnings }: MdocFacts): number | null {
  const spacing = positive(pixelSpacing);
  return spacing === null ? null : rounded(spacing / (binnings.find((binning) => positive(binning)) ?? 1), 4);
}

/** Some programs write that of the camera whatever the binning, and stacks in super-resolution have half of it. */
function isFramePixel(declared: number, found: number, { pixelSpacing }: MdocFacts): boolean {
  return [found, found / 2, pixelSpacing ?? found].some((size) => share(ratio)(declared, size));
}

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);
const rounded = (value: number, decimals = 2): number => Number(value.toFixed(decimals)) + 0;

function ofTilts({ tiltAngles }: MdocFacts, extreme: (...angles: number[]) => number): number | null {
  const known = tiltAngles.filter((tilt) => tilt !== null);
  return known.length === 0 ? null : rounded(known.reduce((a, b) => extreme(a, b)));
}

function stepIn({ tiltAngles }: MdocFacts): number | null {
  const found = stepOf(tiltAngles.filter((tilt) => tilt !== null));
  return found === null ? null : rounded(found);
}

/** Null where one is missing, or zero: SerialEM writes zero where the dose was not calibrated. */
function dosesIn({ doses, sections }: MdocFacts): readonly number[] | null {
  const known = doses.filter((each) => each !== null && each > 0) as number[];
  return known.length > 0 && known.length === sections ? known : null;
}

function totalDose(facts: MdocFacts): number | null {
  const doses = dosesIn(facts);
  return doses && rounded(doses.reduce((sum, each) => sum + each, 0));
}

function eachDose(facts: MdocFacts): number | null {
  const doses = dosesIn(facts);
  if (!doses) return null;
  const mean = doses.reduce((sum, each) => sum + each, 0) / doses.length;
  return doses.every((each) => share(ofDose)(each, mean)) ? rounded(mean, 3) : null;
}

function isSameDose(a: number, b: number): boolean {
  return within(dose)(a, b) || share(ofDose)(a, b);
}
