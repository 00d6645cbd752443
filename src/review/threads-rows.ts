/** How does a thread look, and to whom? A visitor reads those that their own link takes part in, and of its people no handles. */
import type { EntityManager } from 'typeorm';
import type { User } from '../identity/user.js';
import { etagOf } from '../platform/etag.js';
import { instantKey } from '../platform/page.js';
import type { Submission } from '../submissions/submission.entity.js';
import { type Standing, standingsOf } from './anchors.js';
import type { Anchor } from './anchors.schema.js';
import type { Speaker } from './comments-author.js';
import { htmlOf } from './markdown.js';
import { ThreadNotFound } from './threads.errors.js';
import type { Author, CommentView, ThreadView } from './threads.schema.js';

export interface ThreadRow {
  readonly id: string;
  readonly submissionId: string;
  readonly round: number;
  readonly revision: string;
  readonly anchor: Anchor | null;
  readonly basis: string | null;
  readonly was: Readonly<Record<string, unknown>> | null;
  readonly state: ThreadView['state'];
  readonly blocking: boolean;
  readonly resolvedBy: string | null;
  readonly resolverName: string | null;
  readonly resolvedAt: Date | null;
  readonly commentCount: number;
  /** Whether it was begun about what was sent in: there is a difference to that. */
  readonly isOfSealed: boolean;
  readonly createdAt: Date;
  readonly createdAtKey: string;
  readonly updatedAt: Date;
}

export interface CommentRow extends Speaker {
  readonly id: string;
  readonly threadId: string;
  readonly reviewId: string | null;
  readonly name: string | null;
  readonly handle: string | null;
  readonly text: string | null;
  readonly createdAt: Date;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
}

export interface ThreadFilter {
  readonly state?: ThreadView['state'] | undefined;
  readonly blocking?: boolean | undefined;
  readonly field?: string | undefined;
  readonly finding?: string | undefined;
  readonly file?: string | undefined;
  readonly run?: string | undefined;
}
export interface After {
  readonly createdAt: string;
  readonly id: string;
}

const SELECT = `
  SELECT t.*, ${instantKey('t."createdAt"')} AS "createdAtKey", p.name AS "resolverName",
         (SELECT count(*)::int FROM thread_comment c WHERE c."threadId" = t.id) AS "commentCount",
         EXISTS (SELECT FROM sealed_revision v WHERE v."submissionId" = t."submissionId" AND v.hash = t.revision) AS "isOfSealed"
    FROM thread t LEFT JOIN person p ON p.id = t."resolvedBy"`;

/** $1 is the submission, $2 what anchors hold, $3 the state, $4 whether it blocks, $5 the link of a visitor; each null for any. */
const MATCHING = `
  t."submissionId" = $1 AND ($2::jsonb IS NULL OR t.anchor @> $2) AND ($3::text IS NULL OR t.state = $3)
  AND ($4::boolean IS NULL OR t.blocking = $4)
  AND ($5::uuid IS NULL OR EXISTS (SELECT FROM thread_comment c WHERE c."threadId" = t.id AND c."linkId" = $5))`;

function matching(submissionId: string, { state, blocking, ...about }: ThreadFilter, user: User): unknown[] {
  const anchor = Object.entries(about).filter(([, name]) => name !== undefined);
  const holds = anchor.length > 0 ? JSON.stringify(Object.fromEntries(anchor)) : null;
  return [submissionId, holds, state ?? null, blocking ?? null, user.visit?.linkId ?? null];
}

/** In the order in which they were begun. */
export const threadPage = (
  tx: EntityManager,
  submissionId: string,
  filter: ThreadFilter,
  user: User,
  limit: number,
  after: After | null,
): Promise<ThreadRow[]> =>
  tx.query(
    `${SELECT} WHERE ${MATCHING} AND ($7::timestamptz IS NULL OR (t."createdAt", t.id) > ($7, $8::uuid))
      ORDER BY t."createdAt", t.id LIMIT $6`,
    [...matching(submissionId, filter, user), limit, after?.createdAt ?? null, after?.id ?? null],
  );

export async function countThreads(tx: EntityManager, submissionId: string, filter: ThreadFilter, user: User) {
  const [{ n }] = await tx.query(
    `SELECT count(*)::int AS n FROM thread t WHERE ${MATCHING}`,
    matching(submissionId, filter, user),
  );
  return n as number;
}

