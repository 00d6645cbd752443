/** How does a test get another process of the API, on the database of its world? In this one, with a port of its own. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../src/app.module.js';
import { CONFIG, type Config } from '../src/config.js';
import { JsonLog } from '../src/platform/logging.js';
import { configure, httpAdapter, listen } from '../src/start-http.js';
import { freePort } from './free-port.js';

export interface AnotherProcess {
  readonly url: string;
  readonly app: NestFastifyApplication;
}

export async function anotherProcess(of: Config): Promise<AnotherProcess> {
  const config = { ...of, PORT: await freePort() };
  const built = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(CONFIG)
    .useValue(config)
    .setLogger(new JsonLog('error'))
    .compile();
  const app = built.createNestApplication<NestFastifyApplication>(httpAdapter(config));
  configure(app);
  return { app, url: await listen(app) };
}
