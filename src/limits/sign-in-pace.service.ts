/**
 * How fast may passwords be tried? Each try that fails makes the next one wait longer, by where it came from and by the
 * account it was about, whether there is such an account or not.
 *
 * Somebody else's tries make an account wait for a minute at most, and not at all where its owner has signed in before.
 */
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { CONFIG, type Config } from '../config.js';
import { exceeded, LimitStore } from './limit-store.service.js';
import { SignInTooSoon } from './limits.errors.js';
import { networkOf } from './rate-limits.service.js';

export interface Patience {
  /** Tries that may fail before the next one waits. */
  readonly free: number;
  readonly longestMs: number;
}

export const PATIENCE = {
  /** One account from one address. */
  pair: { free: 5, longestMs: 900_000 },
  /** One account from anywhere. */
  account: { free: 20, longestMs: 60_000 },
  /** Any accounts from one address. */
  address: { free: 50, longestMs: 300_000 },
} as const satisfies Record<string, Patience>;

/** Failures are forgotten after it. */
const WINDOW_MS = 3_600_000;
const KNOWN_SECONDS = 30 * 86_400;
const FIRST_WAIT_MS = 1_000;

/** How long after the `failures`th try the next one waits: twice as long as the one before. */
export const waitAfter = (failures: number, { free, longestMs }: Patience): number =>
  failures <= free ? 0 : Math.min(longestMs, FIRST_WAIT_MS * 2 ** (failures - free - 1));

export interface Try {
  /** It was not a guess: it is not counted, and this place is known from now on. */
  succeeded(): Promise<void>;
}

interface Counted {
  readonly key: string;
  readonly waitMs: number;
}

@Injectable()
export class SignInPace {
  private readonly failures: RateLimiterAbstract;
  /** One try in each wait. */
  private readonly turns: RateLimiterAbstract;
  private readonly known: RateLimiterAbstract;

  constructor(
    store: LimitStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.failures = store.counter({ name: 'sign-in-failures', points: Number.MAX_SAFE_INTEGER, ms: WINDOW_MS });
    this.turns = store.counter({ name: 'sign-in-turns', points: 1, ms: FIRST_WAIT_MS });
    this.known = store.counter({ name: 'sign-in-known', points: 1, ms: KNOWN_SECONDS * 1_000 });
  }

  /** Before the password is looked at: tries that are made at once are counted one after the other. @throws SignInTooSoon */
  async begin(email: string, ip: string): Promise<Try> {
    if (!this.config.RATE_LIMITS) return { succeeded: async () => {} };
    const account = createHash('sha256').update(email.trim().toLowerCase()).digest('hex').slice(0, 32);
    const address = networkOf(ip);
    const pair = `pair:${account}:${address}`;
    const isKnown = (await this.known.get(pair)) !== null;

    const counted = await Promise.all([
      this.count(pair, PATIENCE.pair),
      this.count(`address:${address}`, PATIENCE.address),
      ...(isKnown ? [] : [this.count(`account:${account}`, PATIENCE.account)]),
    ]);
    const waits = await Promise.all(counted.map((each) => this.turn(each)));
    const longest = Math.max(...waits);
    if (longest > 0) {
      await Promise.all(counted.map(({ key }) => this.failures.reward(key, 1))); // waiting is no failure
      throw new SignInTooSoon(Math.ceil(longest / 1_000));
    }
    return { succeeded: () => this.succeeded(pair, counted) };
  }

  private async count(key: string, patience: Patience): Promise<Counted> {
    const { consumedPoints } = await this.failures.penalty(key, 1);
    return { key, waitMs: waitAfter(consumedPoints, patience) };
  }

  /** How long its turn is still away; 0: it has come. */
  private async turn({ key, waitMs }: Counted): Promise<number> {
    if (waitMs === 0) return 0;
    const { consumedPoints, msBeforeNext } = await this.turns
      .consume(key, 1, { customDuration: waitMs / 1_000 })
      .catch(exceeded);
    return consumedPoints > 1 ? Math.max(1, msBeforeNext) : 0;
  }

  private async succeeded(pair: string, counted: readonly Counted[]): Promise<void> {
    await Promise.all([
      this.failures.delete(pair),
      this.turns.delete(pair),
      this.known.set(pair, 1, KNOWN_SECONDS),
      ...counted.filter(({ key }) => key !== pair).map(({ key }) => this.failures.reward(key, 1)),
    ]);
  }
}
