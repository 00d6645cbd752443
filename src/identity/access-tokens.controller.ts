/** The caller's tokens for scripts. */
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { AccessTokensService } from './access-tokens.service.js';
import { NewToken, NewTokenView, TokensPage, TokensQuery, type TokenView } from './credentials.schema.js';
import { CurrentUser, type User } from './user.js';

@ApiTags('me')
@Controller('me/tokens')
export class AccessTokensController {
  constructor(private readonly tokens: AccessTokensService) {}

  @Get()
  @ApiOperation({ summary: "The caller's tokens, the newest first" })
  @Returns(200, TokensPage)
  page(@CurrentUser() user: User, @Query({ schema: TokensQuery }) query: TokensQuery): Promise<Page<TokenView>> {
    return this.tokens.page(user, query);
  }

  @Post()
  @ApiOperation({ summary: 'Make a token: its secret is in this answer and never again' })
  @Returns(201, NewTokenView)
  make(@CurrentUser() user: User, @Body({ schema: NewToken }) token: NewToken): Promise<NewTokenView> {
    return this.tokens.make(user, token);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Revoke a token' })
  @Returns(204)
  revoke(@Param('id', { schema: z.uuid() }) id: string, @CurrentUser() user: User): Promise<void> {
    return this.tokens.revoke(id, user.id, user);
  }
}
