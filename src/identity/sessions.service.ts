/** How does somebody sign in, and out? A session is a row; its secret is known to the caller alone. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.js';
import { CONFIG, type Config } from '../config.js';
import { Instant, instantKey, keyset, type Page } from '../platform/page.js';
import type { SessionRow, SessionsQuery, SignIn } from './credentials.schema.js';
import { SessionNotFound, SignInRefused } from './identity.errors.js';
import { isPassword } from './password.js';
import { hashOf, makeSecret } from './secrets.js';
import type { SeenFrom } from './seen-from.js';
import type { User } from './user.js';

/** A few of the sessions that are over: whoever signs in takes some along, and waits for nobody who does the same. */
const SWEEP = `
  DELETE FROM session WHERE id IN
    (SELECT id FROM session WHERE "expiresAt" <= now() ORDER BY "expiresAt" LIMIT 100 FOR UPDATE SKIP LOCKED)`;

export interface Begun {
  readonly token: string;
  readonly expiresAt: Date;
}

/** By which identity, and within which session of its provider. */
export interface ByProvider {
  readonly identityId: string;
  readonly providerSession: string | null;
}

const NOWHERE: SeenFrom = { userAgent: null, address: null };
const NEWEST_FIRST = keyset('sessions', z.tuple([Instant, z.uuid()]));

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
  async begin({ email, password }: SignIn, from = NOWHERE): Promise<Begun> {
    const [person] = await this.db.query(
      `SELECT id, "passwordHash", "disabledAt" FROM person WHERE lower(email) = lower($1)`,
      [email],
    );
    const matches = await isPassword(password, person?.passwordHash ?? null);
    if (!matches || person.disabledAt) throw new SignInRefused();
    return this.open(this.db.manager, person.id, from);
  }

  /** For whoever has shown who they are. */
  async open(tx: EntityManager, personId: string, from: SeenFrom, by: ByProvider | null = null): Promise<Begun> {
    await tx.query(SWEEP);
    const token = makeSecret('session');
    const [{ expiresAt }] = await tx.query(
      `INSERT INTO session (id, "personId", "tokenHash", "expiresAt", "userAgent", address, "identityId", "providerSession")
       VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond', $5, $6, $7, $8) RETURNING "expiresAt"`,
      [
        ...[randomUUID(), personId, hashOf(token), this.config.SESSION_LENGTH],
        ...[from.userAgent, from.address, by?.identityId ?? null, by?.providerSession ?? null],
      ],
    );
    return { token, expiresAt };
  }

  /** @returns the issuer by which it was begun; null: there was none, or no such session */
  async end(secret: string): Promise<string | null> {
    const [[ended]] = await this.db.query(
      `DELETE FROM session WHERE "tokenHash" = $1
       RETURNING (SELECT issuer FROM person_identity i WHERE i.id = session."identityId") AS issuer`,
      [hashOf(secret)],
    );
    return ended?.issuer ?? null;
  }

  /** Those that are not over, the newest first. */
  async page(
    personId: string,
    { limit, cursor, count }: SessionsQuery,
    secret: string | null = null,
  ): Promise<Page<SessionRow>> {
    const [createdAt, id] = NEWEST_FIRST.read(cursor) ?? [null, null];
    const rows = await this.db.query(
      `SELECT s.id, s."userAgent", s.address, s."createdAt", s."lastUsedAt", s."expiresAt", i.provider,
              s."tokenHash" = $5 AS current, ${instantKey('s."createdAt"')} AS "createdKey"
         FROM session s LEFT JOIN person_identity i ON i.id = s."identityId"
        WHERE s."personId" = $1 AND s."expiresAt" > now()
          AND ($2::timestamptz IS NULL OR (s."createdAt", s.id) < ($2::timestamptz, $3::uuid))
        ORDER BY s."createdAt" DESC, s.id DESC LIMIT $4`,
      [personId, createdAt, id, limit + 1, secret === null ? '' : hashOf(secret)],
    );
    const page = NEWEST_FIRST.page<SessionRow & { createdKey: string }>(rows, limit, (row) => [row.createdKey, row.id]);
    if (!count) return page;
    const [{ total }] = await this.db.query(
      'SELECT count(*)::int AS total FROM session WHERE "personId" = $1 AND "expiresAt" > now()',
      [personId],
    );
    return { ...page, total };
  }

  /** @throws SessionNotFound */
  async revoke(personId: string, id: string, by: User): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [, ended] = await tx.query('DELETE FROM session WHERE id = $1 AND "personId" = $2', [id, personId]);
      if (ended !== 1) throw new SessionNotFound(id);
      const details = { personId };
      await recordAct(tx, { actorId: by.id, action: 'session.revoked', object: { type: 'session', id }, details });
    });
  }

  async revokeAll(personId: string, by: User): Promise<void> {
    await this.db.transaction(async (tx) => {
      const ended = await this.endAll(tx, personId);
      const object = { type: 'person', id: personId };
      await recordAct(tx, { actorId: by.id, action: 'session.all_revoked', object, details: { ended } });
    });
  }

  /** @param but the secret of one that goes on. @returns how many have ended */
  async endAll(tx: EntityManager, personId: string, but: string | null = null): Promise<number> {
    const [, ended] = await tx.query('DELETE FROM session WHERE "personId" = $1 AND "tokenHash" <> $2', [
      personId,
      but === null ? '' : hashOf(but),
    ]);
    return ended;
  }
}
