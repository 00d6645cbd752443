/** Has the mail left by which somebody is invited? */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import type { JobOf } from '../../src/queues.js';
import { InvitationMails } from '../../src/sharing/invitation-mails.service.js';
import { JobWorker } from '../job-worker.js';
import { EmailChannel } from '../notifications/email.channel.js';
import { failureOf } from '../notifications/mail-failure.js';

@Injectable()
export class InvitationWorker extends JobWorker<'invitation'> {
  protected readonly queue = 'invitation';

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly mails: InvitationMails,
    private readonly channel: EmailChannel,
  ) {
    super(config);
  }

  async handle(job: JobOf<'invitation'>): Promise<void> {
    const mail = await this.mails.take(job);
    if (!mail) return; // it was sent, or another try has begun
    try {
      await this.channel.deliver(`${job.mailId}.${job.attempt}`, mail);
    } catch (error) {
      const failure = failureOf(error);
      this.log.warn({ message: failure.problem, ...job, cause: error });
      return this.mails.failed(job, failure);
    }
    await this.mails.sent(job);
  }
}
