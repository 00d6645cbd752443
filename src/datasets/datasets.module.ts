/** What do others need of data sets? The service; records show what it knows. */
import { Module } from '@nestjs/common';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { DatasetsService } from './datasets.service.js';

@Module({ imports: [SubmissionsModule], providers: [DatasetsService], exports: [DatasetsService] })
export class DatasetsModule {}
