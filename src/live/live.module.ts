/** What do both processes need to tell and hear what happens? Streams over HTTP are added by the API. */
import { Module } from '@nestjs/common';
import { Ear } from './ear.js';
import { Sequencer } from './sequencer.service.js';

@Module({ providers: [Ear, Sequencer], exports: [Ear] })
export class LiveModule {}
