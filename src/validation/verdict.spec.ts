import { describe, expect, it } from 'vitest';
import type { CheckOutcome, Finding, Outcome } from '../../checks/finding.js';
import { verdictOf } from './verdict.js';

const finding = (fingerprint: string, severity: Finding['severity'] = 'error'): Finding => ({
  ...{ fingerprint, severity, check: 'mrc', rule: 'truncated', message: 'It is short.', file: 'a.mrc', location: null },
  ...{ found: null, expected: null, fix: 'Bring it again.', docs: null, count: 1, samples: [] },
});
const result = (
  outcome: Outcome,
  findings: Finding[] = [],
  undecided: CheckOutcome['undecided'] = [],
): CheckOutcome => ({
  ...{ check: 'mrc', file: 'a.mrc', outcome, findings, undecided, facts: {} },
});
const nobody = new Set<string>();

describe('the verdict', () => {
  it('is a pass where nothing was found', () => {
    expect(verdictOf([result('passed')], [], nobody)).toEqual({
      ...{ event: 'validator.pass', outcome: 'passed', errors: 0, warnings: 0, findings: [] },
    });
  });

  it.each<[what: string, CheckOutcome[], event: string, outcome: string]>([
    ['an error', [result('failed', [finding('f1')])], 'validator.fail', 'failed'],
    ['a warning alone', [result('passed', [finding('f1', 'warning')])], 'validator.pass', 'passed'],
    [
      'a rule that nobody could judge',
      [result('undecided', [], [{ rule: 'T01', reason: 'no ontology' }])],
      'validator.pass',
      'undecided',
    ],
    ['an error beside one', [result('undecided'), result('failed', [finding('f1')])], 'validator.fail', 'failed'],
  ])('of %s', (_, results, event, outcome) => {
    expect(verdictOf(results, [], nobody)).toMatchObject({ event, outcome });
  });

  it('lets pass what a curator has waived, and still says that it is there', () => {
    const results = [result('failed', [finding('f1')])];

    expect(verdictOf(results, [], new Set(['f1']))).toMatchObject({
      event: 'validator.pass',
      outcome: 'failed',
      errors: 1,
    });
    expect(verdictOf(results, [], new Set(['f2']))).toMatchObject({ event: 'validator.fail' });
  });

  it('says what is new, what is still open and what is fixed since the run before', () => {
    const { findings } = verdictOf(
      [result('failed', [finding('old'), finding('young')])],
      [finding('old'), finding('gone')],
      nobody,
    );

    expect(findings.map(({ fingerprint, status }) => [fingerprint, status])).toEqual([
      ['old', 'open'],
      ['young', 'new'],
      ['gone', 'fixed'],
    ]);
  });
});
