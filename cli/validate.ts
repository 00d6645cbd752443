/** Are these files sound? The checks of the server, run here, before anything is sent. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import type { Options } from '../checks/check.js';
import { judgeTogether } from '../checks/cross-file/index.js';
import type { CheckOutcome, Finding } from '../checks/finding.js';
import type { LocalFile } from '../checks/local-file.js';
import { checksFor } from '../checks/run-checks.js';
import { EDITIONS } from '../checks/schemas/editions.js';
import { isWholeFolder } from '../checks/whole-things.js';
import { checkProcesses, checksFor as checksAt, type Runnable } from './check-processes.js';
import type { Command, Terminal } from './command.js';
import { DESCRIPTION, type JudgedFolder, judgeFolder } from './deposition.js';
import { EXIT, UsageError } from './exit.js';
import { Hearing } from './hearing.js';
import {
  type FileReport,
  FORMATS,
  type Format,
  type Matrix,
  type Printer,
  type Report,
  type Unchecked,
} from './report-formats.js';

/** Files that are begun, or wait to be, before the one whose turn it is to be told. */
const AHEAD = 100;
const DEADLINE_MS = 600_000;
const FULL_DEADLINE_MS = 6 * DEADLINE_MS;

export const validate: Command = {
  usage: `validate PATH... [--profile ID] [--schema VERSION] [--full] [--pre-analysis] [--ignore-labels] [--format ${Object.keys(FORMATS).join('|')}]`,
  help: async () =>
    [
      'Check files on this machine by the rules of the server. One file is judged alone; several, and those of a folder, also',
      'by what must agree between them, as an .h5ad file and its fragments, or run by run those of a deposition of tilt series,',
      'with the metadata of its accession.json, where it has one.',
      `Known are files whose names end in ${extensionsOf(await checksAt(['']))}.`,
      '',
      '  --profile ID      the kind of data set, which says by which schema its files are judged',
      '  --schema VERSION  the edition of that schema, as 7.0.0',
      '  --full            read every byte, and not only what tells about the rest',
      '  --pre-analysis    single cells: cell types and embeddings are still to come',
      '  --ignore-labels   single cells: the labels that the system writes may be there already',
      '  --format NAME     pretty (for people), json (one document), jsonl (a line a file), junit, sarif, csv (the matrix of',
      '                    runs and rules of a deposition)',
      '',
      'Exit status: 0 sound, 1 findings that block a submission, 2 usage, 6 not decided: nothing is wrong, and yet a check',
      'could not come to an end.',
      '',
    ].join('\n'),

  async run(args, terminal) {
    const begun = performance.now();
    const format = formatOf(args);
    const printer: Printer = FORMATS[format](terminal.out, terminal.isColoured);
    let report: Omit<Report, 'durationMs'> = NOTHING;
    try {
      const { paths, profile, options } = await parse(args);
      report = { ...report, profile, schema: options.schema };
      const { files, unchecked } = await find(paths);
      const { reports, results } = await run(files, options, terminal, printer);
      const together = isAlone(paths, files)
        ? null
        : await agreement({ paths, profile, options }, results, unchecked, terminal);
      for (const outcome of together?.outcomes ?? []) reports.push(tell(outcome, null, printer));
      const matrix = together?.folder ? matrixOf(together.folder) : null;
      report = { ...report, ...verdictOn(reports), files: reports, unchecked, matrix };
      return report.valid === null ? EXIT.undecided : report.valid ? EXIT.sound : EXIT.blocked;
    } catch (error) {
      report = { ...report, error: error instanceof Error ? error.message : String(error) };
      throw error;
    } finally {
      await checkProcesses(terminal.signal).end();
      // Whoever reads documents gets one, whatever happens.
      await printer.end({ ...report, durationMs: Math.round(performance.now() - begun) });
    }
  },
};

const extensionsOf = (checks: readonly Runnable[]): string =>
  [...new Set(checks.flatMap(({ extensions }) => extensions))].join(', ');

const NOTHING = { valid: null, profile: null, schema: null, files: [], unchecked: [], matrix: null, error: null };

interface Asked {
  readonly paths: readonly string[];
  readonly profile: string | null;
  readonly options: Options;
}

