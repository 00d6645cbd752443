/** What follows when a provider says that somebody has signed out of it? The sessions that were begun by it are over. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAct } from '../../audit/record-act.js';
import { logoutIn, TOKEN_AGE_S } from './logout-token.js';
import { LogoutTokenRefused } from './openid.errors.js';
import { Providers } from './providers.js';

@Injectable()
export class BackChannelLogout {
  constructor(
    private readonly db: DataSource,
    private readonly providers: Providers,
  ) {}

  /** @throws LogoutTokenRefused, ProviderNotFound, ProviderAway */
  async end(id: string, token: string): Promise<void> {
    const provider = this.providers.get(id);
    const { issuer, clientId } = provider;
    const keys = await this.providers.keysOf(provider);
    const { jti, sub, sid } = logoutIn(token, { issuer, clientId, keys, now: new Date() });
    await this.db.transaction(async (tx) => {
      await tx.query('DELETE FROM logout_token WHERE "expiresAt" < now()');
      const [isNew] = await tx.query(
        `INSERT INTO logout_token (issuer, jti, "expiresAt") VALUES ($1, $2, now() + $3 * interval '1 s')
         ON CONFLICT DO NOTHING RETURNING jti`,
        [issuer, jti, TOKEN_AGE_S * 2],
      );
      if (!isNew) throw new LogoutTokenRefused('it was sent before');
      const [ended]: [{ personId: string }[]] = await tx.query(
        `DELETE FROM session s USING person_identity i
          WHERE i.id = s."identityId" AND i.issuer = $1 AND ($2::text IS NULL OR i.subject = $2)
            AND ($3::text IS NULL OR s."providerSession" = $3)
         RETURNING s."personId"`,
        [issuer, sub, sid],
      );
      for (const personId of new Set(ended.map((session) => session.personId))) {
        const object = { type: 'person', id: personId };
        await recordAct(tx, { actorId: null, action: 'session.ended_by_provider', object, details: { provider: id } });
      }
    });
  }
}
