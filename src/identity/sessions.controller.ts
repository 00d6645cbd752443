/** Signing in and out. */
import { Body, Controller, Delete, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { SignInPace } from '../limits/sign-in-pace.service.js';
import { withHeaders } from '../platform/answers.js';
import { Returns } from '../platform/returns.js';
import { secretIn } from './authenticate.js';
import { SessionView, SignIn } from './credentials.schema.js';
import { CrossSiteRequest, SessionNotFound } from './identity.errors.js';
import { Providers } from './openid/providers.js';
import { isCrossSite } from './same-origin.js';
import { kindOf } from './secrets.js';
import { seenFrom } from './seen-from.js';
import { noSessionCookie, sessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('people')
@Controller('sessions')
export class SessionsController {
  private readonly publicUrl: string;

  constructor(
    private readonly sessions: SessionsService,
    private readonly providers: Providers,
    private readonly pace: SignInPace,
    @Inject(CONFIG) config: Config,
  ) {
    this.publicUrl = publicUrl(config);
  }

  @Post()
  @ApiOperation({ summary: 'Sign in: a browser gets a cookie, a script takes the token' })
  @Returns(201, SessionView)
  async begin(@Body({ schema: SignIn }) credentials: SignIn, @Req() request: FastifyRequest): Promise<SessionView> {
    // else another site could sign somebody in as whom it likes, and read what they then bring
    if (isCrossSite(request.headers, this.publicUrl)) throw new CrossSiteRequest(this.publicUrl);
    const attempt = await this.pace.begin(credentials.email, request.ip);
    const session = await this.sessions.begin(credentials, seenFrom(request));
    await attempt.succeeded();
    return withHeaders(session, { 'set-cookie': sessionCookie(session.token, session.expiresAt, this.publicUrl) });
  }

  /** Where a provider has signed them in, `Link: <…>; rel="logout"` is where they sign out of it too. */
  @Delete('current')
  @ApiOperation({ summary: 'Sign out: the session that this request came with is over' })
  @Returns(204)
  async end(@Req() { headers }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const secret = secretIn(headers);
    if (!secret || kindOf(secret) !== 'session') throw new SessionNotFound();
    const issuer = await this.sessions.end(secret);
    const elsewhere = issuer && (await this.providers.signOutAt(issuer));
    if (elsewhere) void reply.header('link', `<${elsewhere}>; rel="logout"`);
    void reply.header('set-cookie', noSessionCookie(this.publicUrl));
  }
}
