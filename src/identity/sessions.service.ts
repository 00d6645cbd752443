/** How does somebody sign in, and out? A session is a row; its secret is known to the caller alone. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config.js';
import { SignInRefused } from './identity.errors.js';
import type { SignIn } from './identity.schema.js';
import { isPassword } from './password.js';
import { hashOf, makeSecret } from './secrets.js';

/** A few of the sessions that are over: whoever signs in takes some along, and waits for nobody who does the same. */
const SWEEP = `
  DELETE FROM session WHERE id IN
    (SELECT id FROM session WHERE "expiresAt" <= now() ORDER BY "expiresAt" LIMIT 100 FOR UPDATE SKIP LOCKED)`;

@Injectable()
export class SessionsService {
  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @throws SignInRefused after the same work, whether the address, the password or the account is not right:
   * who asks learns of no account, and of none that is closed
   */
  async begin({ email, password }: SignIn): Promise<{ token: string; expiresAt: Date }> {
    const [person] = await this.db.query(
      `SELECT id, "passwordHash", "disabledAt" FROM person WHERE lower(email) = lower($1)`,
      [email],
    );
    const matches = await isPassword(password, person?.passwordHash ?? null);
    if (!matches || person.disabledAt) throw new SignInRefused();

    await this.db.query(SWEEP);
    const token = makeSecret('session');
    const [{ expiresAt }] = await this.db.query(
      `INSERT INTO session (id, "personId", "tokenHash", "expiresAt")
       VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond') RETURNING "expiresAt"`,
      [randomUUID(), person.id, hashOf(token), this.config.SESSION_LENGTH],
    );
    return { token, expiresAt };
  }

  async end(secret: string): Promise<void> {
    await this.db.query('DELETE FROM session WHERE "tokenHash" = $1', [hashOf(secret)]);
  }
}
