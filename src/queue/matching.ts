/** Which submissions does a query mean? Its conditions, one for each filter, on the rows and on the cells that count them. */
import type { Config } from '../config.js';
import { reviewedProfiles, type User } from '../identity/user.js';
import type { State } from '../submissions/lifecycle.js';
import { overdueCondition } from './targets.js';

export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];
export const urgencyOf = (priority: Priority): number => PRIORITIES.indexOf(priority);
export const priorityOf = (urgency: number): Priority => PRIORITIES[urgency] ?? 'normal';

/** The filters of a list, as their schema leaves them. */
export interface Filters {
  readonly state?: readonly State[] | undefined;
  readonly profile?: readonly string[] | undefined;
  readonly owner?: string | undefined;
  readonly assignee?: string | undefined;
  readonly q?: string | undefined;
  readonly age?: string | undefined;
  readonly severity?: 'error' | 'warning' | undefined;
  readonly resubmitted?: boolean | undefined;
  readonly round?: number | undefined;
  readonly label?: readonly string[] | undefined;
  readonly priority?: readonly Priority[] | undefined;
  readonly dueBefore?: string | undefined;
  readonly overdue?: boolean | undefined;
  readonly ready?: boolean | undefined;
  readonly updatedAfter?: string | undefined;
  readonly updatedBefore?: string | undefined;
}
export type FilterName = keyof Filters;

/** What only those who review may filter and sort by: their team's own words. */
export const OF_THE_TEAM: readonly FilterName[] = ['label', 'priority', 'dueBefore'];

/** What is known when a query is asked. */
export interface Asking {
  readonly user: User;
  readonly now: string;
  readonly config: Pick<Config, 'STATE_TARGETS'>;
  /** The labels that the query names. */
  readonly labels: readonly string[];
  /** Those that have the text, where they are few; null: they are many, and each row is looked at. */
  readonly found: readonly string[] | null;
  /** A text or a label leaves few: these are looked up, and not looked for in the order of the list. */
  readonly isFew: boolean;
  /** What belongs to the one who asks, where the question is the team's: it is not for them to see in that light. */
  readonly own: readonly string[];
}

export type Place = (value: unknown) => string;
type Conditions<Filter> = (value: NonNullable<Filter>, place: Place, asking: Asking) => string;

/** Of a row `x` of `submission`. */
const ROWS: { readonly [F in FilterName]: Conditions<Filters[F]> } = {
  state: (states, place) => `x.state = ANY (${place(states)}::text[])`,
  profile: (profiles, place) => `x.profile = ANY (${place(profiles)}::text[])`,
  owner: (who, place, { user }) => person('"ownerId"', who, place, user),
  assignee: (who, place, { user }) => person('assignee', who, place, user),
  q: (text, place, { found }) =>
    found === null
      ? `lower(x.title || ' ' || x.accession) LIKE ${place(patternOf(text))}`
      : `x.id = ANY (${place(found)}::uuid[])`,
  age: (age, place, { now }) => `x.since <= ${place(beforeAge(now, age))}::timestamptz`,
  severity: (severity) => (severity === 'error' ? 'x."hasErrors"' : 'x."hasWarnings"'),
  resubmitted: (is) => (is ? 'x.round > 1' : 'x.round <= 1'),
  round: (round, place) => `x.round = ${place(round)}`,
  label: (_, place, { labels }) =>
    `x.id IN (SELECT "submissionId" FROM submission_label WHERE "labelId" = ANY (${place(labels)}::uuid[]))`,
  priority: (priorities, place) => `x.urgency = ANY (${place(priorities.map(urgencyOf))}::smallint[])`,
  dueBefore: (before, place) => `x."decideBy" < ${place(before)}::timestamptz`,
  overdue: (is, place, { now, config }) => `${is ? '' : 'NOT '}${overdueCondition(now, config, place)}`,
  ready: (is) => (is ? READY : `NOT (${READY})`),
  updatedAfter: (after, place) => `x."updatedAt" > ${place(after)}::timestamptz`,
  updatedBefore: (before, place) => `x."updatedAt" < ${place(before)}::timestamptz`,
};

/** Claimed, checked as it is, and nothing that was found or asked for stands in the way but the checklist. */
const READY = `x.state = 'curator_review.claimed' AND x.checked = x.sealed
  AND NOT EXISTS (SELECT FROM change_request c
                   WHERE c."submissionId" = x.id AND c.severity = 'must' AND c.state IN ('open', 'answered'))
  AND (NOT x."hasErrors" OR NOT EXISTS (
         SELECT FROM finding f WHERE f."runId" = x."lastRunId" AND f.severity = 'error' AND f.status <> 'fixed'
            AND NOT EXISTS (SELECT FROM waiver w WHERE w."submissionId" = x.id AND w.fingerprint = f.fingerprint
                               AND w.basis = content_of(x.id, f.file))))`;

