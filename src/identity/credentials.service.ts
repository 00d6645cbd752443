/** Whose is this secret? One query for the credential and its person: what an admin changes is so at the next request. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { hashOf, type PersonalSecret } from './secrets.js';
import type { Grant, Role, Scope, User } from './user.js';

export interface Holder {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly grants: readonly Grant[];
  readonly scopes: readonly Scope[] | null;
  readonly disabledAt: Date | null;
  readonly expiresAt: Date;
  readonly isExpired: boolean;
}

/** Those that have not run out. */
const SCOPED_GRANTS = `
  (SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'profile', g.profile)), '[]') FROM role_grant g
    WHERE g."personId" = person.id AND g.profile IS NOT NULL AND (g."expiresAt" IS NULL OR g."expiresAt" > now()))`;

const find = (table: string, scopes: string) => `
  SELECT person.id, person.name, roles_held(person) AS roles, ${SCOPED_GRANTS} AS grants, person."disabledAt", ${scopes} AS scopes,
         kept."expiresAt", kept."expiresAt" <= now() AS "isExpired", kept.id AS "keptId",
         coalesce(kept."lastUsedAt" < now() - interval '1 minute', true) AS "isUnnoted"
    FROM ${table} kept JOIN person ON person.id = kept."personId"
   WHERE kept."tokenHash" = $1`;

const noteUse = (table: string) => `UPDATE ${table} SET "lastUsedAt" = now() WHERE id = $1`;

const QUERIES: Readonly<Record<PersonalSecret, { find: string; noteUse: string }>> = {
  session: { find: find('session', 'NULL::text[]'), noteUse: noteUse('session') },
  token: { find: find('access_token', 'kept.scopes'), noteUse: noteUse('access_token') },
};

@Injectable()
export class CredentialsService {
  constructor(private readonly db: DataSource) {}

  /** Somebody who shows nothing now, and whose name we have signed; null: their account is closed. */
  async personOf(id: string): Promise<User | null> {
    const [person = null] = await this.db.query(
      `SELECT person.id, person.name, roles_held(person) AS roles, ${SCOPED_GRANTS} AS grants, NULL AS scopes
         FROM person WHERE person.id = $1 AND person."disabledAt" IS NULL`,
      [id],
    );
    return person;
  }

  /** Null: nobody's, or no longer anybody's. */
  async holderOf(kind: PersonalSecret, secret: string): Promise<Holder | null> {
    const [found] = await this.db.query(QUERIES[kind].find, [hashOf(secret)]);
    if (!found) return null;
    const { keptId, isUnnoted, ...holder } = found;
    if (isUnnoted) await this.db.query(QUERIES[kind].noteUse, [keptId]); // once a minute: a read stays a read
    return holder;
  }
}
