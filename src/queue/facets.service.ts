/** How many are there of each value of a filter? Sums over cells; where the cells do not know a filter, over the rows that it finds. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PROFILES } from '../../checks/profiles/index.js';
import { Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import { reviewedProfiles, type User } from '../identity/user.js';
import { STATE_WORDS, STATES, type State } from '../submissions/lifecycle.js';
import { askedBy, cellsOf, labelCellsOf } from './asking.js';
import { type Counted, FACETS, type Facet, type Facets, TEAM_FACETS } from './facets.schema.js';
import {
  type Asking,
  asksOfTheTeam,
  beyondCells,
  type Filters,
  onCells,
  onRows,
  type Place,
  PRIORITIES,
  priorityOf,
  urgencyOf,
  visibleTo,
} from './matching.js';
import { planned } from './rows.js';
import { overdueCondition } from './targets.js';

/** Nobody counts further. */
const MOST = 1_000;
/** So many rows are looked at where cells do not know a filter; what is beyond them is "at least". No index has their titles. */
const LOOKED_AT = 2_000;
const TITLES_READ = 1_000;

interface Count {
  readonly facet: Facet;
  readonly value: string;
  readonly n: number;
}
interface Found {
  readonly counts: readonly Count[];
  /** Not all rows were looked at. */
  readonly isCut: boolean;
}

/** The values that are always told, be there any or not. */
const FIXED: { readonly [F in Facet]?: readonly string[] } = {
  resubmitted: ['true', 'false'],
  severity: ['error', 'warning'],
  overdue: ['true'],
  priority: PRIORITIES,
};

type Summed = Exclude<Facet, 'label' | 'overdue'>;
/** How a facet is counted from rows of cells `x`: by each of these that is not null. */
const VALUES: { readonly [F in Summed]: readonly string[] } = {
  state: ['x.state'],
  profile: ['x.profile'],
  assignee: [`coalesce(x.assignee::text, 'none')`],
  resubmitted: ['x.resubmitted::text'],
  // What is the team's is counted without one's own.
  priority: ['CASE WHEN NOT x.theirs THEN x.urgency::text END'],
  severity: [`CASE WHEN x."hasErrors" THEN 'error' END`, `CASE WHEN x."hasWarnings" THEN 'warning' END`],
};

@Injectable()
export class FacetsService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async of(filters: Filters, user: User): Promise<Facets> {
    return planned(this.db, async (tx) => {
      const asking = await askedBy(tx, filters, user, this.clock.in(0), this.config);
      const reviews = reviewedProfiles(user);
      const isReviewer = reviews === 'all' || reviews.length > 0;
      const wanted = FACETS.filter((facet) => isReviewer || !TEAM_FACETS.includes(facet));
      const inCells = isReviewer && beyondCells(filters, asking).length === 0;
      const { counts, isCut } = inCells
        ? await fromCells(tx, filters, asking, wanted)
        : await fromRows(tx, filters, asking, wanted);
      return { facets: await told(tx, filters, asking, wanted, counts, isCut) };
    });
  }
}

/** One label has cells of its own. */
async function fromCells(
  tx: EntityManager,
  filters: Filters,
  asking: Asking,
  wanted: readonly Facet[],
): Promise<Found> {
  const { params, place } = places();
  const [label = null] = asking.labels;
  const ofTheTeam = asksOfTheTeam(filters);
  const sums = sumsOf(
    wanted,
    filters,
    () => 'cell',
    (facet) => onCells(filters, asking, place, facet),
  );
  const labels = ['true', ...profilesOf(asking.user, place), ...onCells(filters, asking, place, null)].join(' AND ');
  const others = onRows({ ...filters, overdue: undefined }, asking, place);
  const overdue = [overdueCondition(asking.now, asking.config, place), ...others].join(' AND ');
  const counts: Count[] = await tx.query(
    `WITH cell AS MATERIALIZED (SELECT * FROM (${cellsOf(asking.user, place, { label, ofTheTeam })}) c)
     ${sums.join(' UNION ALL ')}
     UNION ALL SELECT 'label', x.label::text, sum(x.n)::int
                 FROM (${labelCellsOf(asking.user, place)}) x WHERE ${labels} GROUP BY x.label
     UNION ALL SELECT 'overdue', 'true', count(*)::int
                 FROM (SELECT FROM ${visibleTo(asking, place, ofTheTeam)} WHERE ${overdue} LIMIT ${MOST + 1}) x`,
    params,
  );
  return { counts, isCut: false };
}

