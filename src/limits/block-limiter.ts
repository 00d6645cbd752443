/**
 * How is counted over several processes without asking for each request? A process takes requests from the common count in
 * small blocks, and gives them out by itself. What it holds and does not use is lost to the others until the window ends:
 * together they let through what is allowed, or a few blocks less, and never more.
 */

/** Add to the common count. @returns what it is then, and how long its window still lasts */
export type Consume = (key: string, points: number) => Promise<{ readonly consumed: number; readonly ms: number }>;

export interface Taken {
  readonly isAllowed: boolean;
  /** As far as this process knows. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly ms: number;
}

interface Held {
  left: number;
  readonly consumed: number;
  readonly until: number;
}

/** This many blocks are a window's whole. */
const BLOCKS = 20;
const MOST_KEYS = 50_000;

export class BlockLimiter {
  private readonly block: number;
  private readonly held = new Map<string, Held>();
  private readonly asking = new Map<string, Promise<void>>();

  constructor(
    readonly points: number,
    private readonly consume: Consume,
    private readonly now = () => performance.now(),
  ) {
    this.block = Math.max(1, Math.floor(points / BLOCKS));
  }

  async take(key: string): Promise<Taken> {
    for (;;) {
      const held = this.held.get(key);
      const now = this.now();
      if (held && now < held.until) {
        const ms = held.until - now;
        if (held.left > 0) {
          held.left -= 1;
          return { isAllowed: true, remaining: this.remaining(held), ms };
        }
        if (held.consumed >= this.points) return { isAllowed: false, remaining: 0, ms };
      }
      await this.ask(key);
    }
  }

  private remaining({ consumed, left }: Held): number {
    return Math.max(0, this.points - consumed) + left;
  }

  /** Many who wait for the same key are one question. */
  private ask(key: string): Promise<void> {
    const asking = this.asking.get(key) ?? this.fetch(key).finally(() => this.asking.delete(key));
    this.asking.set(key, asking);
    return asking;
  }

  private async fetch(key: string): Promise<void> {
    const { consumed, ms } = await this.consume(key, this.block);
    const left = Math.max(0, Math.min(this.block, this.points - (consumed - this.block)));
    this.held.delete(key);
    this.held.set(key, { left, consumed, until: this.now() + Math.max(1, ms) });
    if (this.held.size > MOST_KEYS) this.forget();
  }

  /** Those that are over, and else the one that was asked for longest ago. */
  private forget(): void {
    const now = this.now();
    for (const [key, { until }] of this.held) if (until <= now) this.held.delete(key);
    const [oldest] = this.held.keys();
    if (this.held.size > MOST_KEYS && oldest !== undefined) this.held.delete(oldest);
  }
}
