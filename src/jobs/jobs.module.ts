/** What does administration need of jobs? */
import { Module } from '@nestjs/common';
import { FilesModule } from '../files/files.module.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { JobsService } from './jobs.service.js';
import { QueueAdmin } from './queue-admin.service.js';

@Module({
  imports: [SubmissionsModule, FilesModule],
  providers: [JobsService, QueueAdmin],
  exports: [JobsService, QueueAdmin],
})
export class JobsModule {}
