/** What does the API tell about jobs? */
import { z } from 'zod';
import { JOBS, type QueueName } from '../queues.js';

export const Queue = z.enum(Object.keys(JOBS) as [QueueName, ...QueueName[]]);
export const JobId = z.string().min(1).max(200);

const instant = z.iso.datetime();
const Data = z.record(z.string(), z.unknown()).meta({ description: 'Identifiers of the rows that it is about.' });
const Progress = z
  .object({ done: z.number(), total: z.number().nullable(), of: z.enum(['checks', 'bytes']) })
  .nullable()
  .meta({ description: 'As the rows have it; null: it has no parts.' });

const Running = z.object({ id: z.string(), data: Data, since: instant.nullable(), progress: Progress });
const Failed = z.object({ id: z.string(), data: Data, reason: z.string(), times: z.int(), failedAt: instant });

export const QueueView = z
  .object({
    queue: Queue,
    waiting: z.int(),
    active: z.int(),
    delayed: z.int(),
    failed: z.int().meta({ description: 'In the last two weeks.' }),
    oldestWaitSeconds: z.number().nullable(),
    running: z.array(Running).meta({ description: 'At most twenty.' }),
    failures: z.array(Failed).meta({ description: 'The newest ten.' }),
  })
  .meta({ id: 'Queue' });
export type QueueView = z.infer<typeof QueueView>;

export const QueuesView = z.object({ items: z.array(QueueView) }).meta({ id: 'Queues' });

export const JobView = z
  .object({
    queue: Queue,
    id: z.string(),
    state: z.enum(['waiting', 'delayed', 'active', 'failed']),
    data: Data,
    queuedAt: instant.nullable(),
    startedAt: instant.nullable(),
    progress: Progress,
    failure: Failed.omit({ id: true, data: true }).nullable(),
  })
  .meta({ id: 'Job' });
export type JobView = z.infer<typeof JobView>;

export const JobDone = z
  .object({
    queue: Queue,
    id: z.string(),
    done: z.enum(['retried', 'cancelled']),
    by: z.string().meta({
      description: 'What was done to the rows: an event of the lifecycle, or `job_given` or `upload_failed`.',
    }),
  })
  .meta({ id: 'JobDone' });
export type JobDone = z.infer<typeof JobDone>;
