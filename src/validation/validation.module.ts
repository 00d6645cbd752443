/** What do both processes need of validation? The runs; the checks themselves are the worker's alone. */
import { Module } from '@nestjs/common';
import { ReportsService } from './reports.service.js';
import { RunsService } from './runs.service.js';

@Module({ providers: [RunsService, ReportsService], exports: [RunsService, ReportsService] })
export class ValidationModule {}
