/** What is there to know of what was sealed? Its list, and the difference of any two. */
import { Module } from '@nestjs/common';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { DifferencesService } from './differences.service.js';
import { SealedRevisions } from './sealed-revisions.service.js';
import { Sides } from './sides.service.js';

@Module({
  imports: [SubmissionsModule],
  providers: [DifferencesService, SealedRevisions, Sides],
  exports: [DifferencesService, SealedRevisions, Sides],
})
export class DifferencesModule {}
