/** Jobs over HTTP, for admins. */
import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type User } from '../identity/user.js';
import { Returns } from '../platform/returns.js';
import type { QueueName } from '../queues.js';
import { JobDone, JobId, JobView, Queue, QueuesView, type QueueView } from './jobs.schema.js';
import { JobsService } from './jobs.service.js';

@ApiTags('jobs')
@Controller('jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @Get()
  @ApiOperation({ summary: 'What waits, runs and has failed, by queue' })
  @Returns(200, QueuesView)
  async overview(): Promise<{ items: QueueView[] }> {
    return { items: await this.jobs.overview() };
  }

  @Get(':queue/:jobId')
  @ApiOperation({ summary: 'One job: where it stands, and why it failed' })
  @Returns(200, JobView)
  async read(
    @Param('queue', { schema: Queue }) queue: QueueName,
    @Param('jobId', { schema: JobId }) id: string,
  ): Promise<JobView> {
    return this.jobs.get(queue, id);
  }

  @Post(':queue/:jobId/retry')
  @ApiOperation({ summary: 'Have one that failed done again: by the lifecycle where a person has to decide' })
  @Returns(200, JobDone)
  async retry(
    @Param('queue', { schema: Queue }) queue: QueueName,
    @Param('jobId', { schema: JobId }) id: string,
    @CurrentUser() user: User,
  ): Promise<JobDone> {
    return this.jobs.retry(queue, id, user);
  }

  @Post(':queue/:jobId/cancel')
  @ApiOperation({ summary: 'End what a job is about; most rows cannot be talked out of it, and the answer says why' })
  @Returns(200, JobDone)
  async cancel(
    @Param('queue', { schema: Queue }) queue: QueueName,
    @Param('jobId', { schema: JobId }) id: string,
    @CurrentUser() user: User,
  ): Promise<JobDone> {
    return this.jobs.cancel(queue, id, user);
  }
}
