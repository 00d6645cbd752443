/** What leaves, when a handler returns? Its value as the schema of the route lets it pass, and the headers that belong to it. */
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { z } from 'zod';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { pointerOf } from './invalid-request.js';
import { AnswerSchema } from './returns.js';

const headersOf = new WeakMap<object, Readonly<Record<string, string>>>();

/** `return withHeaders(view, { etag: etagOf(fields), location: … })` */
export function withHeaders<Body extends object>(body: Body, headers: Readonly<Record<string, string>>): Body {
  headersOf.set(body, headers);
  return body;
}

@Injectable()
export class Answers implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((value: unknown) => this.leave(value, context)));
  }

  private leave(value: unknown, context: ExecutionContext): unknown {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (typeof value === 'object' && value !== null) {
      void reply.headers({ ...this.linkTo(value, request), ...headersOf.get(value) });
    }
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'private, no-cache');
    if (isUnchanged(request, reply)) {
      void reply.status(304);
      return undefined;
    }
    const schema = this.reflector.get(AnswerSchema, context.getHandler());
    return schema ? filtered(value, schema, context) : value;
  }

  /** A page says where the next one is. */
  private linkTo(value: object, { originalUrl }: FastifyRequest): Record<string, string> {
    if (!('items' in value && 'nextCursor' in value && typeof value.nextCursor === 'string')) return {};
    const next = new URL(originalUrl, publicUrl(this.config));
    next.searchParams.set('cursor', value.nextCursor);
    return { link: `<${next.href}>; rel="next"` };
  }
}

/** The caller has it already. */
function isUnchanged({ method, headers }: FastifyRequest, reply: FastifyReply): boolean {
  const etag = reply.getHeader('etag');
  const seen = headers['if-none-match'];
  if (method !== 'GET' || typeof etag !== 'string' || seen === undefined) return false;
  return seen.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function filtered(value: unknown, schema: z.ZodType, context: ExecutionContext): unknown {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const faults = error.issues.map(({ path, message }) => `${pointerOf(path) || '/'}: ${message}`);
  throw new Error(
    `${context.getClass().name}.${context.getHandler().name} answers otherwise than it says: ${faults.join('; ')}`,
  );
}
