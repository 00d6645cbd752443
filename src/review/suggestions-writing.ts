/** How is a change suggested? A row that fits the draft as it is now, announced and remembered, in the transaction of whoever suggests it. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import { InvalidRequest } from '../platform/invalid-request.js';
import type { Submission } from '../submissions/submission.entity.js';
import { Edit } from '../submissions/submissions.schema.js';
import { NothingToSuggest } from './suggestions.errors.js';
import type { NewSuggestion } from './suggestions.schema.js';
import { applied, remember } from './suggestions-patch.js';
import { threadRow } from './threads-rows.js';
import { tellLive } from './threads-writing.js';

/** A draft, or what can still become one by the decision of its review. */
const UNDECIDED = /^(draft\.|uploaded$|validating\.|curator_review\.)/;

/** @throws NothingToSuggest, ThreadNotFound, InvalidRequest */
export async function suggest(
  tx: EntityManager,
  submission: Submission,
  user: User,
  { patch, text, threadId }: NewSuggestion,
  reviewId: string | null,
): Promise<string> {
  if (!UNDECIDED.test(submission.state)) throw new NothingToSuggest(submission.state);
  if (threadId !== null) await threadRow(tx, submission.id, threadId, user);
  const { remembered, fault } = remember(submission, patch);
  if (fault) throw unfit(fault.index, fault.detail, patch[fault.index]?.path);
  mustBeTitle(applied(submission, remembered).after.title, patch);

  const id = randomUUID();
  await tx.query(
    `INSERT INTO suggestion (id, "submissionId", "threadId", "reviewId", round, patch, text, "createdBy")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, submission.id, threadId, reviewId, submission.round, JSON.stringify(remembered), text, user.id],
  );
  const paths = patch.map(({ path }) => path);
  await recordAct(tx, {
    ...{ actorId: user.id, action: 'suggestion.made', submissionId: submission.id },
    object: { type: 'suggestion', id },
    details: { paths, threadId, reviewId },
  });
  await tellLive(tx, 'suggestion.created', submission, { suggestionId: id, threadId, paths });
  return id;
}

function mustBeTitle(title: unknown, patch: NewSuggestion['patch']): void {
  const index = patch.findLastIndex(({ path }) => path === '/title');
  const { error } = Edit.safeParse({ title });
  if (index >= 0 && error) throw unfit(index, error.issues[0]?.message ?? 'expected a title', title);
}

const unfit = (index: number, detail: string, found: unknown) =>
  new InvalidRequest([{ pointer: `/patch/${index}`, code: 'does_not_fit', detail, found }]);
