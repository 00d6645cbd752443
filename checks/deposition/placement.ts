/** Which files belong to no run, and which rows of mapping tables lead nowhere? A report of its own, beside the rules. */
import { type CheckOutcome, type Finding, fingerprint, type Rule } from '../finding.js';
import type { Association } from './associate.js';
import { DEPOSITION_CHECK } from './matrix.js';

/** What the outcome is told of: all files together. */
export const ALL_FILES = 'files';
const MOST_SAMPLES = 5;

export const PLACEMENT_RULES = {
  unmatched: {
    severity: 'warning',
    message: '{count} files belong to no run: nothing is judged by them.',
    fix: 'Put each into a folder that is named after its run, name it in file_mapping, or leave it out.',
  },
  ambiguous: {
    severity: 'warning',
    message: '{count} files may belong to several runs, or be of several kinds.',
    fix: 'Say in file_mapping of the metadata, or in a mapping table, which run each belongs to.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** Null where every file has its place. */
export function placementOutcome({ files, faults }: Association): CheckOutcome | null {
  const findings = [
    ...faults.map(({ rule, severity, message, fix, file, location, dataset, run }) =>
      findingOf({ rule, severity, message, fix }, file ?? '', {
        ...{ location, count: 1, samples: [] },
        key: JSON.stringify([dataset, run, message]),
      }),
    ),
    ...(['ambiguous', 'unmatched'] as const).flatMap((rule) => {
      const left = files.filter(({ status, kind }) => status === rule || (rule === 'unmatched' && kind === null));
      const [first] = left;
      if (!first) return [];
      const samples = left.slice(0, MOST_SAMPLES).map(({ path, why }) => `${path}: ${why}`);
      const told = { location: null, count: left.length, samples, key: '' };
      return [findingOf({ rule, ...PLACEMENT_RULES[rule] }, first.path, told)];
    }),
  ];
  if (findings.length === 0) return null;
  const isBroken = findings.some(({ severity }) => severity === 'error');
  const outcome = isBroken ? 'failed' : 'passed';
  return { check: DEPOSITION_CHECK, file: ALL_FILES, outcome, findings, undecided: [], facts: {} };
}

function findingOf(
  { rule, severity, message, fix }: Pick<Finding, 'rule' | 'severity' | 'message' | 'fix'>,
  file: string,
  { location, count, samples, key }: Pick<Finding, 'location' | 'count' | 'samples'> & { readonly key: string },
): Finding {
  return {
    fingerprint: fingerprint(DEPOSITION_CHECK, rule, file, location, key),
    ...{ check: DEPOSITION_CHECK, rule, severity, file, location, fix, count, samples },
    message: message.replaceAll('{count}', String(count)),
    ...{ found: null, expected: null, docs: null },
  };
}
