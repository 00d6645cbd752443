/** When is it looked for what has happened? When PostgreSQL calls, and now and then in case a call was missed. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { Ear } from '../../src/live/ear.js';
import { BATCH, WebhookFeed } from '../../src/webhooks/webhook-feed.service.js';
import { Ticker } from '../ticker.js';

@Injectable()
export class EventFeed extends Ticker {
  protected readonly everyMs: number;

  constructor(
    private readonly feed: WebhookFeed,
    ear: Ear,
    @Inject(CONFIG) { CLOCK_EVERY }: Config,
  ) {
    super();
    this.everyMs = CLOCK_EVERY;
    ear.on('live_placed', () => this.soon());
  }

  async tick(): Promise<number> {
    const heard = await this.feed.next();
    if (heard === BATCH) this.soon();
    return heard;
  }
}
