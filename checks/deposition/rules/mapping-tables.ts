/** Do the tables that say which files belong to which run speak of runs and files that are there? */
import { type Dataset, type Deposition, factsAs, type RunFile } from '../deposition.js';
import { isPathOf } from '../reference-tomogram.js';
import { type CellSaid, compared, type DatasetRule, defineDatasetRule, notApplicable } from '../run-rule.js';

type Variant = 'unknown_run' | 'missing_file' | 'no_row';
type Said = CellSaid<Variant> & { readonly run?: string };

const mappingTable = defineDatasetRule<Variant>({
  id: 'X-28',
  title: 'Tables of runs and their files',
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
    const tables = (dataset.mappings ?? []).filter((file) => factsAs(file, 'mapping'));
    if (tables.length === 0) return yield notApplicable('There is no table of runs and files that can be read.');

    const there = new Uploads(deposition);
    const runs = new Set(deposition.datasets.flatMap((each) => each.runs.map(({ name }) => name)));
    const faults = tables.flatMap((file) => [...judgeTable(file, dataset, runs, there)]);
    if (faults.length > 0) return yield* faults;
    const rows = tables.reduce((sum, file) => sum + (factsAs(file, 'mapping')?.rows.length ?? 0), 0);
    yield compared('a line for each run, of files that are there', `${rows} lines, all of them so`);
  },
});

function* judgeTable(table: RunFile, dataset: Dataset, runs: ReadonlySet<string>, there: Uploads): Generator<Said> {
  const { columns = [], rows = [] } = factsAs(table, 'mapping') ?? {};
  const file = table.path;
  for (const { run, line, files } of rows) {
    const at = { file, line, location: `line ${line}` };
    if (!runs.has(run)) {
      yield { says: 'unknown_run', told: { ...at, expected: 'the name of a run', found: run } };
      continue;
    }
    for (const [i, name] of files.entries()) {
      const column = columns[i] ?? 'file';
      if (!name || !NAMES_FILES.test(column) || there.has(name, run)) continue;
      yield { run, says: 'missing_file', told: { ...at, key: column, expected: 'a file that is there', found: name } };
    }
  }
  const named = new Set(rows.map(({ run }) => run));
  for (const { name } of dataset.runs) if (!named.has(name)) yield { run: name, says: 'no_row', told: { file } };
}

/** Other columns hold values. */
const NAMES_FILES = /(^|_)(file|frames_glob)$/i;

/** All paths, by themselves and by their last name; for patterns those of a run alone. */
class Uploads {
  private readonly names = new Set<string>();
  private readonly ofRuns = new Map<string, RunFile[]>();

  constructor({ datasets, leftOver }: Deposition) {
    for (const { path } of [...datasets.flatMap(({ photos }) => photos), ...leftOver]) this.add(path);
    for (const { name, files } of datasets.flatMap(({ runs }) => runs)) {
      this.ofRuns.set(name, [...(this.ofRuns.get(name) ?? []), ...files]);
      for (const { path } of files) this.add(path);
    }
  }

  has(wanted: string, run: string): boolean {
    const name = wanted.replaceAll('\\', '/').replace(/^\.\//, '');
    if (name.includes('*')) return (this.ofRuns.get(run) ?? []).some(({ path }) => isPathOf(name, run, path));
    return this.names.has(name) || this.names.has(lastName(name));
  }

  private add(path: string): void {
    this.names.add(path).add(lastName(path));
  }
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const MAPPING_RULES: readonly DatasetRule[] = [mappingTable];
