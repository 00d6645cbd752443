/**
 * How does somebody end mails without signing in? By the link in each: RFC 8058. Looking at it changes nothing, since
 * mail servers look at links too; a POST ends them, by a mailbox's own button or by that of the small page shown here.
 */
import { Readable } from 'node:stream';
import { Controller, Get, Headers, type OnModuleInit, Param, Post, Query, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyAdapter, RouteConfig } from '@nestjs/platform-fastify';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Returns } from '../platform/returns.js';
import { UnsubscribeQuery, UnsubscribeView } from './preferences.schema.js';
import { PreferencesService } from './preferences.service.js';
import { unsubscribePage } from './unsubscribe-page.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is sent along says nothing, in whatever form: a mailbox's button sends one of its own. */
    ignoresBody?: boolean;
  }
}

const Token = z.string().max(200);

@ApiTags('me')
@Controller('unsubscribe/:token')
export class UnsubscribeController implements OnModuleInit {
  constructor(
    private readonly preferences: PreferencesService,
    private readonly host: HttpAdapterHost<FastifyAdapter>,
  ) {}

  onModuleInit(): void {
    this.host.httpAdapter.getInstance().addHook('preParsing', (request, _reply, payload, done) => {
      if (!request.routeOptions.config.ignoresBody) return done(null, payload);
      payload.resume();
      delete request.headers['content-length'];
      request.headers['content-type'] = 'application/json';
      done(null, Readable.from([]));
    });
  }

  @Get()
  @ApiOperation({ summary: 'Which mails the link of a mail ends; it does not end them' })
  @Returns(200, UnsubscribeView)
  async read(
    @Param('token', { schema: Token }) token: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UnsubscribeView | string> {
    return shown(await this.preferences.ending(token), false, accept, reply);
  }

  @Post()
  @RouteConfig({ ignoresBody: true })
  @ApiOperation({ summary: 'End them: those of the category, or all but what must be' })
  @Returns(200, UnsubscribeView)
  async end(
    @Param('token', { schema: Token }) token: string,
    @Query({ schema: UnsubscribeQuery }) { of }: UnsubscribeQuery,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UnsubscribeView | string> {
    return shown(await this.preferences.end(token, of), true, accept, reply);
  }
}

/** As a page for whoever asks for one first; a token in an address goes to nobody else, and into no index. */
function shown(view: UnsubscribeView, isDone: boolean, accept: string | undefined, reply: FastifyReply) {
  void reply.headers({ 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex', 'cache-control': 'no-store' });
  if (!accept?.trimStart().startsWith('text/html')) return view;
  void reply.type('text/html; charset=utf-8');
  return unsubscribePage(view, isDone);
}