const profilesOf = (user: User, place: Place): string[] => {
  const profiles = reviewedProfiles(user);
  return profiles === 'all' ? [] : [`x.profile = ANY (${place(profiles)}::text[])`];
};

/** The rows that the other filters find, as cells of one each. */
async function fromRows(tx: EntityManager, filters: Filters, asking: Asking, wanted: readonly Facet[]): Promise<Found> {
  const { params, place } = places();
  const most = filters.q !== undefined && asking.found === null ? TITLES_READ : LOOKED_AT;
  const beyond = beyondCells({ ...filters, overdue: undefined, label: undefined }, asking);
  const source = visibleTo(asking, place, asksOfTheTeam(filters));
  const labelled = filters.label ? onRows(filters, asking, place, ['label']) : [];
  const overdue = overdueCondition(asking.now, asking.config, place);
  const isOverdue = filters.overdue === undefined ? [] : [filters.overdue ? 'x.overdue' : 'NOT x.overdue'];
  const theirs = asking.own.length > 0 ? `x.id = ANY (${place(asking.own)}::uuid[])` : 'false';
  /** Without its own filter, each facet finds other rows; they differ much where that is the state. */
  const rows = (name: string, more: readonly string[]) => `
    ${name} AS MATERIALIZED (
      SELECT x.id, x.state, x.profile, x.assignee, x.urgency, x.round > 1 AS resubmitted, x."hasErrors", x."hasWarnings",
             ${overdue} AS overdue, ${labelled[0] ?? 'true'} AS labelled, ${theirs} AS theirs, 1 AS n
        FROM ${source} WHERE ${['true', ...onRows(filters, asking, place, beyond), ...more].join(' AND ')} LIMIT ${most + 1})`;
  const ofState = filters.state ? onRows(filters, asking, place, ['state']) : [];
  const ofOverdue = filters.overdue ? [overdue] : [];
  const cells = [rows('cell', [...ofState, ...ofOverdue]), ...(filters.state ? [rows('wide', ofOverdue)] : [])];
  const wide = filters.state ? 'wide' : 'cell';
  const where = (facet: Facet | null) => [
    ...(facet === 'overdue' ? [] : isOverdue),
    facet === 'label' ? 'NOT x.theirs' : 'x.labelled',
    ...onCells(filters, asking, place, facet),
  ];
  const ofLabels = `SELECT 'label', l."labelId"::text, count(*)::int FROM cell x JOIN submission_label l ON l."submissionId" = x.id
    WHERE ${where('label').join(' AND ') || 'true'} GROUP BY 2`;
  const sums = sumsOf(wanted, filters, (facet) => (facet === 'state' ? wide : 'cell'), where);
  const found: Count[] = await tx.query(
    `WITH ${cells.join(', ')}
     ${sums.join(' UNION ALL ')}
     ${wanted.includes('label') ? `UNION ALL ${ofLabels}` : ''}
     UNION ALL SELECT 'overdue', 'true', count(*)::int
                 FROM cell x WHERE ${['x.overdue', ...where('overdue')].join(' AND ')}
     UNION ALL SELECT 'all', '', greatest((SELECT count(*) FROM cell), (SELECT count(*) FROM ${wide}))::int`,
    params,
  );
  const all = found.find(({ facet }) => (facet as string) === 'all')?.n ?? 0;
  return { counts: found, isCut: all > most };
}

/** Each facet is counted without its own filter: those that have none are counted in one pass. */
function sumsOf(
  wanted: readonly Facet[],
  filters: Filters,
  cell: (facet: Summed) => string,
  where: (facet: Summed | null) => readonly string[],
): string[] {
  const summed = wanted.filter((facet) => facet !== 'label' && facet !== 'overdue');
  const isFree = (facet: Summed) => filters[facet] === undefined;
  const together = summed.filter(isFree);
  return [
    ...(together.length > 0 ? [sum(together, where(null), 'cell')] : []),
    ...summed.filter((facet) => !isFree(facet)).map((facet) => sum([facet], where(facet), cell(facet))),
  ];
}

