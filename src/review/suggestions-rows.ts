/** How does a suggested change look? With what it was made against, and with what has changed since. */
import type { EntityManager } from 'typeorm';
import { instantKey } from '../platform/page.js';
import type { Submission } from '../submissions/submission.entity.js';
import { htmlOf } from './markdown.js';
import { SuggestionNotFound } from './suggestions.errors.js';
import type { SuggestionView } from './suggestions.schema.js';
import { applied, type Remembered } from './suggestions-patch.js';

export interface SuggestionRow {
  readonly id: string;
  readonly submissionId: string;
  readonly threadId: string | null;
  readonly reviewId: string | null;
  readonly round: number;
  readonly patch: readonly Remembered[];
  readonly text: string | null;
  readonly state: SuggestionView['state'];
  readonly reason: string | null;
  readonly createdBy: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly createdAtKey: string;
  readonly decidedBy: string | null;
  readonly deciderName: string | null;
  readonly decidedAt: Date | null;
}

export interface SuggestionFilter {
  readonly state?: readonly SuggestionView['state'][] | undefined;
  readonly threadId?: string | undefined;
}
export interface After {
  readonly createdAt: string;
  readonly id: string;
}

const SELECT = `
  SELECT g.*, p.name, d.name AS "deciderName", ${instantKey('g."createdAt"')} AS "createdAtKey"
    FROM suggestion g JOIN person p ON p.id = g."createdBy" LEFT JOIN person d ON d.id = g."decidedBy"`;
const MATCHING = `
  g."submissionId" = $1 AND ($2::text[] IS NULL OR g.state = ANY ($2)) AND ($3::uuid IS NULL OR g."threadId" = $3)`;

const matching = (submissionId: string, { state, threadId }: SuggestionFilter): unknown[] => [
  submissionId,
  state ?? null,
  threadId ?? null,
];

/** In the order in which they were made. */
export const suggestionPage = (
  tx: EntityManager,
  submissionId: string,
  filter: SuggestionFilter,
  limit: number,
  after: After | null,
): Promise<SuggestionRow[]> =>
  tx.query(
    `${SELECT} WHERE ${MATCHING} AND ($5::timestamptz IS NULL OR (g."createdAt", g.id) > ($5, $6::uuid))
      ORDER BY g."createdAt", g.id LIMIT $4`,
    [...matching(submissionId, filter), limit, after?.createdAt ?? null, after?.id ?? null],
  );

export async function countSuggestions(tx: EntityManager, submissionId: string, filter: SuggestionFilter) {
  const [{ n }] = await tx.query(
    `SELECT count(*)::int AS n FROM suggestion g WHERE ${MATCHING}`,
    matching(submissionId, filter),
  );
  return n as number;
}

/** In the order of `ids`. @throws SuggestionNotFound */
export async function suggestionRows(tx: EntityManager, submissionId: string, ids: readonly string[]) {
  const rows: SuggestionRow[] = await tx.query(`${SELECT} WHERE g."submissionId" = $1 AND g.id = ANY ($2::uuid[])`, [
    submissionId,
    ids,
  ]);
  return ids.map((id) => {
    const row = rows.find((one) => one.id === id);
    if (!row) throw new SuggestionNotFound(id);
    return row;
  });
}

export function suggestionView(
  { submissionId, createdBy, name, decidedBy, deciderName, createdAtKey: _, ...row }: SuggestionRow,
  submission: Submission,
): SuggestionView {
  const above = `/api/v1/submissions/${submissionId}`;
  return {
    ...row,
    patch: row.patch.map(({ at: _, ...operation }) => operation),
    html: row.text === null ? null : htmlOf(row.text),
    conflicts: row.state === 'open' ? applied(submission, row.patch).conflicts : [],
    createdBy: { id: createdBy, name },
    createdAt: row.createdAt.toISOString(),
    decidedBy: decidedBy === null ? null : { id: decidedBy, name: deciderName ?? '' },
    decidedAt: row.decidedAt?.toISOString() ?? null,
    links: { self: `${above}/suggestions/${row.id}`, apply: `${above}/suggestions/${row.id}/apply`, submission: above },
  };
}
