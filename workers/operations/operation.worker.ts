/** Who does what was asked for many submissions? One hand at a time; it tells how far it is, and gives up nothing that is done. */
import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { OperationWork } from '../../src/operations/operation-work.service.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';

/** Nobody looks at a bar more often. */
const TELL_EVERY_MS = 250;

@Injectable()
export class OperationWorker extends JobWorker<'operation'> {
  protected readonly queue = 'operation';
  protected override readonly concurrency = 2; // a small one need not wait for a large one

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly work: OperationWork,
  ) {
    super(config);
  }

  async handle(job: JobOf<'operation'>, stopping: AbortSignal): Promise<void> {
    const held = await this.work.take(job);
    if (!held) return; // over, asked for anew, or in other hands
    try {
      const user = await this.work.actorOf(held);
      let told = performance.now();
      for (const item of await this.work.waiting(held)) {
        stopping.throwIfAborted();
        await this.work.carryOut(held, item, user);
        if (performance.now() - told < TELL_EVERY_MS) continue;
        told = performance.now();
        await this.work.tell(held);
      }
      await this.work.finish(held);
    } catch (error) {
      await this.work.release(held);
      throw error;
    }
  }
}
