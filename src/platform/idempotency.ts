/** What if the same POST arrives twice? With an `Idempotency-Key` it happens once, and each is given the same answer. */
import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { DataSource, type QueryRunner } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { canonical } from './canonical-json.js';
import { DomainError } from './domain-error.js';
import { joinedTo, makeJoinable, patientRunner } from './joined-transaction.js';
import { note } from './log-context.js';
import { answerTo } from './problem.js';
import { callerOf } from './request-log.js';
import { open, seal } from './seal.js';

class MalformedIdempotencyKey extends DomainError {
  readonly code = 'malformed-idempotency-key';
  readonly kind = 'malformed';
  readonly expected = '1 to 255 visible ASCII characters, such as a UUID';

  constructor() {
    super('The header `Idempotency-Key` is not usable.');
  }
}

class IdempotencyKeyReused extends DomainError {
  readonly code = 'idempotency-key-reused';
  readonly kind = 'invalid';

  constructor() {
    super('This `Idempotency-Key` came with another body before. Take a new key for a new request.');
  }
}

class StillRunning extends DomainError {
  readonly code = 'still-running';
  readonly kind = 'refused';
  readonly retryAfter = 1;

  constructor() {
    super('The first request with this `Idempotency-Key` is still running. Ask again for its answer.');
  }
}

/** The headers that belong to an answer and not to one delivery of it. */
const KEPT = ['content-type', 'location', 'etag', 'link', 'set-cookie'] as const;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[]>>;
  readonly body: string | null;
}

/** A use of a key. The key itself is kept nowhere: its hash finds the answer, and only the key opens it. */
interface Use {
  readonly key: string;
  readonly id: readonly [keyHash: string, caller: string, route: string];
  readonly bodyHash: string;
}

/**
 * The effect and the answer are one transaction: a process that dies before its commit has done nothing, and one that
 * dies after it has kept its answer. The lock is that transaction's too, so nobody waits for the dead.
 */
@Injectable()
export class Idempotency implements NestInterceptor {
  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    makeJoinable(db);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return next.handle();
    return from(this.once(useOf(String(key), request), context, next));
  }

  private async once(use: Use, context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const runner = patientRunner(this.db);
    try {
      await runner.startTransaction();
      if (!(await isLocked(runner, use))) throw new StillRunning();
      const answer = await answerBefore(runner, use);
      return answer ? replay(answer, reply) : await this.carryOut(runner, use, context, next);
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {}); // the connection is gone
      await runner.release();
    }
  }

  private async carryOut(runner: QueryRunner, use: Use, context: ExecutionContext, next: CallHandler) {
    try {
      const body = await joinedTo(runner, () => lastValueFrom(next.handle(), { defaultValue: undefined }));
      await keep(runner, use, answerOf(context.switchToHttp().getResponse(), body));
      await runner.commitTransaction();
      return body;
    } catch (error) {
      const refusal = this.refusalOf(error, context.switchToHttp().getRequest());
      // What is our fault, or passes by itself, is worth another try with the same key.
      if (refusal.status < 500 && refusal.status !== 429) {
        await keep(runner, use, refusal);
        await runner.commitTransaction();
      }
      throw error;
    }
  }

  private refusalOf(error: unknown, { id }: FastifyRequest): Answer {
    const { problem, headers } = answerTo(error, { base: publicUrl(this.config), instance: id });
    return {
      status: problem.status,
      headers: { ...headers, 'content-type': 'application/problem+json' },
      body: JSON.stringify(problem),
    };
  }
}

function useOf(key: string, request: FastifyRequest): Use {
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new MalformedIdempotencyKey();
  const [path = '', query = ''] = request.originalUrl.split('?');
  const caller = callerOf(request) ?? `stranger ${request.ip}`;
  return {
    key,
    id: [hash(key), caller, `${request.method} ${path}`],
    bodyHash: hash(key, query, canonical(request.body)),
  };
}

/** Bodies hold passwords: without the key, their hashes cannot be guessed at. */
const hash = (...texts: string[]): string => createHash('sha256').update(JSON.stringify(texts)).digest('hex');

async function isLocked(runner: QueryRunner, { id }: Use): Promise<boolean> {
  const sql = 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine';
  const [row] = await runner.query(sql, [id.join(' ')]);
  return row.mine;
}

async function answerBefore(runner: QueryRunner, { key, id, bodyHash }: Use): Promise<Answer | null> {
  const [row] = await runner.query(
    `SELECT "bodyHash", answer FROM idempotency_key
      WHERE key = $1 AND caller = $2 AND route = $3 AND "createdAt" > now() - interval '24 hours'`,
    [...id],
  );
  if (!row) return null;
  if (row.bodyHash !== bodyHash) throw new IdempotencyKeyReused();
  return JSON.parse(open(row.answer, key));
}

async function keep(runner: QueryRunner, { key, id, bodyHash }: Use, answer: Answer): Promise<void> {
  await runner.query(
    `INSERT INTO idempotency_key (key, caller, route, "bodyHash", answer) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (key, caller, route)
     DO UPDATE SET "bodyHash" = EXCLUDED."bodyHash", answer = EXCLUDED.answer, "createdAt" = now()`,
    [...id, bodyHash, seal(JSON.stringify(answer), key)],
  );
}

function answerOf(reply: FastifyReply, body: unknown): Answer {
  const given = Object.fromEntries(KEPT.map((name) => [name, reply.getHeader(name)]));
  const text = typeof body === 'string' || body === undefined ? (body ?? null) : JSON.stringify(body);
  const type = text === null ? {} : { 'content-type': 'application/json; charset=utf-8' };
  return { status: reply.statusCode, headers: { ...type, ...JSON.parse(JSON.stringify(given)) }, body: text };
}

function replay({ status, headers, body }: Answer, reply: FastifyReply): string | undefined {
  note({ replayed: true });
  void reply.status(status).headers({ ...headers, 'idempotency-replayed': 'true' });
  return body ?? undefined;
}

/** For the clock: answers are kept a day. */
export async function forgetOldAnswers(db: DataSource): Promise<void> {
  await db.query(`DELETE FROM idempotency_key WHERE "createdAt" < now() - interval '24 hours'`);
}
