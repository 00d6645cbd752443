/** What stands beside the list of submissions? Its counts, its saved views, and what the team sets and calls things. */
import { Module } from '@nestjs/common';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { FacetsService } from './facets.service.js';
import { TriageService } from './triage.service.js';
import { ViewsService } from './views.service.js';
import { VocabularyService } from './vocabulary.service.js';

@Module({
  imports: [SubmissionsModule],
  providers: [FacetsService, TriageService, ViewsService, VocabularyService],
  exports: [FacetsService, TriageService, ViewsService, VocabularyService],
})
export class QueueModule {}
