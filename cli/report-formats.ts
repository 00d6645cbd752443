/** How is told what `validate` found? For people, for programs, for build servers and for code review. */
import { pathToFileURL } from 'node:url';
import { CROSS_FILE_CHECKS } from '../checks/cross-file/index.js';
import type { Association } from '../checks/deposition/associate.js';
import { type Cell, type CellStatus, DEPOSITION_CHECK } from '../checks/deposition/matrix.js';
import { csvOfCells } from '../checks/deposition/matrix-csv.js';
import type { CheckOutcome, Finding, Outcome, Severity } from '../checks/finding.js';
import { version } from './version.js';

export interface FileReport extends Pick<CheckOutcome, 'check' | 'outcome' | 'findings' | 'undecided'> {
  readonly path: string;
  /** Why it is `errored`. */
  readonly error: string | null;
}

export interface Unchecked {
  readonly path: string;
  readonly reason: string;
}

export interface Report {
  /** null: nothing is wrong, and yet not all is decided. */
  readonly valid: boolean | null;
  readonly profile: string | null;
  readonly schema: string | null;
  readonly files: readonly FileReport[];
  /** Files of formats that no check knows. */
  readonly unchecked: readonly Unchecked[];
  /** Of a deposition: what each rule between files says of each run, and which file belongs to which. */
  readonly matrix: Matrix | null;
  /** Why there is no verdict at all. */
  readonly error: string | null;
  readonly durationMs: number;
}

export interface Matrix {
  readonly cells: readonly Cell[];
  readonly runs: readonly { readonly dataset: string; readonly run: string }[];
  readonly files: Association['files'];
}

/** Is told each file as it comes, in order, and everything at the end. */
export interface Printer {
  /** Of a file that takes long: a finding as it is made. It comes again with the file. */
  early?(path: string, check: string, finding: Finding): void;
  file(report: FileReport): void;
  end(report: Report): void | Promise<void>;
}

export const FORMATS = {
  pretty: (out, isColoured) => pretty(out, isColoured ? COLOURS : PLAIN),
  json: (out) => ({ file: () => undefined, end: (report) => out(`${JSON.stringify(documentOf(report), null, 2)}\n`) }),
  jsonl: (out) => ({
    file: (file) => out(`${JSON.stringify(fileOf(file))}\n`),
    end: ({ files, ...rest }) => out(`${JSON.stringify({ ...documentOf({ ...rest, files }), files: files.length })}\n`),
  }),
  csv: (out) => ({
    file: () => undefined,
    end: ({ matrix, error }) => void (error === null && out(csvOfCells(matrix?.cells ?? []))),
  }),
  junit: (out) => ({ file: () => undefined, end: (report) => void (report.error === null && out(junit(report))) }),
  sarif: (out) => ({
    file: () => undefined,
    end: async (report) => {
      if (report.error === null) out(`${JSON.stringify(await sarif(report), null, 2)}\n`);
    },
  }),
} as const satisfies Record<string, (out: (text: string) => void, isColoured: boolean) => Printer>;

export type Format = keyof typeof FORMATS;

// json, jsonl

const documentOf = ({ valid, profile, schema, files, unchecked, matrix, error, durationMs }: Report) => ({
  ...{ valid, profile, schema, files: files.map(fileOf), unchecked },
  ...(matrix === null ? {} : { matrix }),
  ...(error === null ? {} : { error }),
  durationMs,
});

const fileOf = ({ path, check, outcome, findings, undecided, error }: FileReport) => ({
  ...{ path, check, outcome, findings },
  ...(undecided.length > 0 ? { undecided } : {}),
  ...(error === null ? {} : { error }),
});

// pretty

type Paint = Readonly<Record<'red' | 'yellow' | 'blue' | 'green' | 'bold' | 'dim', (text: string) => string>>;

const ansi = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;
const COLOURS: Paint = {
  ...{ red: ansi(31, 39), yellow: ansi(33, 39), blue: ansi(34, 39), green: ansi(32, 39) },
  ...{ bold: ansi(1, 22), dim: ansi(2, 22) },
};
const asIs = (text: string) => text;
const PLAIN: Paint = { red: asIs, yellow: asIs, blue: asIs, green: asIs, bold: asIs, dim: asIs };

const SEVERITY_MARKS: Readonly<Record<Severity, readonly [mark: string, colour: keyof Paint]>> = {
  error: ['✗ error  ', 'red'],
  warning: ['! warning', 'yellow'],
  info: ['i info   ', 'blue'],
};
const OUTCOME_MARKS: Readonly<Record<Outcome, readonly [mark: string, colour: keyof Paint]>> = {
  passed: ['✓', 'green'],
  failed: ['✗', 'red'],
  errored: ['?', 'yellow'],
  undecided: ['?', 'yellow'],
};

