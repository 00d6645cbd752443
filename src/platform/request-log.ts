/** What is written of a request? Its id goes to every line within it and to the answer; at its end there is one line. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { inLogContext, type LogFields } from './log-context.js';

const SANE_ID = /^[\w.-]{1,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;
/** Asked every few seconds by machines. */
const QUIET = /\/(?:health\/\w+|metrics)$/;

const contexts = new WeakMap<FastifyRequest, LogFields>();

/** The caller's own id for the request, where it is one that a log can hold. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
}

export function logRequests(fastify: FastifyInstance): void {
  const log = new Logger('http');

  fastify.addHook('onRequest', (request, reply, done) => {
    reply.raw.setHeader('x-request-id', request.id);
    const context = contextOf(request);
    contexts.set(request, context);
    inLogContext(context, done);
  });
  // Reading the body leaves the context of the hook before.
  fastify.addHook('preValidation', (request, _reply, done) => {
    inLogContext(contexts.get(request) ?? {}, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const line = lineOf(request, reply);
    inLogContext(contexts.get(request) ?? {}, () =>
      QUIET.test(line.path) ? log.debug('request', line) : log.log('request', line),
    );
    done();
  });
}

/** `userId` is asked for late: the guard finds out who is calling after the context began. */
function contextOf(request: FastifyRequest): LogFields {
  const [, traceId, spanId] = TRACEPARENT.exec(String(request.headers.traceparent ?? '')) ?? [];
  return {
    requestId: request.id,
    ...(traceId && { traceId, spanId }),
    get userId() {
      return callerOf(request);
    },
  };
}

function lineOf(request: FastifyRequest, reply: FastifyReply) {
  return {
    method: request.method,
    path: request.originalUrl.replace(/\?.*/, ''),
    query: request.originalUrl.includes('?') ? request.originalUrl.replace(/^[^?]*/, '') : undefined,
    route: routeOf(request),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
  };
}

/** As it was declared, `/api/v1/submissions/:id`; requests that met no route are one. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unmatched';

/** The guard writes who is calling onto the request; platform knows no more of a person than the id. */
export const callerOf = (request: FastifyRequest): string | undefined =>
  (request as FastifyRequest & { user?: { readonly id: string } | null }).user?.id;
