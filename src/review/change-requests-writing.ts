/** How is a change requested? A row, announced and remembered, in the transaction of whoever asks for it. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import type { Submission } from '../submissions/submission.entity.js';
import { mustBeThere } from './anchors.js';
import type { NewChangeRequest } from './change-requests.schema.js';
import { tellLive } from './threads-writing.js';

/** @throws InvalidRequest where it is about what is not there */
export async function requestChange(
  tx: EntityManager,
  submission: Submission,
  { anchor, text, severity }: NewChangeRequest,
  user: User,
  reviewId: string | null,
): Promise<string> {
  await mustBeThere(tx, submission, anchor);
  const id = randomUUID();
  await tx.query(
    `INSERT INTO change_request (id, "submissionId", round, anchor, text, severity, state, "createdBy", "reviewId")
     VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)`,
    [id, submission.id, submission.round, anchor && JSON.stringify(anchor), text, severity, user.id, reviewId],
  );
  await recordAct(tx, {
    ...{ actorId: user.id, action: 'change_request.made', submissionId: submission.id },
    object: { type: 'change_request', id },
    details: { severity, reviewId },
  });
  await tellLive(tx, 'change_request.created', submission, { changeRequestId: id, state: 'open', severity });
  return id;
}
