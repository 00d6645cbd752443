/** How do runs become a table and a table runs? A row for each run, a column for each field; an empty cell leaves it to the defaults. */
import { AlignmentFields, ofRuns, RunFields, RunName } from '../profiles/cryoet/datasets.js';
import { cellOfText, csvOf, readCsv } from './csv-text.js';
import type { RunValues } from './declared.js';
import type { DepositionKind } from './deposition.js';

type Runs = Readonly<Record<string, RunValues>>;
type Field = keyof RunValues;
type Values = Readonly<Partial<Record<Field, unknown>>>;

const RUN = 'run_name';
const MOST_ROWS = 10_000;
const MOST_CHARACTERS = 32 << 20;
const MOST_COLUMNS = 500;
const MOST_FAULTS = 1000;

const FIELDS = { ...AlignmentFields.shape, ...RunFields.shape };

/** Which columns a table has, by what is deposited. */
const COLUMNS: Readonly<Record<DepositionKind, readonly Field[]>> = {
  'cryoet-dataset': Object.keys(RunFields.shape) as Field[],
  'cryoet-annotations': [],
  'cryoet-tomograms': Object.keys(AlignmentFields.shape) as Field[],
};

/** What runs declare themselves; what they have of the defaults of their data set stays empty. */
export function runsTable(runs: Runs, kind: DepositionKind): string {
  const columns = COLUMNS[kind];
  const rows = Object.entries(runs).map(([run, values]) => [run, ...columns.map((field) => cellOf(values[field]))]);
  return csvOf([[RUN, ...columns], ...rows]);
}

const cellOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? cellOfText(value) : String(value);

export interface CellFault {
  /** From 1, which is that of the heads. */
  readonly row: number;
  readonly column: string | null;
  readonly found: string | null;
  readonly expected: string;
}

export interface RunsImport {
  /** A merge patch for `/datasets/<key>/runs`; without anything as long as there are faults. */
  readonly patch: Readonly<Record<string, Values | null>>;
  readonly added: readonly string[];
  readonly changed: readonly {
    readonly run: string;
    readonly field: Field;
    readonly from: unknown;
    readonly to: unknown;
  }[];
  readonly removed: readonly string[];
  readonly faults: readonly CellFault[];
}

/** What a table would change of the runs that there are. Columns that it does not have leave their fields as they are. */
export function importRuns(text: string, present: Runs, kind: DepositionKind): RunsImport {
  const nothing = { patch: {}, added: [], changed: [], removed: [] };
  if (text.length > MOST_CHARACTERS)
    return { ...nothing, faults: [fault(1, null, null, `a table of at most ${MOST_CHARACTERS} characters`)] };

  const { rows, broken } = readCsv(text, MOST_ROWS + 2);
  const faults: CellFault[] = broken ? [fault(broken.row, null, null, broken.message)] : [];
  const columns = columnsOf(rows[0] ?? [], kind, faults);
  if (!columns) return { ...nothing, faults };
  if (rows.length - 1 > MOST_ROWS)
    return { ...nothing, faults: [fault(MOST_ROWS + 2, null, null, `at most ${MOST_ROWS} runs`)] };
  const table = runsOf(rows.slice(1), columns, faults);
  return differences(table, present, columns, faults);
}

const fault = (row: number, column: string | null, found: string | null, expected: string): CellFault => ({
  row,
  column,
  found: found === null ? null : found.slice(0, 200),
  expected,
});

type Column = Field | typeof RUN | null;

/** Null where it is not told which run a row is of. */
function columnsOf(heads: readonly string[], kind: DepositionKind, faults: CellFault[]): readonly Column[] | null {
  if (heads.length > MOST_COLUMNS) {
    faults.push(fault(1, null, null, `at most ${MOST_COLUMNS} columns`));
    return null;
  }
  const known: readonly string[] = [RUN, ...COLUMNS[kind]];
  const columns = heads.map((head, i): Column => {
    const name = known.find((each) => each === head.toLowerCase());
    if (name === undefined && head !== '')
      faults.push(fault(1, head, head, 'the name of a column of the table of runs'));
    if (name === undefined || heads.findIndex((other) => other.toLowerCase() === name) === i)
      return (name as Column | undefined) ?? null;
    faults.push(fault(1, head, head, 'each column once'));
    return null;
  });
  if (columns.includes(RUN)) return columns;
  faults.push(fault(1, RUN, null, `a column ${RUN}, with the name of each run`));
  return null;
}

