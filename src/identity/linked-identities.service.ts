/** Who is somebody elsewhere? Alone in writing the identities that are linked to accounts. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { IdentityNotFound, LastWayIn } from './identity.errors.js';
import type { IdentityView } from './identity.schema.js';
import type { Told } from './openid/claims.js';

export interface Linked {
  readonly id: string;
  readonly personId: string;
}

@Injectable()
export class LinkedIdentities {
  constructor(private readonly db: DataSource) {}

  async of(personId: string): Promise<IdentityView[]> {
    return this.db.query(
      `SELECT id, provider, issuer, subject, "createdAt", "lastUsedAt" FROM person_identity
        WHERE "personId" = $1 ORDER BY "createdAt", id`,
      [personId],
    );
  }

  /** Whose it is; it is noted that it was used. Null: nobody's. */
  async use(tx: EntityManager, { issuer, subject }: Told): Promise<Linked | null> {
    const [[found]] = await tx.query(
      `UPDATE person_identity SET "lastUsedAt" = now() WHERE issuer = $1 AND subject = $2 RETURNING id, "personId"`,
      [issuer, subject],
    );
    return found ?? null;
  }

  /** @returns null where it is somebody else's already */
  async link(tx: EntityManager, personId: string, provider: string, told: Told): Promise<Linked | null> {
    const { issuer, subject, orcid, email, isEmailProved } = told;
    const [linked] = await tx.query(
      `INSERT INTO person_identity (id, "personId", provider, issuer, subject) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (issuer, subject) DO NOTHING RETURNING id, "personId"`,
      [randomUUID(), personId, provider, issuer, subject],
    );
    if (!linked) {
      const known = await this.use(tx, told);
      return known?.personId === personId ? known : null;
    }
    if (orcid)
      await tx.query('UPDATE person SET orcid = $2, "orcidVerifiedAt" = now() WHERE id = $1', [personId, orcid]);
    if (isEmailProved) {
      await tx.query('UPDATE person SET "emailProvedAt" = now() WHERE id = $1 AND lower(email) = lower($2)', [
        personId,
        email,
      ]);
    }
    const object = { type: 'identity', id: linked.id };
    await recordAct(tx, { actorId: personId, action: 'identity.linked', object, details: { provider } });
    return linked;
  }

  /** Whoever is signed in by it is so no longer; an ORCID iD that it has proved is a typed one. @throws LastWayIn */
  async unlink(personId: string, id: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [person] = await tx.query(
        'SELECT "passwordHash" IS NOT NULL AS "hasPassword" FROM person WHERE id = $1 FOR NO KEY UPDATE',
        [personId],
      );
      const all: { id: string; provider: string; subject: string }[] = await tx.query(
        'SELECT id, provider, subject FROM person_identity WHERE "personId" = $1',
        [personId],
      );
      const identity = all.find((each) => each.id === id);
      if (!identity) throw new IdentityNotFound(id);
      if (all.length === 1 && !person?.hasPassword) throw new LastWayIn();

      await tx.query('DELETE FROM person_identity WHERE id = $1', [id]);
      await tx.query('UPDATE person SET "orcidVerifiedAt" = NULL WHERE id = $1 AND $2 LIKE \'%\' || orcid', [
        personId,
        identity.subject,
      ]);
      const details = { provider: identity.provider };
      await recordAct(tx, {
        actorId: personId,
        action: 'identity.unlinked',
        object: { type: 'identity', id },
        details,
      });
    });
  }
}
