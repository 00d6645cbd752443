/** What becomes of what cannot be delivered? A mark, a channel that rests where nothing would arrive, and a notice to who can do something. */
import type { EntityManager } from 'typeorm';
import { quote, say } from './letter.js';
import type { Outgoing } from './outgoing.js';
import type { Channel } from './preference.js';
import { writeInLists } from './tell-people.js';

/** Why a try has come to nothing. */
export interface Failure {
  readonly problem: string;
  /** Another try would be no other. */
  readonly forGood: boolean;
  /** Nothing would ever arrive there: the channel rests until its owner does something. */
  readonly closes?: boolean;
}

interface Lost {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly problem: string;
}

/** A mail of the day takes with it all that it would have carried. */
const MARK = `
  UPDATE delivery SET state = 'failed', problem = $3, "leaseUntil" = NULL
   WHERE (id = $1 AND attempts = $2 AND state = 'sending') OR ("digestId" = $1 AND state = 'held')`;

interface Letter {
  readonly channel: Channel;
  readonly title: string;
  readonly submissionId: string | null;
  readonly personId: string;
  readonly name: string;
  readonly email: string;
}

const LETTER = `
  SELECT d.channel, n.title, n."submissionId", p.id AS "personId", p.name, p.email
    FROM delivery d JOIN notification n ON n.id = d."notificationId" JOIN person p ON p.id = n."personId" WHERE d.id = $1`;

/**
 * Its reader has it in their list. Who else must know: of mail the admins, of a Slack channel that is gone its owner.
 * @param outgoing null: the process died over it. @param base where people reach the service
 */
export async function giveUp(
  tx: EntityManager,
  lost: Lost & Pick<Failure, 'closes'>,
  outgoing: Outgoing | null,
  base: string,
): Promise<void> {
  const { deliveryId, attempt, problem, closes = false } = lost;
  const [, changed] = await tx.query(MARK, [deliveryId, attempt, problem]);
  const [letter]: Letter[] = changed > 0 ? await tx.query(LETTER, [deliveryId]) : [];
  if (!letter) return;
  const isClosed = closes && outgoing !== null && (await close(tx, outgoing, problem));
  if (letter.channel === 'email') return tellAdmins(tx, lost, letter, { base, isClosed });
  if (isClosed) await tellOwner(tx, lost, letter, base);
}

/** False: its owner has set another meanwhile. */
async function close(tx: EntityManager, { channel, to }: Outgoing, problem: string): Promise<boolean> {
  const [, changed] =
    channel === 'slack'
      ? await tx.query(
          `UPDATE preference SET "slackProblem" = $3 WHERE "personId" = $1 AND "slackUrl" = $2 AND "slackProblem" IS NULL`,
          [to.personId, to.slackUrl, problem],
        )
      : await tx.query(
          `UPDATE preference SET "bouncedAddress" = $2, "bounceProblem" = $3, "bouncedAt" = now() WHERE "personId" = $1`,
          [to.personId, to.email, problem],
        );
  return changed === 1;
}

/** Not by mail, and not one for each mail of a server that is away for a day: the next when this one is read. */
async function tellAdmins(
  tx: EntityManager,
  { deliveryId: messageId, attempt, problem }: Lost,
  { submissionId, title, name, email }: Letter,
  { base, isClosed }: { readonly base: string; readonly isClosed: boolean },
): Promise<void> {
  const admins: { id: string }[] = await tx.query(
    `SELECT id FROM person p WHERE 'admin' = ANY (roles_held(p)) AND "disabledAt" IS NULL AND NOT EXISTS (
       SELECT FROM notification n WHERE n."personId" = p.id AND n."readAt" IS NULL AND n.topic = 'delivery.failed')`,
  );
  const tries = `${attempt} ${attempt === 1 ? 'try' : 'tries'}`;
  const blocks = [
    say(`The mail “${title}” to ${name} <${email}> was given up after ${tries}:`),
    ...quote(problem),
    ...(isClosed ? [say('No more is sent to this address until its owner changes it, or says that it works.')] : []),
    say('They find it in their list all the same. Until this notice is read, no other mail that fails is told of.'),
  ];
  const link = submissionId ? `${base}/s/${submissionId}` : `${base}/me/notifications`;
  await writeInLists(
    tx,
    admins.map(({ id: personId }) => ({
      ...{ messageId, personId, submissionId, topic: 'delivery.failed', blocks, link },
      title: 'A mail could not be delivered',
    })),
  );
}

async function tellOwner(
  tx: EntityManager,
  { deliveryId: messageId, problem }: Lost,
  { personId }: Letter,
  base: string,
): Promise<void> {
  const blocks = [
    say('Slack no longer takes what we send to the address that you gave:'),
    ...quote(problem),
    say('Nothing more is sent there. Everything is in your list; set a new address in your preferences.'),
  ];
  const told = { messageId, personId, submissionId: null, topic: 'slack.switched_off', blocks };
  await writeInLists(tx, [{ ...told, title: 'Slack was switched off', link: `${base}/me/preferences` }]);
}
