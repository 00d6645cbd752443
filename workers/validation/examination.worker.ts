/** What do the heads of uploads tell before anything is submitted? Then the submitter sees at once which file belongs where. */
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Options } from '../../checks/check.js';
import { CheckPool } from '../../checks/isolate.js';
import { CONFIG, type Config } from '../../src/config.js';
import { ExaminationsService } from '../../src/depositions/examinations.service.js';
import { FilesService } from '../../src/files/files.service.js';
import { OBJECT_STORE, type ObjectStore } from '../../src/files/object-store.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';
import { type CheckTask, tasksFor } from './check-tasks.js';
import { layOut } from './lay-out.js';

const OPTIONS: Options = { schema: null, full: false };
/** What lies in S3 is fetched whole for a look at its head: the larger ones wait for the checks of the submission. */
const MOST_FETCHED = 64 * 2 ** 20;
const RENEW_EVERY = 20;
/** Depositions alone are looked at: their kinds have the same checks. */
const DEPOSITION = 'cryoet-dataset';

@Injectable()
export class ExaminationWorker extends JobWorker<'examination'> {
  protected readonly queue = 'examination';

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly examinations: ExaminationsService,
    private readonly files: FilesService,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {
    super(config);
  }

  async handle({ submissionId }: JobOf<'examination'>, stopping: AbortSignal): Promise<void> {
    for (;;) {
      const taken = await this.examinations.take(submissionId);
      if (!taken) return;
      try {
        await this.lookAtAll(submissionId, stopping);
        await this.examinations.conclude(submissionId, taken.attempt);
      } catch (error) {
        if (stopping.aborted) throw error; // the end of its lease gives it again
        const problem = error instanceof Error ? error.message : String(error);
        this.log.warn({ message: problem, submissionId });
        return this.examinations.failed(submissionId, taken.tries, problem);
      }
    }
  }

  private async lookAtAll(submissionId: string, signal: AbortSignal): Promise<void> {
    const most = this.config.S3_BUCKET ? MOST_FETCHED : Number.POSITIVE_INFINITY;
    const manifest = await this.files.manifest(submissionId);
    const tasks = tasksFor(DEPOSITION, manifest, OPTIONS, '-').filter(({ thing }) => thing.size <= most);
    const unseen = await this.examinations.unseen(tasks);
    const pool = new CheckPool(1, { memoryMb: this.config.CHECK_MEMORY_MB, signal });
    try {
      for (const [done, i] of unseen.entries()) {
        signal.throwIfAborted();
        if (done % RENEW_EVERY === RENEW_EVERY - 1) await this.examinations.renew(submissionId);
        const task = tasks[i];
        if (task) await this.lookAt(task, pool);
      }
    } finally {
      await pool.end();
    }
  }

  /** One that breaks a check is told when it is submitted: here it has no facts. */
  private async lookAt(task: CheckTask, pool: CheckPool): Promise<void> {
    const { path, release } = await layOut(this.store, join(this.config.DATA_DIR, 'scratch'), task.thing);
    try {
      const { check: id, sharesProcess } = task;
      const file = { path: task.file, local: path };
      const { cause, ...outcome } = await pool.run({ id, sharesProcess }, file, OPTIONS, {
        deadlineMs: this.config.CHECK_DEADLINE,
      });
      await this.examinations.keep(task, outcome);
    } finally {
      await release();
    }
  }
}
