/** What does the h5ad check say of a sample by these rules alone? Of what the sample lacks besides, other specs speak. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from '../check.js';
import type { Finding, Undecided } from '../finding.js';
import { h5adCheck } from '../formats/h5ad.check.js';
import { withLocalFile } from '../local-file.js';
import { runCheck } from '../run-checks.js';
import { type H5adParts, writeH5ad } from './h5ad.js';

export interface Judged {
  readonly findings: readonly Finding[];
  readonly undecided: readonly Undecided[];
  /** `U06 /uns/default_embedding` */
  readonly told: readonly string[];
}

export async function judgedH5ad(
  rules: Readonly<Record<string, unknown>>,
  parts: Partial<H5adParts> = {},
  options: Partial<Options> = {},
): Promise<Judged> {
  const folder = await mkdtemp(join(tmpdir(), 'judged-h5ad-'));
  try {
    const local = join(folder, 'sample.h5ad');
    await writeH5ad(local, parts);
    const by = { schema: '7.0.0', full: true, ...options };
    const result = await withLocalFile({ path: 'sample.h5ad', local }, (file) => runCheck(h5adCheck, file, by));
    if (result.cause) throw result.cause;
    const findings = result.findings.filter(({ rule }) => rule in rules || rule === 'F01');
    const undecided = result.undecided.filter(({ rule }) => rule in rules);
    return { findings, undecided, told: findings.map(({ rule, location }) => `${rule} ${location}`) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
