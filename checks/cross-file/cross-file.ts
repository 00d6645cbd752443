/**
 * What must agree between the files of a submission? Rules, which are data, above a pure function over what the checks have
 * learnt of each file: no file is opened again.
 */
import { type Pen, penOf, type Said } from '../check.js';
import type { CheckOutcome, Facts, Finding, Rule, Undecided } from '../finding.js';

/** A file of the submission, and what is known of it: nothing, where no check looks at such files or it broke. */
export interface KnownFile {
  readonly path: string;
  readonly facts: Facts;
}

/** The pen for one of the files: a finding of two files is told of the one that is to be changed. */
export type PenFor<Code extends string> = (path: string) => Omit<Pen<Code>, 'learn'>;

export interface CrossFileCheck<Code extends string = string> {
  /** Its name in reports, beside those of the checks of single files. */
  readonly id: string;
  /** Goes up when its verdicts may change. */
  readonly version: number;
  readonly title: string;
  readonly rules: Readonly<Record<Code, Rule>>;
  judge(files: readonly KnownFile[], penFor: PenFor<Code>): Generator<readonly [path: string, said: Said], void>;
}

/** Tie the rules that `judge` may name to the rows of `rules`. */
export function defineCrossFileCheck<const Code extends string>(check: CrossFileCheck<Code>): CrossFileCheck<Code> {
  return check;
}

/** What became of `check`: an outcome for each file of which it says anything, in the order of their paths. */
export function runCrossFile(check: CrossFileCheck, files: readonly KnownFile[]): CheckOutcome[] {
  const told = new Map<string, { findings: Finding[]; undecided: Undecided[] }>();
  for (const [path, said] of check.judge(files, (of) => penOf(check, { path: of }))) {
    const { findings, undecided } = told.get(path) ?? { findings: [], undecided: [] };
    if ('finding' in said) findings.push(said.finding);
    else if ('undecided' in said) undecided.push(said.undecided);
    told.set(path, { findings, undecided });
  }
  return [...told.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, { findings, undecided }]) => {
      const isBroken = findings.some(({ severity }) => severity === 'error');
      const outcome = isBroken ? 'failed' : undecided.length > 0 ? 'undecided' : 'passed';
      return { check: check.id, file, outcome, findings, undecided, facts: {} };
    });
}

/** The files that were checked, each with what all checks of it have learnt. */
export function knownFiles(results: readonly Pick<CheckOutcome, 'file' | 'facts'>[]): KnownFile[] {
  const files = new Map<string, Facts>();
  for (const { file, facts } of results) files.set(file, { ...files.get(file), ...facts });
  return [...files].map(([path, facts]) => ({ path, facts }));
}
