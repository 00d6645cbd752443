/**
 * Is this the browser, and the sign-in, that was sent to the provider? A row says so, which only the cookie and the `state`
 * together find, and which is gone with the first look. One for whom an e-mail address is wanting waits by the cookie alone.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { hashOf } from '../secrets.js';
import type { Told } from './claims.js';
import type { Checks } from './providers.js';

export const ATTEMPT_MS = 600_000;

const SWEEP = `
  DELETE FROM sign_in_attempt WHERE id IN
    (SELECT id FROM sign_in_attempt WHERE "expiresAt" <= now() ORDER BY "expiresAt" LIMIT 100 FOR UPDATE SKIP LOCKED)`;

export interface Attempt {
  readonly checks: Checks;
  readonly returnTo: string;
  /** Who links the provider to their account; null: somebody signs in. */
  readonly personId: string | null;
}

export interface Waiting {
  readonly told: Told;
  readonly returnTo: string;
}

/** What a browser is known by while it is away. */
export const newBrowser = (): string => randomBytes(32).toString('base64url');

@Injectable()
export class SignInAttempts {
  constructor(private readonly db: DataSource) {}

  async keep(provider: string, browser: string, { checks, returnTo, personId }: Attempt): Promise<void> {
    await this.db.query(SWEEP);
    await this.db.query(
      `INSERT INTO sign_in_attempt (id, provider, "browserHash", "stateHash", nonce, verifier, "returnTo", "personId", "expiresAt")
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 ms')`,
      [
        ...[randomUUID(), provider, hashOf(browser), hashOf(checks.state), checks.nonce, checks.verifier],
        ...[returnTo, personId, ATTEMPT_MS],
      ],
    );
  }

  /** Once. Null: it was never begun in this browser, is over, or has been taken. */
  async take(provider: string, browser: string, state: string): Promise<Attempt | null> {
    const [[row]] = await this.db.query(
      `DELETE FROM sign_in_attempt
        WHERE "stateHash" = $1 AND "browserHash" = $2 AND provider = $3 AND "expiresAt" > now()
       RETURNING nonce, verifier, "returnTo", "personId"`,
      [hashOf(state), hashOf(browser), provider],
    );
    if (!row) return null;
    const { nonce, verifier, returnTo, personId } = row;
    return { checks: { state, nonce, verifier }, returnTo, personId };
  }

  /** The provider has said who it is; an e-mail address is wanting. */
  async wait(provider: string, browser: string, { told, returnTo }: Waiting): Promise<void> {
    await this.db.query(
      `INSERT INTO sign_in_attempt (id, provider, "browserHash", "returnTo", identity, "expiresAt")
       VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 ms')`,
      [randomUUID(), provider, hashOf(browser), returnTo, JSON.stringify(told), ATTEMPT_MS],
    );
  }

  async waiting(provider: string, browser: string): Promise<Waiting | null> {
    const [row] = await this.db.query(
      `SELECT identity AS told, "returnTo" FROM sign_in_attempt
        WHERE "browserHash" = $1 AND provider = $2 AND identity IS NOT NULL AND "expiresAt" > now()
        ORDER BY "expiresAt" DESC LIMIT 1`,
      [hashOf(browser), provider],
    );
    return row ?? null;
  }

  /** Nothing waits for this browser any more. */
  async forget(provider: string, browser: string): Promise<void> {
    await this.db.query(
      'DELETE FROM sign_in_attempt WHERE "browserHash" = $1 AND provider = $2 AND identity IS NOT NULL',
      [hashOf(browser), provider],
    );
  }
}
