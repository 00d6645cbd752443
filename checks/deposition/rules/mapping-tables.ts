/**
 * Do the tables that say which gain reference is that of which run speak of runs and files that are there? What other tables
 * say wrongly is told where files are matched with runs.
 */
import { type Dataset, type Deposition, factsAs, type RunFile } from '../deposition.js';
import { resolver } from '../mapping-rows.js';
import { type CellSaid, compared, type DatasetRule, defineDatasetRule, notApplicable } from '../run-rule.js';

type Variant = 'unknown_run' | 'missing_file' | 'no_row';
type Said = CellSaid<Variant> & { readonly run?: string };

const mappingTable = defineDatasetRule<Variant>({
  id: 'X-28',
  title: 'Table of gain references',
  why: 'A gain reference whose name says nothing of a run is found by its row in the table, and by nothing else.',
  says: {
    unknown_run: {
      severity: 'error',
      message: 'Line {line} of {file} is about the run "{found}", which is not declared.',
      fix: 'Write the name of the run as it is declared, letter by letter, or take the line out.',
    },
    missing_file: {
      severity: 'error',
      message: 'Line {line} of {file} names "{found}", which was not uploaded.',
      fix: 'Upload the file, or correct its name.',
    },
    no_row: {
      severity: 'warning',
      message: '{file} has no line for this run.',
      fix: 'Add a line for the run, unless it needs none of these files.',
    },
  },
  *judge(dataset, deposition) {
    const tables = (dataset.mappings ?? []).filter((file) => factsAs(file, 'mapping')?.columns.some(isOfGains));
    if (tables.length === 0) return yield notApplicable('No table says which gain reference is that of which run.');

    const resolve = resolver(pathsOf(deposition));
    const runs = new Set(deposition.datasets.flatMap((each) => each.runs.map(({ name }) => name)));
    const faults = tables.flatMap((file) => [
      ...judgeTable(file, dataset, resolve),
      ...unknownRuns(file, dataset, deposition, runs),
    ]);
    if (faults.length > 0) return yield* faults;
    const rows = tables.reduce((sum, file) => sum + (factsAs(file, 'mapping')?.rows.length ?? 0), 0);
    yield compared('a line for each run, of files that are there', `${rows} lines, all of them so`);
  },
});

type Resolve = ReturnType<typeof resolver>;

function* judgeTable(table: RunFile, dataset: Dataset, resolve: Resolve): Generator<Said> {
  const { columns = [], rows = [] } = factsAs(table, 'mapping') ?? {};
  const file = table.path;
  const runs = new Set(dataset.runs.map(({ name }) => name));
  for (const { run, line, files } of rows) {
    // A table of several data sets is judged for each: its other lines are judged there.
    if (!runs.has(run)) continue;
    const at = { file, line, location: `line ${line}` };
    for (const [i, name] of files.entries()) {
      const column = columns[i] ?? 'file';
      if (!name || !isOfGains(column) || resolve(name, dataset.key).length > 0) continue;
      yield { run, says: 'missing_file', told: { ...at, key: column, expected: 'a file that is there', found: name } };
    }
  }
  const named = new Set(rows.map(({ run }) => run));
  for (const { name } of dataset.runs) if (!named.has(name)) yield { run: name, says: 'no_row', told: { file } };
}

/** Told once, of the first data set whose table it is. */
function* unknownRuns(
  table: RunFile,
  dataset: Dataset,
  { datasets }: Deposition,
  runs: ReadonlySet<string>,
): Generator<Said> {
  const first = datasets.find(({ mappings = [] }) => mappings.some(({ path }) => path === table.path));
  if (first && first.key !== dataset.key) return;
  const file = table.path;
  for (const { run, line } of factsAs(table, 'mapping')?.rows ?? []) {
    if (runs.has(run)) continue;
    const told = { file, line, location: `line ${line}`, expected: 'the name of a run', found: run };
    yield { says: 'unknown_run', told };
  }
}

const isOfGains = (column: string): boolean => /^\s*gain/i.test(column);

function pathsOf({ datasets, leftOver }: Deposition): string[] {
  const files = datasets.flatMap(({ runs, photos }) => [...runs.flatMap((run) => run.files), ...photos]);
  return [...new Set([...files, ...leftOver].map(({ path }) => path))].sort();
}

export const MAPPING_RULES: readonly DatasetRule[] = [mappingTable];
