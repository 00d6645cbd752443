/**
 * On what did a decision stand? The checklist, the waivers and what was still open, as they were at that moment: they go
 * into the audit record of the step, with which they are one transaction, and nothing changes them afterwards.
 */
import type { EntityManager } from 'typeorm';
import type { Known } from '../submissions/facts.js';
import type { Submission } from '../submissions/submission.entity.js';
import { checklistOf } from './checklist-now.js';

/** The steps that end a round of review. */
export const DECISIONS = ['curator.approve', 'curator.request_changes', 'curator.reject'] as const;
const NAMES: ReadonlySet<string> = new Set(DECISIONS);
export const isDecision = (event: string): boolean => NAMES.has(event);

const WAIVERS = `
  SELECT w.id, w.fingerprint, w.file, w.reason, w."personId" AS by,
         to_char(w."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM waiver w WHERE w."submissionId" = $1 AND w.basis = content_of($1, w.file)
   ORDER BY w."createdAt", w.id`;

const OPEN = `
  SELECT count(*) FILTER (WHERE state = 'open')::int AS "openRequests",
         count(*) FILTER (WHERE state = 'answered')::int AS "answeredRequests",
         count(*) FILTER (WHERE state IN ('open', 'answered') AND severity = 'must')::int AS "blockingRequests",
         (SELECT count(*)::int FROM thread WHERE "submissionId" = $1 AND state = 'open') AS "openThreads",
         (SELECT count(*)::int FROM thread WHERE "submissionId" = $1 AND state = 'open' AND blocking) AS "blockingThreads"
    FROM change_request WHERE "submissionId" = $1`;

/** Names are looked up when it is read: here are identifiers alone. Nothing for a step that decides nothing. */
export async function snapshotOf(tx: EntityManager, submission: Submission, known: Known, event: string) {
  if (!isDecision(event)) return {};
  const { items } = await checklistOf(tx, submission, known);
  const [open] = await tx.query(OPEN, [submission.id]);
  const waivers: unknown[] = await tx.query(WAIVERS, [submission.id]);
  return {
    waivers,
    decision: {
      revision: submission.sealed,
      round: submission.round,
      runId: submission.lastRunId,
      checklist: items.map(({ by, ...item }) => ({ ...item, by: by?.id ?? null })),
      open: { ...open, unwaivedErrors: known.unwaived },
    },
  };
}
