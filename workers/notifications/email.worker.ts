/** Has this mail left? One try of it, and a row that says what came of it: a server that is away stops nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { DeliveriesService } from '../../src/notifications/deliveries.service.js';
import type { Outgoing } from '../../src/notifications/outgoing.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';
import { EmailChannel } from './email.channel.js';
import { failureOf } from './mail-failure.js';

const MARK_EVERY_MS = 250;

/**
 * A mail is sent at least once. It is sent twice only if this process dies, or the database is away for longer than
 * the lease, between the server's "250" and our mark; both have one Message-ID then, and mailboxes show one.
 */
@Injectable()
export class EmailWorker extends JobWorker<'email'> {
  protected readonly queue = 'email';
  protected override readonly concurrency = 4;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly deliveries: DeliveriesService,
    private readonly channel: EmailChannel,
  ) {
    super(config);
  }

  async handle(job: JobOf<'email'>): Promise<void> {
    const mail = await this.deliveries.take(job);
    if (!mail) return; // it was sent, or another try has begun
    try {
      await this.channel.deliver(job.deliveryId, mail);
    } catch (error) {
      const failure = failureOf(error);
      this.log.warn({ message: failure.problem, ...job, cause: error });
      return this.deliveries.failed(job, mail, failure);
    }
    await this.markSent(job, mail);
  }

  /** What the server has taken must not be sent again for a moment's lack of a database. */
  private async markSent(job: JobOf<'email'>, mail: Outgoing): Promise<void> {
    const end = Date.now() + this.config.LEASE;
    for (;;) {
      try {
        return await this.deliveries.sent(job, mail);
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(MARK_EVERY_MS);
      }
    }
  }
}
