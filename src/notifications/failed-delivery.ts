/** Who must know of what could not be delivered? Of mail the admins, of a Slack channel that is gone its owner: in the list alone. */
import type { EntityManager } from 'typeorm';
import { quote, say } from './letter.js';
import type { Channel } from './preference.js';
import { writeInLists } from './tell-people.js';

export interface Lost {
  readonly channel: Channel;
  readonly title: string;
  readonly submissionId: string | null;
  readonly personId: string;
  readonly name: string;
  readonly email: string;
}

interface Failed extends Lost {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly problem: string;
  /** Whether the channel has been closed for it. */
  readonly isClosed: boolean;
}

export async function tellOfFailure(tx: EntityManager, failed: Failed, base: string): Promise<void> {
  if (failed.channel === 'email') return tellAdmins(tx, failed, base);
  if (failed.isClosed) await tellOwner(tx, failed, base);
}

/** Not by mail, and not one for each mail of a server that is away for a day: the next when this one is read. */
async function tellAdmins(tx: EntityManager, failed: Failed, base: string): Promise<void> {
  const { deliveryId: messageId, submissionId, title, name, email, attempt, problem, isClosed } = failed;
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

async function tellOwner(tx: EntityManager, failed: Failed, base: string): Promise<void> {
  const { deliveryId: messageId, personId, problem } = failed;
  const blocks = [
    say('Slack no longer takes what we send to the address that you gave:'),
    ...quote(problem),
    say('Nothing more is sent there. Everything is in your list; set a new address in your preferences.'),
  ];
  const told = { messageId, personId, submissionId: null, topic: 'slack.switched_off', blocks };
  await writeInLists(tx, [{ ...told, title: 'Slack was switched off', link: `${base}/me/preferences` }]);
}
