/** What do both processes need of records? The services; the API adds `RecordsController`, which needs the object store. */
import { Module } from '@nestjs/common';
import { DatasetsModule } from '../datasets/datasets.module.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { PublicationsService } from './publications.service.js';
import { RecordsService } from './records.service.js';
import { RevisionsService } from './revisions.service.js';

@Module({
  imports: [SubmissionsModule, DatasetsModule],
  providers: [PublicationsService, RecordsService, RevisionsService],
  exports: [PublicationsService, RecordsService, RevisionsService],
})
export class RecordsModule {}
