/** What must be known before a query can be asked? Which labels it names, which submissions have its text, and what cells count. */
import type { EntityManager } from 'typeorm';
import type { Config } from '../config.js';
import { reviewedProfiles, type User } from '../identity/user.js';
import {
  type Asking,
  beyondCells,
  type Filters,
  OF_THE_TEAM,
  onCells,
  ownOf,
  type Place,
  patternOf,
} from './matching.js';
import { LabelNotFound, OfTheTeam } from './queue.errors.js';

/** As many are looked up one by one; a text that more have is looked for in each row that comes by. */
const FEW = 2_000;

export async function askedBy(
  tx: EntityManager,
  filters: Filters,
  user: User,
  now: string,
  config: Pick<Config, 'STATE_TARGETS'>,
): Promise<Asking> {
  const reviews = reviewedProfiles(user);
  const ofTheTeam = OF_THE_TEAM.filter((name) => filters[name] !== undefined);
  if (ofTheTeam.length > 0 && reviews !== 'all' && reviews.length === 0) throw new OfTheTeam(ofTheTeam);
  const labels = filters.label ? await labelsNamed(tx, filters.label) : [];
  return { user, now, config, labels, found: filters.q === undefined ? null : await having(tx, filters.q) };
}

/** @throws LabelNotFound */
export async function labelsNamed(tx: EntityManager, names: readonly string[]): Promise<string[]> {
  const found: { id: string; name: string }[] = await tx.query(
    `SELECT id, lower(name) AS name FROM label WHERE lower(name) = ANY ($1) OR id::text = ANY ($1)`,
    [names.map((name) => name.toLowerCase())],
  );
  const known = new Set(found.flatMap(({ id, name }) => [id, name]));
  const unknown = names.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length > 0) throw new LabelNotFound(unknown);
  return found.map(({ id }) => id);
}

/** Those that have the text; null: many have. */
async function having(tx: EntityManager, text: string): Promise<string[] | null> {
  const rows: { submissionId: string }[] = await tx.query(
    `SELECT "submissionId" FROM submission_text WHERE text LIKE $1 LIMIT ${FEW + 1}`,
    [patternOf(text)],
  );
  return rows.length > FEW ? null : rows.map(({ submissionId }) => submissionId);
}

const COUNTED = 'label, state, profile, assignee, urgency, resubmitted, "hasErrors", "hasWarnings", n';

/**
 * The cells of what `user` may see: those that were added up, what has changed since, and theirs by the piece. Where a question is
 * the team's, what belongs to the one who asks is taken away again.
 */
export function cellsOf(
  user: User,
  place: Place,
  { label, ofTheTeam }: { label: string | null; ofTheTeam: boolean },
): string {
  const profiles = reviewedProfiles(user);
  const isIt = label === null ? 'label IS NULL' : `label = ${place(label)}::uuid`;
  const theirs = profiles === 'all' ? '' : ` AND profile = ANY (${place(profiles)}::text[])`;
  const own = (n: 1 | -1, where: string) => `
    UNION ALL SELECT NULL::uuid, x.state, x.profile, x.assignee, x.urgency, x.round > 1, x."hasErrors", x."hasWarnings", ${n}
      FROM ${ownOf(user, place)} WHERE ${where}`;
  const labelled =
    label === null
      ? 'true'
      : `x.id IN (SELECT "submissionId" FROM submission_label WHERE "labelId" = ${place(label)}::uuid)`;
  const reviewed = profiles === 'all' ? 'true' : `x.profile = ANY (${place(profiles)}::text[])`;
  return `
    SELECT ${COUNTED} FROM queue_cell WHERE ${isIt}${theirs}
    UNION ALL SELECT ${COUNTED} FROM queue_change WHERE ${isIt}${theirs}
    ${ofTheTeam ? own(-1, `${reviewed} AND ${labelled}`) : profiles === 'all' ? '' : own(1, `NOT ${reviewed} AND ${labelled}`)}`;
}

/** How many, where cells know all of the filters. */
export async function cellCount(tx: EntityManager, filters: Filters, asking: Asking): Promise<number> {
  if (beyondCells(filters, asking).length > 0) throw new Error('Cells do not know these filters.');
  const params: unknown[] = [];
  const place = (value: unknown) => `$${params.push(value)}`;
  const ofTheTeam = OF_THE_TEAM.some((name) => filters[name] !== undefined);
  const cells = cellsOf(asking.user, place, { label: asking.labels[0] ?? null, ofTheTeam });
  const where = ['true', ...onCells(filters, asking, place, null)].join(' AND ');
  const [{ n }] = await tx.query(
    `SELECT coalesce(sum(n), 0)::int AS n FROM (SELECT * FROM (${cells}) c) x WHERE ${where}`,
    params,
  );
  return n;
}
