/** What does a process look like that is to be stopped? The API without its rooms, and with a request that takes a while. */
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { CONFIG, loadConfig } from '../dist/src/config.js';
import { HttpModule } from '../dist/src/platform/http.module.js';
import { JsonLog } from '../dist/src/platform/logging.js';
import { endWithLauncher } from '../dist/src/platform/process.js';
import { applyConventions, httpAdapter, listen } from '../dist/src/start-http.js';

const config = loadConfig();
class Settings {}
const settings = {
  module: Settings,
  global: true,
  providers: [{ provide: CONFIG, useValue: config }],
  exports: [CONFIG],
};
const database = { provide: DataSource, useValue: new DataSource({ type: 'postgres' }) };
class Database {}
class Stoppable {}
Module({
  imports: [HttpModule, settings, { module: Database, global: true, providers: [database], exports: [DataSource] }],
})(Stoppable);

try {
  const app = await NestFactory.create(Stoppable, httpAdapter(config), { logger: new JsonLog('info') });
  applyConventions(app);
  app
    .getHttpAdapter()
    .getInstance()
    .get('/slow/:ms', async ({ params }) => {
      process.send({ begun: true });
      await sleep(Number(params.ms));
      return { done: true };
    });
  const address = await listen(app);
  endWithLauncher(app);
  process.send({ address });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