function pretty(out: (text: string) => void, paint: Paint): Printer {
  const painted = ([text, colour]: readonly [string, keyof Paint]) => paint[colour](text);
  const say = (finding: Finding) => {
    const mark = painted(SEVERITY_MARKS[finding.severity]);
    out(`  ${mark}  ${visible(finding.message)} ${paint.dim(`(${finding.rule})`)}\n`);
    for (const line of detailsOf(finding)) out(`               ${paint.dim(visible(line))}\n`);
  };
  const told = new Set<string>();
  return {
    early(path, check, finding) {
      if (told.size === 0) out(`… ${paint.bold(visible(path))} ${paint.dim(`${check}: so far`)}\n`);
      told.add(finding.fingerprint);
      say(finding);
    },
    file({ path, check, outcome, findings, undecided, error }) {
      out(`${painted(OUTCOME_MARKS[outcome])} ${paint.bold(visible(path))} ${paint.dim(`${check}: ${outcome}`)}\n`);
      if (error !== null) out(`  ${painted(['? not judged', 'yellow'])}  ${visible(error)}\n`);
      for (const finding of findings) if (!told.has(finding.fingerprint)) say(finding);
      told.clear();
      for (const { rule, reason } of undecided)
        out(`  ${painted(['? undecided', 'yellow'])}  ${visible(`${rule}: ${reason}`)}\n`);
    },
    end({ files, unchecked, matrix, error, durationMs }) {
      if (error !== null) return;
      if (matrix) for (const line of summaryOf(matrix)) out(`${paint.dim(visible(line))}\n`);
      for (const { path, reason } of unchecked) out(`${paint.dim(visible(`- ${path}: ${reason}`))}\n`);
      const weights = files.flatMap(({ findings }) => findings.map(({ severity }) => severity));
      const outcomes = counted(files.map(({ outcome }) => outcome));
      const counts = (['error', 'warning'] as const).map((s) => plural(weights.filter((w) => w === s).length, s));
      const left = unchecked.length > 0 ? `; ${unchecked.length} not checked` : '';
      out(`\n${plural(files.length, 'file')}: ${outcomes}; ${counts.join(', ')}${left} (${durationMs / 1000} s)\n`);
    },
  };
}

/** What a file or its name brings must not steer the terminal. */
const visible = (text: string): string =>
  Array.from(text, (letter) => (letter < ' ' || (letter >= '\x7f' && letter < '\xa0') ? '\ufffd' : letter)).join('');

function* detailsOf({ location, found, expected, count, samples, fix }: Finding): Generator<string, void> {
  const parts = [
    location === null ? null : `at ${location}`,
    found === null ? null : `found ${found}`,
    expected === null ? null : `expected ${expected}`,
    count > 1 ? `${count} times` : null,
  ].filter((part) => part !== null);
  if (parts.length > 0) yield parts.join('; ');
  if (samples.length > 0) yield `for one: ${samples.slice(0, 3).join('; ')}`;
  yield `fix: ${fix}`;
}

const STATUSES: readonly CellStatus[] = ['passed', 'warning', 'failed', 'undecided', 'not_applicable'];

