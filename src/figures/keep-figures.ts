/**
 * From what are the figures made? From how long each submission was in each state, and from the rounds of its review:
 * a row or two for each step, in its transaction, so that nobody has to go through the audit trail.
 */
import type { EntityManager } from 'typeorm';
import { DECISIONS, isDecision } from '../review/decision-snapshot.js';
import type { Submission } from '../submissions/submission.entity.js';

/** What a curator does that the submitter is told of: a claim is not an answer. */
const RESPONSES: ReadonlySet<string> = new Set([...DECISIONS, 'curator.amend', 'curator.hold']);

const END_STAY = `
  INSERT INTO stay ("submissionId", seq, profile, state, round, event, "isFirst", "enteredAt", "leftAt")
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

const OPEN_ROUND = `
  INSERT INTO review_round ("submissionId", round, profile, "openedAt") VALUES ($1, $2, $3, $4)
  ON CONFLICT ("submissionId", round) DO NOTHING`;

const ANSWER_ROUND = `
  UPDATE review_round SET "respondedAt" = coalesce("respondedAt", $3), "decidedAt" = coalesce("decidedAt", $4),
         decision = coalesce(decision, $5)
   WHERE "submissionId" = $1 AND round = $2`;

export async function keepFigures(
  tx: EntityManager,
  before: Submission,
  after: Submission,
  event: string,
): Promise<void> {
  const { id, seq, profile, updatedAt: now } = after;
  if (after.state !== before.state) {
    const isFirst = event === 'submitter.submit' && before.sealed === null;
    await tx.query(END_STAY, [id, seq, profile, before.state, before.round, event, isFirst, before.since, now]);
  }
  if (RESPONSES.has(event)) {
    const decides = isDecision(event);
    await tx.query(ANSWER_ROUND, [id, before.round, now, decides ? now : null, decides ? event : null]);
  }
  if (after.round > before.round) await tx.query(OPEN_ROUND, [id, after.round, profile, now]);
}
