/** What lies in the store that nobody needs? Found and removed, once nobody can be about to name it. */
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../src/clock.js';
import { CONFIG, type Config } from '../../src/config.js';
import { StoredObjectsService } from '../../src/files/stored-objects.service.js';
import { UploadWatch } from '../../src/files/upload-watch.service.js';
import { sweepScratch } from '../validation/lay-out.js';

@Injectable()
export class StorageKeeper {
  constructor(
    private readonly objects: StoredObjectsService,
    private readonly uploads: UploadWatch,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** By the rows, which is quick: every few minutes. Resolves to how many objects are gone. */
  async collectGarbage(): Promise<number> {
    return this.objects.collectGarbage();
  }

  /** By what lies there, which reads long lists: once a day. What it finds without a row is garbage a grace later. */
  async sweep(): Promise<number> {
    const cutoff = new Date(this.clock.in(-this.config.GARBAGE_GRACE));
    const strays = await this.objects.adoptStrays();
    // No check is under way any more that began before.
    const { GARBAGE_GRACE, CHECK_DEADLINE, DATA_DIR } = this.config;
    const over = new Date(this.clock.in(-Math.max(GARBAGE_GRACE, 2 * CHECK_DEADLINE)));
    const left = await sweepScratch(join(DATA_DIR, 'scratch'), over);
    return strays + left + (await this.uploads.sweepSpool(cutoff)) + (await this.objects.clean());
  }
}
