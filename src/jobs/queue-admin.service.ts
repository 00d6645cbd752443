/** What lies in the queues now? Asked by people, now and then: the connections for it are closed when nobody asks any more. */
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Job, Queue } from 'bullmq';
import { CONFIG, type Config } from '../config.js';
import { Unavailable } from '../platform/faults.js';
import { backendOf, PATIENCE_MS } from '../platform/queue-backend.js';
import { JOBS, type QueueName } from '../queues.js';

export const QUEUES = Object.keys(JOBS) as QueueName[];

const IDLE_MS = 60_000;
const MOST_RUNNING = 20;

export interface QueuedJob {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly state: 'waiting' | 'delayed' | 'active';
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
}

export interface Depth {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly oldest: QueuedJob | null;
  readonly running: readonly QueuedJob[];
}

@Injectable()
export class QueueAdmin implements OnApplicationShutdown {
  private readonly open = new Map<QueueName, Queue>();
  private idle?: NodeJS.Timeout;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  async depth(name: QueueName): Promise<Depth> {
    return this.asked(name, async (queue) => {
      const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed');
      const [oldest] = await queue.getJobs(['waiting'], 0, 0, true);
      const running = await queue.getJobs(['active'], 0, MOST_RUNNING - 1, true);
      return {
        waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
        active: counts.active ?? 0,
        delayed: counts.delayed ?? 0,
        oldest: oldest ? shown(oldest, 'waiting') : null,
        running: running.filter(Boolean).map((job) => shown(job, 'active')),
      };
    });
  }

  /** Null: it is done, or was lost, or never was. */
  async find(name: QueueName, id: string): Promise<QueuedJob | null> {
    return this.asked(name, async (queue) => {
      const job = await queue.getJob(id);
      const state = await job?.getState();
      if (!job || state === 'failed' || state === 'completed') return null;
      return shown(job, state === 'active' || state === 'delayed' ? state : 'waiting');
    });
  }

  /** One that is being done is not: its worker sees in the rows that it is not asked for any more. */
  async drop(name: QueueName, id: string): Promise<void> {
    await this.asked(name, async (queue) => {
      const job = await queue.getJob(id);
      if (job && !(await job.isActive())) await job.remove();
    });
  }

  /** For a board that draws them. */
  boards(): BullMQAdapter[] {
    this.letGoLater();
    return QUEUES.map((name) => new BullMQAdapter(this.queue(name) as never, { allowRetries: false }));
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.idle);
    await this.letGo();
  }

  private async asked<T>(name: QueueName, ask: (queue: Queue) => Promise<T>): Promise<T> {
    this.letGoLater();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Unavailable(new Error(`The queue "${name}" gives no answer.`))),
        PATIENCE_MS * 2,
      );
    });
    try {
      return await Promise.race([ask(this.queue(name)), late]);
    } catch (error) {
      this.open.delete(name);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private queue(name: QueueName): Queue {
    const known = this.open.get(name);
    if (known) return known;
    const { Queue, options } = backendOf(this.config, 'giver');
    const queue: Queue = new Queue(name, options);
    queue.on('error', () => {}); // whoever asks is told by a rejection
    this.open.set(name, queue);
    return queue;
  }

  private letGoLater(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => void this.letGo(), IDLE_MS).unref();
  }

  private async letGo(): Promise<void> {
    const queues = [...this.open.values()];
    this.open.clear();
    await Promise.allSettled(queues.map((queue) => queue.close()));
  }
}

const shown = ({ id = '', data, timestamp, processedOn }: Job, state: QueuedJob['state']): QueuedJob => ({
  ...{ id, data, state },
  queuedAt: new Date(timestamp),
  startedAt: processedOn ? new Date(processedOn) : null,
});
