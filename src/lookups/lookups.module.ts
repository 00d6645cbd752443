/** What do both processes need of look-ups? What is known of them, and the work that is left. */
import { Module } from '@nestjs/common';
import { LookupWork } from './lookup-work.service.js';
import { LookupsService } from './lookups.service.js';

@Module({ providers: [LookupsService, LookupWork], exports: [LookupsService, LookupWork] })
export class LookupsModule {}
