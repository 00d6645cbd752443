/** What do both processes need of work on many submissions at once? Asking for it, and doing it. */
import { Module } from '@nestjs/common';
import { CredentialsService } from '../identity/credentials.service.js';
import { QueueModule } from '../queue/queue.module.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { OperationWork } from './operation-work.service.js';
import { OperationsService } from './operations.service.js';

@Module({
  imports: [SubmissionsModule, QueueModule],
  providers: [OperationsService, OperationWork, CredentialsService],
  exports: [OperationsService, OperationWork],
})
export class OperationsModule {}
