/** Who puts live events in order? Every process, when PostgreSQL calls, and now and then in case a call was missed. */
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { oneAtATime } from '../platform/one-at-a-time.js';
import { Ear } from './ear.js';
import { sequence } from './sequence.js';

const EVERY_MS = 1_000;

@Injectable()
export class Sequencer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(Sequencer.name);
  private timer?: NodeJS.Timeout;
  private readonly work = oneAtATime(
    () => sequence(this.db),
    (error) => this.log.warn(error instanceof Error ? error.message : error),
  );

  constructor(
    private readonly db: DataSource,
    ear: Ear,
  ) {
    ear.on('live_event', () => this.work.call());
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.work.call(), EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.work.end();
  }
}
