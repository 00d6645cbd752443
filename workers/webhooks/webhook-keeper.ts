/** How long is it known what was sent? As long as the settings say; what is still to be sent stays. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../../src/config.js';
import { Ticker } from '../ticker.js';

const FORGET = `
  DELETE FROM webhook_delivery
   WHERE "createdAt" < now() - $1 * interval '1 ms' AND state NOT IN ('pending', 'sending', 'failed')`;

@Injectable()
export class WebhookKeeper extends Ticker {
  protected readonly everyMs: number;

  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super();
    this.everyMs = config.HOUSEKEEPING_EVERY;
  }

  async tick(): Promise<number> {
    const [, forgotten] = await this.db.query(FORGET, [this.config.WEBHOOK_LOG_KEEP]);
    return forgotten;
  }
}
