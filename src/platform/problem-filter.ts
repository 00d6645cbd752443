/** Who turns what was thrown into an answer? One filter, for Nest's errors, Fastify's and ours. */
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { passesByItself } from './faults.js';
import { BodyTooLarge } from './json-body.js';
import { note } from './log-context.js';
import { answerTo, type ProblemAnswer } from './problem.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('problem');

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const answer = answerTo(this.inOurWords(error), { base: publicUrl(this.config), instance: request.id });
    note({ problem: answer.problem.code });

    if (answer.problem.status === 500) this.log.error(error);
    if (passesByItself(error)) this.log.warn(error);
    if (reply.sent || reply.raw.headersSent) reply.raw.destroy();
    else sendProblem(reply, answer);
  }

  private inOurWords(error: unknown): unknown {
    const tooLarge = error instanceof HttpException && error.getStatus() === 413;
    return tooLarge ? new BodyTooLarge(this.config.MAX_BODY_BYTES) : error;
  }
}

export function sendProblem(reply: FastifyReply, { problem, headers }: ProblemAnswer): void {
  void reply.status(problem.status).headers(headers).type('application/problem+json').send(JSON.stringify(problem));
}
