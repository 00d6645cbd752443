/** What has become of each mail? A row says so: who tries it, how often it was tried, when it is tried next. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { post } from '../outbox/outbox.js';
import type { JobOf } from '../queues.js';
import { type Letter, quote, say } from './letter.js';
import { NotificationsService } from './notifications.service.js';
import { retryIn } from './retry.js';

export type Try = JobOf<'email'>;

/** A mail that is ours to send, until its lease is over. */
export interface Outgoing extends Letter {
  readonly link: string;
  readonly name: string;
  readonly email: string;
}

const BATCH = 200;

/** `attempts` counts the tries that have begun: a job is for one of them, and comes too late for any other. */
const TAKE = `
  UPDATE delivery d SET state = 'sending', attempts = $2, "leaseUntil" = now() + $3 * interval '1 ms'
    FROM notification n JOIN person p ON p.id = n."personId"
   WHERE d.id = $1 AND d.state = 'pending' AND d.attempts = $2 - 1 AND n.id = d."notificationId"
  RETURNING n.title, n.body AS blocks, n.link, p.name, p.email`;

/** Due, or left by a worker that died. One whose message still waits for the relay is not lost. */
const DUE = `
  SELECT id, state, attempts FROM delivery d
   WHERE "dueAt" <= now() AND (state = 'pending' OR (state = 'sending' AND "leaseUntil" < now()))
     AND NOT EXISTS (SELECT FROM outbox_message m
                      WHERE m."relayedAt" IS NULL AND m.topic = 'delivery.requested' AND m.payload ->> 'deliveryId' = d.id::text)
   ORDER BY "dueAt" LIMIT ${BATCH}`;

interface Due {
  readonly id: string;
  readonly state: 'pending' | 'sending';
  readonly attempts: number;
}

@Injectable()
export class DeliveriesService {
  constructor(
    private readonly db: DataSource,
    private readonly notifications: NotificationsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Each of these is sent by mail too, if `tx` commits. */
  async request(tx: EntityManager, notificationIds: readonly string[]): Promise<void> {
    const requested: { id: string }[] = await tx.query(
      `INSERT INTO delivery (id, "notificationId", channel, state)
       SELECT gen_random_uuid(), id, 'email', 'pending' FROM unnest($1::uuid[]) AS n (id)
       ON CONFLICT ("notificationId", channel) DO NOTHING RETURNING id`,
      [notificationIds],
    );
    for (const { id } of requested) await post(tx, { topic: 'delivery.requested', deliveryId: id, attempt: 1 });
  }

  /** Null: somebody else has this try, or had it. */
  async take({ deliveryId, attempt }: Try): Promise<Outgoing | null> {
    const { MAIL_TIMEOUT, LEASE } = this.config;
    const [[mail = null]] = await this.db.query(TAKE, [deliveryId, attempt, MAIL_TIMEOUT + LEASE]);
    return mail;
  }

  /** It has left, whatever is thought of it meanwhile. */
  async sent({ deliveryId }: Try): Promise<void> {
    await this.db.query(
      `UPDATE delivery SET state = 'sent', "sentAt" = now(), problem = NULL, "leaseUntil" = NULL WHERE id = $1 AND state <> 'sent'`,
      [deliveryId],
    );
  }

  /** Later again, or given up: when nothing would be another the next time, or when all tries are spent. */
  async failed(job: Try, { problem, forGood }: { readonly problem: string; readonly forGood: boolean }): Promise<void> {
    const wait = forGood ? null : retryIn(job.attempt, this.config.MAIL_RETRY);
    if (wait === null) return this.giveUp(job, problem);
    await this.db.query(
      `UPDATE delivery SET state = 'pending', "dueAt" = now() + $3 * interval '1 ms', problem = $4, "leaseUntil" = NULL
        WHERE id = $1 AND attempts = $2 AND state = 'sending'`,
      [job.deliveryId, job.attempt, wait, problem],
    );
  }

  /**
   * Ask again for what should be on its way and is not: its time has come, its worker died, or the queue lost it.
   * @param holds whether the queue has this job
   * @returns how many
   */
  async requeueDue(holds: (job: Try) => Promise<boolean>): Promise<number> {
    const due: Due[] = await this.db.query(DUE);
    let asked = 0;
    for (const delivery of due) {
      const job = { deliveryId: delivery.id, attempt: delivery.attempts + 1 };
      if (!(await holds(job)) && (await this.askAgain(delivery, job))) asked++;
    }
    return asked;
  }

  private async askAgain({ id, state, attempts }: Due, job: Try): Promise<boolean> {
    if (state === 'sending' && retryIn(attempts, this.config.MAIL_RETRY) === null) {
      await this.giveUp({ deliveryId: id, attempt: attempts }, 'The process ended while it was being sent.');
      return false;
    }
    return this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        `UPDATE delivery SET state = 'pending', "leaseUntil" = NULL WHERE id = $1 AND state = $2 AND attempts = $3`,
        [id, state, attempts],
      );
      if (changed === 1) await post(tx, { topic: 'delivery.requested', ...job });
      return changed === 1;
    });
  }

  /** Its reader sees it in their list, and the admins are told. */
  private async giveUp({ deliveryId, attempt }: Try, problem: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [[lost]] = await tx.query(
        `UPDATE delivery d SET state = 'failed', problem = $3, "leaseUntil" = NULL
           FROM notification n JOIN person p ON p.id = n."personId"
          WHERE d.id = $1 AND d.attempts = $2 AND d.state = 'sending' AND n.id = d."notificationId"
         RETURNING n.title, n."submissionId", p.name, p.email`,
        [deliveryId, attempt, problem],
      );
      if (lost) await this.tellAdmins(tx, { ...lost, deliveryId, attempt, problem });
    });
  }

  /** Not by mail, and not one for each mail of a server that is away for a day: the next when this one is read. */
  private async tellAdmins(
    tx: EntityManager,
    lost: Try & { title: string; submissionId: string | null; name: string; email: string; problem: string },
  ): Promise<void> {
    const admins: { id: string }[] = await tx.query(
      `SELECT id FROM person p WHERE 'admin' = ANY (roles) AND "disabledAt" IS NULL AND NOT EXISTS (
         SELECT FROM notification n WHERE n."personId" = p.id AND n."readAt" IS NULL AND n.topic = 'delivery.failed')`,
    );
    const tries = `${lost.attempt} ${lost.attempt === 1 ? 'try' : 'tries'}`;
    const blocks = [
      say(`The mail “${lost.title}” to ${lost.name} <${lost.email}> was given up after ${tries}:`),
      ...quote(lost.problem),
      say('They find it in their list all the same. Until this notice is read, no other mail that fails is told of.'),
    ];
    const link = `${publicUrl(this.config)}/s/${lost.submissionId}`;
    await this.notifications.write(
      tx,
      admins.map(({ id: personId }) => ({
        messageId: lost.deliveryId,
        personId,
        submissionId: lost.submissionId,
        topic: 'delivery.failed',
        title: 'A mail could not be delivered',
        blocks,
        link,
      })),
    );
  }
}
