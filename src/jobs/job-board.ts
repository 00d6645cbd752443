/**
 * Where do admins look into the queues? At `/admin/jobs`, which is bull-board's. Whoever is no admin is refused as
 * everywhere; what changes something by cookie must come from a page of ours.
 */
import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { Authenticator } from '../identity/authenticate.js';
import { ROUTES } from '../permissions.js';
import { answerTo } from '../platform/problem.js';
import { sendProblem } from '../platform/problem-filter.js';
import { QueueAdmin } from './queue-admin.service.js';

type BoardOptions = Parameters<typeof createBullBoard>[0];

const PATH = '/admin/jobs';
/** Of this API: whoever may list jobs there may look at them here. */
const ACCESS = ROUTES['GET /jobs'] ?? { who: 'admin', scopes: [] };

/** Its script and styles are its own; it sets styles as it draws. */
const OF_THE_BOARD = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'self'",
].join('; ');

/** Before the application listens. */
export function registerJobBoard(app: NestFastifyApplication): void {
  const base = publicUrl(app.get<Config>(CONFIG));
  const authenticator = app.get(Authenticator);
  const queues = app.get(QueueAdmin);
  const adapter = new FastifyAdapter();
  // The adapter brings an edition of the board's types of its own; what they say is the same.
  const serverAdapter = adapter as unknown as BoardOptions['serverAdapter'];
  const board = createBullBoard({ queues: [], serverAdapter });
  adapter.setBasePath(PATH);

  const admit = async (request: FastifyRequest, reply: FastifyReply) => {
    try {
      const user = await authenticator.admit(request, ACCESS);
      Object.assign(request, { user }); // for the log, as the guard does
      void reply.header('content-security-policy', OF_THE_BOARD).header('cache-control', 'no-store');
      board.setQueues(queues.boards());
    } catch (error) {
      sendProblem(reply, answerTo(error, { base, instance: request.id }));
      return reply;
    }
  };
  void app
    .getHttpAdapter()
    .getInstance()
    .register(
      (scope, _options, done) => {
        scope.addHook('onRequest', admit);
        void scope.register(adapter.registerPlugin());
        done();
      },
      { prefix: PATH },
    );
}
