/** How does somebody come to a new password? By the one they have, or by a mail to their address. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { CONFIG, type Config } from '../config.js';
import { post } from '../outbox/outbox.js';
import type { PasswordChange, PasswordReset } from './credentials.schema.js';
import { NoMail, PasswordResetRefused, PasswordWrong } from './identity.errors.js';
import { hashPassword, isPassword } from './password.js';
import { hashOf, kindOf } from './secrets.js';
import { SessionsService } from './sessions.service.js';

const RESET_MS = 3_600_000;
/** No more mails than these at once to one address, whoever asks for them. */
const RESETS_AT_ONCE = 3;

@Injectable()
export class PasswordsService {
  constructor(
    private readonly db: DataSource,
    private readonly sessions: SessionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** All other sessions are over. @param secret of the session that goes on. @throws PasswordWrong */
  async change(personId: string, { current, password }: PasswordChange, secret: string | null): Promise<void> {
    const [{ passwordHash }] = await this.db.query('SELECT "passwordHash" FROM person WHERE id = $1', [personId]);
    if (passwordHash !== null && !(await isPassword(current ?? '', passwordHash))) throw new PasswordWrong();
    const hash = await hashPassword(password);
    await this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        'UPDATE person SET "passwordHash" = $2 WHERE id = $1 AND "passwordHash" IS NOT DISTINCT FROM $3',
        [personId, hash, passwordHash],
      );
      if (changed !== 1) throw new PasswordWrong(); // it has changed meanwhile
      await this.endOthers(tx, personId, 'password.changed', secret);
    });
  }

  /** The answer is the same, and as quick, whoever has the address: the mail is written by a worker. @throws NoMail */
  async ask(email: string): Promise<void> {
    if (!this.config.SMTP_URL) throw new NoMail();
    await this.db.transaction(async (tx) => {
      await tx.query(`DELETE FROM password_reset WHERE "expiresAt" < now() - interval '1 day'`);
      const [asked] = await tx.query(
        `INSERT INTO password_reset (id, "personId", "expiresAt")
         SELECT $1, p.id, now() + $3 * interval '1 ms' FROM person p
          WHERE lower(p.email) = lower($2) AND p."disabledAt" IS NULL
            AND (SELECT count(*) FROM password_reset r WHERE r."personId" = p.id AND r."expiresAt" > now()) < $4
         RETURNING id`,
        [randomUUID(), email, RESET_MS, RESETS_AT_ONCE],
      );
      if (asked) await post(tx, { topic: 'password.forgotten', resetId: asked.id, attempt: 1 });
    });
  }

  /** Once. The address is theirs, as the mail has shown; every session is over. @throws PasswordResetRefused */
  async reset({ token, password }: PasswordReset): Promise<void> {
    if (kindOf(token) !== 'reset') throw new PasswordResetRefused();
    const hash = await hashPassword(password);
    await this.db.transaction(async (tx) => {
      const [[used]] = await tx.query(
        `DELETE FROM password_reset r USING person p
          WHERE r."tokenHashes" @> ARRAY[$1] AND r."expiresAt" > now() AND p.id = r."personId" AND p."disabledAt" IS NULL
         RETURNING r."personId"`,
        [hashOf(token)],
      );
      if (!used) throw new PasswordResetRefused();
      const { personId } = used;
      await tx.query('DELETE FROM password_reset WHERE "personId" = $1', [personId]);
      await tx.query('UPDATE person SET "passwordHash" = $2, "emailProvedAt" = now() WHERE id = $1', [personId, hash]);
      await this.endOthers(tx, personId, 'password.reset', null);
    });
  }

  private async endOthers(tx: EntityManager, personId: string, action: string, but: string | null): Promise<void> {
    const ended = await this.sessions.endAll(tx, personId, but);
    await recordAct(tx, { actorId: personId, action, object: { type: 'person', id: personId }, details: { ended } });
  }
}
