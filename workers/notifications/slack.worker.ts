/** Has this message reached Slack? One try of it, and a row that says what came of it: a hook that hangs stops nothing else. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { DeliveriesService } from '../../src/notifications/deliveries.service.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';
import { SlackChannel } from './slack.channel.js';

/** A message is sent at least once: twice only if this process dies between Slack's answer and our mark. */
@Injectable()
export class SlackWorker extends JobWorker<'slack'> {
  protected readonly queue = 'slack';
  protected override readonly concurrency = 8;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly deliveries: DeliveriesService,
    private readonly channel: SlackChannel,
  ) {
    super(config);
  }

  async handle(job: JobOf<'slack'>): Promise<void> {
    const message = await this.deliveries.take(job);
    if (!message) return; // it was sent, or another try has begun
    const failure = await this.channel.deliver(message);
    if (!failure) return this.deliveries.sent(job, message);
    this.log.warn({ message: failure.problem, ...job });
    await this.deliveries.failed(job, message, failure);
  }
}
