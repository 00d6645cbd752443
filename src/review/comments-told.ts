/** Who hears of a comment, and what do they read? Whoever is named in it, and those who talk there; nobody of their own words. */
import type { EntityManager } from 'typeorm';
import { type Block, cut, oneLine, quote, say } from '../notifications/letter.js';
import { tellEach } from '../notifications/tell-people.js';
import { nameOf } from '../notifications/telling.js';
import type { Submission } from '../submissions/submission.entity.js';
import type { Speaker } from './comments-author.js';
import { mentionedIn, stillReading } from './mentions.js';

interface Said {
  readonly commentId: string;
  readonly threadId: string;
  readonly text: string;
  readonly speaker: Speaker;
}

const QUOTED = 1_000;

/** `Comment: Human lung atlas (ACC-000123)` */
export const titleOf = (subject: string, submission: Submission): string => `${subject}: ${nameOf(submission)}`;

export const discussionOf = (base: string, { id }: Submission, threadId: string): string =>
  `${base}/s/${id}/discussion?thread=${threadId}`;

/** @param except who hears of it otherwise */
export async function tellOfComment(
  tx: EntityManager,
  submission: Submission,
  { commentId, threadId, text, speaker }: Said,
  base: string,
  except: readonly string[] = [],
): Promise<void> {
  const named = await mentionsBy(tx, submission, speaker, text);
  const around = await stillReading(tx, submission, await aroundOf(tx, submission, threadId));
  const silent = new Set([...except, ...(speaker.personId === null ? [] : [speaker.personId])]);
  const name = await speakerName(tx, speaker);
  const link = discussionOf(base, submission, threadId);
  const blocks = (what: string): Block[] => [say(`${name} ${what}:`), ...quote(cut(text, QUOTED))];
  const about = { messageId: commentId, submissionId: submission.id, link };
  const mention = {
    ...{ ...about, topic: 'thread.mentioned', title: titleOf('You were mentioned', submission) },
    blocks: blocks('has mentioned you in a comment'),
  };
  const comment = {
    ...{ ...about, topic: 'thread.commented', title: titleOf('Comment', submission) },
    blocks: blocks('has written a comment'),
  };
  const others = around.filter((id) => !named.includes(id));
  await tellEach(tx, commentId, [
    ...named.filter((id) => !silent.has(id)).map((personId) => ({ ...mention, personId })),
    ...others.filter((id) => !silent.has(id)).map((personId) => ({ ...comment, personId })),
  ]);
}

/** A comment has other words now: who was told of it before is not told again. */
export async function tellOfMentions(
  tx: EntityManager,
  submission: Submission,
  { commentId, threadId, text, speaker }: Said,
  base: string,
): Promise<void> {
  const named = await mentionsBy(tx, submission, speaker, text);
  const name = await speakerName(tx, speaker);
  await tellEach(
    tx,
    commentId,
    named
      .filter((id) => id !== speaker.personId)
      .map((personId) => ({
        ...{ messageId: commentId, personId, submissionId: submission.id, topic: 'thread.mentioned' },
        title: titleOf('You were mentioned', submission),
        blocks: [say(`${name} has mentioned you in a comment:`), ...quote(cut(text, QUOTED))],
        link: discussionOf(base, submission, threadId),
      })),
  );
}

/** Visitors see no handles, and so call nobody. */
const mentionsBy = async (
  tx: EntityManager,
  submission: Submission,
  { linkId }: Speaker,
  text: string,
): Promise<string[]> => (linkId === null ? mentionedIn(tx, submission, text) : []);

/** Its owner, its curator, and who has spoken there. */
async function aroundOf(tx: EntityManager, { ownerId, assignee }: Submission, threadId: string): Promise<string[]> {
  const spoke: { personId: string }[] = await tx.query(
    'SELECT DISTINCT "personId" FROM thread_comment WHERE "threadId" = $1 AND "personId" IS NOT NULL',
    [threadId],
  );
  return [...new Set([ownerId, ...(assignee === null ? [] : [assignee]), ...spoke.map(({ personId }) => personId)])];
}

async function speakerName(tx: EntityManager, { personId, pseudonym }: Speaker): Promise<string> {
  if (personId === null) return oneLine(pseudonym ?? 'A visitor');
  const [person] = await tx.query('SELECT name FROM person WHERE id = $1', [personId]);
  return oneLine(person?.name ?? 'Somebody');
}
