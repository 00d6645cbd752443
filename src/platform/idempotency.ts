/** What if the same POST arrives twice? With an `Idempotency-Key` it happens once, and each is given the same answer. */
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  RequestMethod,
} from '@nestjs/common';
import { INTERCEPTORS_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { DataSource, type QueryRunner } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { finished } from './answers.js';
import { DomainError } from './domain-error.js';
import { joinedTo, makeJoinable, patientRunner } from './joined-transaction.js';
import { type Answer, answerBefore, isLocked, keep, type Use, useOf } from './kept-answers.js';
import { note } from './log-context.js';
import { answerTo } from './problem.js';

class StillRunning extends DomainError {
  readonly code = 'still-running';
  readonly kind = 'refused';
  readonly retryAfter = 1;

  constructor() {
    super('The first request with this `Idempotency-Key` is still running. Ask again for its answer.');
  }
}

/** The headers that belong to an answer and not to one delivery of it. */
const KEPT = ['location', 'etag', 'link', 'set-cookie', 'cache-control'] as const;

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
    if (key === undefined) return next.handle();
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
      const value = await joinedTo(runner, () => lastValueFrom(next.handle(), { defaultValue: undefined }));
      const answer = this.answerOf(value, context);
      await keep(runner, use, answer);
      await runner.commitTransaction();
      return given(answer, context.switchToHttp().getResponse());
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

  /** What is kept is what leaves. */
  private answerOf(value: unknown, context: ExecutionContext): Answer {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const left = finished(value, context.switchToHttp().getRequest(), reply, publicUrl(this.config));
    const body = left === undefined ? null : JSON.stringify(left);
    const headers: Record<string, string | number | string[]> = {};
    if (body !== null) headers['content-type'] = 'application/json; charset=utf-8';
    for (const name of KEPT) {
      const header = reply.getHeader(name);
      if (header !== undefined) headers[name] = header;
    }
    return { status: reply.statusCode, headers, body };
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

function replay(answer: Answer, reply: FastifyReply): string | undefined {
  note({ replayed: true });
  void reply.header('idempotency-replayed', 'true');
  return given(answer, reply);
}

function given({ status, headers, body }: Answer, reply: FastifyReply): string | undefined {
  void reply.status(status).headers({ ...headers });
  return body ?? undefined;
}

/** Puts it before the handlers of POST, and before no others: an interceptor costs every request that passes it. */
export function guardPosts(modules: ModulesContainer, idempotency: Idempotency): void {
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      for (const handler of handlersOf(metatype).filter(isPost)) {
        const others: unknown[] = Reflect.getMetadata(INTERCEPTORS_METADATA, handler) ?? [];
        const these = others.filter((each) => !(each instanceof Idempotency)); // that of an app before, in the tests
        Reflect.defineMetadata(INTERCEPTORS_METADATA, [idempotency, ...these], handler);
      }
    }
  }
}

function handlersOf(controller: unknown): object[] {
  if (typeof controller !== 'function') return [];
  return Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(({ value }) => value ?? []);
}

const isPost = (handler: object): boolean => Reflect.getMetadata(METHOD_METADATA, handler) === RequestMethod.POST;
