/** What do the other rooms need of limits? To ask whether somebody asks too much. */
import { Global, Module } from '@nestjs/common';
import { LimitStore } from './limit-store.service.js';
import { RateLimits } from './rate-limits.service.js';
import { SignInPace } from './sign-in-pace.service.js';

@Global()
@Module({ providers: [LimitStore, RateLimits, SignInPace], exports: [RateLimits, SignInPace] })
export class LimitsModule {}
