/** What has become of each notice that leaves the house? A row a channel says so: who tries it, how often, and when again. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { post, type Topic } from '../outbox/outbox.js';
import type { JobOf } from '../queues.js';
import { type Failure, giveUp } from './failed-delivery.js';
import { type Outgoing, outgoingOf, type Part } from './outgoing.js';
import { awakeAt, type Channel, nextDigestAt, RECIPIENT, type Recipient, waysOut } from './preference.js';
import { retryIn } from './retry.js';

export type Try = JobOf<Channel>;

const BATCH = 200;

/** Each channel is a queue of its own name. */
const REQUEST = { email: 'delivery.requested', slack: 'slack.requested' } as const satisfies Record<Channel, Topic>;
const REQUESTS = Object.values(REQUEST);

/** In one order, so that two that tell the same people do not wait for each other. */
const RECIPIENTS = `
  SELECT n.id AS "notificationId", n.topic, ${RECIPIENT}
    FROM notification n JOIN person p ON p.id = n."personId" JOIN preference q ON q."personId" = p.id
   WHERE n.id = ANY ($1) ORDER BY p.id FOR UPDATE OF q`;

const INSERT = `
  INSERT INTO delivery (id, "notificationId", channel, state, "dueAt", "heldFor")
  SELECT gen_random_uuid(), r."notificationId", r.channel, r.state, now() + r."waitMs" * interval '1 ms', r."heldFor"
    FROM jsonb_to_recordset($1::jsonb) AS r ("notificationId" uuid, channel text, state text, "waitMs" bigint, "heldFor" uuid)
  ON CONFLICT ("notificationId", channel) DO NOTHING
  RETURNING id, channel, state = 'pending' AND "dueAt" <= now() AS "isDue"`;

/** Whoever is told has a row of preferences, though nothing in it was ever chosen. */
const PREFERENCES = `
  INSERT INTO preference ("personId") SELECT DISTINCT "personId" FROM notification WHERE id = ANY ($1) ORDER BY 1
  ON CONFLICT DO NOTHING`;

/** `attempts` counts the tries that have begun: a job is for one of them, and comes too late for any other. */
const TAKE = `
  UPDATE delivery SET state = 'sending', attempts = $2, "leaseUntil" = now() + $3 * interval '1 ms'
   WHERE id = $1 AND state = 'pending' AND attempts = $2 - 1 AND "dueAt" <= now() RETURNING "notificationId"`;

/** The notice, or all those of a mail of the day, as their reader wants them now. */
const PARTS = `
  SELECT d.id, d.channel, d."digestId", n.topic, n.title, n.body AS blocks, n.link, n."submissionId",
         s.title AS "submissionTitle", s.accession, s.version, ${RECIPIENT}
    FROM delivery d JOIN notification n ON n.id = d."notificationId" JOIN person p ON p.id = n."personId"
    JOIN preference q ON q."personId" = p.id LEFT JOIN submission s ON s.id = n."submissionId"
   WHERE d.id = $1 OR d."digestId" = $1 ORDER BY n."createdAt", n.id`;

/** Due, or left by a worker that died. One whose message still waits for the relay is not lost. */
const DUE = `
  SELECT id, channel, state, attempts FROM delivery d
   WHERE "dueAt" <= now() AND (state = 'pending' OR (state = 'sending' AND "leaseUntil" < now()))
     AND NOT EXISTS (SELECT FROM outbox_message m
                      WHERE m."relayedAt" IS NULL AND m.topic = ANY ($1) AND m.payload ->> 'deliveryId' = d.id::text)
   ORDER BY "dueAt" LIMIT ${BATCH}`;

interface Due {
  readonly id: string;
  readonly channel: Channel;
  readonly state: 'pending' | 'sending';
  readonly attempts: number;
}

