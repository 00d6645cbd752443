/** What is a browser told to be careful with? Nothing of ours runs in a frame, and other pages read only what they are meant to. */
import cors, { type FastifyCorsOptionsDelegateCallback } from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { PREFIX } from './openapi.js';

/** JSON runs nothing; the few pages there are say themselves what they need. */
const RUNS_NOTHING = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
  },
};

const YEAR_S = 31_536_000;

/** What a page of another origin may read of an answer besides its body. */
const EXPOSED = [
  ...['ETag', 'Link', 'Location', 'Content-Range', 'Content-Disposition', 'Retry-After', 'X-Request-Id'],
  ...['RateLimit', 'RateLimit-Policy', 'Idempotency-Replayed'],
  ...[
    'Tus-Resumable',
    'Tus-Version',
    'Tus-Extension',
    'Tus-Max-Size',
    'Upload-Offset',
    'Upload-Length',
    'Upload-Expires',
  ],
];

export function protectBrowsers(fastify: FastifyInstance, publicUrl: string): void {
  void fastify.register(helmet, {
    contentSecurityPolicy: RUNS_NOTHING,
    // a browser that was told so once comes by https alone: not where there is none
    strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: YEAR_S, includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  });
  // What is published is for everybody's pages.
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (request.url.startsWith(`${PREFIX}/records`))
      reply.raw.setHeader('cross-origin-resource-policy', 'cross-origin');
    done();
  });
}

/** Pages of these origins may call us, and say who they are. */
export function answerOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const optionsFor: FastifyCorsOptionsDelegateCallback = (request, settle) => {
    const { origin = '', 'access-control-request-method': asks } = request.headers;
    // tus asks by OPTIONS, too: that is no browser that asks whether it may
    const isListed = origins.includes(origin) && (request.method !== 'OPTIONS' || asks !== undefined);
    settle(null, {
      origin: isListed && origin,
      credentials: isListed,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: EXPOSED,
      maxAge: 600,
    });
  };
  void fastify.register(cors, () => optionsFor);
}
