/** Where the caller is signed in. */
import { Controller, Delete, Get, Param, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { secretIn } from './authenticate.js';
import { type SessionRow, SessionsPage, SessionsQuery } from './credentials.schema.js';
import { SessionsService } from './sessions.service.js';
import { CurrentUser, type User } from './user.js';

@ApiTags('me')
@Controller('me/sessions')
export class MySessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @ApiOperation({ summary: 'Where the caller is signed in, the newest first' })
  @Returns(200, SessionsPage)
  page(
    @CurrentUser() { id }: User,
    @Query({ schema: SessionsQuery }) query: SessionsQuery,
    @Req() { headers }: FastifyRequest,
  ): Promise<Page<SessionRow>> {
    return this.sessions.page(id, query, secretIn(headers));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'End a session: whoever has it is signed out' })
  @Returns(204)
  end(@Param('id', { schema: z.uuid() }) id: string, @CurrentUser() user: User): Promise<void> {
    return this.sessions.revoke(user.id, id, user);
  }
}