@Injectable()
export class DeliveriesService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What is in the lists goes out by the other channels too, as each reader wants it, if `tx` commits. */
  async request(tx: EntityManager, notificationIds: readonly string[]): Promise<void> {
    if (notificationIds.length === 0) return;
    await tx.query(PREFERENCES, [notificationIds]);
    const told: (Recipient & { notificationId: string; topic: string })[] = await tx.query(RECIPIENTS, [
      notificationIds,
    ]);
    const now = this.clock.now();
    const rows = told.flatMap(({ notificationId, ...to }) =>
      waysOut(to.topic, to, now)
        .filter(({ channel }) => channel !== 'email' || this.config.SMTP_URL !== undefined)
        .map(({ channel, state, dueAt }) => ({
          ...{ notificationId, channel, state, waitMs: dueAt.getTime() - now.getTime() },
          heldFor: state === 'held' ? to.personId : null,
        })),
    );
    const made: { id: string; channel: Channel; isDue: boolean }[] = await tx.query(INSERT, [JSON.stringify(rows)]);
    for (const { id, channel, isDue } of made)
      if (isDue) await post(tx, { topic: REQUEST[channel], deliveryId: id, attempt: 1 });
    for (const to of told) if (rows.some(({ heldFor }) => heldFor === to.personId)) await this.hold(tx, to, now);
  }

  /** Null: somebody else has this try, or had it; or its reader wants it no more. */
  async take({ deliveryId, attempt }: Try): Promise<Outgoing | null> {
    const { MAIL_TIMEOUT, LEASE } = this.config;
    return this.db.transaction(async (tx) => {
      const [[taken]] = await tx.query(TAKE, [deliveryId, attempt, MAIL_TIMEOUT + LEASE]);
      if (!taken) return null;
      await tx.query(PREFERENCES, [[taken.notificationId]]); // it may be older than they are
      const parts: Part[] = await tx.query(PARTS, [deliveryId]);
      const outgoing = outgoingOf(parts, publicUrl(this.config));
      if ('whyNot' in outgoing) {
        await tx.query(
          `UPDATE delivery SET state = 'skipped', problem = $2, "leaseUntil" = NULL WHERE id = $1 OR "digestId" = $1`,
          [deliveryId, outgoing.whyNot],
        );
        return null;
      }
      return outgoing;
    });
  }

  /** It has left, whatever is thought of it meanwhile. */
  async sent({ deliveryId }: Try, { carries }: Pick<Outgoing, 'carries'>): Promise<void> {
    await this.db.query(
      `UPDATE delivery SET state = CASE WHEN id = ANY ($2) THEN 'sent' ELSE 'skipped' END,
              "sentAt" = CASE WHEN id = ANY ($2) THEN now() END, problem = NULL, "leaseUntil" = NULL
        WHERE (id = $1 OR "digestId" = $1) AND state <> 'sent'`,
      [deliveryId, carries],
    );
  }

  /** Later again, or given up: when nothing would be another the next time, or when all tries are spent. */
  async failed(job: Try, outgoing: Outgoing, failure: Failure): Promise<void> {
    const { problem } = failure;
    const wait = failure.forGood ? null : retryIn(job.attempt, this.config.MAIL_RETRY);
    if (wait === null) return this.giveUp(job, failure, outgoing);
    const { to, channel } = outgoing;
    const now = this.clock.now().getTime();
    const waitMs = awakeAt(new Date(now + wait), to).getTime() - now;
    await this.db.query(
      `UPDATE delivery SET state = 'pending', "dueAt" = now() + $3 * interval '1 ms', problem = $4, "leaseUntil" = NULL
        WHERE id = $1 AND attempts = $2 AND state = 'sending'`,
      [job.deliveryId, job.attempt, waitMs, problem],
    );
    if (channel === 'slack') await this.putOff(to.personId, waitMs);
  }

  /**
   * Ask again for what should be on its way and is not: its time has come, its worker died, or the queue lost it.
   * @param holds whether the queue has this job
   * @returns how many
   */
  async requeueDue(holds: (queue: Channel, job: Try) => Promise<boolean>): Promise<number> {
    const due: Due[] = await this.db.query(DUE, [REQUESTS]);
    let asked = 0;
    for (const delivery of due) {
      const job = { deliveryId: delivery.id, attempt: delivery.attempts + 1 };
      if (!(await holds(delivery.channel, job)) && (await this.askAgain(delivery, job))) asked++;
    }
    return asked;
  }

  /** The mail of the day is made at the next hour of its reader, unless there is one to be made before. */
  private async hold(tx: EntityManager, to: Recipient, now: Date): Promise<void> {
    await tx.query('UPDATE preference SET "digestAt" = $2 WHERE "personId" = $1 AND "digestAt" IS NULL', [
      to.personId,
      nextDigestAt(now, to),
    ]);
  }

  /** A server of somebody's that does not answer keeps no hand of ours for each message that waits for it. */
  private async putOff(personId: string, waitMs: number): Promise<void> {
    await this.db.query(
      `UPDATE delivery d SET "dueAt" = now() + $2 * interval '1 ms' FROM notification n
        WHERE n.id = d."notificationId" AND n."personId" = $1
          AND d.channel = 'slack' AND d.state = 'pending' AND d."dueAt" < now() + $2 * interval '1 ms'`,
      [personId, waitMs],
    );
  }

  private async askAgain({ id, channel, state, attempts }: Due, job: Try): Promise<boolean> {
    if (state === 'sending' && retryIn(attempts, this.config.MAIL_RETRY) === null) {
      await this.giveUp(
        { deliveryId: id, attempt: attempts },
        { problem: 'The process ended while it was being sent.', forGood: true },
        null,
      );
      return false;
    }
    return this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        `UPDATE delivery SET state = 'pending', "leaseUntil" = NULL WHERE id = $1 AND state = $2 AND attempts = $3`,
        [id, state, attempts],
      );
      if (changed === 1) await post(tx, { topic: REQUEST[channel], ...job });
      return changed === 1;
    });
  }

  private giveUp(job: Try, failure: Failure, outgoing: Outgoing | null): Promise<void> {
    const lost = { ...job, problem: failure.problem, ...(failure.closes && { closes: true }) };
    return this.db.transaction((tx) => giveUp(tx, lost, outgoing, publicUrl(this.config)));
  }
}
