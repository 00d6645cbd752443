import { Controller, Get, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { KnownRoutes } from './known-routes.js';

@Controller('submissions')
class Known {
  @Get(':id')
  read() {}
}

@Controller('submissions')
class Unknown {
  @Get(':id/secrets')
  read() {}
}

async function start(...controllers: Type[]): Promise<void> {
  const built = Test.createTestingModule({ imports: [DiscoveryModule], controllers, providers: [KnownRoutes] });
  const app = (await built.compile()).createNestApplication(new FastifyAdapter());
  await app.init();
  await app.close();
}

describe('an API', () => {
  it('starts when the table knows each of its routes', async () => {
    await expect(start(Known)).resolves.toBeUndefined();
  });

  it('does not start with a route that nobody has thought about', async () => {
    await expect(start(Known, Unknown)).rejects.toThrow('no row for GET /submissions/{id}/secrets');
  });
});
