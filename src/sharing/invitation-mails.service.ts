/** What has become of a mail by which somebody is invited who has no account? It goes to the address itself. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { hashOf, makeSecret } from '../identity/secrets.js';
import { link, say } from '../notifications/letter.js';
import { retryIn } from '../notifications/retry.js';
import { post } from '../outbox/outbox.js';
import type { JobOf } from '../queues.js';

type Try = JobOf<'invitation'>;

/** Each try has a secret of its own, since only its hash is kept; those of earlier tries open the same. */
const TAKE = `
  WITH taken AS (
    UPDATE invitation_mail SET state = 'sending', attempts = $2, "leaseUntil" = now() + $3 * interval '1 ms'
     WHERE id = $1 AND state = 'pending' AND attempts = $2 - 1 RETURNING "invitationId")
  UPDATE invitation i SET "tokenHashes" = "tokenHashes" || $4::text
    FROM taken, person p WHERE i.id = taken."invitationId" AND i.state = 'open' AND p.id = i."invitedBy"
  RETURNING i.email, i.role, i."expiresAt", p.name AS "invitedBy",
            (SELECT title FROM submission s WHERE s.accession = i.accession ORDER BY version DESC LIMIT 1) AS title`;

/** Due, or left by a worker that died. One whose message still waits for the relay is not lost. */
const DUE = `
  SELECT id, state, attempts FROM invitation_mail d
   WHERE "dueAt" <= now() AND (state = 'pending' OR (state = 'sending' AND "leaseUntil" < now()))
     AND NOT EXISTS (SELECT FROM outbox_message m
                      WHERE m."relayedAt" IS NULL AND m.topic = 'invitation.written' AND m.payload ->> 'mailId' = d.id::text)
   ORDER BY "dueAt" LIMIT 100`;

const DOES = { viewer: 'look at', editor: 'work on' } as const;

@Injectable()
export class InvitationMails {
  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** It is sent if `tx` commits. */
  async request(tx: EntityManager, invitationId: string): Promise<void> {
    const mailId = randomUUID();
    await tx.query('INSERT INTO invitation_mail (id, "invitationId") VALUES ($1, $2)', [mailId, invitationId]);
    await post(tx, { topic: 'invitation.written', mailId, attempt: 1 });
  }

  /** The letter, with a new secret; null: somebody else has this try, or had it, or the invitation was taken back. */
  async take({ mailId, attempt }: Try) {
    const { MAIL_TIMEOUT, LEASE } = this.config;
    const token = makeSecret('invitation');
    const [[to]] = await this.db.query(TAKE, [mailId, attempt, MAIL_TIMEOUT + LEASE, hashOf(token)]);
    if (!to) return null;
    const does = DOES[to.role as keyof typeof DOES];
    const blocks = [
      say(`${to.invitedBy} invites you to ${does} “${to.title}” at ${publicUrl(this.config)}.`),
      // behind the #, so that no server logs it
      link('See the invitation', `${publicUrl(this.config)}/invitation#${token}`),
      say(`Sign up there, or sign in, and accept it; it is good until ${to.expiresAt.toISOString().slice(0, 10)}.`),
      say('If you do not know what this is about, do nothing: nobody learns whether you have read it.'),
    ];
    return {
      to: { name: '', email: String(to.email) },
      title: 'You are invited to a submission',
      blocks,
      unsubscribe: null,
    };
  }

  async sent({ mailId }: Try): Promise<void> {
    await this.db.query(
      `UPDATE invitation_mail SET state = 'sent', "sentAt" = now(), problem = NULL, "leaseUntil" = NULL
        WHERE id = $1 AND state <> 'sent'`,
      [mailId],
    );
  }

  /** Later again, or given up: the list of collaborators says so, and it can be sent again. */
  async failed({ mailId, attempt }: Try, { problem, forGood }: { problem: string; forGood: boolean }): Promise<void> {
    const wait = forGood ? null : retryIn(attempt, this.config.MAIL_RETRY);
    await this.db.query(
      `UPDATE invitation_mail SET state = $3, "dueAt" = now() + $4 * interval '1 ms', problem = $5, "leaseUntil" = NULL
        WHERE id = $1 AND attempts = $2 AND state = 'sending'`,
      [mailId, attempt, wait === null ? 'failed' : 'pending', wait ?? 0, problem],
    );
  }

  /** Ask again for what should be on its way and is not. @param holds whether the queue has this job. @returns how many */
  async requeueDue(holds: (job: Try) => Promise<boolean>): Promise<number> {
    const due: { id: string; state: string; attempts: number }[] = await this.db.query(DUE);
    let asked = 0;
    for (const { id, state, attempts } of due) {
      const job = { mailId: id, attempt: attempts + 1 };
      if (!(await holds(job)) && (await this.askAgain(job, state))) asked++;
    }
    return asked;
  }

  private askAgain(job: Try, state: string): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        `UPDATE invitation_mail SET state = 'pending', "leaseUntil" = NULL WHERE id = $1 AND state = $2 AND attempts = $3`,
        [job.mailId, state, job.attempt - 1],
      );
      if (changed === 1) await post(tx, { topic: 'invitation.written', ...job });
      return changed === 1;
    });
  }
}
