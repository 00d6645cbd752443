/** What do others need of depositions? The service: the worker judges with what it knows of target records. */
import { Module } from '@nestjs/common';
import { FilesModule } from '../files/files.module.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { DepositionsService } from './depositions.service.js';
import { ExaminationsService } from './examinations.service.js';
import { KnownTomograms } from './known-tomograms.js';
import { RunTables } from './run-tables.service.js';

@Module({
  imports: [SubmissionsModule, FilesModule],
  providers: [DepositionsService, KnownTomograms, ExaminationsService, RunTables],
  exports: [DepositionsService, KnownTomograms, ExaminationsService, RunTables],
})
export class DepositionsModule {}
