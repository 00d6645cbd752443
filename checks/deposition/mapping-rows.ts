/** Which files do mapping tables give to which runs? Rows of the metadata and of tables that were uploaded, told the same way. */

import type { Severity } from '../finding.js';
import type { TomographyFacts } from '../formats/tomography-facts.js';
import { FILE_KINDS, type FileKind } from './kinds.js';
import { fits, fitsName, isPattern } from './path-pattern.js';

/** A row gives this to a run. */
export interface MappingRow {
  /** The data set it speaks of; null where it may be any. */
  readonly dataset: string | null;
  readonly run: string;
  /** Null where the table does not say it. */
  readonly kind: FileKind | null;
  /** A path, a base name, a folder that ends in `/`, or a pattern with `*`. */
  readonly value: string;
  /** The table, and the place in it: `line 3`, `file_mapping/2`. */
  readonly table: string | null;
  readonly place: string;
}

export interface MappingFault {
  readonly rule:
    | 'unknown_run'
    | 'not_uploaded'
    | 'repeated_run'
    | 'several_runs'
    | 'contradicts_mdoc'
    | 'runs_without_row';
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
  readonly dataset: string | null;
  /** Null where the row of several is missing. */
  readonly run: string | null;
  /** The table; null where the row is of the metadata. */
  readonly file: string | null;
  readonly location: string | null;
}

const FIXES: Readonly<Record<MappingFault['rule'], string>> = {
  unknown_run: 'Write the name of the run as it is declared, capitals too, or declare the run.',
  not_uploaded: 'Upload the file, or correct its path in this row.',
  repeated_run: 'Leave one row for each run.',
  several_runs: 'Leave the file with the run that it is of.',
  runs_without_row: 'Add their rows, unless these runs have no such file.',
  contradicts_mdoc: 'Look which of the two is right: the row, or the MDOC.',
};

export const faultOf = (
  rule: MappingFault['rule'],
  { dataset, run, table, place }: MappingRow,
  message: string,
): MappingFault => ({
  ...{ rule, severity: rule === 'contradicts_mdoc' ? 'warning' : 'error', message, fix: FIXES[rule] },
  ...{ dataset, run, file: table, location: place },
});

/** Words of columns that are not those of kinds. */
const COLUMNS: Readonly<Record<string, FileKind>> = {
  ...{ frames: 'frame', movie: 'frame', movies: 'frame', gain_reference: 'gain', gains: 'gain', mdocs: 'mdoc' },
  ...{ tiltseries: 'tilt_series', ts: 'tilt_series', stack: 'tilt_series', mapped_ts: 'tilt_series' },
  ...{ tomo: 'tomogram', tomograms: 'tomogram', mapped_tomo: 'tomogram', mapped_frame: 'frame' },
  ...{ raw_tlt: 'rawtlt', annotations: 'annotation', mask: 'annotation' },
};

/** Of which kind the files of a column are; undefined where it holds none. */
function kindOfColumn(head: string): FileKind | null | undefined {
  const word = head
    .toLowerCase()
    .trim()
    .replace(/[\s-]+/g, '_');
  if (/^(file|path|value)$/.test(word)) return null;
  const bare = word.replace(/_(files?|globs?|paths?|names?)$/, '');
  const kind = COLUMNS[bare] ?? (FILE_KINDS as readonly string[]).find((known) => known === bare);
  return kind as FileKind | undefined;
}

type Mapped = { readonly key: string; readonly mapping: readonly { run_name: string; kind: FileKind; path: string }[] };
type Table = { readonly path: string; readonly facts: TomographyFacts | null };

const MOST_NAMED = 10;

