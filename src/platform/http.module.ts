/** What is the same for every route? How it is asked, how it answers, and how it refuses. */
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { Answers } from './answers.js';
import { HealthController } from './health.controller.js';
import { Idempotency } from './idempotency.js';
import { KnownParameters } from './known-parameters.js';
import { PlatformModule } from './platform.module.js';
import { ProblemFilter } from './problem-filter.js';
import { RequestPipe } from './request-pipe.js';

@Module({
  imports: [PlatformModule],
  controllers: [HealthController],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: RequestPipe },
    // From the outside in: an answer is kept as it leaves.
    { provide: APP_INTERCEPTOR, useClass: KnownParameters },
    { provide: APP_INTERCEPTOR, useClass: Idempotency },
    { provide: APP_INTERCEPTOR, useClass: Answers },
  ],
})
export class HttpModule {}
