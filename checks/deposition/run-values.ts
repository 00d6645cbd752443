/** What holds of a run? Its own values over those of its data set, over what headers tell; and where each value comes from. */
import type { RunValues } from './declared.js';

export type RunField = keyof RunValues;
export type From = 'declared' | 'default' | 'header';

export interface Resolved {
  readonly values: RunValues;
  readonly from: Readonly<Partial<Record<RunField, From>>>;
}

interface WithRuns {
  readonly run_defaults?: RunValues | undefined;
  readonly runs?: Readonly<Record<string, RunValues>> | undefined;
}

/** Of each pair one side holds: a run that declares one of them does without the other side's defaults. */
const EITHER_OR: readonly (readonly [readonly RunField[], readonly RunField[]])[] = [
  [['dose_per_stack_e_a2'], ['total_dose_e_a2']],
  [['alignment_ref'], ['alignment_software', 'alignment_method', 'alignment_type']],
];

/** @param headers what the headers of its files tell, where nothing is declared */
export function resolved(dataset: WithRuns, run: string, headers: RunValues = {}): Resolved {
  const { runs = {}, run_defaults: defaults = {} } = dataset;
  const declared = (Object.hasOwn(runs, run) && runs[run]) || {};
  return layered([
    ['header', headers],
    ['default', withoutOtherSides(defaults, declared)],
    ['declared', declared],
  ]);
}

function layered(layers: readonly (readonly [From, RunValues])[]): Resolved {
  const values: Record<string, unknown> = {};
  const from: Partial<Record<RunField, From>> = {};
  for (const [layer, fields] of layers) {
    for (const [field, value] of Object.entries(fields)) {
      if (value === undefined || value === null) continue;
      values[field] = value;
      from[field as RunField] = layer;
    }
  }
  return { values, from };
}

function withoutOtherSides(defaults: RunValues, declared: RunValues): RunValues {
  const left = EITHER_OR.flatMap(([one, other]) => [
    ...(one.some((field) => declared[field] !== undefined) ? other : []),
    ...(other.some((field) => declared[field] !== undefined) ? one : []),
  ]);
  return Object.fromEntries(Object.entries(defaults).filter(([field]) => !left.some((each) => each === field)));
}
