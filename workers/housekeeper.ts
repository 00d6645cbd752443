/** What is kept longer than it is of use? Answers to old keys, sessions that are over, messages that were carried, bytes nobody names. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../src/clock.js';
import { CONFIG, type Config } from '../src/config.js';
import { forgetOldEvents } from '../src/live/live-rows.js';
import { forgetOldAnswers } from '../src/platform/kept-answers.js';
import { IdleUploads } from './files/idle-uploads.js';
import { StorageKeeper } from './files/storage-keeper.js';
import { Ticker } from './ticker.js';

const SWEEP_MS = 86_400_000;

/** Events are told again from the messages of the last days, and no older ones. */
const FORGET = [
  `DELETE FROM outbox_message WHERE "relayedAt" < now() - interval '30 days' AND "createdAt" < now() - interval '30 days'`,
  `DELETE FROM session WHERE "expiresAt" < now()`,
  `DELETE FROM job_failure WHERE "failedAt" < now() - interval '14 days'`,
  `DELETE FROM rate_limit WHERE expire < extract(epoch FROM now()) * 1000`,
] as const;

@Injectable()
export class Housekeeper extends Ticker {
  protected readonly everyMs: number;
  private readonly keepEventsMs: number;
  private sweptAt = 0;

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly idle: IdleUploads,
    private readonly keeper: StorageKeeper,
    @Inject(CONFIG) { HOUSEKEEPING_EVERY, LIVE_RETENTION }: Config,
  ) {
    super();
    this.everyMs = HOUSEKEEPING_EVERY;
    this.keepEventsMs = LIVE_RETENTION;
  }

  async tick(): Promise<number> {
    for (const query of FORGET) await this.db.query(query);
    await forgetOldAnswers(this.db);
    await forgetOldEvents(this.db, this.keepEventsMs);
    const expired = await this.idle.expireUploads();
    const collected = await this.keeper.collectGarbage();
    return expired + collected + (await this.sweepDaily());
  }

  private async sweepDaily(): Promise<number> {
    const now = this.clock.now().getTime();
    if (now - this.sweptAt < SWEEP_MS) return 0;
    this.sweptAt = now;
    return this.keeper.sweep();
  }
}
