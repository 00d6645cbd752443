/** Which submissions come next in a list? Each state is read in its own order, and the few first of each are merged. */
import type { DataSource, EntityManager } from 'typeorm';
import type { Config } from '../config.js';
import { reviewedProfiles, type User } from '../identity/user.js';
import { relationTo } from '../permissions.js';
import { openThreads } from '../review/threads-open.js';
import { EVENTS, type EventName } from '../submissions/events.js';
import { STATES, type State } from '../submissions/lifecycle.js';
import { JOINED, NEIGHBOURS, type SummaryRow, summaryColumns, summaryOf } from '../submissions/submission-summary.js';
import type { SubmissionRow } from '../submissions/submissions.schema.js';
import { askedBy, cellCount, isOfTheTeam } from './asking.js';
import {
  type Asking,
  asksOfTheTeam,
  beyondCells,
  type Filters,
  onRows,
  type Place,
  priorityOf,
  visibleTo,
} from './matching.js';
import { nextAction } from './next-action.js';
import { behind, keysOf, orderBy, orderOf } from './sorting.js';
import { overdueBefore, targetOf } from './targets.js';

export type ListQuery = Filters & { readonly sort: string };
export type Keys = readonly (string | number)[];
export type ListedRow = SubmissionRow & { readonly keys: [string | number] };

interface Asked<Query> {
  readonly query: Query;
  readonly user: User;
  readonly now: string;
  readonly config: Pick<Config, 'STATE_TARGETS'>;
}

/**
 * Rows are many and conditions of every kind: each statement is planned for its values, and by what an index costs that is in
 * memory. What stops after a few rows is not worth compiling, or workers of its own.
 */
const PLANNED_FOR_ITS_VALUES = `SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL random_page_cost = 1.1; SET LOCAL jit = off;
  SET LOCAL max_parallel_workers_per_gather = 0`;

export const planned = <T>(db: DataSource, ask: (tx: EntityManager) => Promise<T>): Promise<T> =>
  db.transaction(async (tx) => {
    await tx.query(PLANNED_FOR_ITS_VALUES);
    return ask(tx);
  });

/** The cost does not grow with the number of submissions. The limit is written out: a plan for any limit is one for a good part of the table. */
export async function pageOfRows(
  db: DataSource,
  asked: Asked<ListQuery> & { readonly limit: number; readonly after: Keys | null },
): Promise<ListedRow[]> {
  const { query, user, now, config } = asked;
  const { state: _, sort: __, ...others } = query;
  const isPlain = Object.values(others).every((value) => value === undefined);
  const rows = isPlain ? await find(db.manager, asked, STATEMENT) : await planned(db, (tx) => find(tx, asked, UNNAMED));
  return rows.map((row) => rowOf(row, user, now, config, orderOf(query.sort).length));
}

/** One that selects `*` is not kept by name: there are as many as combinations of filters. */
const UNNAMED = 'SELECT * FROM';
const STATEMENT = 'SELECT state, since FROM';

/** What is known of each row besides its summary. */
const ALONGSIDE = `
  s.urgency, s."triageDueAt", activity.event AS "lastEvent", activity."actorId" AS "lastActorId", activity."createdAt" AS "lastAt",
  (SELECT name FROM person WHERE id = activity."actorId") AS "lastActorName",
  ${openThreads('s')} AS threads,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', c."personId", 'role', c.role)), '[]')
     FROM collaborator c WHERE c.accession = s.accession) AS collaborators,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'color', l.color) ORDER BY lower(l.name)), '[]')
     FROM submission_label sl JOIN label l ON l.id = sl."labelId" WHERE sl."submissionId" = s.id) AS labels`;

async function find(
  tx: EntityManager,
  { query, user, now, config, limit, after }: Parameters<typeof pageOfRows>[1],
  select: string,
): Promise<SummaryRow[]> {
  const asking = await askedBy(tx, query, user, now, config);
  const params: unknown[] = [];
  const place = (value: unknown) => `$${params.push(value)}`;
  const order = orderOf(query.sort);
  const columns = (row: string) => order.map(({ column }) => `${row}."${column}"`).join(', ');
  const source = visibleTo(asking, place, isOfTheTeam(query));
  const behindIt = after ? [behind(order, after, place)] : [];
  const some = (where: readonly string[]) => `
    SELECT ${columns('x')} FROM ${source} WHERE ${['true', ...where, ...behindIt].join(' AND ')}
     ORDER BY ${orderBy(order, 'x')} LIMIT ${limit}`;
  const found =
    !asking.isFew && !isOfSomebody(query.assignee)
      ? `SELECT ${columns('y')} FROM ${byState(query, asking, place, select, some)} y`
      : some(onRows(query, asking, place));
  const sql = `
    SELECT ${summaryColumns('s')}, ${NEIGHBOURS}, ${ALONGSIDE}, ${keysOf(order, 's')}
      FROM (SELECT p.id FROM (${found}) p ORDER BY ${orderBy(order, 'p')} LIMIT ${limit}) found
      JOIN submission s ON s.id = found.id ${JOINED}
      LEFT JOIN submission_transition activity ON activity."submissionId" = s.id AND activity.seq = s.seq
     ORDER BY ${orderBy(order, 's')}`;
  return tx.query(sql, params);
}

