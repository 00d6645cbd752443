/** Has the mail left by which somebody sets a new password? */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { PasswordMails } from '../../src/identity/password-mails.service.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';
import { EmailChannel } from './email.channel.js';
import { failureOf } from './mail-failure.js';

@Injectable()
export class PasswordMailWorker extends JobWorker<'password-mail'> {
  protected readonly queue = 'password-mail';

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly mails: PasswordMails,
    private readonly channel: EmailChannel,
  ) {
    super(config);
  }

  async handle(job: JobOf<'password-mail'>): Promise<void> {
    const mail = await this.mails.take(job);
    if (!mail) return; // it was sent, or it is too late
    try {
      await this.channel.deliver(`${job.resetId}.${job.attempt}`, mail);
    } catch (error) {
      const failure = failureOf(error);
      this.log.warn({ message: failure.problem, ...job, cause: error });
      return this.mails.failed(job, failure);
    }
    await this.mails.sent(job);
  }
}
