/** What leaves, when a handler returns? Its value as the schema of the route lets it pass, and the headers that belong to it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { pointerOf } from './invalid-request.js';
import { sweepAnswers, withholdingOf } from './withholding.js';

const headersOf = new WeakMap<object, Readonly<Record<string, string>>>();

/** `return withHeaders(view, { etag: etagOf(fields), location: … })` */
export function withHeaders<Body extends object>(body: Body, headers: Readonly<Record<string, string>>): Body {
  headersOf.set(body, headers);
  return body;
}

/** Hooks, and no interceptor: those cost every request a good part of its time. `base` begins the links to next pages. */
export function finishAnswers(fastify: FastifyInstance, base: string): void {
  fastify.addHook('preSerialization', (request, reply, value, done) => {
    try {
      done(null, finished(value, request, reply, base));
    } catch (error) {
      done(error as Error);
    }
  });
  sweepAnswers(fastify);
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || !isUnchanged(request, reply)) return done(null, payload);
    void reply.status(304).removeHeader('content-type');
    done(null, null);
  });
}

/** Sets the headers of the answer, and lets of its value pass what the route says. */
export function finished(told: unknown, request: FastifyRequest, reply: FastifyReply, base: string): unknown {
  if (typeof told !== 'object' || told === null) return told;
  const headers = headersOf.get(told);
  const value = shown(told, request);
  const link = linkToNext(value, request, base);
  if (link) void reply.header('link', link);
  if (headers) void reply.headers(headers);
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'private, no-cache');

  const { answer } = request.routeOptions.config;
  return answer ? filtered(value, answer, request) : value;
}

/** Who is not to see all of it is shown the rest. */
function shown(value: object, request: FastifyRequest): object {
  return Object(withholdingOf(request)?.shaped(value) ?? value);
}

/** A page says where the next one is. */
function linkToNext(value: object, { originalUrl }: FastifyRequest, base: string): string | null {
  if (!('items' in value && 'nextCursor' in value && typeof value.nextCursor === 'string')) return null;
  const next = new URL(originalUrl, base);
  next.searchParams.set('cursor', value.nextCursor);
  return `<${next.href}>; rel="next"`;
}

/** The caller has it already. */
function isUnchanged({ method, headers }: FastifyRequest, reply: FastifyReply): boolean {
  const seen = headers['if-none-match'];
  if (seen === undefined || method !== 'GET' || reply.statusCode !== 200) return false;
  const etag = reply.getHeader('etag');
  return seen.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function filtered(value: unknown, schema: z.ZodType, { method, routeOptions }: FastifyRequest): unknown {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const faults = error.issues.map(({ path, message }) => `${pointerOf(path) || '/'}: ${message}`);
  throw new Error(`${method} ${routeOptions.url} answers otherwise than it says: ${faults.join('; ')}`);
}
