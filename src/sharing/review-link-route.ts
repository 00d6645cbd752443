/**
 * Where does a review link lead that somebody clicks on? To the page of its submission, with a cookie for it and nothing
 * else; to the record once that is public. It lies outside of the API, and its address is in no log and no `Referer`.
 */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { kindOf } from '../identity/secrets.js';
import { visitCookie } from '../identity/session-cookie.js';
import { answerTo } from '../platform/problem.js';
import { sendProblem } from '../platform/problem-filter.js';
import { PassphraseNeeded, ShareLinkNotFound, ShareLinkPublished } from './sharing.errors.js';
import { VisitsService } from './visits.service.js';

const PRIVATE = {
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'cache-control': 'no-store',
} as const;

/** Before the application listens. */
export function registerReviewLinks(app: NestFastifyApplication): void {
  const base = publicUrl(app.get<Config>(CONFIG));
  const visits = app.get(VisitsService, { strict: false });

  const follow = async (request: FastifyRequest, reply: FastifyReply): Promise<string> => {
    const { token } = request.params as { readonly token: string };
    if (kindOf(token) !== 'link') throw new ShareLinkNotFound();
    try {
      const { submissionId, secret, expiresAt } = await visits.open(token, null);
      void reply.header('set-cookie', visitCookie(secret, submissionId, expiresAt, base));
      return `${base}/s/${submissionId}?as=reviewer`;
    } catch (error) {
      if (error instanceof ShareLinkPublished) return error.record;
      // What follows the # goes to no server: the page there asks for the passphrase, and exchanges both.
      if (error instanceof PassphraseNeeded) return `${base}/review-link#${token}`;
      throw error;
    }
  };

  void app
    .getHttpAdapter()
    .getInstance()
    .register((scope, _options, done) => {
      scope.setErrorHandler((error, { id }: FastifyRequest, reply) =>
        sendProblem(reply.headers(PRIVATE), answerTo(error, { base, instance: id })),
      );
      scope.get('/r/:token', async (request, reply) => {
        const location = await follow(request, reply);
        return reply
          .headers({ ...PRIVATE, location })
          .status(303)
          .send();
      });
      done();
    });
}
