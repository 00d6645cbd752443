/** Who hears of a suggested change? Who may apply it when it is made, and whoever made it when it is decided. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { User } from '../identity/user.js';
import { list, oneLine, quote, say } from '../notifications/letter.js';
import { tellPeople } from '../notifications/tell-people.js';
import type { Submission } from '../submissions/submission.entity.js';
import { titleOf } from './comments-told.js';
import { stillReading } from './mentions.js';
import type { NewSuggestion } from './suggestions.schema.js';
import { linesOf } from './suggestions-words.js';

/** Those who bring the submission. */
export const editorsOf = ({ ownerId, collaborators }: Submission): string[] => [
  ownerId,
  ...collaborators.filter(({ role }) => role === 'editor').map(({ personId }) => personId),
];

export const suggestionsOf = (base: string, { id }: Submission): string => `${base}/s/${id}/discussion`;

export async function tellSuggested(
  tx: EntityManager,
  submission: Submission,
  id: string,
  { patch, text }: NewSuggestion,
  { id: personId, name }: User,
  base: string,
): Promise<void> {
  await tellPeople(tx, {
    ...{ messageId: id, topic: 'suggestion.created', submissionId: submission.id },
    personIds: editorsOf(submission).filter((id) => id !== personId),
    title: titleOf('Change suggested', submission),
    blocks: [
      say(`${oneLine(name)} suggests a change of the metadata. While it is a draft, you apply it with one click.`),
      ...list(linesOf(patch)),
      ...quote(text),
    ],
    link: suggestionsOf(base, submission),
  });
}

export async function tellDecided(
  tx: EntityManager,
  submission: Submission,
  ids: readonly string[],
  state: 'applied' | 'declined',
  reason: string | null,
  { id: actorId, name }: User,
  base: string,
): Promise<void> {
  const rows: { by: string }[] = await tx.query(
    'SELECT DISTINCT "createdBy" AS by FROM suggestion WHERE id = ANY ($1::uuid[])',
    [ids],
  );
  const authors = rows.map(({ by }) => by).filter((by) => by !== actorId);
  const what = ids.length === 1 ? 'a change that you suggested' : 'changes that you suggested';
  await tellPeople(tx, {
    ...{ messageId: randomUUID(), topic: 'suggestion.decided', submissionId: submission.id },
    personIds: await stillReading(tx, submission, authors),
    title: titleOf(state === 'applied' ? 'Suggestion applied' : 'Suggestion declined', submission),
    blocks: [say(`${oneLine(name)} has ${state} ${what}.`), ...quote(reason)],
    link: suggestionsOf(base, submission),
  });
}
