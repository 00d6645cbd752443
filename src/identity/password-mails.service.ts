/** What has become of a mail by which somebody sets a new password? It goes to them whatever mails they want otherwise. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { link, say } from '../notifications/letter.js';
import { retryIn } from '../notifications/retry.js';
import { post } from '../outbox/outbox.js';
import type { JobOf } from '../queues.js';
import { hashOf, makeSecret } from './secrets.js';

type Try = JobOf<'password-mail'>;

/** Each try has a secret of its own, since only its hash is kept; those of earlier tries open the same. */
const TAKE = `
  UPDATE password_reset r
     SET state = 'sending', attempts = $2, "leaseUntil" = now() + $3 * interval '1 ms', "tokenHashes" = array_append("tokenHashes", $4)
    FROM person p
   WHERE r.id = $1 AND r.state = 'pending' AND r.attempts = $2 - 1 AND r."expiresAt" > now()
     AND p.id = r."personId" AND p."disabledAt" IS NULL
  RETURNING p.name, p.email`;

/** Due, or left by a worker that died. One whose message still waits for the relay is not lost. */
const DUE = `
  SELECT id, state, attempts FROM password_reset r
   WHERE "dueAt" <= now() AND "expiresAt" > now()
     AND (state = 'pending' OR (state = 'sending' AND "leaseUntil" < now()))
     AND NOT EXISTS (SELECT FROM outbox_message m
                      WHERE m."relayedAt" IS NULL AND m.topic = 'password.forgotten' AND m.payload ->> 'resetId' = r.id::text)
   ORDER BY "dueAt" LIMIT 100`;

@Injectable()
export class PasswordMails {
  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The letter, with a new secret; null: somebody else has this try, or had it, or it is too late. */
  async take({ resetId, attempt }: Try) {
    const { MAIL_TIMEOUT, LEASE } = this.config;
    const token = makeSecret('reset');
    const [[to]] = await this.db.query(TAKE, [resetId, attempt, MAIL_TIMEOUT + LEASE, hashOf(token)]);
    if (!to) return null;
    const blocks = [
      say('Somebody, probably you, has asked for a new password for the account with this address.'),
      // behind the #, so that no server logs it
      link('Set a new password', `${publicUrl(this.config)}/password-reset#${token}`),
      say('This works once, and within an hour. If it was not you, do nothing: your password stays as it is.'),
    ];
    return { to: to as { name: string; email: string }, title: 'Set a new password', blocks, unsubscribe: null };
  }

  async sent({ resetId }: Try): Promise<void> {
    await this.db.query(
      `UPDATE password_reset SET state = 'sent', problem = NULL, "leaseUntil" = NULL WHERE id = $1 AND state <> 'sent'`,
      [resetId],
    );
  }

  /** Later again, or given up: who waits for it asks for another. */
  async failed({ resetId, attempt }: Try, { problem, forGood }: { problem: string; forGood: boolean }): Promise<void> {
    const wait = forGood ? null : retryIn(attempt, this.config.MAIL_RETRY);
    await this.db.query(
      `UPDATE password_reset SET state = $3, "dueAt" = now() + $4 * interval '1 ms', problem = $5, "leaseUntil" = NULL
        WHERE id = $1 AND attempts = $2 AND state = 'sending'`,
      [resetId, attempt, wait === null ? 'failed' : 'pending', wait ?? 0, problem],
    );
  }

  /** Ask again for what should be on its way and is not. @param holds whether the queue has this job. @returns how many */
  async requeueDue(holds: (job: Try) => Promise<boolean>): Promise<number> {
    const due: { id: string; state: string; attempts: number }[] = await this.db.query(DUE);
    let asked = 0;
    for (const { id, state, attempts } of due) {
      const job = { resetId: id, attempt: attempts + 1 };
      if (!(await holds(job)) && (await this.askAgain(job, state))) asked++;
    }
    return asked;
  }

  private askAgain(job: Try, state: string): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        `UPDATE password_reset SET state = 'pending', "leaseUntil" = NULL WHERE id = $1 AND state = $2 AND attempts = $3`,
        [job.resetId, state, job.attempt - 1],
      );
      if (changed === 1) await post(tx, { topic: 'password.forgotten', ...job });
      return changed === 1;
    });
  }
}
