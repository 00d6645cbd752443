/** What must be known before a query can be asked? Which labels it names, which submissions have its text, and what cells count. */
import type { EntityManager } from 'typeorm';
import type { Config } from '../config.js';
import { reviewedProfiles, type User } from '../identity/user.js';
import {
  type Asking,
  asksOfTheTeam,
  belongingTo,
  beyondCells,
  type Filters,
  OF_THE_TEAM,
  onCells,
  type Place,
  patternOf,
} from './matching.js';
import { LabelNotFound, OfTheTeam } from './queue.errors.js';

/** As many are looked up one by one; a text that more have is looked for in each row that comes by. */
const FEW = 2_000;
/** A label is looked up by an index that is small. */
const FEW_OF_A_LABEL = 10_000;
const SORTS_OF_THE_TEAM = /\b(priority|dueAt)\b/;

export async function askedBy(
  tx: EntityManager,
  filters: Filters & { readonly sort?: string },
  user: User,
  now: string,
  config: Pick<Config, 'STATE_TARGETS'>,
): Promise<Asking> {
  const reviews = reviewedProfiles(user);
  const ofTheTeam = [
    ...OF_THE_TEAM.filter((name) => filters[name] !== undefined),
    ...(SORTS_OF_THE_TEAM.test(filters.sort ?? '') ? [`sort=${filters.sort}`] : []),
  ];
  if (ofTheTeam.length > 0 && reviews !== 'all' && reviews.length === 0) throw new OfTheTeam(ofTheTeam);
  const labels = filters.label ? await labelsNamed(tx, filters.label) : [];
  const found = await having(tx, filters.q);
  const isFew = found !== null || (await areFew(tx, labels));
  const own = reviews.length > 0 ? await ownOf(tx, user) : [];
  return { user, now, config, labels, found, isFew, own };
}

/** Who filters or sorts by what is the team's sees what they review, and nothing of their own. */
export const isOfTheTeam = ({ sort, ...filters }: Filters & { readonly sort?: string }): boolean =>
  asksOfTheTeam(filters) || SORTS_OF_THE_TEAM.test(sort ?? '');

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

/** Of those who review: few have any. */
async function ownOf(tx: EntityManager, { id }: User): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `SELECT id FROM submission WHERE "ownerId" = $1
     UNION SELECT s.id FROM collaborator c JOIN submission s ON s.accession = c.accession WHERE c."personId" = $1`,
    [id],
  );
  return rows.map((row) => row.id);
}

async function areFew(tx: EntityManager, labels: readonly string[]): Promise<boolean> {
  if (labels.length === 0) return false;
  const [{ n }] = await tx.query(
    `SELECT count(*)::int AS n FROM (
       SELECT FROM submission_label WHERE "labelId" = ANY ($1::uuid[]) LIMIT ${FEW_OF_A_LABEL + 1}) l`,
    [labels],
  );
  return n <= FEW_OF_A_LABEL;
}

/** Those that have the text; null: many have, or none is asked for. */
async function having(tx: EntityManager, text: string | undefined): Promise<string[] | null> {
  if (text === undefined) return null;
  const [{ ids }] = await tx.query(
    `SELECT CASE WHEN count(*) <= ${FEW} THEN coalesce(array_agg("submissionId"), '{}') END AS ids
       FROM (SELECT "submissionId" FROM submission_text WHERE text LIKE $1 LIMIT ${FEW + 1}) found`,
    [patternOf(text)],
  );
  return ids;
}

const COUNTED = 'label, state, profile, assignee, urgency, resubmitted, "hasErrors", "hasWarnings", n';

/** Of a row of somebody's own: what it is counted by. */
const ROW = 'x.state, x.profile, x.assignee, x.urgency, x.round > 1, x."hasErrors", x."hasWarnings"';

/**
 * The cells of what `user` may see: those that were added up, what has changed since, and theirs by the piece, so that what is the
 * team's is counted without it (`NOT theirs`). A question of the team's has nothing of theirs in it.
 */
export function cellsOf(
  user: User,
  place: Place,
  { label, ofTheTeam }: { readonly label: string | null; readonly ofTheTeam: boolean },
): string {
  const profiles = reviewedProfiles(user);
  const among = profiles === 'all' ? null : `${place(profiles)}::text[]`;
  const labelled = label === null ? null : `${place(label)}::uuid`;
  const cells = [
    labelled === null ? 'label IS NULL' : `label = ${labelled}`,
    ...(among === null ? [] : [`profile = ANY (${among})`]),
  ].join(' AND ');
  const own = [
    ...(among === null ? [] : [`x.profile = ANY (${among})`]),
    ...(labelled === null
      ? []
      : [`x.id IN (SELECT "submissionId" FROM submission_label WHERE "labelId" = ${labelled})`]),
  ];
  const theirs = (n: 1 | -1, where: readonly string[]) => `
    UNION ALL SELECT NULL::uuid, ${ROW}, ${n}, ${n > 0} FROM ${belongingTo(user, place)} WHERE ${['true', ...where].join(' AND ')}`;
  return `
    SELECT ${COUNTED}, false AS theirs FROM queue_cell WHERE ${cells}
    UNION ALL SELECT ${COUNTED}, false FROM queue_change WHERE ${cells}
    ${theirs(-1, own)} ${ofTheTeam ? '' : theirs(1, [])}`;
}

/** The same of each label there is, without theirs. */
export function labelCellsOf(user: User, place: Place): string {
  return `
    SELECT ${COUNTED} FROM queue_cell WHERE label IS NOT NULL
    UNION ALL SELECT ${COUNTED} FROM queue_change WHERE label IS NOT NULL
    UNION ALL SELECT l."labelId", ${ROW}, -1 FROM ${belongingTo(user, place)} JOIN submission_label l ON l."submissionId" = x.id`;
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
