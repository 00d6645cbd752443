/** What has changed in the counts of the queue is added up, so that whoever counts need not: nothing is lost where nobody does. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../../src/config.js';
import { Ticker } from '../ticker.js';

@Injectable()
export class QueueCounter extends Ticker {
  protected readonly everyMs: number;

  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) { RECONCILE_EVERY }: Config,
  ) {
    super();
    this.everyMs = RECONCILE_EVERY;
  }

  async tick(): Promise<number> {
    const [{ settled }] = await this.db.query('SELECT queue_settle() AS settled');
    return settled;
  }
}
