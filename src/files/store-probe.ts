/** Can bytes be stored and read? A process that cannot reach the store takes no uploads and serves no files. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Readiness } from '../platform/readiness.js';
import { OBJECT_STORE, type ObjectStore } from './object-store.js';

@Injectable()
export class StoreProbe implements OnModuleInit {
  constructor(
    private readonly readiness: Readiness,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  onModuleInit(): void {
    this.readiness.add({ name: 'object store', required: true, check: () => this.store.ping() });
  }
}
