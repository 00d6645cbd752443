/** Are there files of a deposition that nobody has looked at? Whoever changes them says so, within the same transaction. */
import type { EntityManager } from 'typeorm';
import { depositionKindOf } from '../../checks/deposition/judge-deposition.js';
import { post } from '../outbox/outbox.js';

interface OfProfile {
  readonly id: string;
  readonly profile: string;
  readonly profileVersion: string;
}

const ASK = `
  INSERT INTO examination ("submissionId", "dueAt") VALUES ($1, now())
  ON CONFLICT ("submissionId") DO UPDATE SET attempt = examination.attempt + 1, tries = 0, problem = NULL, "dueAt" = now()
  RETURNING attempt`;

/** Submissions of other profiles have nothing to be looked at before they are submitted. */
export async function keepExamination(tx: EntityManager, submission: OfProfile): Promise<void> {
  if (depositionKindOf({ id: submission.profile, version: submission.profileVersion }) === null) return;
  const [{ attempt }] = await tx.query(ASK, [submission.id]);
  await post(tx, { topic: 'files.changed', submissionId: submission.id, attempt });
}
