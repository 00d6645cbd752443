/** What can stand where a number should? Each has a remedy of its own. */
import type { Pen, Said } from '../check.js';
import type { Rule } from '../finding.js';
import { byLine, type LineFault } from './by-line.js';

export type NumberRule = 'decimal_comma' | 'not_finite' | 'overflow' | 'not_a_number';

export const NUMBER_RULES: Readonly<Record<NumberRule, Rule>> = {
  decimal_comma: {
    severity: 'error',
    message: 'Some numbers have a decimal comma.',
    fix: 'Write a decimal point: 12.5, not 12,5. Set the language of the program that wrote the file to English.',
  },
  not_finite: {
    severity: 'error',
    message: 'Some values are NaN, infinite or too large for any program.',
    fix: 'Look why the program that wrote the file could not determine these values, and run it again.',
  },
  overflow: {
    severity: 'error',
    message: 'Some values are asterisks: the number did not fit into its column.',
    fix: 'Look why the value became so large, correct it, and let the program write the file again.',
  },
  not_a_number: {
    severity: 'error',
    message: 'Some values are no numbers.',
    fix: 'Take out headers, comments and names: the file holds numbers alone.',
  },
};

/** The first that fits; the last fits all. */
const KINDS: readonly (readonly [NumberRule, RegExp])[] = [
  ['decimal_comma', /^[-+]?\d+,\d+$/],
  ['not_finite', /^[-+]?(nan|inf(inity)?|\d+(\.\d*)?(e\+?\d+)?)$/i],
  ['overflow', /^\*+$/],
  ['not_a_number', /^/],
];

/** Of values that are no numbers: one finding for each kind. */
export function* judgeNumbers(faults: readonly LineFault[], pen: Pen<NumberRule>): Generator<Said, void> {
  const ruleOf = ({ value }: LineFault) => KINDS.find(([, is]) => is.test(value))?.[0];
  for (const [rule] of KINDS) {
    const some = faults.filter((fault) => ruleOf(fault) === rule);
    if (some.length > 0) yield pen.report(rule, byLine(some, 'a number such as -12.50'));
  }
}
