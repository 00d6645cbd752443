/** Which files do the rows of mapping tables give to which runs, and what is wrong with them? */
import { type FileKind, partsOf, SINGLE } from './kinds.js';
import { faultOf, type MappingFault, type MappingRow, resolver } from './mapping-rows.js';
import { isPattern } from './path-pattern.js';

export interface Claim {
  readonly dataset: string;
  readonly run: string;
  readonly kind: FileKind | null;
  readonly row: MappingRow;
}

/** What rows say. */
export interface Claims {
  /** By path. */
  readonly files: ReadonlyMap<string, readonly Claim[]>;
  /** By a name that is no file's, but may be what a run is called in names of files: `batch_tomo_04`. */
  readonly aliases: ReadonlyMap<string, readonly Claim[]>;
  readonly faults: readonly MappingFault[];
}

export function claimsOf(
  rows: readonly MappingRow[],
  paths: readonly string[],
  datasetsWith: (run: string, dataset: string | null) => readonly string[],
): Claims {
  const resolve = resolver(paths);
  const files = new Map<string, Claim[]>();
  const aliases = new Map<string, Claim[]>();
  const faults: MappingFault[] = [];
  const single = new Map<string, string>();

  for (const row of rows) {
    const [first, ...others] = datasetsWith(row.run, row.dataset);
    if (first === undefined) {
      tell('unknown_run', row, `A row names the run ${row.run}, which is not declared.`);
      continue;
    }
    claimFor(first, row);
    // One gain reference may be of runs of several data sets; of what belongs to one run, the first is meant.
    if (row.kind === 'gain') for (const dataset of others) claimFor(dataset, row);
  }
  return { files, aliases, faults };

  function claimFor(dataset: string, row: MappingRow): void {
    const claim = { dataset, run: row.run, kind: row.kind, row };
    const found = resolve(row.value, row.dataset ?? dataset);
    if (found.length > 0) for (const path of found) give(path, claim);
    else if (isAlias(row)) aliases.set(row.value, [...(aliases.get(row.value) ?? []), claim]);
    else tell('not_uploaded', row, `A row names the file ${row.value}, which was not uploaded.`);
    judgeAlone(claim);
  }

  /** Tables of gain references are judged by X-28. */
  function tell(rule: MappingFault['rule'], row: MappingRow, message: string): void {
    if (row.kind !== 'gain' || row.table === null) faults.push(faultOf(rule, row, message));
  }

  function judgeAlone({ dataset, run, kind, row }: Claim): void {
    if (kind === null || !SINGLE.has(kind)) return;
    const place = JSON.stringify([dataset, run, kind]);
    const before = single.get(place);
    if (before !== undefined && before !== row.value)
      tell('repeated_run', row, `The run ${run} is given ${before} and ${row.value}, of which it can have one.`);
    single.set(place, before ?? row.value);
  }

  function give(path: string, claim: Claim): void {
    const before = files.get(path) ?? [];
    if (before.some(({ dataset, run }) => dataset === claim.dataset && run === claim.run)) return;
    const isShared = claim.kind === null || [claim, ...before].some(({ kind }) => kind === 'gain');
    if (before[0] && !isShared)
      tell('several_runs', claim.row, `The file ${path} is given to ${before[0].run} and to ${claim.run}.`);
    files.set(path, [...before, claim]);
  }
}

/** A name without a folder and an extension, of which no file is called so. */
const isAlias = ({ value }: MappingRow): boolean =>
  !isPattern(value) && !value.includes('/') && partsOf(value).extension === '';
