/** Does a check agree with a case? Its verdict first, then the rules that are broken, in whatever order. */
import type { Finding, Undecided } from '../../checks/finding.js';
import type { DataCase, FileCase } from './cases.js';

import { BROKE, RAW_RULES, ruleBehind, SKIPPED_RAW } from './messages.js';

/** What a check said. */
export interface Judged {
  readonly findings: readonly Pick<Finding, 'rule' | 'severity'>[];
  readonly undecided: readonly Undecided[];
}

/** What it must have said; each of `rules` is one, or several of which one is enough. */
export interface Expectation {
  readonly isValid: boolean | null;
  readonly rules: readonly string[];
  /** No rules but these may be broken. */
  readonly isWhole: boolean;
  /** Warnings, too, are rules; else they may come as they like. */
  readonly withWarnings: boolean;
  /** What is looked at: null for all. */
  readonly scope: RegExp | null;
  /** Rules that were not run where the case was. */
  readonly left: readonly string[];
}

/** A difference that is meant. */
export interface Deviation {
  /** Names of cases. */
  readonly cases: RegExp;
  /** Rules that this check finds broken, and the reference does not. */
  readonly more?: readonly string[];
  readonly less?: readonly string[];
  readonly isValid?: boolean;
  readonly because: string;
}

export function expectationOf({ expected_valid, errors, warnings }: FileCase): Expectation {
  const messages = [...errors, ...warnings];
  const rules = messages.map(ruleBehind).filter((rule) => rule !== null);
  return {
    ...{ isValid: expected_valid, rules, withWarnings: true, scope: null },
    isWhole: !messages.some((message) => BROKE.test(message)),
    left: messages.some((message) => SKIPPED_RAW.test(message)) ? RAW_RULES : [],
  };
}

export function expectationIn({ expect, errors = [], warnings = [], exactErrors, scope }: DataCase): Expectation {
  const rules = errors.map(({ rule }) => rule);
  const isRawRun = rules.every((rule) => RAW_RULES.includes(rule) || scope !== undefined);
  return {
    isValid: expect === 'valid' ? true : expect === 'invalid' ? false : null,
    rules: [...rules, ...warnings.map(({ rule }) => rule)],
    isWhole: exactErrors === true,
    ...{ withWarnings: false, scope: scope === undefined ? null : (SCOPES[scope] ?? null) },
    left: isRawRun ? [] : RAW_RULES,
  };
}

/** The part of the validator that alone was run, as the rules that it has. */
export const SCOPES: Readonly<Record<string, RegExp>> = {
  'dataframe:obs': /^O/,
  duplicateRowsOnly: /^F09$/,
  fragment: /^A/,
  fragmentParse: /^A(00|12)$/,
  obsm: /^E/,
  preAnalysis: /^P/,
  rawCheckOnly: /^M(0[3-8].?|14)$/,
  spatialObs: /^S(01|2[6-9]|3.)$/,
  'spatialObs:assay': /^S01$/,
  'spatialObs:cellType': /^S32$/,
  'spatialObs:positions': /^S(2[7-9]|3[01])$/,
  spatialUns: /^S(0[2-9]|1.|2[0-5])$/,
  term: /^T/,
  'tissuePosition:in_tissue': /^S(2[7-9]|3[01])$/,
};

export function deviating(expectation: Expectation, { more = [], less = [], isValid }: Deviation): Expectation {
  const kept = expectation.rules.filter((rule) => !less.includes(rule));
  return { ...expectation, rules: [...kept, ...more], isValid: isValid ?? expectation.isValid };
}

/** In words, each difference; none where they agree. */
export function differences(
  { isValid, rules, isWhole, withWarnings, scope, left }: Expectation,
  judged: Judged,
): string[] {
  const isLookedAt = ({ rule }: { readonly rule: string }) => !left.includes(rule) && (scope?.test(rule) ?? true);
  const findings = judged.findings.filter((finding) => isLookedAt(finding) && finding.severity !== 'info');
  const undecided = [...new Set(judged.undecided.filter(isLookedAt).map(({ rule }) => rule))];
  const errors = new Set(findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule));
  const found = new Set(findings.map(({ rule }) => rule));

  const expected = rules.filter((rule) => !left.includes(rule)).map((rule) => rule.split('|'));
  const isMet = (either: readonly string[]) => either.some((rule) => (rule === '*' ? found.size > 0 : found.has(rule)));
  const missing = expected.filter((either) => !isMet(either)).map((either) => either.join(' or '));
  const surplus = [...(withWarnings ? found : errors)].filter(
    (rule) => !expected.some((either) => either.includes(rule)),
  );

  const says = undecided.length > 0 && errors.size === 0 ? null : errors.size === 0;
  const words = (is: boolean | null) => (is === null ? 'undecided' : is ? 'valid' : 'invalid');
  const all = [
    ...(isValid !== null && says !== isValid ? [`it is ${words(says)}, and must be ${words(isValid)}`] : []),
    ...(missing.length > 0 ? [`not found: ${missing.join(', ')}`] : []),
    ...(isWhole && surplus.length > 0 ? [`found beyond what is there: ${surplus.join(', ')}`] : []),
  ];
  return all.length > 0 && undecided.length > 0 ? [...all, `undecided: ${undecided.join(', ')}`] : all;
}
