/** What if nobody is there to hear? The endpoint is switched off, what waits for it is missed, and those whose it is are told. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { announce } from '../live/announce.js';
import { quote, say } from '../notifications/letter.js';
import { tellPeople } from '../notifications/tell-people.js';

export interface SwitchedOff {
  readonly endpointId: string;
  readonly reason: 'failing' | 'gone';
  /** What the last try said. */
  readonly problem: string;
  /** Where people reach the service. */
  readonly base: string;
}

const WHY: Readonly<Record<SwitchedOff['reason'], (since: string | null) => string>> = {
  failing: (since) => `Nothing could be delivered to it since ${since ?? 'a while'}. The last try said:`,
  gone: () => 'Its receiver said that it wants no more:',
};

/** Nothing is to be sent to it any more; what was to be can be sent again once it is on. */
export async function missWaiting(tx: EntityManager, endpointId: string): Promise<void> {
  await tx.query(
    `UPDATE webhook_delivery SET state = 'missed', "endedAt" = now()
      WHERE "endpointId" = $1 AND state IN ('pending', 'failed') AND "eventId" IS NOT NULL`,
    [endpointId],
  );
}

/** Once, whoever sees first that it fails. */
export async function switchOff(tx: EntityManager, { endpointId, reason, problem, base }: SwitchedOff): Promise<void> {
  const [[endpoint]] = await tx.query(
    `UPDATE webhook_endpoint SET active = false, "offAt" = now(), "offReason" = $2, "updatedAt" = now()
      WHERE id = $1 AND active RETURNING url, "personId", "failingSince", failures`,
    [endpointId, reason],
  );
  if (!endpoint) return;
  await missWaiting(tx, endpointId);
  const { url, personId, failures, failingSince } = endpoint;
  await recordAct(tx, {
    actorId: null,
    action: 'webhook.switched_off',
    object: { type: 'webhook', id: endpointId },
    details: { reason, failures },
  });
  const personIds = personId ? [personId] : await admins(tx);
  await tellPeople(tx, {
    messageId: randomUUID(),
    topic: 'webhook.disabled',
    submissionId: null,
    personIds,
    title: 'A webhook was switched off',
    blocks: [
      say(`Events are no longer sent to ${url}. ${WHY[reason](failingSince?.toISOString() ?? null)}`),
      ...quote(problem),
      say('Once its receiver is well, switch it on again: it then says what it missed, and can be sent it.'),
    ],
    link: `${base}/${personId ? 'developers' : 'admin'}/webhooks/${endpointId}`,
  });
  for (const each of personIds)
    await announce(tx, { topic: 'webhook.disabled', personId: each, data: { id: endpointId, reason } });
}

async function admins(tx: EntityManager): Promise<string[]> {
  const people: { id: string }[] = await tx.query(
    `SELECT id FROM person p WHERE 'admin' = ANY (roles_held(p)) AND "disabledAt" IS NULL`,
  );
  return people.map(({ id }) => id);
}