/** What somebody has claimed is looked up too: of most states they have none, and to see that in its order is to see all of it. */
const isOfSomebody = (assignee: string | undefined): boolean => assignee !== undefined && assignee !== 'none';

/** Each state by itself: its own index has it in order, and what is overdue in it is what came before one instant. */
function byState(
  { state, overdue, ...filters }: ListQuery,
  asking: Asking,
  place: Place,
  select: string,
  some: (where: readonly string[]) => string,
): string {
  const cuts = overdueBefore(asking.now, asking.config);
  const leaves = (state ?? STATES).filter((leaf) => overdue !== true || cuts.has(leaf));
  const cut = leaves.map((leaf) => cuts.get(leaf) ?? null);
  const where = [
    'x.state = leaf.state',
    ...(overdue === undefined ? [] : [overdue ? 'x.since < leaf.since' : '(x.since < leaf.since) IS NOT TRUE']),
    ...onRows(filters, asking, place),
  ];
  return `(${select} unnest(${place(leaves)}::text[], ${place(cut)}::timestamptz[]) AS leaf (state, since)) leaf
     CROSS JOIN LATERAL (${some(where)})`;
}

function rowOf(row: SummaryRow, user: User, now: string, config: Asked<unknown>['config'], keys: number): ListedRow {
  const subject = row as unknown as Parameters<typeof relationTo>[1] & { assignee: string | null; state: State };
  const isReviewer = relationTo(user, subject) === 'reviewer';
  const event: EventName | null = row.lastEvent;
  return {
    ...summaryOf(row),
    target: targetOf(row.state, row.since.toISOString(), now, config),
    lastActivity: event && {
      event,
      label: EVENTS[event],
      actor: row.lastActorId && { id: row.lastActorId, name: row.lastActorName },
      at: row.lastAt.toISOString(),
    },
    nextAction: nextAction(user, subject),
    threads: row.threads,
    triage: isReviewer
      ? { priority: priorityOf(row.urgency), dueAt: row.triageDueAt?.toISOString() ?? null, labels: row.labels }
      : null,
    keys: Array.from({ length: keys }, (_, i) => row[`key${i}`]) as [string | number],
  };
}

/** All there are, whatever it costs: from the cells where they know the filters. */
export async function countRows(db: DataSource, { query, user, now, config }: Asked<Filters>): Promise<number> {
  return planned(db, async (tx) => {
    const asking = await askedBy(tx, query, user, now, config);
    if (reviewedProfiles(user) === 'all' && beyondCells(query, asking).length === 0)
      return cellCount(tx, query, asking);
    const params: unknown[] = [];
    const place = (value: unknown) => `$${params.push(value)}`;
    const source = visibleTo(asking, place, asksOfTheTeam(query));
    const where = ['true', ...onRows(query, { ...asking, found: null }, place)].join(' AND ');
    const [{ n }] = await tx.query(`SELECT count(*)::int AS n FROM (SELECT * FROM ${source}) x WHERE ${where}`, params);
    return n;
  });
}

/** As many as anybody counts. */
const MOST = 1_000;

/** How many there are, or one more than anybody counts. */
export async function countSome(tx: EntityManager, { query, user, now, config }: Asked<Filters>): Promise<number> {
  const asking = await askedBy(tx, query, user, now, config);
  const reviews = reviewedProfiles(user);
  if (reviews.length > 0 && beyondCells(query, asking).length === 0) return cellCount(tx, query, asking);
  const params: unknown[] = [];
  const place = (value: unknown) => `$${params.push(value)}`;
  const source = visibleTo(asking, place, asksOfTheTeam(query));
  const where = ['true', ...onRows(query, asking, place)].join(' AND ');
  const [{ n }] = await tx.query(
    `SELECT count(*)::int AS n FROM (SELECT * FROM (SELECT x.id FROM ${source} WHERE ${where} LIMIT ${MOST + 1}) y) x`,
    params,
  );
  return n;
}
