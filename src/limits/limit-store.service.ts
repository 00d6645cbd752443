/** Where is counted what several processes let through? In Redis where there is one, else in a table of our PostgreSQL. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config.js';
import type { Consume } from './block-limiter.js';

export interface Counting {
  readonly name: string;
  readonly points: number;
  readonly ms: number;
}

/** Nobody waits for the count: one that is away is replaced by that of the process until it is back. */
const PATIENCE_MS = 500;

@Injectable()
export class LimitStore implements OnApplicationBootstrap, OnApplicationShutdown {
  private redis: Redis | null = null;

  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  counter({ name, points, ms }: Counting): RateLimiterAbstract {
    const window = { points, duration: ms / 1_000 };
    const keyPrefix = `${this.config.QUEUE_PREFIX}:${name}`;
    const insuranceLimiter = new RateLimiterMemory({ ...window, keyPrefix });
    const { REDIS_URL } = this.config;
    if (REDIS_URL) {
      this.redis ??= connect(REDIS_URL);
      return new RateLimiterRedis({ storeClient: this.redis, ...window, keyPrefix, insuranceLimiter });
    }
    return new RateLimiterPostgres({
      storeClient: this.db,
      storeType: 'typeorm',
      tableName: 'rate_limit',
      tableCreated: true,
      clearExpiredByTimeout: false, // the housekeeper does it
      ...window,
      keyPrefix,
      insuranceLimiter,
    });
  }

  /** The first requests are counted where all others are. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.redis || this.redis.status === 'ready') return;
    const ready = once(this.redis, 'ready').catch(() => {}); // it is away: the count of the process stands in for it
    await Promise.race([ready, sleep(PATIENCE_MS)]);
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
  }
}

export const consumeOf =
  (counter: RateLimiterAbstract): Consume =>
  async (key, points) => {
    const { consumedPoints: consumed, msBeforeNext: ms } = await counter.consume(key, points).catch(exceeded);
    return { consumed, ms };
  };

/** That there is no more of it is no error. */
export function exceeded(why: unknown): RateLimiterRes {
  if (why instanceof RateLimiterRes) return why;
  throw why;
}

function connect(url: string): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
  });
  redis.on('error', () => {}); // the count of the process stands in for it
  return redis;
}
