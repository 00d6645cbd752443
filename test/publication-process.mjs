/** A process that does one job of publication, and may be killed at it: `node publication-process.mjs <job as JSON>`. */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { CONFIG } from '../dist/src/config.js';
import { FolderStore } from '../dist/src/files/folder-store.js';
import { FoundationModule } from '../dist/src/foundation.module.js';
import { PublicationsService } from '../dist/src/records/publications.service.js';
import { RecordsModule } from '../dist/src/records/records.module.js';
import { SubmissionsModule } from '../dist/src/submissions/submissions.module.js';
import { SubmissionsService } from '../dist/src/submissions/submissions.service.js';
import { PublicationWorker } from '../dist/workers/publication.worker.js';

class ProcessModule {}
Module({ imports: [FoundationModule, SubmissionsModule, RecordsModule] })(ProcessModule);

const context = await NestFactory.createApplicationContext(ProcessModule, { logger: false });
const has = (token) => context.get(token, { strict: false });
const config = has(CONFIG);
// Made by hand, it takes no jobs from a queue.
const worker = new PublicationWorker(
  config,
  has(DataSource),
  has(SubmissionsService),
  has(PublicationsService),
  new FolderStore(config.DATA_DIR),
);
await worker.handle(JSON.parse(process.argv[2]), new AbortController().signal);
await context.close();
