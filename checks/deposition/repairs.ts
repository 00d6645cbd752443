/** What would a repair change? Nothing is changed by it: whoever repairs takes it over. */
import type { AnglesFacts } from '../formats/tomography-facts.js';
import type { RunValues } from './declared.js';
import type { RunFile } from './deposition.js';
import { rounded } from './pixel-size.js';
import type { Repair } from './run-rule.js';

/** Take the value of the MDOC for one that was typed wrongly. */
export const declareInstead = (
  field: keyof RunValues,
  from: unknown,
  to: unknown,
  why: string,
): { repair: Repair } => ({
  repair: { kind: 'metadata', pointer: `/${field}`, from, to, why },
});

/** A tilt series has hundreds of sections at most: more lines are of no tilt series. */
export const MOST_LINES = 1000;

/** The file with each angle moved. */
export function shifted(
  { file, facts }: { readonly file: RunFile; readonly facts: AnglesFacts },
  by: number,
): { repair?: Repair } {
  if (facts.angles.length > MOST_LINES) return {};
  const lines = facts.angles.map((angle, i) => ({
    line: facts.lines[i] ?? i + 1,
    from: String(angle),
    to: (angle + by).toFixed(2).replace(/^-(?=0\.00$)/, ''),
  }));
  return { repair: { kind: 'file', path: file.path, what: `Move every angle by ${rounded(by)}°.`, lines } };
}
