/** What do the checks and the rules between files say of a deposition in a folder? */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DepositionKind, KnownRun, KnownTomogram, RunFile } from '../checks/deposition/deposition.js';
import { factsByFile, type Judged, judgeDeposition } from '../checks/deposition/judge-deposition.js';
import { CHECKS } from '../checks/formats/index.js';
import { withLocalFile } from '../checks/local-file.js';
import { type CheckResult, checksFor, runCheck } from '../checks/run-checks.js';
import { wholeThings } from '../checks/whole-things.js';
import type { DepositionFiles } from './deposition-files.js';

export interface JudgedFiles extends Judged {
  readonly results: readonly CheckResult[];
}

/** As a service does: what was said of the same bytes under the same path is not asked for again. */
const kept = new Map<string, Promise<CheckResult[]>>();

export interface Circumstances {
  readonly kind?: DepositionKind;
  readonly known?: readonly KnownTomogram[];
  readonly knownRuns?: readonly KnownRun[];
  /** What storage holds for a file; a folder has none. */
  readonly storedFor?: (path: string, recorded: NonNullable<RunFile['stored']>) => RunFile['stored'];
}

export async function judgedFiles(
  folder: string,
  { files, metadata }: DepositionFiles,
  { kind = 'cryoet-dataset', known = [], knownRuns = [], storedFor = () => undefined }: Circumstances = {},
): Promise<JudgedFiles> {
  const things = wholeThings(
    [...files].map(([path, bytes]) => ({
      ...{ path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    })),
  );
  const results: CheckResult[] = [];
  for (const { path, sha256 } of things) {
    const key = `${sha256} ${path}`;
    const before = kept.get(key) ?? checked(path, join(folder, path));
    kept.set(key, before);
    results.push(...(await before));
  }
  const facts = factsByFile(results);
  const brought = things.map(({ path, sha256, size }) => {
    const stored = storedFor(path, { bytes: size, sha256 });
    return { path, sha256, bytes: size, facts: facts.get(path) ?? null, ...(stored !== undefined && { stored }) };
  });
  return { ...judgeDeposition({ kind, metadata, files: brought, known, knownRuns }), results };
}

async function checked(path: string, local: string): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checksFor(path, CHECKS))
    results.push(await withLocalFile({ path, local }, (file) => runCheck(check, file, { schema: null, full: true })));
  return results;
}