function sum(facets: readonly Summed[], where: readonly string[], cell: string): string {
  const parts = facets.flatMap((facet) => VALUES[facet].map((value) => ({ facet, value })));
  const columns = parts.map(({ value }, i) => `${value} AS v${i}`).join(', ');
  const each = parts.map(({ facet }, i) => `WHEN grouping(v${i}) = 0 THEN '${facet}'`).join(' ');
  return `SELECT facet, value, n FROM (
      SELECT CASE ${each} END AS facet, coalesce(${parts.map((_, i) => `v${i}`).join(', ')}) AS value, sum(n)::int AS n
        FROM (SELECT ${columns}, x.n FROM ${cell} x WHERE ${['true', ...where].join(' AND ')}) y
       GROUP BY GROUPING SETS (${parts.map((_, i) => `(v${i})`).join(', ')})) z WHERE value IS NOT NULL`;
}

async function told(
  tx: EntityManager,
  filters: Filters,
  asking: Asking,
  wanted: readonly Facet[],
  counts: readonly Count[],
  isCut: boolean,
): Promise<Facets['facets']> {
  const names = await namesOf(tx, counts);
  const of = (facet: Facet): Counted[] => {
    const found = new Map(counts.filter((one) => one.facet === facet && one.n > 0).map(({ value, n }) => [value, n]));
    const known =
      facet === 'priority' ? new Map([...found].map(([value, n]) => [priorityOf(Number(value)), n])) : found;
    const chosen = [...(FIXED[facet] ?? []), ...chosenOf(facet, filters, asking)];
    return [...new Set<string>([...known.keys(), ...chosen])]
      .map((value) => ({ value, label: labelOf(facet, value, names), ...upTo(known.get(value as never) ?? 0, isCut) }))
      .sort(orders[facet] ?? byLabel);
  };
  return Object.fromEntries(wanted.map((facet) => [facet, of(facet)])) as Facets['facets'];
}

/** As far as anybody counts. */
export const upTo = (n: number, isCut = false): Pick<Counted, 'count' | 'atLeast'> =>
  n > MOST || isCut ? { count: Math.min(n, MOST), atLeast: true } : { count: n };

/** What is filtered by is told, though there be none. */
function chosenOf(facet: Facet, filters: Filters, { user, labels }: Asking): readonly string[] {
  switch (facet) {
    case 'state':
      return filters.state ?? [];
    case 'profile':
      return filters.profile ?? [];
    case 'assignee':
      return filters.assignee === undefined ? [] : [filters.assignee === 'me' ? user.id : filters.assignee];
    case 'label':
      return labels;
    default:
      return [];
  }
}

const byLabel = (a: Counted, b: Counted) => b.count - a.count || a.label.localeCompare(b.label);
const orders: { readonly [F in Facet]?: (a: Counted, b: Counted) => number } = {
  state: (a, b) => STATES.indexOf(a.value as State) - STATES.indexOf(b.value as State),
  priority: (a, b) => urgencyOf(a.value as never) - urgencyOf(b.value as never),
};

const WORDS: Readonly<Record<string, string>> = {
  'overdue true': 'Overdue',
  'resubmitted true': 'Resubmitted',
  'resubmitted false': 'New',
  'severity error': 'With errors',
  'severity warning': 'With warnings',
  'assignee none': 'Nobody',
};

function labelOf(facet: Facet, value: string, names: ReadonlyMap<string, string>): string {
  if (facet === 'state') return STATE_WORDS[value as State].label;
  if (facet === 'profile') return PROFILES.get(value)?.title ?? value;
  return WORDS[`${facet} ${value}`] ?? names.get(value) ?? value;
}

async function namesOf(tx: EntityManager, counts: readonly Count[]): Promise<ReadonlyMap<string, string>> {
  const ids = counts.filter(({ facet, value }) => (facet === 'assignee' || facet === 'label') && value !== 'none');
  const rows: { id: string; name: string }[] = await tx.query(
    `SELECT id, name FROM person WHERE id = ANY ($1::uuid[]) UNION ALL SELECT id, name FROM label WHERE id = ANY ($1::uuid[])`,
    [ids.map(({ value }) => value)],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function places() {
  const params: unknown[] = [];
  return { params, place: (value: unknown) => `$${params.push(value)}` };
}
