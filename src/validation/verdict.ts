/** What do the results of a run amount to? A verdict, and what is new, still open or fixed since the run before: pure. */
import type { CheckOutcome, Finding, Outcome } from '../../checks/finding.js';

export type Status = 'new' | 'open' | 'fixed';

export interface Verdict {
  readonly event: 'validator.pass' | 'validator.fail';
  readonly outcome: Exclude<Outcome, 'errored'>;
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly (Finding & { readonly status: Status })[];
}

/**
 * @param results of every check of the run; none of them `errored`: a run that we could not finish has no verdict
 * @param before the findings of the run before that were not fixed
 * @param waived the fingerprints that a curator has let pass, for the bytes that are here now
 */
export function verdictOf(
  results: readonly CheckOutcome[],
  before: readonly Finding[],
  waived: ReadonlySet<string>,
): Verdict {
  const known = new Set(before.map(({ fingerprint }) => fingerprint));
  const now = results.flatMap(({ findings }) => findings);
  const here = new Set(now.map(({ fingerprint }) => fingerprint));
  const count = (weight: Finding['severity']) => now.filter(({ severity }) => severity === weight).length;
  const errors = count('error');
  const undecided =
    results.some(({ outcome }) => outcome === 'undecided') || results.some((r) => r.undecided.length > 0);
  const blocking = now.some(({ severity, fingerprint }) => severity === 'error' && !waived.has(fingerprint));
  return {
    event: blocking ? 'validator.fail' : 'validator.pass',
    outcome: errors > 0 ? 'failed' : undecided ? 'undecided' : 'passed',
    errors,
    warnings: count('warning'),
    findings: [
      ...now.map((finding) => ({
        ...finding,
        status: known.has(finding.fingerprint) ? ('open' as const) : ('new' as const),
      })),
      ...before
        .filter(({ fingerprint }) => !here.has(fingerprint))
        .map((finding) => ({ ...finding, status: 'fixed' as const })),
    ],
  };
}
