/** What is the same for every route? How it is asked, and how it refuses; `start-http.ts` has what is Fastify's. */
import { Module, type NestModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, ModulesContainer } from '@nestjs/core';
import { HealthController } from './health.controller.js';
import { guardPosts, Idempotency } from './idempotency.js';
import { KnownParameters } from './known-parameters.js';
import { PlatformModule } from './platform.module.js';
import { ProblemFilter } from './problem-filter.js';
import { RequestPipe } from './request-pipe.js';

@Module({
  imports: [PlatformModule],
  controllers: [HealthController],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_GUARD, useClass: KnownParameters },
    { provide: APP_PIPE, useClass: RequestPipe },
    Idempotency,
  ],
})
export class HttpModule implements NestModule {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly idempotency: Idempotency,
  ) {}

  /** Before the routes are made. */
  configure(): void {
    guardPosts(this.modules, this.idempotency);
  }
}
