/** Where are requests counted before anybody knows who asks? As they arrive, whichever route they are for. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerTo } from '../platform/problem.js';
import { sendProblem } from '../platform/problem-filter.js';
import type { RateLimits } from './rate-limits.service.js';

/** Registered last, so that a refusal has what every answer has: the hooks of plugins run in the order of their coming. */
export function limitRequests(fastify: FastifyInstance, limits: RateLimits, base: string): void {
  const plugin = (scope: FastifyInstance, _options: object, done: () => void) => {
    scope.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      try {
        await limits.arrived(request, reply);
      } catch (error) {
        sendProblem(reply, answerTo(error, { base, instance: request.id }));
        return reply;
      }
    });
    done();
  };
  // Fastify's word for: these hooks are for all routes, and not for those of the plugin alone.
  void fastify.register(Object.assign(plugin, { [Symbol.for('skip-override')]: true }));
}
