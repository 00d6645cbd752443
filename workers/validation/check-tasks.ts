/** Which checks are there to run on the files of a submission? One task for each check of each thing. */
import type { Check, Options } from '../../checks/check.js';
import { checksOf } from '../../checks/formats/index.js';
import { checksFor } from '../../checks/run-checks.js';
import { type ManifestFile, type Thing, wholeThings } from '../../checks/whole-things.js';
import type { Task } from '../../src/validation/runs.service.js';

/** A result holds for the same bytes under the same path, check, rules and reference data. */
const editionOf = (check: Check, { schema, full }: Options, reference: string) =>
  `${check.version} ${schema ?? '-'} ${full ? 'full' : 'header'} ${reference}`;

/** A task, and what it looks at. */
export interface CheckTask extends Task {
  readonly thing: Thing;
  /** Its process may have had another file before. */
  readonly sharesProcess: boolean;
}

export function tasksFor(
  profile: string,
  manifest: readonly ManifestFile[],
  options: Options,
  reference: string,
): CheckTask[] {
  const checks = checksOf(profile);
  return wholeThings(manifest).flatMap((thing) =>
    checksFor(thing.path, checks).map((check) => ({
      check: check.id,
      // A file may well hold the very list that a folder's hash is of.
      edition: `${editionOf(check, options, reference)}${thing.parts ? ' folder' : ''}`,
      ...{ file: thing.path, sha256: thing.sha256, thing },
      sharesProcess: check.sharesProcess ?? false,
    })),
  );
}
