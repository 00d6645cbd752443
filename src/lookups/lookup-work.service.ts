/** What has become of each look-up? A row says so: what was found, or when it is tried next. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IdentifierKind } from '../../checks/profiles/cryoet/identifiers.js';
import { CONFIG, type Config } from '../config.js';
import { retryIn } from '../notifications/retry.js';
import { post } from '../outbox/outbox.js';
import type { JobOf } from '../queues.js';
import type { Service } from './kinds.js';

/** One that is in hand. The lease names the hand: what an older one brings is not heard. */
export interface Taken {
  readonly kind: IdentifierKind;
  readonly value: string;
  readonly tries: number;
  readonly lease: string;
}

/** What a service has said. */
export interface Answered {
  readonly state: 'verified' | 'not_found';
  readonly label: string | null;
  /** The label and its synonyms. */
  readonly names: readonly string[];
  /** What else a curator should know. */
  readonly problem: string | null;
}

/** No look-up asks more often. */
const MOST_CALLS = 2;

const FREE = `"dueAt" <= now() AND ("leaseUntil" IS NULL OR "leaseUntil" < now())`;

const TAKE = `
  UPDATE lookup SET tries = tries + 1, "triedAt" = now(), "leaseUntil" = now() + $2 * interval '1 ms'
   WHERE (kind, value) = (SELECT kind, value FROM lookup WHERE service = $1 AND ${FREE} AND tries <= $3
                           ORDER BY "dueAt" LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING kind, value, tries, "leaseUntil"::text AS lease`;

const IN_HAND = `kind = $1 AND value = $2 AND "leaseUntil" = $3::timestamptz`;

/** With work that no message and no job stands for. */
const FORGOTTEN = `
  SELECT DISTINCT service FROM lookup l
   WHERE ${FREE}
     AND NOT EXISTS (SELECT FROM outbox_message m WHERE m."relayedAt" IS NULL AND m.topic = 'lookup.asked'
                        AND m.payload ->> 'service' = l.service)`;

@Injectable()
export class LookupWork {
  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The one that has waited longest; null: none is due, or other hands have them. */
  async take(service: Service): Promise<Taken | null> {
    const { LOOKUP_TIMEOUT, LOOKUP_RETRY, LEASE } = this.config;
    const lease = MOST_CALLS * (LOOKUP_TIMEOUT + LEASE);
    const [[taken = null]] = await this.db.query(TAKE, [service, lease, LOOKUP_RETRY.length]);
    return taken;
  }

  async conclude({ kind, value, lease }: Taken, { state, label, names, problem }: Answered): Promise<void> {
    await this.db.query(
      `UPDATE lookup SET state = $4, label = $5, names = $6, problem = $7, tries = 0, "dueAt" = NULL,
              "leaseUntil" = NULL, "checkedAt" = now() WHERE ${IN_HAND}`,
      [kind, value, lease, state, label, names, problem],
    );
  }

  /** What was known stays known; it is tried again later, or not any more. */
  async failed({ kind, value, lease, tries }: Taken, problem: string): Promise<void> {
    await this.db.query(
      `UPDATE lookup SET "dueAt" = now() + $4 * interval '1 ms', problem = $5, "leaseUntil" = NULL WHERE ${IN_HAND}`,
      [kind, value, lease, retryIn(tries, this.config.LOOKUP_RETRY), problem],
    );
  }

  /** Nobody was asked: that was no try. */
  async giveBack({ kind, value, lease }: Taken): Promise<void> {
    await this.db.query(`UPDATE lookup SET tries = tries - 1, "leaseUntil" = NULL WHERE ${IN_HAND}`, [
      ...[kind, value, lease],
    ]);
  }

  /** The service is not asked for so long: all that is due waits with the one that was given back. */
  async putOff(service: Service, ms: number): Promise<void> {
    await this.db.query(`UPDATE lookup SET "dueAt" = now() + $2 * interval '1 ms' WHERE service = $1 AND ${FREE}`, [
      service,
      ms,
    ]);
  }

  /**
   * Ask again for look-ups whose time has come, whose worker died, or which the queue lost.
   * @param holds whether the queue has this job
   * @returns of how many services
   */
  async requeueDue(holds: (job: JobOf<'lookup'>) => Promise<boolean>): Promise<number> {
    await this.db.query(
      `UPDATE lookup SET "dueAt" = NULL, "leaseUntil" = NULL, problem = 'Every worker that looked was lost.'
        WHERE ${FREE} AND tries > $1`,
      [this.config.LOOKUP_RETRY.length],
    );
    const forgotten: { service: Service }[] = await this.db.query(FORGOTTEN);
    let asked = 0;
    for (const { service } of forgotten) {
      if (await holds({ service })) continue;
      await post(this.db.manager, { topic: 'lookup.asked', service });
      asked++;
    }
    return asked;
  }
}
