/** Are these identifiers there? All of one service that are due, one after the other, and rows that say what came of each. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { SERVICES } from '../../src/lookups/kinds.js';
import { LookupWork, type Taken } from '../../src/lookups/lookup-work.service.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';
import { HostRests } from '../paced-calls.js';
import { LookupFailed } from './answers.js';
import { Services } from './services.js';

@Injectable()
export class LookupWorker extends JobWorker<'lookup'> {
  protected readonly queue = 'lookup';
  /** None waits for another: a host that is slow keeps only its own. */
  protected override readonly concurrency = SERVICES.length;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly work: LookupWork,
    private readonly services: Services,
  ) {
    super(config);
  }

  async handle({ service }: JobOf<'lookup'>, stopping: AbortSignal): Promise<void> {
    let taken = await this.work.take(service);
    while (taken !== null) {
      if (!(await this.look(service, taken, stopping))) return;
      taken = await this.work.take(service);
    }
  }

  /** False: the host rests, and so do all that are left for it. */
  private async look(service: JobOf<'lookup'>['service'], taken: Taken, stopping: AbortSignal): Promise<boolean> {
    const { kind, value, tries } = taken;
    try {
      await this.work.conclude(taken, await this.services.find(service, value, stopping));
      return true;
    } catch (error) {
      if (stopping.aborted || error instanceof HostRests) await this.work.giveBack(taken);
      if (error instanceof HostRests) {
        await this.work.putOff(service, error.ms);
        return false;
      }
      if (!(error instanceof LookupFailed) || stopping.aborted) throw error; // the end of its lease gives it again
      this.log.warn({ message: error.message, kind, value, tries });
      await this.work.failed(taken, error.message);
      return true;
    }
  }
}
