/** What is left to do for an upload that is whole? Its bytes are read, and it becomes a file or fails. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { FileIntake } from '../../src/files/file-intake.service.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';

@Injectable()
export class DigestWorker extends JobWorker<'digest'> {
  protected readonly queue = 'digest';
  protected override readonly concurrency = 2;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly intake: FileIntake,
  ) {
    super(config);
  }

  async handle({ uploadId, attempt }: JobOf<'digest'>, signal: AbortSignal): Promise<void> {
    await this.intake.finish({ id: uploadId, attempt }, signal);
  }
}