/** A line for each run: how many rules say what; and the files that no run was found for. */
function* summaryOf({ cells, runs, files }: Matrix): Generator<string> {
  const width = Math.max(3, ...runs.map(({ run }) => run.length));
  yield `${'run'.padEnd(width)}  ${STATUSES.map((status) => status.replace('_', ' ').padStart(16)).join('')}`;
  const counts = new Map<string, number>();
  for (const { dataset, run, status } of cells) {
    const key = JSON.stringify([dataset, run, status]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const { dataset, run } of runs) {
    const told = STATUSES.map((status) => String(counts.get(JSON.stringify([dataset, run, status])) ?? 0).padStart(16));
    yield `${run.padEnd(width)}  ${told.join('')}`;
  }
  for (const { path, status, why } of files) if (status !== 'matched') yield `- ${path}: ${status}. ${why}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function counted(outcomes: readonly Outcome[]): string {
  const counts = new Map<Outcome, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

// junit: a suite a file, a case a check

function junit({ files, unchecked, durationMs }: Report): string {
  const count = (outcome: Outcome) => files.filter((file) => file.outcome === outcome).length;
  const tests = files.length + unchecked.length;
  const totals = `tests="${tests}" failures="${count('failed')}" errors="${count('errored')}"`;
  const skipped = count('undecided') + unchecked.length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="accession" ${totals} skipped="${skipped}" time="${durationMs / 1000}">`,
    `  <testsuite name="accession validate" ${totals} skipped="${skipped}" time="${durationMs / 1000}">`,
    ...files.map(({ path, check, ...rest }) => testcase(path, check, inside(rest))),
    ...unchecked.map(({ path, reason }) => testcase(path, 'none', [`<skipped message="${xml(reason)}"/>`])),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const testcase = (path: string, check: string, lines: readonly string[]): string =>
  [
    `    <testcase name="${xml(path)}" classname="${xml(check)}">`,
    ...lines.map((line) => `      ${line}`),
    '    </testcase>',
  ].join('\n');

function inside({ outcome, findings, undecided, error }: Omit<FileReport, 'path' | 'check'>): string[] {
  const text = (finding: Finding) =>
    [`${finding.severity} ${finding.rule}: ${finding.message}`, ...detailsOf(finding)].join('\n  ');
  const errors = findings.filter(({ severity }) => severity === 'error');
  const others = findings.filter(({ severity }) => severity !== 'error');
  const [first] = errors;
  return [
    ...(first
      ? [
          `<failure type="${xml(first.rule)}" message="${xml(first.message)}">${xml(errors.map(text).join('\n'))}</failure>`,
        ]
      : []),
    ...(outcome === 'errored' ? [`<error message="${xml(error ?? '')}"/>`] : []),
    ...(outcome === 'undecided'
      ? [`<skipped message="${xml(undecided.map(({ reason }) => reason).join(' '))}"/>`]
      : []),
    ...(others.length > 0 ? [`<system-out>${xml(others.map(text).join('\n'))}</system-out>`] : []),
  ];
}

const XML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
};

/** Escaped, and without the characters that XML cannot hold at all. */
const xml = (text: string): string =>
  Array.from(text, (letter) => XML_ESCAPES[letter] ?? (isXml(letter) ? letter : '\ufffd')).join('');

function isXml(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0;
  const isControl = code < 0x20 && code !== 9 && code !== 10 && code !== 13;
  return !isControl && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

// sarif 2.1.0

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

async function sarif({ files, unchecked }: Report) {
  // All formats with all their rules: whoever reads another form of report does not wait for them.
  const { CHECKS } = await import('../checks/formats/index.js');
  // A finding in a packed file is of the check of what is inside.
  const told = new Set(files.flatMap(({ check, findings }) => [check, ...findings.map((finding) => finding.check)]));
  const used = [...CHECKS, ...CROSS_FILE_CHECKS].filter(({ id }) => told.has(id));
  const described = used.flatMap(({ id, rules }) =>
    Object.entries(rules).map(([rule, { severity, message, fix, docs }]) => ({
      id: `${id}/${rule}`,
      shortDescription: { text: message.replaceAll(/\{\w+\}/g, '…') },
      help: { text: fix.replaceAll(/\{\w+\}/g, '…') },
      defaultConfiguration: { level: LEVELS[severity] },
      ...(docs ? { helpUri: docs } : {}),
    })),
  );
  const known = new Set(described.map(({ id }) => id));
  const found = new Set(files.flatMap(({ findings }) => findings.map((finding) => `${finding.check}/${finding.rule}`)));
  // A rule between the files of a run says several things: its findings do.
  const rules = [...described, ...[...found].filter((id) => !known.has(id)).map((id) => ({ id }))];
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const notes = [
    ...files.flatMap(({ path, error }) => (error === null ? [] : [{ path, level: 'error', text: error }])),
    ...files.flatMap(({ path, undecided }) =>
      undecided.map(({ rule, reason }) => ({ path, level: 'warning', text: `${rule}: ${reason}` })),
    ),
    ...unchecked.map(({ path, reason }) => ({ path, level: 'note', text: reason })),
  ];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'accession', semanticVersion: version(), rules } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: files.every(({ outcome }) => outcome !== 'errored'),
            toolExecutionNotifications: notes.map(({ path, level, text }) => ({
              ...{ level, message: { text } },
              locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path) } } }],
            })),
          },
        ],
        results: files.flatMap(({ path, findings }) =>
          findings.map((finding) => ({
            ruleId: `${finding.check}/${finding.rule}`,
            ruleIndex: indexes.get(`${finding.check}/${finding.rule}`) ?? -1,
            level: LEVELS[finding.severity],
            message: { text: [finding.message, finding.fix].join(' ') },
            locations: [locationOf(path, finding)],
            partialFingerprints: { 'accession/v1': finding.fingerprint },
            occurrenceCount: Math.max(1, finding.count),
          })),
        ),
      },
    ],
  };
}

/** What is judged of a run is no file: its findings name one, or the folder. */
function locationOf(report: string, { check, file, location }: Finding) {
  const [path, place] =
    check === DEPOSITION_CHECK ? [file, [report, location].filter(Boolean).join(' ')] : [report, location];
  const [, line] = /\bline (\d+)/.exec(location ?? '') ?? [];
  const [, byte] = /\bbyte (\d+)/.exec(location ?? '') ?? [];
  const region = line ? { startLine: Math.max(1, Number(line)) } : byte ? { byteOffset: Number(byte) } : null;
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(path) }, ...(region ? { region } : {}) },
    ...(place === null ? {} : { logicalLocations: [{ fullyQualifiedName: place }] }),
  };
}

/** Relative paths stay so: whoever shows the results knows where they begin. */
const uriOf = (path: string): string =>
  path.startsWith('/') ? pathToFileURL(path).href : path.split('/').map(encodeURIComponent).join('/');
