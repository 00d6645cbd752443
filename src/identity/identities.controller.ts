/** Who the caller is elsewhere. */
import { Body, Controller, Delete, Get, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { withHeaders } from '../platform/answers.js';
import { Returns } from '../platform/returns.js';
import { Identities, type IdentityView } from './identity.schema.js';
import { LinkedIdentities } from './linked-identities.service.js';
import { attemptCookie, browserIn } from './openid/attempt-cookie.js';
import { LinkBegin, LinkBegun } from './openid/sign-in.schema.js';
import { SignInService } from './openid/sign-in.service.js';
import { newBrowser } from './openid/sign-in-attempts.service.js';
import { CurrentUser, type User } from './user.js';

@ApiTags('me')
@Controller('me/identities')
export class IdentitiesController {
  private readonly publicUrl: string;

  constructor(
    private readonly identities: LinkedIdentities,
    private readonly signIn: SignInService,
    @Inject(CONFIG) config: Config,
  ) {
    this.publicUrl = publicUrl(config);
  }

  @Get()
  @ApiOperation({ summary: 'The providers by which the caller can sign in' })
  @Returns(200, Identities)
  async list(@CurrentUser() { id }: User): Promise<{ items: IdentityView[] }> {
    return { items: await this.identities.of(id) };
  }

  @Post(':provider')
  @ApiOperation({ summary: 'Link a provider: the browser goes there, and comes back with it linked' })
  @Returns(201, LinkBegun)
  async begin(
    @Param('provider') provider: string,
    @Body({ schema: LinkBegin }) { returnTo }: LinkBegin,
    @CurrentUser() { id }: User,
    @Req() { headers }: FastifyRequest,
  ): Promise<LinkBegun> {
    const browser = browserIn(headers.cookie) ?? newBrowser();
    const url = await this.signIn.begin(provider, browser, returnTo, id);
    return withHeaders({ url: url.href }, { 'set-cookie': attemptCookie(browser, this.publicUrl) });
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Unlink a provider, unless it is the last way in: whoever is signed in by it is so no longer',
  })
  @Returns(204)
  unlink(@Param('id', { schema: z.uuid() }) id: string, @CurrentUser() user: User): Promise<void> {
    return this.identities.unlink(user.id, id);
  }
}
