/** How does the API speak HTTP? The same in the process and in the tests: all that is not a route's own matter. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HttpException, type INestApplication, Logger } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config, publicUrl } from './config.js';
import { registerUploads } from './files/register-uploads.js';
import { UPLOAD_PATHS } from './files/upload-paths.js';
import { registerJobBoard } from './jobs/job-board.js';
import { limitRequests } from './limits/limit-requests.js';
import { RateLimits } from './limits/rate-limits.service.js';
import { ROUTES } from './permissions.js';
import { finishAnswers } from './platform/answers.js';
import { serveApiReference } from './platform/api-reference.js';
import { takeJson } from './platform/json-body.js';
import { Metrics } from './platform/metrics.js';
import { type Description, openapi, PREFIX } from './platform/openapi.js';
import { answerTo } from './platform/problem.js';
import { sendProblem } from './platform/problem-filter.js';
import { serveProblemPages } from './platform/problem-pages.js';
import { logRequests, requestId } from './platform/request-log.js';
import { answerOrigins, protectBrowsers } from './platform/safe-browsing.js';
import { registerReviewLinks } from './sharing/review-link-route.js';

/** Where machines look for them. */
const ALSO_WITHOUT_PREFIX = /^\/(?:health\/(?:live|ready)|metrics)(?:\?|$)/;

/** For `NestFactory.create(AppModule, httpAdapter(config))`. */
export const httpAdapter = (config: Config): FastifyAdapter =>
  new FastifyAdapter({
    bodyLimit: config.MAX_BODY_BYTES,
    genReqId: requestId,
    trustProxy: trusted(config),
    // Requests that come on an open connection while we close are answered, and the connection is closed after.
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => (ALSO_WITHOUT_PREFIX.test(url) ? `${PREFIX}${url}` : url),
    routerOptions: { maxParamLength: 1_024 },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const refusal = new HttpException(error.message, error.statusCode ?? 400);
      void reply.header('x-request-id', request.id);
      sendProblem(reply, answerTo(refusal, { base: publicUrl(config), instance: request.id }));
    },
    clientErrorHandler: (error, socket) => answerSocket(error, socket, publicUrl(config)),
  });

const trusted = ({ TRUST_PROXY }: Config) =>
  typeof TRUST_PROXY === 'number' ? (_: string, hop: number) => hop < TRUST_PROXY : TRUST_PROXY;

/** Before `init` or `listen`: what is the same for every route, and the routes that are Fastify's own. */
export function configure(app: NestFastifyApplication): void {
  applyConventions(app);
  limitRequests(app.getHttpAdapter().getInstance(), app.get(RateLimits), publicUrl(app.get<Config>(CONFIG)));
  registerUploads(app);
  registerJobBoard(app);
  registerReviewLinks(app);
}

export function applyConventions(app: NestFastifyApplication): void {
  const config = app.get<Config>(CONFIG);
  const fastify = app.getHttpAdapter().getInstance();

  app.setGlobalPrefix(PREFIX);
  takeJson(app, config.MAX_BODY_BYTES);
  logRequests(fastify);
  protectBrowsers(fastify, publicUrl(config));
  answerOrigins(fastify, config.CORS_ORIGINS);
  finishAnswers(fastify, publicUrl(config));
  letConnectionsGo(fastify);
  app.get(Metrics, { strict: false }).measureRequests(fastify);
  serveProblemPages(fastify);
  serveApiReference(fastify, () => documentOf(app));
}

/**
 * A client keeps its connection for the next request; a process that ends does not wait for that. Nor for the first: Node
 * takes a connection that has asked for nothing yet for one that is asking, and waits a minute.
 */
function letConnectionsGo(fastify: FastifyInstance): void {
  const silent = new Set<Socket>();
  fastify.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  fastify.server.on('request', ({ socket }) => silent.delete(socket));

  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    for (const socket of silent) socket.destroy();
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (_request, _reply, done) => {
    if (closing) setImmediate(() => fastify.server.closeIdleConnections());
    done();
  });
}

/** `paths`: the routes that are Fastify's own. */
const DESCRIBED = { cookie: 'accession_session', paths: UPLOAD_PATHS, accessTo };
const documents = new WeakMap<INestApplication, OpenAPIObject>();

/** The OpenAPI document of the app, made when it is first asked for. */
export function documentOf(app: INestApplication): OpenAPIObject {
  const config = app.get<Config>(CONFIG);
  const document = documents.get(app) ?? openapi(app, { server: publicUrl(config), ...DESCRIBED });
  documents.set(app, document);
  return document;
}

/** @returns the address that it listens on. @throws an Error that names the port, when it cannot be had. */
export async function listen(app: NestFastifyApplication, setting: 'PORT' | 'WORKER_PORT' = 'PORT'): Promise<string> {
  const config = app.get<Config>(CONFIG);
  const port = config[setting];
  try {
    await app.listen(port, config.HOST);
  } catch (error) {
    const why = NOT_TO_BE_HAD[(error as NodeJS.ErrnoException).code ?? ''];
    throw why ? new Error(`Port ${port} ${why} Set ${setting} to another.`, { cause: error }) : error;
  }
  return app.getUrl();
}

const NOT_TO_BE_HAD: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is already in use: end what uses it, or leave it alone.',
  EACCES: 'is not open to this account: those below 1024 are for root.',
  EADDRNOTAVAIL: 'cannot be opened: this machine does not have the address in HOST.',
};

function accessTo(route: string): ReturnType<Description['accessTo']> {
  const access = ROUTES[route];
  return { open: access?.who === 'anyone', scopes: access?.scopes ?? [] };
}

/** What Node refuses to read as HTTP at all never becomes a request. */
const UNREADABLE: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

function answerSocket(error: NodeJS.ErrnoException, socket: Socket, base: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = UNREADABLE[error.code ?? ''] ?? 400;
  const { problem } = answerTo(new HttpException(error.message, status), { base, instance: randomUUID() });
  const body = JSON.stringify(problem);
  new Logger('http').debug('not HTTP', { code: error.code });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nX-Request-Id: ${problem.instance}\r\n` +
      `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