async function parse(args: readonly string[]): Promise<Asked> {
  const { values, positionals: paths } = parsed(args);
  if (!Object.hasOwn(FORMATS, values.format ?? 'pretty'))
    throw new UsageError(`There is no format "${values.format}"; there are ${Object.keys(FORMATS).join(', ')}.`);
  if (paths.length === 0) throw new UsageError('Which files? Name at least one file or folder.');
  const editions = EDITIONS.map(({ version }) => version);
  if (values.schema !== undefined && !editions.includes(values.schema))
    throw new UsageError(`There is no schema "${values.schema}"; there are ${editions.join(', ')}.`);

  const profile = values.profile ?? null;
  const expected = profile === null ? null : await schemaOf(profile);
  const schema = values.schema ?? expected;
  const { full = false, 'pre-analysis': preAnalysis = false, 'ignore-labels': ignoreLabels = false } = values;
  return { paths, profile, options: { schema, full, preAnalysis, ignoreLabels } };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        profile: { type: 'string' },
        schema: { type: 'string' },
        full: { type: 'boolean' },
        'pre-analysis': { type: 'boolean' },
        'ignore-labels': { type: 'boolean' },
        format: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Which format is asked for, even where the rest makes no sense: the refusal takes it, too. */
function formatOf(args: readonly string[]): Format {
  const { values } = parseArgs({ args: [...args], strict: false, options: { format: { type: 'string' } } });
  return Object.keys(FORMATS).find((name): name is Format => name === values.format) ?? 'pretty';
}

/** Profiles come with zod: only who names one waits for it. */
async function schemaOf(id: string): Promise<string | null> {
  const { PROFILES } = await import('../checks/profiles/index.js');
  const profile = PROFILES.get(id);
  if (!profile) throw new UsageError(`There is no profile "${id}"; there are ${[...PROFILES.keys()].join(', ')}.`);
  return profile.schema;
}

interface Checkable {
  readonly file: LocalFile;
  readonly check: Runnable;
}

interface Found {
  readonly files: readonly Checkable[];
  readonly unchecked: readonly Unchecked[];
}

/** What there is to check, in the order of `paths` and, within a folder, of names. */
async function find(paths: readonly string[]): Promise<Found> {
  const checks = await checksAt(paths);
  const files = new Map<string, Checkable[]>();
  const unchecked: Unchecked[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => null);
    if (!info) throw new UsageError(`There is no file or folder "${path}".`);

    const isOne = info.isFile() || isWholeFolder(path);
    let known = 0;
    for await (const entry of isOne ? [path] : walk(path, unchecked)) {
      const file = { path: told(entry), local: resolve(entry) };
      const checkable = checksFor(file.path, checks).map((check) => ({ file, check }));
      if (checkable.length > 0) files.set(file.local, files.get(file.local) ?? checkable);
      else if (basename(entry) !== DESCRIPTION)
        unchecked.push({ path: file.path, reason: 'No check knows files of this name.' });
      known += checkable.length;
    }
    const what = isOne ? `"${path}"` : `any file in "${path}"`;
    if (known === 0)
      throw new UsageError(`No check knows ${what}: known are names that end in ${extensionsOf(checks)}.`);
  }
  return { files: [...files.values()].flat(), unchecked };
}

const told = (path: string): string =>
  path
    .split(sep)
    .join('/')
    .replace(/(?<=[^/])\/+$/, '');

async function* walk(folder: string, unchecked: Unchecked[]): AsyncGenerator<string, void> {
  const leave = (path: string, reason: string) => void unchecked.push({ path: told(path), reason });
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
  if (!entries) return leave(folder, 'The folder cannot be opened.');

  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const info = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry;
    if (!info) leave(path, 'It is a link to nothing.');
    else if (info.isFile() || (info.isDirectory() && isWholeFolder(path))) yield path;
    else if (!info.isDirectory()) leave(path, 'It is neither a file nor a folder.');
    else if (entry.isSymbolicLink()) leave(path, 'Links to folders are not followed.');
    else if (entry.name.startsWith('.')) leave(path, 'Hidden folders are not looked into.');
    else yield* walk(path, unchecked);
  }
}

/** Some at a time, and many one after the other in a process; each is printed when those before it are. */
async function run(
  files: readonly Checkable[],
  options: Options,
  { signal }: Terminal,
  printer: Printer,
): Promise<{ reports: FileReport[]; results: CheckOutcome[] }> {
  const pool = checkProcesses(signal);
  const deadlineMs = options.full ? FULL_DEADLINE_MS : DEADLINE_MS;
  const begin = ({ file, check }: Checkable) => {
    const hearing = new Hearing(file.path, check.id, printer);
    const onFinding = (finding: Finding) => hearing.hear(finding);
    const result = pool.run(check, file, options, { deadlineMs, onFinding });
    result.catch(() => undefined); // told when its turn comes
    return { hearing, result };
  };

  const reports: FileReport[] = [];
  const results: CheckOutcome[] = [];
  const running = files.slice(0, AHEAD).map(begin);
  for (let next = running.shift(); next; next = running.shift()) {
    const { hearing, result } = next;
    hearing.begin();
    const { cause, ...outcome } = await result.finally(() => hearing.end());
    reports.push(tell(outcome, cause instanceof Error ? cause.message : null, printer));
    results.push(outcome);
    const another = files[results.length - 1 + AHEAD];
    if (another) running.push(begin(another));
  }
  return { reports, results };
}

function tell(
  { check, file: path, outcome, findings, undecided }: CheckOutcome,
  error: string | null,
  printer: Printer,
): FileReport {
  const report = { path, check, outcome, findings, undecided, error };
  printer.file(report);
  return report;
}

/** What is to be said of files that belong together; a folder may be a deposition of runs. */
async function agreement(
  { paths, profile, options: { full } }: Asked,
  results: readonly CheckOutcome[],
  unchecked: readonly Unchecked[],
  { signal }: Terminal,
): Promise<{ readonly outcomes: readonly CheckOutcome[]; readonly folder: JudgedFolder | null }> {
  const [path, another] = paths;
  const isFolder = path !== undefined && another === undefined && (await stat(path)).isDirectory();
  const folder = isFolder
    ? await judgeFolder({
        ...{ path: told(path), profile, results, full, signal },
        unchecked: unchecked.map((each) => each.path),
      })
    : null;
  return { outcomes: [...judgeTogether(results), ...(folder?.outcomes ?? [])], folder };
}

const matrixOf = ({ cells, deposition, association }: JudgedFolder): Matrix => ({
  cells,
  runs: deposition.datasets.flatMap(({ key, runs }) => runs.map(({ name }) => ({ dataset: key, run: name }))),
  files: association.files,
});

/** What is beside a file that is named alone is not known, and so nothing is missing. */
const isAlone = (paths: readonly string[], files: readonly Checkable[]): boolean =>
  paths.length === 1 && files.every(({ file }) => file.local === resolve(paths[0] ?? ''));

/** Nothing passes by default: what was not decided is neither sound nor at fault. */
function verdictOn(files: readonly FileReport[]): Pick<Report, 'valid'> {
  if (files.some(({ outcome }) => outcome === 'failed')) return { valid: false };
  return { valid: files.every(({ outcome }) => outcome === 'passed') || null };
}
