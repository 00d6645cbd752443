/** Does this table list points, or the files of runs, or tilts, and is every row of it sound? Long for its table. */
import { defineCheck, type Pen, type Said, type SourceFile } from '../check.js';
import type { Rule } from '../finding.js';
import { BrokenRow, delimiterOf, eachRow } from '../readers/csv-rows.js';
import { noLongText } from '../readers/long-text.js';
import { isAboutRuns, isHeader, kindByHeader, kindByValues, type TableKind } from '../readers/table-kind.js';
import { shortened } from './by-line.js';
import { type FaultTally, faultTally } from './fault-tally.js';
import { longTextRules, MOST_TEXT_BYTES, toldOf } from './long-text-rules.js';
import { mappingRows } from './points-table/mapping-rows.js';
import { pointRows } from './points-table/point-rows.js';
import type { RowFault, TableRows } from './points-table/table-rows.js';
import { tiltRows } from './points-table/tilt-rows.js';

const EXPORT = 'Export the table again as CSV, with one row for each point and columns headed x, y and z.';
const RFC = 'https://www.rfc-editor.org/rfc/rfc4180';

const { endless_line: _, ...TEXT_RULES } = longTextRules('table', EXPORT);

const RULES = {
  ...TEXT_RULES,
  broken_row: {
    severity: 'error',
    message: 'The table cannot be read on: {why}.',
    fix: 'Put cells with a delimiter or a quotation mark in quotation marks, and double those within.',
    docs: RFC,
  },
  no_rows: { severity: 'error', message: 'The table has no rows.', fix: 'Upload the table with its rows.' },
  unknown_table: {
    severity: 'error',
    message: 'What this table is cannot be told from its columns: {found}.',
    fix: 'Head three columns of numbers x, y and z for points; run_name and, for one, gain_file for the files of runs; frame, tilt_angle and order for tilts.',
  },
  spaces: {
    severity: 'error',
    message: 'The cells are parted by spaces, and a table by commas, semicolons, tabs or bars was expected.',
    fix: "Write commas in place of the spaces: `awk '{$1=$1}1' OFS=, IN > OUT.csv`.",
  },
  unknown_header: {
    severity: 'warning',
    message: 'No column is headed x, y or z: the first three with numbers are taken for them, {found}.',
    fix: 'Head the columns x, y and z.',
  },
  more_columns: {
    severity: 'info',
    message: 'Without a header, the first three columns are taken for x, y and z; there are {found}.',
    fix: 'Write a header that says what the columns are.',
  },
  row_arity: {
    severity: 'error',
    message: 'Some rows have more cells than the first, or fewer.',
    fix: 'Write the same number of cells in every row.',
    docs: RFC,
  },
  not_number: {
    severity: 'error',
    message: 'Some coordinates are no numbers.',
    fix: 'Write numbers with a decimal point; NaN and infinity are none.',
  },
  decimal_comma: {
    severity: 'warning',
    message: 'Some coordinates have a decimal comma; they were read as if it were a point.',
    fix: 'Write numbers with a decimal point.',
  },
  angle: {
    severity: 'error',
    message: 'Some angles are no numbers.',
    fix: 'Write angles in degrees, with a decimal point.',
  },
  flat: {
    severity: 'warning',
    message: 'All points have the same z, {found}.',
    fix: 'Look whether the columns are x, y and z, in this order, unless the points lie in one plane.',
  },
  all_integer: {
    severity: 'warning',
    message: 'All coordinates are whole numbers: they may have been rounded, or be indices of something else.',
    fix: 'Look whether these are coordinates, unless they were picked voxel by voxel.',
  },
  repeated: {
    severity: 'warning',
    message: 'Some points are there twice.',
    fix: 'Keep one of each.',
  },
  too_many_tomograms: {
    severity: 'error',
    message: 'The column that names the tomogram has more than 10,000 different names.',
    fix: 'Look whether it names points in place of tomograms.',
  },
  too_many_rows: {
    severity: 'error',
    message: 'The table has more rows than any such table: the rest is not read.',
    fix: 'Look whether this is the right file.',
  },
  run_missing: { severity: 'error', message: 'Some rows name no run.', fix: 'Write the name of the run in every row.' },
  run_name: {
    severity: 'error',
    message: 'Some rows have a name that no run can have.',
    fix: 'Write letters, digits, dots, dashes and underscores, 128 at most.',
  },
  run_repeated: {
    severity: 'error',
    message: 'Some runs have two rows.',
    fix: 'Leave one row for each run.',
  },
  file_missing: {
    severity: 'warning',
    message: 'Some runs have an empty cell where a file was expected.',
    fix: 'Write the file, or take the row out where the run has none.',
  },
  tilt_columns: {
    severity: 'error',
    message: 'The table of tilts has no column order: which tilt was taken first cannot be told.',
    fix: 'Add a column order, which numbers the tilts as they were acquired.',
  },
  tilt_angle: {
    severity: 'error',
    message: 'Some tilts have no angle between -90 and 90 degrees.',
    fix: 'Write every tilt_angle in degrees.',
  },
  tilt_order: {
    severity: 'error',
    message: 'Some tilts have an order that is no whole number.',
    fix: 'Number the tilts as they were acquired.',
  },
  tilt_order_repeated: {
    severity: 'error',
    message: 'Some tilts have the same order as another.',
    fix: 'Number the tilts as they were acquired, each once.',
  },
  tilt_dose: {
    severity: 'warning',
    message: 'Some tilts have no dose above zero.',
    fix: 'Write the dose of each tilt in electrons per square ångström, or leave the column out.',
  },
  frame_missing: {
    severity: 'error',
    message: 'Some tilts name no frame.',
    fix: 'Write the file of the frames in every row.',
  },
  frame_repeated: {
    severity: 'error',
    message: 'Some tilts name the same frames as another.',
    fix: 'Give every tilt the file of its own frames.',
  },
} as const satisfies Record<string, Rule>;

