/** Signing in by a provider: there, back, and out again. */
import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CONFIG, type Config, publicUrl } from '../../config.js';
import { withHeaders } from '../../platform/answers.js';
import { TakesAnyParameters } from '../../platform/known-parameters.js';
import { PREFIX } from '../../platform/openapi.js';
import { Returns } from '../../platform/returns.js';
import { SessionView } from '../credentials.schema.js';
import { CrossSiteRequest } from '../identity.errors.js';
import { isCrossSite } from '../same-origin.js';
import { seenFrom } from '../seen-from.js';
import { sessionCookie } from '../session-cookie.js';
import { attemptCookie, browserIn } from './attempt-cookie.js';
import { BackChannelLogout } from './back-channel-logout.service.js';
import { Providers } from './providers.js';
import { refusalPage } from './refusal-page.js';
import { AccountBegun, BeginQuery, LogoutForm, ProvidersView } from './sign-in.schema.js';
import { SignInService } from './sign-in.service.js';
import { newBrowser } from './sign-in-attempts.service.js';

@ApiTags('people')
@Controller('sign-in')
export class SignInController {
  private readonly publicUrl: string;

  constructor(
    private readonly providers: Providers,
    private readonly signIn: SignInService,
    private readonly logout: BackChannelLogout,
    @Inject(CONFIG) config: Config,
  ) {
    this.publicUrl = publicUrl(config);
  }

  @Get('providers')
  @ApiOperation({ summary: 'By whom one can sign in, besides a password' })
  @Returns(200, ProvidersView)
  list(): ProvidersView {
    const items = this.providers.all().map(({ id, label }) => ({ id, label, signInAt: `${PREFIX}/sign-in/${id}` }));
    return { items };
  }

  @Get(':provider')
  @ApiOperation({ summary: 'Go to a provider and sign in there' })
  @Returns(302)
  async begin(
    @Param('provider') provider: string,
    @Query({ schema: BeginQuery }) { returnTo }: z.output<typeof BeginQuery>,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const browser = browserIn(headers.cookie) ?? newBrowser();
    const url = await this.signIn.begin(provider, browser, returnTo);
    const cookie = attemptCookie(browser, this.publicUrl);
    void reply.headers({ location: url.href, 'set-cookie': cookie, 'cache-control': 'no-store' });
  }

  /** The provider sends the browser here; a browser that is refused is shown a page. */
  @Get(':provider/callback')
  @ApiOperation({ summary: 'Come back from a provider, signed in' })
  @Returns(303)
  @TakesAnyParameters()
  async callback(
    @Param('provider') provider: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    void reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    const { cookie, accept } = request.headers;
    const parameters = new URL(request.originalUrl, this.publicUrl).searchParams;
    try {
      const arrived = await this.signIn.finish(provider, browserIn(cookie), parameters, seenFrom(request));
      const { session, returnTo } = arrived;
      if (session) void reply.header('set-cookie', sessionCookie(session.token, session.expiresAt, this.publicUrl));
      void reply.header('location', `${this.publicUrl}${returnTo}`);
      return undefined;
    } catch (error) {
      const page = refusalPage(error, { accept, base: this.publicUrl, instance: request.id });
      if (!page) throw error;
      void reply.status(page.status).type('text/html; charset=utf-8');
      return page.html;
    }
  }

  @Post(':provider/account')
  @ApiOperation({ summary: 'Say the e-mail address that the provider did not, and be signed in' })
  @Returns(201, SessionView)
  async complete(
    @Param('provider') provider: string,
    @Body({ schema: AccountBegun }) { email, name }: AccountBegun,
    @Req() request: FastifyRequest,
  ): Promise<SessionView> {
    if (isCrossSite(request.headers, this.publicUrl)) throw new CrossSiteRequest(this.publicUrl);
    const browser = browserIn(request.headers.cookie);
    const session = await this.signIn.complete(provider, browser, email, name ?? null, seenFrom(request));
    return withHeaders(session, { 'set-cookie': sessionCookie(session.token, session.expiresAt, this.publicUrl) });
  }

  /** By the provider itself; the token is its word for it. */
  @Post(':provider/back-channel-logout')
  @ApiOperation({ summary: 'Take from a provider that somebody has signed out of it' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @RouteConfig({ takesForm: true })
  @Returns(200)
  async signedOut(
    @Param('provider') provider: string,
    @Body({ schema: LogoutForm }) { logout_token: token }: LogoutForm,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    void reply.header('cache-control', 'no-store');
    await this.logout.end(provider, token);
  }
}
