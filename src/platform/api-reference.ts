/** Where do people read the API's description? At `/api/docs`; nothing of the page is loaded from anywhere else. */
import type { OpenAPIObject } from '@nestjs/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The page's script and styles are in it; its fonts would come from elsewhere, and are the system's instead. */
const ONLY_FROM_HERE = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** `described` is asked when somebody wants to know. */
export function serveApiReference(fastify: FastifyInstance, described: () => OpenAPIObject): void {
  fastify.get('/api/openapi.json', (_request, reply) => {
    void reply.type('application/json; charset=utf-8').send(JSON.stringify(described()));
  });
  void fastify.register(scalar, {
    routePrefix: '/api/docs',
    hooks: { onRequest: onlyFromHere },
    configuration: {
      pageTitle: 'Accession API',
      content: described,
      withDefaultFonts: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      telemetry: false,
    },
  });
}

function onlyFromHere(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('content-security-policy', ONLY_FROM_HERE);
  done();
}