/** The same of a cell `x`; what is not here is not counted in cells. */
const CELLS: { readonly [F in FilterName]?: Conditions<Filters[F]> } = {
  ...{ state: ROWS.state, profile: ROWS.profile, assignee: ROWS.assignee, severity: ROWS.severity },
  priority: ROWS.priority,
  resubmitted: (is) => (is ? 'x.resubmitted' : 'NOT x.resubmitted'),
};

/** The filters that were given. */
const given = (filters: Filters): FilterName[] =>
  (Object.keys(ROWS) as FilterName[]).filter((name) => filters[name] !== undefined);

/** The conditions on a row, one for each filter; none: whatever is there. */
export const onRows = (filters: Filters, asking: Asking, place: Place, names = given(filters)): string[] =>
  names.filter((name) => filters[name] !== undefined).map((name) => one(ROWS[name], filters[name], place, asking));

export const onCells = (filters: Filters, asking: Asking, place: Place, without: FilterName | null): string[] =>
  given(filters)
    .filter((name) => name !== without)
    .flatMap((name) => (CELLS[name] ? [one(CELLS[name], filters[name], place, asking)] : []));

/** The filters that cells do not know. One label has cells of its own; several would be counted twice. */
export const beyondCells = (filters: Filters, { labels }: Pick<Asking, 'labels'>): FilterName[] =>
  given(filters).filter((name) => !CELLS[name] && !(name === 'label' && labels.length === 1));

// The table pairs each filter with its condition.
const one = (condition: unknown, value: unknown, place: Place, asking: Asking): string =>
  (condition as Conditions<unknown>)(value as NonNullable<unknown>, place, asking);

export const asksOfTheTeam = (filters: Filters): boolean => given(filters).some((name) => OF_THE_TEAM.includes(name));

const person = (column: string, who: string, place: Place, user: User): string =>
  who === 'none' ? `x.${column} IS NULL` : `x.${column} = ${place(who === 'me' ? user.id : who)}::uuid`;

/** Anywhere in the text, as it is written. */
export const patternOf = (text: string): string => `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;

const HOUR_MS = 3_600_000;
const beforeAge = (now: string, age: string): string =>
  new Date(Date.parse(now) - Number.parseInt(age, 10) * (age.endsWith('d') ? 24 : 1) * HOUR_MS).toISOString();

/** What belongs to somebody: theirs, and what is shared with them. Each once: nobody shares with themselves. */
const theirs = (columns: string, me: string) => `
  SELECT ${columns} FROM submission s WHERE s."ownerId" = ${me}
  UNION ALL SELECT ${columns} FROM collaborator c JOIN submission s ON s.accession = c.accession
             WHERE c."personId" = ${me} AND s."ownerId" <> ${me}`;
const notTheirs = (me: string) =>
  `s."ownerId" <> ${me} AND NOT EXISTS (SELECT FROM collaborator c WHERE c.accession = s.accession AND c."personId" = ${me})`;

const COLUMNS =
  'id accession title ownerId state profile assignee urgency round hasErrors hasWarnings decideBy since createdAt updatedAt checked sealed lastRunId';
const columns = COLUMNS.split(' ')
  .map((name) => `s."${name}"`)
  .join(', ');

/** What somebody may see, as the source of rows `x`; whoever asks what is the team's sees what they review. */
export function visibleTo({ user, own }: Pick<Asking, 'user' | 'own'>, place: Place, ofTheTeam = false): string {
  const profiles = reviewedProfiles(user);
  // By their ids, which every index has. A value that no statement names would have no type.
  const others = () => (own.length > 0 ? `s.id <> ALL (${place(own)}::uuid[])` : 'true');
  if (profiles === 'all')
    return ofTheTeam ? `(SELECT ${columns} FROM submission s WHERE ${others()}) x` : 'submission x';
  if (ofTheTeam)
    return `(SELECT ${columns} FROM submission s WHERE s.profile = ANY (${place(profiles)}::text[]) AND ${others()}) x`;
  const me = `${place(user.id)}::uuid`;
  const reviewed =
    profiles.length === 0
      ? ''
      : `UNION ALL SELECT ${columns} FROM submission s WHERE s.profile = ANY (${place(profiles)}::text[]) AND ${notTheirs(me)}`;
  return `(${theirs(columns, me)} ${reviewed}) x`;
}

/** Their own: what is counted in cells and not for them to see in that light, or the other way round. */
export const belongingTo = (user: User, place: Place): string => `(${theirs(columns, `${place(user.id)}::uuid`)}) x`;
