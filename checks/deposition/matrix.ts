/** What does each rule say of each run? A matrix of cells, by which one sees what was found right, and what was not looked at. */
import { type Finding, fingerprint } from '../finding.js';
import type { Dataset, Deposition, Run } from './deposition.js';
import type { CellSaid, CellTold, DatasetRule, Repair, RuleId, RunRule } from './run-rule.js';
import { TOLERANCES, type Tolerance } from './tolerances.js';

export const CELL_STATUSES = ['passed', 'warning', 'failed', 'not_applicable', 'undecided'] as const;
export type CellStatus = (typeof CELL_STATUSES)[number];

/** A repair stands beside the finding that it would mend. */
export type CellFinding = Finding & { readonly repair: Repair | null };

export interface Cell {
  readonly dataset: string;
  /** Null: the data set as a whole. */
  readonly run: string | null;
  readonly rule: RuleId;
  readonly status: CellStatus;
  /** Why it does not apply, or could not be decided. */
  readonly reason: string | null;
  readonly expected: string | null;
  readonly found: string | null;
  readonly findings: readonly CellFinding[];
}

/** Heads a column. */
export interface Column {
  readonly rule: RuleId;
  readonly title: string;
  readonly why: string;
  readonly tolerances: Readonly<Record<string, Tolerance>>;
}

/** The check that these findings are of. */
export const DEPOSITION_CHECK = 'deposition';

export interface Rules {
  readonly ofRuns: readonly RunRule[];
  readonly ofDatasets: readonly DatasetRule[];
}

/** Data set by data set, run by run, rule by rule. */
export function cellsOf(deposition: Deposition, { ofRuns, ofDatasets }: Rules): Cell[] {
  return deposition.datasets.flatMap((dataset) => [
    ...dataset.runs.flatMap((run) =>
      ofRuns.map((rule) => cellOf(rule, dataset, run, [...rule.judge(run, { dataset, deposition })])),
    ),
    ...ofDatasets.flatMap((rule) => cellsOfDataset(rule, dataset, deposition)),
  ]);
}

/** One for the data set, and one for each run that the rule speaks of. */
function cellsOfDataset(rule: DatasetRule, dataset: Dataset, deposition: Deposition): Cell[] {
  const said = [...rule.judge(dataset, deposition)];
  const runs = new Map(dataset.runs.map((run) => [run.name, run]));
  const whole = said.filter(({ run }) => run === undefined || !runs.has(run));
  const named = new Set(said.flatMap(({ run }) => (run !== undefined && runs.has(run) ? [run] : [])));
  return [
    cellOf(rule, dataset, null, whole),
    ...[...named].map((name) =>
      cellOf(
        rule,
        dataset,
        runs.get(name) ?? null,
        said.filter(({ run }) => run === name),
      ),
    ),
  ];
}

type AnyRule = Pick<RunRule, 'id' | 'says'>;

function cellOf(rule: AnyRule, dataset: Dataset, run: Run | null, said: readonly CellSaid[]): Cell {
  const findings = said.flatMap((one) => ('says' in one ? [findingOf(rule, dataset, run, one.says, one.told)] : []));
  const seen = said.flatMap((one) => ('compared' in one ? [one.compared] : []))[0];
  const reasons = (key: 'undecided' | 'notApplicable') =>
    said.flatMap((one) => (key in one ? [(one as Record<typeof key, string>)[key]] : []));
  const [undecided] = reasons('undecided');
  const [inapplicable] = reasons('notApplicable');
  const [worst] = [...findings].sort((one, other) => WEIGHT[other.severity] - WEIGHT[one.severity]);
  const status = statusOf(findings, undecided, inapplicable);
  return {
    ...{ dataset: dataset.key, run: run?.name ?? null, rule: rule.id, status },
    reason: status === 'undecided' || status === 'not_applicable' ? (undecided ?? inapplicable ?? null) : null,
    expected: worst?.expected ?? seen?.expected ?? null,
    found: worst?.found ?? seen?.found ?? null,
    findings,
  };
}

const WEIGHT = { error: 2, warning: 1, info: 0 } as const;

/** What was found counts first; what says nothing at all has passed. */
function statusOf(
  findings: readonly Finding[],
  undecided: string | undefined,
  inapplicable: string | undefined,
): CellStatus {
  if (findings.some(({ severity }) => severity === 'error')) return 'failed';
  if (findings.some(({ severity }) => severity === 'warning')) return 'warning';
  if (undecided !== undefined) return 'undecided';
  return inapplicable !== undefined && findings.length === 0 ? 'not_applicable' : 'passed';
}

function findingOf(rule: AnyRule, dataset: Dataset, run: Run | null, variant: string, told: CellTold): CellFinding {
  const sentence = rule.says[variant];
  if (!sentence) throw new Error(`The rule ${rule.id} has no sentence "${variant}".`);
  const { location = null, found = null, expected = null, count = 1, samples = [], key = '', repair = null } = told;
  const file = told.file ?? placeOf(run);
  const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(told[name] ?? name));
  const place = JSON.stringify([dataset.key, run?.name ?? null, variant, key]);
  return {
    fingerprint: fingerprint(DEPOSITION_CHECK, rule.id, file, location, place),
    ...{
      check: DEPOSITION_CHECK,
      rule: rule.id,
      severity: sentence.severity,
      message: `${run?.name ?? dataset.key}: ${fill(sentence.message)}`,
      file,
    },
    ...{ location, found, expected, fix: fill(sentence.fix), docs: sentence.docs ?? null, count, samples, repair },
  };
}

/** What is missing has no path: the run's first file speaks for it, so that a waiver has something to stand on. */
const placeOf = (run: Run | null): string => run?.files[0]?.path ?? '';

export const columnsOf = ({ ofRuns, ofDatasets }: Rules): Column[] =>
  [...ofRuns, ...ofDatasets].map(({ id, title, why }) => ({
    ...{ rule: id, title, why },
    tolerances: (TOLERANCES as Readonly<Record<string, Column['tolerances']>>)[id] ?? {},
  }));
