/** What do the checks of text formats say of a fixture or of damaged texts? Shared by their specs. */
import { expect } from 'vitest';
import type { Check } from '../checks/check.js';
import { type CheckResult, runCheck } from '../checks/run-checks.js';
import { fileOf } from './sample-files.js';
import { spoiledTexts } from './spoiled-text.js';

export function verdictOf(check: Check, path: string, content: string | Uint8Array): Promise<CheckResult> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return runCheck(check, fileOf(path, bytes), { schema: null, full: true });
}

/** Rules that broke, information left out. */
export async function faultsOf(check: Check, path: string, content: string | Uint8Array): Promise<string[]> {
  const { cause, findings } = await verdictOf(check, path, content);
  expect(cause).toBeUndefined();
  return findings.filter(({ severity }) => severity !== 'info').map(({ severity, rule }) => `${severity} ${rule}`);
}

/** What makes a regular expression that is not anchored, or is ambiguous, go over a line again and again. */
const RUNS = [
  '1',
  ' ',
  '1 ',
  '1.',
  '-',
  '= ',
  ' =',
  '#',
  '[',
  '[T = ',
  'T = tilt ',
  'tilt axis ',
  '*',
  ',',
  '1-',
  '\\',
  'e+1',
];

/** Lines as long as the limit of bytes lets them be take no longer than others. */
export async function expectSwift(check: Check, path: string, heads: readonly string[]): Promise<void> {
  for (const head of heads) {
    for (const run of RUNS) {
      const begun = performance.now();
      const { cause } = await verdictOf(check, path, `${head}${run.repeat(200_000 / run.length)}x\u2028y\n`);
      if (cause) throw new Error(`broke on ${head}${run}…`, { cause });
      expect(performance.now() - begun, `${head}${run}…`).toBeLessThan(5000);
    }
  }
}

/** No damage breaks the check, and what it learns is JSON. */
export async function expectUnbreakable(check: Check, path: string, text: string, seed: number): Promise<void> {
  for (const bytes of spoiledTexts(text, 1000, seed)) {
    const { cause, facts } = await verdictOf(check, path, bytes);
    if (cause) throw new Error(`broke on ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`, { cause });
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  }
}
