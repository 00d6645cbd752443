/**
 * How does what was committed reach those who listen? Each call of PostgreSQL is one question to it, for all listeners of
 * this process; who hears what is decided here, event by event. A listener that comes back is told what it missed first.
 */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config.js';
import { DomainError } from '../platform/domain-error.js';
import { Metrics } from '../platform/metrics.js';
import { oneAtATime } from '../platform/one-at-a-time.js';
import { Ear } from './ear.js';
import { type Told, written } from './event-stream.js';
import { hasLost, heardBy, type LiveEvent } from './hearing.js';
import { type Listener, Listeners } from './listeners.js';
import { StreamsFull, TooManyStreams } from './live.errors.js';
import { boundsOf, eventsAfter, eventsMissed, subjectsOf } from './live-rows.js';
import type { News } from './passing.js';

const EVERY_MS = 1_000;
const BATCH = 500;
/** Whoever missed more than these reads anew. */
const MOST_MISSED = 1_000;
const MOST_PASSING = 1_000;
const MOST_OF_ONE = 100;

/** Why somebody is asked to read anew what they show. */
type Gap = 'too_old' | 'too_many' | 'unknown';

@Injectable()
export class LiveStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(LiveStreams.name);
  private readonly listeners = new Listeners();
  /** All up to here has been told; null: not known yet. */
  private position: number | null = null;
  private readonly changed = new Set<string>();
  private anybodyMayHaveChanged = false;
  private passing: News[] = [];
  private timer?: NodeJS.Timeout;
  private isEnding = false;
  private readonly work = oneAtATime(
    () => this.tell(),
    (error) => this.log.warn(error instanceof Error ? error.message : error),
  );

  constructor(
    private readonly db: DataSource,
    ear: Ear,
    metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    ear.on('live_placed', () => this.work.call());
    ear.on('live_holder', (id) => this.askAnew(id));
    ear.on('live_passing', (news) => this.passOn(news));
    metrics.registerCollector({
      name: 'accession_live_streams',
      help: 'Listeners to live events at this process.',
      read: async () => [{ value: this.listeners.size }],
    });
  }

  onApplicationBootstrap(): void {
    this.work.call();
    this.timer = setInterval(() => this.work.call(), EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    clearInterval(this.timer);
    await this.work.end();
    for (const { stream } of this.listeners.all()) stream.end();
  }

  /** @throws TooManyStreams, StreamsFull */
  mustHaveRoom(userId: string): void {
    if (this.isEnding || this.position === null || this.listeners.size >= this.config.LIVE_STREAMS) {
      throw new StreamsFull();
    }
    if (this.listeners.ofHolder(userId).length >= MOST_OF_ONE) throw new TooManyStreams(MOST_OF_ONE);
  }

  /** `after`: the last that was seen; null: from now on. */
  open(of: Omit<Listener, 'seen' | 'waiting'>, after: number | null): void {
    const now = this.position ?? 0;
    const listener: Listener = { ...of, seen: after ?? now, waiting: after === null ? null : [] };
    this.listeners.add(listener);
    const beat = setInterval(() => this.beat(listener), this.config.LIVE_HEARTBEAT);
    listener.stream.onClose(() => {
      clearInterval(beat);
      this.listeners.remove(listener);
    });
    const { submissions, queue, me } = listener.topics;
    const topics = [
      ...[...submissions].map((id) => `submission:${id}`),
      ...(queue ? ['queue'] : []),
      ...(me ? ['me'] : []),
    ];
    listener.stream.write(written({ id: listener.seen, event: 'ready', data: { position: listener.seen, topics } }));
    if (after !== null) void this.catchUp(listener, after, now);
  }

  /** What was missed, and then what happened meanwhile. */
  private async catchUp(listener: Listener, after: number, upTo: number): Promise<void> {
    try {
      const { first, last } = await boundsOf(this.db);
      const of = { topics: listener.topics, userId: listener.user.id };
      const missed = await eventsMissed(this.db, { after, upTo, limit: MOST_MISSED + 1 }, of);
      const gap = gapOf({ after, first, last, missed: missed.length });
      if (gap) this.resync(listener, gap, upTo);
      else this.tellOne(listener, missed);
      const waiting = listener.waiting ?? [];
      listener.waiting = null;
      this.tellOne(listener, waiting);
    } catch (error) {
      this.log.warn(error instanceof Error ? error.message : error);
      listener.stream.cut();
    }
  }

  private resync(listener: Listener, reason: Gap, upTo: number): void {
    listener.seen = upTo;
    listener.stream.write(written({ id: upTo, event: 'resync', data: { reason, position: upTo } }));
  }

  private async tell(): Promise<void> {
    this.position ??= (await boundsOf(this.db)).last ?? 0;
    await this.admitAnew();
    for (;;) {
      const events = await eventsAfter(this.db, this.position, BATCH);
      this.tellAll(events);
      this.position = events.at(-1)?.position ?? this.position;
      if (events.length < BATCH) break;
    }
    await this.tellPassing();
  }

  private tellAll(events: readonly LiveEvent[]): void {
    const each = new Map<Listener, LiveEvent[]>();
    for (const event of events) {
      for (const listener of this.listeners.of(event)) each.set(listener, [...(each.get(listener) ?? []), event]);
    }
    const texts = new Map<unknown, string>();
    for (const [listener, heard] of each) {
      if (!listener.waiting) this.tellOne(listener, heard, texts);
      else if (listener.waiting.push(...heard) > MOST_MISSED) listener.stream.cut();
    }
  }

  /** Whoever has lost a submission hears of that and no more. `texts`: what was written for another is not written again. */
  private tellOne(listener: Listener, events: readonly LiveEvent[], texts = new Map<unknown, string>()): void {
    let text = '';
    for (const event of events) {
      if (event.position !== null && event.position <= listener.seen) continue;
      const data = heardBy(listener.user, listener.topics, event);
      if (data) text += textOf(event, data, texts);
      if (event.submissionId !== null && hasLost(listener.user, event)) {
        this.listeners.removeFrom(listener, event.submissionId);
      }
    }
    listener.seen = events.at(-1)?.position ?? listener.seen;
    if (text) listener.stream.write(text);
  }

  private passOn(said: string | null): void {
    const news: News | null = said === null ? null : JSON.parse(said);
    if (!news || !this.listeners.isHeard(news.submissionId) || this.passing.length >= MOST_PASSING) return;
    this.passing.push(news);
    this.work.call();
  }

  private async tellPassing(): Promise<void> {
    const passing = this.passing;
    this.passing = [];
    if (passing.length === 0) return;
    const subjects = await subjectsOf(this.db, [...new Set(passing.map(({ submissionId }) => submissionId))]);
    const at = new Date().toISOString();
    for (const { topic, submissionId, data } of passing) {
      const subject = subjects.get(submissionId);
      if (!subject) continue;
      const about = { position: null, personId: null, audience: 'readers', at } as const;
      const event: LiveEvent = { ...about, topic, submissionId, data, subject };
      const texts = new Map<unknown, string>();
      for (const listener of this.listeners.of(event)) {
        if (listener.stream.isEven && !listener.waiting) this.tellOne(listener, [event], texts);
      }
    }
  }

  private askAnew(holder: string | null): void {
    if (holder === null) this.anybodyMayHaveChanged = true;
    else this.changed.add(holder);
    this.work.call();
  }

  /** Before anything is told that happened after they changed. */
  private async admitAnew(): Promise<void> {
    const holders = this.anybodyMayHaveChanged
      ? this.listeners.all()
      : [...this.changed].flatMap((id) => this.listeners.ofHolder(id));
    this.anybodyMayHaveChanged = false;
    this.changed.clear();
    await Promise.all(holders.map((listener) => this.admit(listener)));
  }

  private beat(listener: Listener): void {
    if (!listener.waiting) listener.stream.beat(Math.max(listener.seen, this.position ?? 0));
    void this.admit(listener); // sessions and links end by time, and nobody calls then
  }

  /** A credential that is no longer good ends its stream; a database that is away says nothing about it. */
  private async admit(listener: Listener): Promise<void> {
    try {
      listener.user = await listener.admit();
    } catch (error) {
      if (error instanceof DomainError && REFUSED.has(error.kind)) listener.stream.end();
    }
  }
}

const REFUSED: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden', 'missing', 'gone']);

function gapOf(of: { after: number; first: number | null; last: number | null; missed: number }): Gap | null {
  const { after, first, last, missed } = of;
  if (after > (last ?? 0)) return 'unknown';
  if (first !== null && after < first - 1) return 'too_old';
  return missed > MOST_MISSED ? 'too_many' : null;
}

/** Most listeners are told the same: `data` is the event's own, but for visitors. */
function textOf(event: LiveEvent, data: LiveEvent['data'], texts: Map<unknown, string>): string {
  const known = texts.get(data);
  if (known !== undefined) return known;
  const { position: id, topic, submissionId, at } = event;
  const told: Told = { id, event: topic, data: { ...(submissionId && { submissionId }), at, ...data } };
  const text = written(told);
  texts.set(data, text);
  return text;
}
