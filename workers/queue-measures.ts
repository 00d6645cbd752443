/** How much waits in the queues? For whoever watches; what should be under way is in the rows, not here. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../src/platform/metrics.js';
import { JobQueues } from './job-queues.js';

@Injectable()
export class QueueMeasures implements OnModuleInit {
  constructor(
    private readonly queues: JobQueues,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.registerCollector({
      name: 'accession_queue_jobs',
      help: 'Jobs that wait, are being done, or are put off.',
      labels: ['queue', 'state'],
      read: async () =>
        (await this.queues.depths()).map(({ queue, state, jobs }) => ({ labels: { queue, state }, value: jobs })),
    });
  }
}