function runsOf(
  rows: readonly (readonly string[])[],
  columns: readonly Column[],
  faults: CellFault[],
): Map<string, Values> {
  const table = new Map<string, Values>();
  for (const [i, cells] of rows.entries()) {
    const row = i + 2;
    if (cells.every((cell) => cell === '')) continue;
    const run = cells[columns.indexOf(RUN)] ?? '';
    const isName = RunName.safeParse(run).success;
    if (!isName) faults.push(fault(row, RUN, run, `a name of ${ofRuns}`));
    else if (table.has(run)) faults.push(fault(row, RUN, run, 'each run once'));
    if (cells.slice(columns.length).some((cell) => cell !== ''))
      faults.push(fault(row, null, cells.slice(columns.length).join(' '), `at most ${columns.length} cells`));
    const values = valuesOf(cells, columns, row, faults);
    if (isName && !table.has(run)) table.set(run, values);
  }
  return table;
}

function valuesOf(cells: readonly string[], columns: readonly Column[], row: number, faults: CellFault[]): Values {
  const values: Partial<Record<Field, unknown>> = {};
  for (const [i, column] of columns.entries()) {
    const cell = cells[i] ?? '';
    if (column === null || column === RUN || cell === '') continue;
    const parsed = FIELDS[column].safeParse(meantBy(cell, column));
    if (parsed.success) values[column] = parsed.data;
    else faults.push(fault(row, column, cell, expectedOf(parsed.error.issues[0]?.message ?? '', cell)));
  }
  return values;
}

const YES: ReadonlySet<string> = new Set(['true', 'yes', '1']);
const NO: ReadonlySet<string> = new Set(['false', 'no', '0']);
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i;

/** As the column is typed; what it cannot be is left for its rule to refuse. */
function meantBy(cell: string, column: Field): unknown {
  const { def } = FIELDS[column].unwrap();
  if (def.type === 'number') return NUMBER.test(cell) ? Number(cell) : cell;
  if (def.type === 'boolean') return YES.has(cell.toLowerCase()) || (NO.has(cell.toLowerCase()) ? false : cell);
  if (def.type === 'enum')
    return Object.values(def.entries).find((value) => String(value).toLowerCase() === cell.toLowerCase()) ?? cell;
  return cell;
}

const expectedOf = (message: string, cell: string): string => {
  const expected = message.replace(/^expected /, '');
  return /^[-+]?\d+,\d+$/.test(cell) ? `${expected}; decimals stand after a point` : expected;
};

function differences(
  table: ReadonlyMap<string, Values>,
  present: Runs,
  columns: readonly Column[],
  faults: readonly CellFault[],
): RunsImport {
  const patch: Record<string, Values | null> = {};
  const changed: RunsImport['changed'][number][] = [];
  for (const [run, values] of table) {
    if (!Object.hasOwn(present, run)) {
      patch[run] = values;
      continue;
    }
    const before = present[run] ?? {};
    const changes = columns.flatMap((field) => {
      if (field === null || field === RUN) return [];
      const [from, to] = [before[field] ?? null, values[field] ?? null];
      return from === to ? [] : [{ run, field, from, to }];
    });
    if (changes.length > 0) patch[run] = Object.fromEntries(changes.map(({ field, to }) => [field, to]));
    for (const change of changes) changed.push(change);
  }
  const added = [...table.keys()].filter((run) => !Object.hasOwn(present, run));
  const removed = Object.keys(present).filter((run) => !table.has(run));
  for (const run of removed) patch[run] = null;
  return { patch: faults.length > 0 ? {} : patch, added, changed, removed, faults: faults.slice(0, MOST_FAULTS) };
}
