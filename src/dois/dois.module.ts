/** What does the worker process need of DOIs? The service; what is shown of them is shown with their submission. */
import { Module } from '@nestjs/common';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { DoisService } from './dois.service.js';

@Module({ imports: [SubmissionsModule], providers: [DoisService], exports: [DoisService] })
export class DoisModule {}
