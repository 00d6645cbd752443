/** Which review links end soon? Their owner is told a week before, once for each date: whoever extends one is told anew. */

import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { oneLine, say } from '../notifications/letter.js';
import { tellPeople } from '../notifications/tell-people.js';
import { nameOf } from '../notifications/telling.js';

const DAY_MS = 86_400_000;
const WARNED_MS = 7 * DAY_MS;
const BATCH = 100;

/** $1 is now, $2 is in a week. A link that was made for less than that is no news. */
const TAKE = `
  WITH ending AS (
    UPDATE share_link SET "toldOf" = "expiresAt"
     WHERE id IN (SELECT id FROM share_link
                   WHERE "endedAt" IS NULL AND "toldOf" IS DISTINCT FROM "expiresAt" AND "expiresAt" > $1 AND "expiresAt" <= $2
                     AND "expiresAt" - "createdAt" > $3 * interval '1 ms'
                   ORDER BY "expiresAt" LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
    RETURNING accession, version, name, "expiresAt")
  SELECT e.name, e."expiresAt", s.id, s."ownerId", s.accession, s.version, s.title
    FROM ending e
   CROSS JOIN LATERAL (SELECT * FROM submission s WHERE s.accession = e.accession AND s.version = coalesce(e.version, s.version)
                        ORDER BY s.version DESC LIMIT 1) s`;

interface Ending {
  readonly name: string;
  readonly expiresAt: Date;
  readonly id: string;
  readonly ownerId: string;
  readonly accession: string;
  readonly version: number;
  readonly title: string;
}

@Injectable()
export class EndingLinks {
  private readonly base: string;

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.base = publicUrl(config);
  }

  /** @returns of how many */
  async remind(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const ending: Ending[] = await tx.query(TAKE, [this.clock.in(0), this.clock.in(WARNED_MS), WARNED_MS]);
      for (const { id, name, expiresAt, ownerId, ...about } of ending) {
        const at = `${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
        await tellPeople(tx, {
          ...{ messageId: randomUUID(), topic: 'share_link.ends_soon', submissionId: id, personIds: [ownerId] },
          title: `Review link ends soon: ${nameOf(about)}`,
          blocks: [
            say(`The review link “${oneLine(name)}” ends on ${at}. Whoever holds it sees nothing after that.`),
            say('If they still need it, give it a later date.'),
          ],
          link: `${this.base}/s/${id}`,
        });
      }
      return ending.length;
    });
  }
}
