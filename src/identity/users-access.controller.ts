/** What somebody else may do and by what they are signed in, for admins: grants, sessions and tokens, each to be taken. */
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { AccessTokensService } from './access-tokens.service.js';
import {
  type SessionRow,
  SessionsPage,
  SessionsQuery,
  TokensPage,
  TokensQuery,
  type TokenView,
} from './credentials.schema.js';
import { GrantView, NewGrant } from './identity.schema.js';
import { PeopleService } from './people.service.js';
import { RolesService } from './roles.service.js';
import { SessionsService } from './sessions.service.js';
import { CurrentUser, type User } from './user.js';

const Id = z.uuid();

@ApiTags('people')
@Controller('users/:id')
export class UsersAccessController {
  constructor(
    private readonly people: PeopleService,
    private readonly roles: RolesService,
    private readonly sessions: SessionsService,
    private readonly tokens: AccessTokensService,
  ) {}

  @Post('grants')
  @ApiOperation({ summary: 'Give a role for a time, or for the submissions of one profile' })
  @Returns(201, GrantView)
  grant(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewGrant }) grant: NewGrant,
    @CurrentUser() user: User,
  ): Promise<GrantView> {
    return this.roles.grant(id, grant, user);
  }

  @Delete('grants/:grantId')
  @ApiOperation({ summary: 'Take a grant: what they had claimed by it is in the pool again' })
  @Returns(204)
  revokeGrant(
    @Param('id', { schema: Id }) id: string,
    @Param('grantId', { schema: Id }) grantId: string,
    @CurrentUser() user: User,
  ): Promise<void> {
    return this.roles.revoke(id, grantId, user);
  }

  @Get('sessions')
  @ApiOperation({ summary: 'Where somebody is signed in, the newest first' })
  @Returns(200, SessionsPage)
  async sessionsOf(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: SessionsQuery }) query: SessionsQuery,
  ): Promise<Page<SessionRow>> {
    await this.people.get(id);
    return this.sessions.page(id, query);
  }

  @Delete('sessions')
  @ApiOperation({ summary: 'Sign somebody out everywhere' })
  @Returns(204)
  async endSessions(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<void> {
    await this.people.get(id);
    await this.sessions.revokeAll(id, user);
  }

  @Delete('sessions/:sessionId')
  @ApiOperation({ summary: 'End one session of somebody' })
  @Returns(204)
  endSession(
    @Param('id', { schema: Id }) id: string,
    @Param('sessionId', { schema: Id }) sessionId: string,
    @CurrentUser() user: User,
  ): Promise<void> {
    return this.sessions.revoke(id, sessionId, user);
  }

  @Get('tokens')
  @ApiOperation({ summary: "Somebody's tokens for scripts, the newest first" })
  @Returns(200, TokensPage)
  async tokensOf(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: TokensQuery }) query: TokensQuery,
  ): Promise<Page<TokenView>> {
    await this.people.get(id);
    return this.tokens.page({ id }, query);
  }

  @Delete('tokens')
  @ApiOperation({ summary: 'Revoke all tokens of somebody' })
  @Returns(204)
  async revokeTokens(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<void> {
    await this.people.get(id);
    await this.tokens.revokeAll(id, user);
  }

  @Delete('tokens/:tokenId')
  @ApiOperation({ summary: 'Revoke one token of somebody' })
  @Returns(204)
  revokeToken(
    @Param('id', { schema: Id }) id: string,
    @Param('tokenId', { schema: Id }) tokenId: string,
    @CurrentUser() user: User,
  ): Promise<void> {
    return this.tokens.revoke(tokenId, id, user);
  }
}
