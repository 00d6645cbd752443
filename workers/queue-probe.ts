/**
 * Does Redis keep what it is given? One that may evict keys or keeps nothing on disk loses jobs, and a worker on it is not
 * ready. The reconciler would give lost jobs again, but late. PostgreSQL, without `REDIS_URL`, is not asked.
 */
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { CONFIG, type Config } from '../src/config.js';
import { Readiness } from '../src/platform/readiness.js';

const PATIENCE_MS = 1_500;

@Injectable()
export class QueueProbe implements OnModuleInit {
  private readonly log = new Logger('queue');

  constructor(
    private readonly readiness: Readiness,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    const { REDIS_URL: url, REDIS_MAY_LOSE_JOBS: mayLose } = this.config;
    if (!url || mayLose) return;
    let found: string[] | null = null;
    this.readiness.add({
      name: 'Redis that keeps jobs',
      required: true,
      check: async () => {
        found ??= await this.faultsOf(url);
        const faults = found ?? [];
        if (faults.length > 0) found = null; // whoever mends them need not restart us
        if (faults.length > 0) throw new Error(`${faults.join('; ')}. Mend that, or set REDIS_MAY_LOSE_JOBS=on.`);
      },
    });
  }

  /** Null while that cannot be told: Redis is away, and jobs wait in the outbox meanwhile. */
  private async faultsOf(url: string): Promise<string[] | null> {
    const redis = new Redis(url, { lazyConnect: true, connectTimeout: PATIENCE_MS, maxRetriesPerRequest: 0 });
    redis.on('error', () => {}); // the command says so, too
    try {
      await redis.connect();
      const [, policy] = (await redis.config('GET', 'maxmemory-policy')) as string[];
      const [, appends] = (await redis.config('GET', 'appendonly')) as string[];
      const [, saves] = (await redis.config('GET', 'save')) as string[];
      return [
        ...(policy === 'noeviction' ? [] : [`Redis has maxmemory-policy ${policy}, and queues need noeviction`]),
        ...(appends === 'yes' || saves ? [] : ['Redis keeps nothing on disk (neither appendonly nor save)']),
      ];
    } catch (error) {
      // Where one rents Redis, CONFIG is often not for tenants.
      if (!/unknown command|NOPERM/i.test(String(error))) return null;
      this.log.warn(
        'Redis does not tell its settings; see that they are maxmemory-policy noeviction and appendonly yes.',
      );
      return [];
    } finally {
      redis.disconnect();
    }
  }
}
