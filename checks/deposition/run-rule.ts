/**
 * What is a rule between the files of a run? Its sentences, which are data, above a pure generator. Whoever looks at the
 * matrix must be able to tell what was found right from what was not looked at: a rule whose inputs are not there says so.
 */
import type { Rule } from '../finding.js';
import type { Dataset, Deposition, Run } from './deposition.js';

export type RuleId = `X-${string}` | `D-${string}`;

/** What a repair would change; nothing is changed by it. */
export type Repair =
  | {
      readonly kind: 'metadata';
      /** JSON pointer within the metadata of the run: `/tilt_min_deg`. */
      readonly pointer: string;
      readonly from: unknown;
      readonly to: unknown;
      readonly why: string;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** In words, and by lines: what is taken out, what is written instead. */
      readonly what: string;
      readonly lines: readonly { readonly line: number; readonly from: string; readonly to: string | null }[];
    };

/** What is told with a finding of a run. */
export interface CellTold {
  /** The file that is to be changed; none where a file is missing. */
  readonly file?: string;
  /** `line 12`, `section 3`. */
  readonly location?: string;
  readonly found?: string;
  readonly expected?: string;
  readonly count?: number;
  readonly samples?: readonly string[];
  /** Tells two findings of one sentence in one file apart. */
  readonly key?: string;
  readonly repair?: Repair;
  /** Fills `{name}` in the sentences. */
  readonly [name: string]: unknown;
}

export type CellSaid<Variant extends string = string> =
  | { readonly says: Variant; readonly told: CellTold }
  /** What was compared, where all is well. */
  | { readonly compared: { readonly expected: string; readonly found: string } }
  /** The inputs are not there: why, in words. */
  | { readonly notApplicable: string }
  /** It cannot be judged for lack of reference data. */
  | { readonly undecided: string };

interface RuleBase<Variant extends string> {
  readonly id: RuleId;
  /** Heads its column: `One raw tilt angle per section`. */
  readonly title: string;
  /** Why it must be so: shown beside each finding. */
  readonly why: string;
  readonly says: Readonly<Record<Variant, Rule>>;
}

/** A rule of one run. */
export interface RunRule<Variant extends string = string> extends RuleBase<Variant> {
  judge(run: Run, within: { readonly dataset: Dataset; readonly deposition: Deposition }): Iterable<CellSaid<Variant>>;
}

/** A rule of a data set; `run` is whom it speaks of, null for the data set as a whole. */
export interface DatasetRule<Variant extends string = string> extends RuleBase<Variant> {
  judge(dataset: Dataset, deposition: Deposition): Iterable<CellSaid<Variant> & { readonly run?: string }>;
}

/** Tie what `judge` may say to the rows of `says`. */
export const defineRunRule = <const Variant extends string>(rule: RunRule<Variant>): RunRule<Variant> => rule;
export const defineDatasetRule = <const Variant extends string>(rule: DatasetRule<Variant>): DatasetRule<Variant> =>
  rule;

export const compared = (expected: unknown, found: unknown) => ({
  compared: { expected: String(expected), found: String(found) },
});
export const notApplicable = (reason: string) => ({ notApplicable: reason });

/** Why a rule that compares bytes is left out: only a folder has files that nobody has hashed, where headers alone are read. */
export const UNKNOWN_CHECKSUMS =
  'Checksums of the files are not known: of a folder they are computed when every byte is read (--full).';