type Code = keyof typeof RULES;
type TablePen = Pen<Code>;

/** In the order in which they are told. */
const ROW_FAULTS: readonly (RowFault | 'row_arity')[] = [
  ...(['row_arity', 'not_number', 'decimal_comma', 'angle', 'repeated'] as const),
  ...(['run_missing', 'run_name', 'run_repeated', 'file_missing'] as const),
  ...(['tilt_angle', 'tilt_order', 'tilt_order_repeated', 'tilt_dose', 'frame_missing', 'frame_repeated'] as const),
  'too_many_rows',
];

/** Fewer points say nothing about all of them. */
const SUSPICIOUS = 3;

/** Points with or without instances (TARDIS), tables of files for runs, and tables of tilts. */
export const pointsTableCheck = defineCheck<Code>({
  id: 'points-table',
  version: 1,
  title: 'Table of points, of files or of tilts',
  extensions: ['.csv', '.tsv'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    // Fragments of single cells are tables, too, and have a check of their own.
    if (/fragments?\.tsv$/i.test(file.path)) return;
    const otherwise = await noLongText(file, MOST_TEXT_BYTES);
    if (otherwise) return yield pen.report(otherwise.why, toldOf(otherwise));

    const table = tableOf(/map[^/]*$/i.test(file.path));
    const broken = await readInto(table, file);
    const facts = table.rows?.facts();
    if (facts) yield pen.learn(facts);
    if (broken) yield pen.report('broken_row', { location: `line ${broken.line}`, why: broken.why });
    yield* judge(table, pen);
  },
});

async function readInto(table: Table, file: SourceFile): Promise<BrokenRow | null> {
  try {
    await eachRow(file, await delimiterOf(file), table.take);
    return null;
  } catch (error) {
    if (error instanceof BrokenRow) return error;
    throw error;
  }
}

interface Table {
  readonly faults: FaultTally<Code>;
  readonly header: readonly string[] | null;
  /** Null until it is known which kind of table it is. */
  readonly kind: TableKind | null;
  readonly rows: (TableRows & Partial<ReturnType<typeof pointRows>>) | null;
  /** The first row of values. */
  readonly first: readonly string[] | null;
  readonly take: (cells: readonly string[], line: number) => void;
}

function tableOf(isMap: boolean): Table {
  const faults = faultTally<Code>();
  let header: readonly string[] | null = null;
  let first: readonly string[] | null = null;
  let kind: TableKind | null = null;
  let rows: Table['rows'] = null;

  /** The first row of a headerless table of runs, or its header: both may be two words. */
  const isPair = (cells: readonly string[]) => isMap && cells.length === 2 && !isAboutRuns(cells);

  /** What it is about, once its first row of values is there. */
  function begin(cells: readonly string[]): void {
    first = cells;
    kind ??= header && isAboutRuns(header) ? null : kindByValues(cells, isMap && header === null);
    rows = kind && rowsOf(kind, faults);
  }

  function take(cells: readonly string[], line: number): void {
    if (cells.every((cell) => cell === '')) return;
    if (!header && !first && isHeader(cells) && !isPair(cells)) {
      header = cells;
      kind = kindByHeader(cells);
      return;
    }
    if (!first) begin(cells);
    const width = (header ?? first)?.length;
    if (cells.length === width) rows?.take(cells, line);
    else if (rows) faults.note('row_arity', line, `${cells.length} cells, and not ${width}`);
  }

  return {
    ...{ faults, take },
    get header() {
      return header;
    },
    get kind() {
      return kind;
    },
    get rows() {
      return rows;
    },
    get first() {
      return first;
    },
  };
}

function rowsOf(kind: TableKind, faults: FaultTally<Code>): TableRows {
  switch (kind.kind) {
    case 'points':
      return pointRows(kind, faults);
    case 'mapping':
      return mappingRows(kind, faults);
    default:
      return tiltRows(kind, faults);
  }
}

function* judge({ faults, header, first, kind, rows }: Table, pen: TablePen): Generator<Said, void> {
  const columns = (header ?? first ?? []).map((cell) => shortened(cell)).slice(0, 10);
  if (!first) {
    if (!header || kind) yield pen.report('no_rows');
    else yield pen.report('unknown_table', { found: columns.join(', ') });
    return;
  }
  if (!kind) {
    const isParted = columns.length === 1 && first[0]?.trim().split(/\s+/).length === 3;
    return yield isParted ? pen.report('spaces') : pen.report('unknown_table', { found: columns.join(', ') });
  }
  if (kind.kind === 'tilts' && kind.order === -1) yield pen.report('tilt_columns', { found: columns.join(', ') });
  if (kind.kind === 'points' && kind.isGuessed && !header)
    yield pen.report('more_columns', { found: String(first.length) });
  if (kind.kind === 'points' && header && kindByHeader(header) === null) {
    const taken = kind.coordinates.map((column) => header[column] ?? '').map(shortened);
    yield pen.report('unknown_header', { location: 'line 1', found: taken.join(', ') });
  }
  yield* faults.findings(pen, ROW_FAULTS);

  const points = rows?.points;
  if (!points || points.count < SUSPICIOUS) return;
  if (points.hasTooManyTomograms) yield pen.report('too_many_tomograms');
  if (points.areFlat) yield pen.report('flat', { found: String(points.groups()[0]?.min[2]) });
  if (points.areWhole) yield pen.report('all_integer');
}