/** @throws ThreadNotFound, also where `user` may not read it */
export async function threadRow(tx: EntityManager, submissionId: string, id: string, user: User): Promise<ThreadRow> {
  const [row]: [ThreadRow?] = await tx.query(`${SELECT} WHERE ${MATCHING} AND t.id = $6`, [
    ...matching(submissionId, {}, user),
    id,
  ]);
  if (!row) throw new ThreadNotFound(id);
  return row;
}

const COMMENT = `c.id, c."threadId", c."reviewId", c."personId", c."linkId", c.pseudonym, c.role, c.text, c."createdAt",
                 c."editedAt", c."deletedAt"`;
const NEWEST = 9;

/** Of each thread the first and the newest: a list stays short however long people talk. */
const EXCERPTS = `
  SELECT c.*, p.name, p.handle FROM unnest($1::uuid[]) AS wanted (id)
   CROSS JOIN LATERAL (
     (SELECT ${COMMENT} FROM thread_comment c WHERE c."threadId" = wanted.id ORDER BY c."createdAt", c.id LIMIT 1)
     UNION
     (SELECT ${COMMENT} FROM thread_comment c WHERE c."threadId" = wanted.id
       ORDER BY c."createdAt" DESC, c.id DESC LIMIT ${NEWEST})) c
    LEFT JOIN person p ON p.id = c."personId" ORDER BY c."createdAt", c.id`;
const ALL = `
  SELECT ${COMMENT}, p.name, p.handle FROM thread_comment c LEFT JOIN person p ON p.id = c."personId"
   WHERE c."threadId" = ANY ($1::uuid[]) ORDER BY c."createdAt", c.id`;

/** What `user` sees of them. A list is cut short; a single thread is told whole. */
export async function threadViews(
  tx: EntityManager,
  submission: Submission,
  rows: readonly ThreadRow[],
  user: User,
  { whole }: { whole: boolean },
): Promise<ThreadView[]> {
  const comments: CommentRow[] = await tx.query(whole ? ALL : EXCERPTS, [rows.map(({ id }) => id)]);
  const standing = await standingsOf(
    tx,
    submission,
    rows.map(({ anchor }) => anchor),
  );
  return rows.map((row) => {
    const said = comments.filter(({ threadId }) => threadId === row.id).map((comment) => commentView(comment, user));
    return threadView(row, submission, said, standing(row.anchor), user);
  });
}

function threadView(
  { submissionId, basis, createdAtKey: _, isOfSealed, resolvedBy, resolverName, ...row }: ThreadRow,
  { version }: Submission,
  comments: CommentView[],
  standing: Standing,
  user: User,
): ThreadView {
  const submission = `/api/v1/submissions/${submissionId}`;
  const outdated = row.anchor !== null && basis !== standing.basis;
  const shown = {
    ...row,
    version,
    comments,
    outdated,
    resolvedBy: resolvedBy === null || user.visit?.isAnonymised ? null : { id: resolvedBy, name: resolverName ?? '' },
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    links: {
      self: `${submission}/threads/${row.id}`,
      comments: `${submission}/threads/${row.id}/comments`,
      submission,
      ...(outdated && isOfSealed && !user.visit && { sinceThen: `${submission}/diff?from=${row.revision}` }),
    },
  };
  return { ...shown, etag: etagOf(fieldsOf(shown)) };
}

/** What a change would overwrite: also what was said since it was read. */
export const fieldsOf = ({ state, blocking, outdated, updatedAt }: Omit<ThreadView, 'etag'>) => ({
  ...{ state, blocking, outdated, updatedAt },
});

export function commentView(row: CommentRow, user: User): CommentView {
  const shown = {
    id: row.id,
    reviewId: row.reviewId,
    author: authorOf(row, user),
    text: row.text,
    createdAt: row.createdAt.toISOString(),
    editedAt: row.editedAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
  return { ...shown, html: row.text === null ? null : htmlOf(row.text), etag: etagOf(wordsOf(shown)) };
}

export const wordsOf = ({ text, editedAt, deletedAt }: Pick<CommentView, 'text' | 'editedAt' | 'deletedAt'>) => ({
  ...{ text, editedAt, deletedAt },
});

function authorOf({ personId, linkId, pseudonym, role, name, handle }: CommentRow, { visit }: User): Author {
  if (linkId !== null) return { id: linkId, name: pseudonym ?? '', handle: null, role };
  if (visit?.isAnonymised && role === 'submitter') return { id: null, name: 'The submitter', handle: null, role };
  return { id: personId, name: name ?? '', handle: visit ? null : handle, role };
}
