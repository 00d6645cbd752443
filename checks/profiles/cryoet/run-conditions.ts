/** What must agree within what is declared of a run? Judged over its own values and the defaults of its data set. */
import type { RunValues } from '../../deposition/declared.js';
import { resolved } from '../../deposition/run-values.js';
import { type Draft, draftOf, entriesOf, type Fault, isFilled, numberIn, own } from './drafts.js';

/** Which field is wrong, and what is wrong with it. */
type FieldFault = readonly [field: keyof RunValues, message: string];
type Values = Readonly<Record<keyof RunValues, unknown>>;
/** What is asked of a run. */
export interface RunConditions {
  readonly required: readonly (keyof RunValues)[];
  readonly rules: readonly ((values: Values) => Iterable<FieldFault>)[];
}

/** Sections by the range and the step; some may have been left out. */
const SECTIONS_APART = 4;

const sectionsOf = (values: Values): number | null => {
  const [min, max] = [numberIn(values.tilt_min_deg), numberIn(values.tilt_max_deg)];
  const step = numberIn(values.tilt_step_deg);
  return min === null || max === null || !step || max < min ? null : Math.round((max - min) / step) + 1;
};

/** Whether a dose for each stack and a total can both be right, as far as the number of sections is known. */
export function dosesAgree(values: RunValues): boolean {
  const { dose_per_stack_e_a2: each, total_dose_e_a2: total } = values;
  const sections = sectionsOf(values as Values);
  if (each === undefined || total === undefined) return true;
  if (sections === null) return total >= each;
  const slack = Math.max(1, 0.02 * total);
  return Math.abs(sections * each - total) <= SECTIONS_APART * each + slack;
}

export const acquisitionConditions: RunConditions = {
  required: [
    ...(['is_gain_corrected', 'acceleration_voltage_v', 'cs_mm'] as const),
    ...(['tilt_min_deg', 'tilt_max_deg', 'tilt_step_deg', 'tilt_scheme', 'acquisition_software'] as const),
    ...(['camera_manufacturer', 'camera_model', 'microscope_manufacturer', 'microscope_model'] as const),
    ...(['energy_filter', 'image_corrector', 'phase_plate'] as const),
    ...(['binning_from_frames', 'tilt_axis_rotation_deg', 'is_aligned'] as const),
  ],
  rules: [
    function* tiltRange({ tilt_min_deg: min, tilt_max_deg: max }) {
      if (typeof min === 'number' && typeof max === 'number' && min >= max)
        yield ['tilt_max_deg', `expected more than the lowest tilt, ${min}°, found ${max}°`];
    },
    function* dose(values) {
      const { dose_per_stack_e_a2: each, total_dose_e_a2: total } = values;
      if (!isFilled(each) && !isFilled(total))
        yield ['dose_per_stack_e_a2', 'is missing: expected it, or total_dose_e_a2'];
      else if (typeof each === 'number' && typeof total === 'number' && !dosesAgree(values as RunValues))
        yield [
          'total_dose_e_a2',
          `expected about ${sectionsOf(values) ?? 1} × ${each} e⁻/Å², found ${total}: leave the one that is wrong out`,
        ];
    },
    function* schemeInWords({ tilt_scheme: scheme, tilt_scheme_text: text }) {
      if (scheme === 'other' && !isFilled(text))
        yield ['tilt_scheme_text', 'is missing: the tilt scheme is other, so expected it in words'];
    },
    function* wrongHeaders(values) {
      if (values.frame_header_is_wrong === true && !isFilled(values.frame_pixel_size_a))
        yield ['frame_pixel_size_a', 'is missing: the headers of the movie stacks are declared to be wrong'];
      if (values.tilt_series_header_is_wrong === true && !isFilled(values.tilt_series_pixel_size_a))
        yield ['tilt_series_pixel_size_a', 'is missing: the header of the tilt series is declared to be wrong'];
    },
  ],
};

const NEW_ALIGNMENT = ['alignment_software', 'alignment_method', 'alignment_type'] as const;

export const newAlignment: RunConditions = { required: NEW_ALIGNMENT, rules: [] };

/** A new alignment, or one that exists, and not both. */
export const anyAlignment: RunConditions = {
  required: [],
  rules: [
    function* oneAlignment(values) {
      const given = NEW_ALIGNMENT.filter((field) => isFilled(values[field]));
      if (isFilled(values.alignment_ref)) {
        if (given.length > 0)
          yield ['alignment_ref', `expected it, or a new alignment, and not both: ${given.join(', ')} is given too`];
        return;
      }
      if (given.length === 0) yield ['alignment_ref', 'is missing: expected an existing alignment, or a new one'];
      else
        for (const field of NEW_ALIGNMENT)
          if (!isFilled(values[field])) yield [field, 'is missing: a new alignment is described'];
    },
  ],
};

/** How many runs are named for one field; the others are counted. */
const MOST_NAMED = 20;

interface Drafts {
  readonly run_defaults: Draft;
  readonly runs: Readonly<Record<string, Draft>>;
}

/** Each fault stands where the value does that is to be changed; what all runs lack is said of their defaults, once. */
export function* faultsOfRuns(value: unknown, conditions: readonly RunConditions[]): Iterable<Fault> {
  const dataset = draftOf(value);
  const drafts: Drafts = {
    run_defaults: draftOf(own(dataset, 'run_defaults')),
    runs: Object.fromEntries(entriesOf(own(dataset, 'runs')).map(([run, values]) => [run, draftOf(values)])),
  };
  const found = new Map<keyof RunValues, Told[]>();
  for (const run of Object.keys(drafts.runs)) {
    for (const [field, message] of faultsOfRun(resolved(drafts, run).values, conditions))
      entryOf(found, field).push({ run, message });
  }
  for (const [field, told] of found) yield* placed(field, told, drafts);
}

/** The list of a key, begun where there is none. */
function entryOf<K, V>(map: Map<K, V[]>, key: K): V[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

interface Told {
  readonly run: string;
  readonly message: string;
}

function* faultsOfRun(values: RunValues, conditions: readonly RunConditions[]): Iterable<FieldFault> {
  for (const { required, rules } of conditions) {
    for (const field of required)
      if (!isFilled(values[field]))
        yield [field, 'is missing: each run needs it, be it by the defaults of its data set'];
    for (const rule of rules) yield* rule(values as Values);
  }
}

function* placed(field: keyof RunValues, told: readonly Told[], { run_defaults, runs }: Drafts): Iterable<Fault> {
  const isOfRun = ({ run }: Told) => isFilled(runs[run]?.[field]);
  const withoutOwn = told.filter((each) => !isOfRun(each));
  const isOfDefaults = isFilled(run_defaults[field]) || withoutOwn.length === Object.keys(runs).length;
  if (isOfDefaults)
    for (const message of new Set(withoutOwn.map(({ message }) => message))) yield [['run_defaults', field], message];

  const ofRuns = isOfDefaults ? told.filter(isOfRun) : told;
  for (const { run, message } of ofRuns.slice(0, MOST_NAMED)) yield [['runs', run, field], message];
  const more = ofRuns.length - MOST_NAMED;
  if (more > 0) yield [['runs'], `${field} is missing or wrong in ${more} more of the runs, too`];
}
