/** How does a review look that was sent? With all that was sent with it, as it is now. */
import type { EntityManager } from 'typeorm';
import type { User } from '../identity/user.js';
import { instantKey } from '../platform/page.js';
import type { Submission } from '../submissions/submission.entity.js';
import type { Anchor } from './anchors.schema.js';
import type { ReviewView } from './batched-reviews.schema.js';
import { htmlOf } from './markdown.js';
import { suggestionRows, suggestionView } from './suggestions-rows.js';
import { type CommentRow, commentView } from './threads-rows.js';

export interface ReviewRow {
  readonly id: string;
  readonly round: number;
  readonly decision: ReviewView['decision'];
  readonly comment: string | null;
  readonly revision: string | null;
  readonly personId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly createdAtKey: string;
}
export interface After {
  readonly createdAt: string;
  readonly id: string;
}

const SELECT = `
  SELECT v.id, v.round, v.decision, v.comment, v.revision, v."personId", v."createdAt", p.name,
         ${instantKey('v."createdAt"')} AS "createdAtKey"
    FROM review v JOIN person p ON p.id = v."personId"
   WHERE v."submissionId" = $1`;

/** In the order in which they were sent, and so by round. */
export const reviewPage = (
  tx: EntityManager,
  submissionId: string,
  round: number | undefined,
  limit: number,
  after: After | null,
): Promise<ReviewRow[]> =>
  tx.query(
    `${SELECT} AND ($2::int IS NULL OR v.round = $2) AND ($4::timestamptz IS NULL OR (v."createdAt", v.id) > ($4, $5::uuid))
      ORDER BY v."createdAt", v.id LIMIT $3`,
    [submissionId, round ?? null, limit, after?.createdAt ?? null, after?.id ?? null],
  );

export async function countReviews(tx: EntityManager, submissionId: string, round: number | undefined) {
  const [{ n }] = await tx.query(
    'SELECT count(*)::int AS n FROM review WHERE "submissionId" = $1 AND ($2::int IS NULL OR round = $2)',
    [submissionId, round ?? null],
  );
  return n as number;
}

export const reviewRow = (tx: EntityManager, submissionId: string, id: string): Promise<ReviewRow[]> =>
  tx.query(`${SELECT} AND v.id = $2`, [submissionId, id]);

const COMMENTS = `
  SELECT c.*, p.name, p.handle, h.anchor
    FROM thread_comment c JOIN thread h ON h.id = c."threadId" LEFT JOIN person p ON p.id = c."personId"
   WHERE c."reviewId" = ANY ($1::uuid[]) ORDER BY c."createdAt", c.id`;
const REQUESTS = `
  SELECT id, "reviewId", anchor, text, severity, state FROM change_request
   WHERE "reviewId" = ANY ($1::uuid[]) ORDER BY "createdAt", id`;
const SUGGESTIONS = `
  SELECT id FROM suggestion WHERE "reviewId" = ANY ($1::uuid[]) ORDER BY "createdAt", id`;

type Request = ReviewView['changeRequests'][number] & { readonly reviewId: string };

export async function reviewViews(
  tx: EntityManager,
  submission: Submission,
  rows: readonly ReviewRow[],
  user: User,
): Promise<ReviewView[]> {
  const ids = rows.map(({ id }) => id);
  const comments: (CommentRow & { anchor: Anchor | null })[] = await tx.query(COMMENTS, [ids]);
  const requests: Request[] = await tx.query(REQUESTS, [ids]);
  const made: { id: string }[] = await tx.query(SUGGESTIONS, [ids]);
  const suggestions = await suggestionRows(
    tx,
    submission.id,
    made.map(({ id }) => id),
  );
  const above = `/api/v1/submissions/${submission.id}`;
  return rows.map(({ personId, name, createdAt, ...row }) => ({
    ...row,
    version: submission.version,
    html: row.comment === null ? null : htmlOf(row.comment),
    by: { id: personId, name },
    at: createdAt.toISOString(),
    comments: comments
      .filter(({ reviewId }) => reviewId === row.id)
      .map((comment) => ({ ...commentView(comment, user), threadId: comment.threadId, anchor: comment.anchor })),
    suggestions: suggestions
      .filter(({ reviewId }) => reviewId === row.id)
      .map((suggestion) => suggestionView(suggestion, submission)),
    changeRequests: requests.filter(({ reviewId }) => reviewId === row.id),
    links: { submission: above, threads: `${above}/threads`, suggestions: `${above}/suggestions` },
  }));
}
