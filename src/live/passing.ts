/** How is told what is not worth keeping, such as how far an upload has come? In passing, and a few times a second at most. */
import type { DataSource } from 'typeorm';

export type PassingTopic = 'file.progress' | 'check.progress';

export interface News {
  readonly topic: PassingTopic;
  readonly submissionId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Four times a second. */
const EVERY_MS = 250;
const MOST_KEYS = 1_000;

export class Passing {
  private readonly toldAt = new Map<string, number>();

  constructor(private readonly db: DataSource) {}

  /** `about` is what progresses: of one thing not more often than that. It is never in the way of the thing itself. */
  tell(about: string, news: News): void {
    const now = performance.now();
    if (now - (this.toldAt.get(about) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
    if (this.toldAt.size >= MOST_KEYS) this.toldAt.clear();
    this.toldAt.set(about, now);
    void this.db.query(`SELECT pg_notify('live_passing', $1)`, [JSON.stringify(news)]).catch(() => {}); // the next one is told
  }
}
