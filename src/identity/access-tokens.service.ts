/** What may somebody's scripts do in their name, and until when? */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.js';
import { Instant, instantKey, keyset, type Page } from '../platform/page.js';
import { AccessToken } from './access-token.entity.js';
import type { NewToken, TokensQuery } from './credentials.schema.js';
import { ScopesExceeded, TokenNotFound } from './identity.errors.js';
import { hashOf, hintOf, makeSecret } from './secrets.js';
import type { User } from './user.js';

const NEWEST_FIRST = keyset('tokens', z.tuple([Instant, z.uuid()]));

@Injectable()
export class AccessTokensService {
  constructor(private readonly db: DataSource) {}

  async page({ id: personId }: Pick<User, 'id'>, { limit, cursor, count }: TokensQuery): Promise<Page<AccessToken>> {
    const [createdAt, id] = NEWEST_FIRST.read(cursor) ?? [null, null];
    const rows = await this.db.query(
      `SELECT id, name, hint, scopes, "createdAt", "lastUsedAt", "expiresAt", ${instantKey('"createdAt"')} AS "createdKey"
         FROM access_token
        WHERE "personId" = $1 AND ($2::timestamptz IS NULL OR ("createdAt", id) < ($2::timestamptz, $3::uuid))
        ORDER BY "createdAt" DESC, id DESC LIMIT $4`,
      [personId, createdAt, id, limit + 1],
    );
    const page = NEWEST_FIRST.page<AccessToken & { createdKey: string }>(rows, limit, (row) => [
      row.createdKey,
      row.id,
    ]);
    return count ? { ...page, total: await this.db.manager.countBy(AccessToken, { personId }) } : page;
  }

  /**
   * The secret is in the answer and nowhere else. The roles of its person are asked for at each use, besides the scopes.
   * @throws ScopesExceeded
   */
  async make(
    { id: personId, scopes: held }: User,
    { name, scopes, expiresAt }: NewToken,
  ): Promise<AccessToken & { token: string }> {
    const exceeding = held ? scopes.filter((scope) => !held.includes(scope)) : [];
    if (held && exceeding.length > 0) throw new ScopesExceeded(exceeding, held);

    const id = randomUUID();
    const token = makeSecret('token');
    await this.db.transaction(async (tx) => {
      await tx.insert(AccessToken, {
        ...{ id, personId, name, scopes },
        tokenHash: hashOf(token),
        hint: hintOf(token),
        expiresAt: new Date(expiresAt),
      });
      const object = { type: 'access_token', id };
      await recordAct(tx, { actorId: personId, action: 'access_token.made', object, details: { scopes, expiresAt } });
    });
    return { ...(await this.db.manager.findOneByOrFail(AccessToken, { id })), token };
  }

  /** @throws TokenNotFound */
  async revoke(id: string, personId: string, by: User): Promise<void> {
    await this.db.transaction(async (tx) => {
      const { affected } = await tx.delete(AccessToken, { id, personId });
      if (affected !== 1) throw new TokenNotFound(id);
      const object = { type: 'access_token', id };
      await recordAct(tx, { actorId: by.id, action: 'access_token.revoked', object, details: { personId } });
    });
  }

  async revokeAll(personId: string, by: User): Promise<void> {
    await this.db.transaction(async (tx) => {
      const { affected: revoked } = await tx.delete(AccessToken, { personId });
      const object = { type: 'person', id: personId };
      await recordAct(tx, { actorId: by.id, action: 'access_token.all_revoked', object, details: { revoked } });
    });
  }
}
