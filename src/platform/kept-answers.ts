/** Where are the answers kept that a repeated request is given? In a table that nobody can read who has not the key. */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { DataSource, QueryRunner } from 'typeorm';
import { canonical } from './canonical-json.js';
import { DomainError } from './domain-error.js';
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

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | string[]>>;
  readonly body: string | null;
}

/** A use of a key. The key itself is kept nowhere: its hash finds the answer, and only the key opens it. */
export interface Use {
  readonly key: string;
  readonly id: readonly [keyHash: string, caller: string, route: string];
  readonly bodyHash: string;
}

export function useOf(key: string, request: FastifyRequest): Use {
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

export async function isLocked(runner: QueryRunner, { id }: Use): Promise<boolean> {
  const sql = 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine';
  const [row] = await runner.query(sql, [id.join(' ')]);
  return row.mine;
}

export async function answerBefore(runner: QueryRunner, { key, id, bodyHash }: Use): Promise<Answer | null> {
  const [row] = await runner.query(
    `SELECT "bodyHash", answer FROM idempotency_key
      WHERE key = $1 AND caller = $2 AND route = $3 AND "createdAt" > now() - interval '24 hours'`,
    [...id],
  );
  if (!row) return null;
  if (row.bodyHash !== bodyHash) throw new IdempotencyKeyReused();
  return JSON.parse(open(row.answer, key));
}

export async function keep(runner: QueryRunner, { key, id, bodyHash }: Use, answer: Answer): Promise<void> {
  await runner.query(
    `INSERT INTO idempotency_key (key, caller, route, "bodyHash", answer) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (key, caller, route)
     DO UPDATE SET "bodyHash" = EXCLUDED."bodyHash", answer = EXCLUDED.answer, "createdAt" = now()`,
    [...id, bodyHash, seal(JSON.stringify(answer), key)],
  );
}

/** For the clock: answers are kept a day. */
export async function forgetOldAnswers(db: DataSource): Promise<void> {
  await db.query(`DELETE FROM idempotency_key WHERE "createdAt" < now() - interval '24 hours'`);
}
