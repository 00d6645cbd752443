/**
 * What is under way, what has failed, and what may an admin do about it? A job is a hint: what should be done is in the
 * rows. To retry or cancel one is therefore done to its row, by the lifecycle where it has an event for it.
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { UploadsService } from '../files/uploads.service.js';
import type { User } from '../identity/user.js';
import { type Message, post } from '../outbox/outbox.js';
import type { QueueName } from '../queues.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { failureOf, type KeptFailure, newestFailures } from './failures.js';
import { JobNotCancellable, JobNotFound, JobUnderWay } from './jobs.errors.js';
import type { JobDone, JobView, QueueView } from './jobs.schema.js';
import { type Data, progressOf } from './progress.js';
import { QUEUES, QueueAdmin } from './queue-admin.service.js';
import { NOT_CANCELLED, TOPICS } from './remedies.js';

const MOST_FAILURES = 10;

@Injectable()
export class JobsService {
  constructor(
    private readonly db: DataSource,
    private readonly queues: QueueAdmin,
    private readonly submissions: SubmissionsService,
    private readonly uploads: UploadsService,
  ) {}

  async overview(): Promise<QueueView[]> {
    const [depths, failures] = await Promise.all([
      Promise.all(QUEUES.map(async (queue) => ({ queue, ...(await this.queues.depth(queue)) }))),
      newestFailures(this.db, QUEUES, MOST_FAILURES),
    ]);
    return Promise.all(
      depths.map(async ({ queue, oldest, running, ...counts }) => {
        const failed = failures.filter((failure) => failure.queue === queue);
        return {
          ...{ queue, ...counts, failed: failed[0]?.total ?? 0 },
          oldestWaitSeconds: oldest && (Date.now() - oldest.queuedAt.getTime()) / 1_000,
          running: await Promise.all(
            running.map(async ({ id, data, startedAt }) => ({
              ...{ id, data, since: startedAt?.toISOString() ?? null },
              progress: await progressOf(this.db, queue, data),
            })),
          ),
          failures: failed.map(({ id, data, ...failure }) => ({ id, data, ...told(failure) })),
        };
      }),
    );
  }

  async get(queue: QueueName, id: string): Promise<JobView> {
    const [job, failure] = await Promise.all([this.queues.find(queue, id), failureOf(this.db, queue, id)]);
    const data = job?.data ?? failure?.data;
    if (!data) throw new JobNotFound(queue, id);
    return {
      ...{ queue, id, data, state: job?.state ?? 'failed' },
      queuedAt: job?.queuedAt.toISOString() ?? null,
      startedAt: job?.startedAt?.toISOString() ?? null,
      progress: await progressOf(this.db, queue, data),
      failure: failure && told(failure),
    };
  }

  /** @throws JobNotFound, JobUnderWay, or what the lifecycle refuses with */
  async retry(queue: QueueName, id: string, user: User): Promise<JobDone> {
    const { state, data } = await this.get(queue, id);
    if (state !== 'failed') throw new JobUnderWay(id, state);
    const by = (await this.retryByLifecycle(data, user)) ?? (await this.giveAgain(queue, data));
    return this.done({ queue, id, done: 'retried', by }, user);
  }

  /** @throws JobNotFound, JobNotCancellable */
  async cancel(queue: QueueName, id: string, user: User): Promise<JobDone> {
    const { data } = await this.get(queue, id);
    const by = await this.cancelRow(queue, data, user);
    await this.queues.drop(queue, id);
    return this.done({ queue, id, done: 'cancelled', by }, user);
  }

  /** What all tries were spent on waits for a person; null: no person needs to decide. */
  private async retryByLifecycle({ submissionId }: Data, user: User): Promise<string | null> {
    if (typeof submissionId !== 'string') return null;
    const { state } = await this.submissions.get(submissionId);
    if (state !== 'validating.broken' && state !== 'private.publish_failed') return null;
    await this.submissions.move(submissionId, { type: 'admin.retry', reason: 'Its job was retried.' }, user);
    return 'admin.retry';
  }

  /** The same hint once more: its worker does what the rows still ask for, and nothing where they do not. */
  private async giveAgain(queue: QueueName, data: Data): Promise<string> {
    if (queue === 'notification') {
      const again = `UPDATE outbox_message SET "relayedAt" = NULL WHERE id = $1 AND "handledAt" IS NULL`;
      await this.db.query(again, [data.messageId]);
      return 'job_given';
    }
    const { messageId: _, ...about } = data;
    // The data of a job are its message's: the relay has made them of it, and parses them again.
    await this.db.transaction((tx) => post(tx, { topic: TOPICS[queue], ...about } as Message));
    return 'job_given';
  }

  private async cancelRow(queue: QueueName, { uploadId, submissionId }: Data, user: User): Promise<string> {
    const upload = typeof uploadId === 'string' ? await this.uploads.find(uploadId) : null;
    if (upload && (await this.uploads.fail(upload, 'An admin has cancelled it: bring the file again.'))) {
      return 'upload_failed';
    }
    if (queue === 'publication' && typeof submissionId === 'string') {
      await this.submissions.move(submissionId, { type: 'admin.abort', reason: 'Its job was cancelled.' }, user);
      return 'admin.abort';
    }
    throw new JobNotCancellable(NOT_CANCELLED[queue]);
  }

  private async done(done: JobDone, { id: actorId }: User): Promise<JobDone> {
    const object = { type: 'job', id: `${done.queue}/${done.id}` };
    await recordAct(this.db.manager, { actorId, action: `job.${done.done}`, object, details: { by: done.by } });
    return done;
  }
}

const told = ({ reason, times, failedAt }: Pick<KeptFailure, 'reason' | 'times' | 'failedAt'>) => ({
  ...{ reason, times },
  failedAt: failedAt.toISOString(),
});
