/** Is there a publication by this DOI? One look at Crossref, and a row that says what came of it: nobody waits for it. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { DoisService } from '../../src/dois/dois.service.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';
import { Crossref, CrossrefFailed } from './crossref.js';

@Injectable()
export class DoiWorker extends JobWorker<'doi'> {
  protected readonly queue = 'doi';
  protected override readonly concurrency = 2;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly dois: DoisService,
    private readonly crossref: Crossref,
  ) {
    super(config);
  }

  async handle(look: JobOf<'doi'>, stopping: AbortSignal): Promise<void> {
    const taken = await this.dois.take(look);
    if (!taken) return; // it has another DOI by now, or another hand looks
    try {
      await this.dois.conclude(look, await this.crossref.find(taken.doi, stopping));
    } catch (error) {
      if (stopping.aborted || !(error instanceof CrossrefFailed)) throw error; // the end of its lease gives it again
      this.log.warn({ message: error.message, ...look, doi: taken.doi, tries: taken.tries });
      await this.dois.failed(look, taken.tries, error.message);
    }
  }
}
