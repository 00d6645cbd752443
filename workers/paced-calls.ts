/** How are services of others asked? One call after another for each host, over all worker processes, as fast as it likes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../src/config.js';
import { stoppingWithin } from '../src/platform/stopping-within.js';
import { Outbound } from './outbound.js';

/** The longest records list thousands of authors and references. */
const MAX_BYTES = 8 * 1_048_576;
/** Whoever asks us to wait longer is not believed. */
const MAX_REST_MS = 86_400_000;

/** A turn: nobody has one where the host rests for longer than anybody waits. */
const TURN = `
  INSERT INTO call_pace (host, "nextAt") VALUES ($1, clock_timestamp() + $2 * interval '1 ms')
  ON CONFLICT (host) DO UPDATE
    SET "nextAt" = greatest(call_pace."nextAt", clock_timestamp()) + $2 * interval '1 ms'
  WHERE call_pace."nextAt" <= clock_timestamp() + $3 * interval '1 ms'
  RETURNING (extract(epoch FROM "nextAt" - clock_timestamp()) * 1000 - $2)::float8 AS wait`;

const REST = `
  UPDATE call_pace SET "nextAt" = greatest("nextAt", clock_timestamp() + $2 * interval '1 ms') WHERE host = $1`;

/** The host has asked for a pause: it was not called. */
export class HostRests extends Error {
  constructor(
    host: string,
    /** How long it still rests. */
    readonly ms: number,
  ) {
    super(`${host} has asked for a pause.`);
  }
}

export interface PacedCall {
  /** The least time between two calls of the host, and the most that one may take, in ms. */
  readonly gap: number;
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** HEAD: a redirect is an answer. */
  readonly method?: 'GET' | 'HEAD';
}

export interface Told {
  readonly status: number;
  readonly text: string;
}

@Injectable()
export class PacedCalls {
  constructor(
    private readonly db: DataSource,
    private readonly outbound: Outbound,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws HostRests, or whatever a connection fails with */
  async ask(url: URL, { gap, timeout, signal: stopping, method = 'GET' }: PacedCall): Promise<Told> {
    await this.turn(url.host, gap, stopping);
    const signal = stoppingWithin(timeout, stopping);
    const call = { method, headers: { accept: 'application/json' }, signal };
    const answer =
      method === 'HEAD' ? await this.outbound.call(url, call) : (await this.outbound.follow(url, call)).answer;
    try {
      const { statusCode: status, headers } = answer;
      if (status === 429 || status === 503) await this.rest(url.host, restOf(headers['retry-after']));
      return { status, text: await textOf(answer.body) };
    } finally {
      answer.body.on('error', () => {}).destroy();
    }
  }

  private async turn(host: string, gap: number, signal: AbortSignal): Promise<void> {
    const [turn]: { wait: number }[] = await this.db.query(TURN, [host, gap, this.config.LEASE]);
    if (!turn) throw new HostRests(host, await this.pauseOf(host));
    if (turn.wait > 0) await sleep(turn.wait, undefined, { signal });
  }

  private async pauseOf(host: string): Promise<number> {
    const [paused]: { ms: number }[] = await this.db.query(
      `SELECT (extract(epoch FROM "nextAt" - clock_timestamp()) * 1000)::float8 AS ms FROM call_pace WHERE host = $1`,
      [host],
    );
    return Math.max(0, paused?.ms ?? 0);
  }

  private async rest(host: string, ms: number | null): Promise<void> {
    if (ms !== null) await this.db.query(REST, [host, Math.min(ms, MAX_REST_MS)]);
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > MAX_BYTES) throw new Error(`its answer is longer than ${MAX_BYTES} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** `Retry-After` is a number of seconds, or a date. */
function restOf(header: string | string[] | undefined): number | null {
  const text = String(header ?? '').trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const until = Date.parse(text);
  return Number.isNaN(until) ? null : Math.max(0, until - Date.now());
}