/** Runs that an uploaded table says nothing of. Tables of gain references alone are judged by X-28. */
export function* runsWithoutRow(
  tables: readonly Table[],
  runsOf: (path: string) => readonly string[],
): Generator<MappingFault> {
  for (const { path, facts } of tables) {
    if (facts?.format !== 'mapping') continue;
    const kinds = facts.columns.map(kindOfColumn).filter((kind) => kind !== undefined);
    if (kinds.length === 0 || kinds.every((kind) => kind === 'gain')) continue;
    const named = new Set(facts.rows.map(({ run }) => run));
    const missing = runsOf(path).filter((run) => !named.has(run));
    if (missing.length === 0) continue;
    const some =
      missing.toSorted().slice(0, MOST_NAMED).join(', ') + (missing.length > MOST_NAMED ? ' and others' : '');
    const message = `${missing.length} runs have no row in this table: ${some}.`;
    const place = { dataset: null, run: null, file: path, location: null };
    yield { rule: 'runs_without_row', severity: 'warning', message, fix: FIXES.runs_without_row, ...place };
  }
}

export function rowsOf(
  datasets: readonly Mapped[],
  tables: readonly Table[],
  datasetOf: (path: string) => string | null,
): MappingRow[] {
  const declared = datasets.flatMap(({ key, mapping }) =>
    mapping.map(({ run_name, kind, path }, i) => ({
      ...{ dataset: key, run: run_name, kind, value: path, table: null, place: `file_mapping/${i}` },
    })),
  );
  const uploaded = tables.flatMap(({ path, facts }) => {
    if (facts?.format !== 'mapping') return [];
    const kinds = facts.columns.map(kindOfColumn);
    const dataset = datasetOf(path);
    return facts.rows.flatMap(({ run, line, files }) =>
      files.flatMap((value, i) => {
        const kind = kinds[i];
        if (kind === undefined || !value) return [];
        return [{ dataset, run, kind, value, table: path, place: `line ${line}` }];
      }),
    );
  });
  return [...declared, ...uploaded];
}

/** What is looked at by patterns that begin with a star, all together; more are not resolved. */
const MOST_TRIES = 5_000_000;

/** The files that a row's value names, among sorted paths. */
export function resolver(paths: readonly string[]) {
  const known = new Set(paths);
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const same = byName.get(name);
    if (same) same.push(path);
    else byName.set(name, [path]);
  }
  const names = [...byName.keys()].sort();
  let tries = MOST_TRIES;

  function resolve(value: string, dataset: string | null): readonly string[] {
    const path = value
      .trim()
      .replaceAll('\\', '/')
      .replace(/^(\.\/|\/)+/, '');
    const within = dataset === null ? [path] : [path, `${dataset}/${path}`];
    const exact = within.filter((one) => known.has(one));
    if (exact.length > 0 || path === '') return exact;
    if (path.endsWith('/')) return within.flatMap((folder) => startingWith(paths, folder));
    if (isPattern(path)) return fitting(path, within);
    const name = path.slice(path.lastIndexOf('/') + 1);
    return (byName.get(name) ?? []).filter((one) => one.endsWith(`/${path}`) || one === path);
  }

  function fitting(path: string, within: readonly string[]): readonly string[] {
    const inNames = !path.includes('/');
    const pool = inNames ? [path] : within;
    return pool.flatMap((pattern) => {
      const near = startingWith(inNames ? names : paths, pattern.slice(0, pattern.indexOf('*')));
      tries -= near.length;
      const isFitting = inNames ? fitsName : fits;
      const found = tries < 0 ? [] : near.filter((one) => isFitting(pattern, one));
      return inNames ? found.flatMap((name) => byName.get(name) ?? []) : found;
    });
  }

  return resolve;
}

/** Of sorted texts, those that begin so. */
function startingWith(sorted: readonly string[], prefix: string): readonly string[] {
  const first = lowest(sorted, (text) => text >= prefix);
  const last = lowest(sorted, (text) => text >= prefix && !text.startsWith(prefix));
  return sorted.slice(first, last);
}

function lowest(sorted: readonly string[], isThere: (text: string) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isThere(sorted[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}
