/** Being forgotten, over HTTP. */
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import type { Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import {
  ErasureAsked,
  ErasureRequestsPage,
  ErasureRequestsQuery,
  type ErasureRequestView,
  ErasureView,
} from './erasure.schema.js';
import { ErasureService } from './erasure.service.js';
import { ErasureRequestsService } from './erasure-requests.service.js';

@ApiTags('people')
@Controller()
export class ErasureController {
  constructor(
    private readonly erasure: ErasureService,
    private readonly requests: ErasureRequestsService,
  ) {}

  @Post('users/:id/erasure')
  @ApiOperation({ summary: 'Erase a person and keep the record of science, or tell what that would change' })
  @Returns(200, ErasureView)
  erase(
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: ErasureAsked }) asked: ErasureAsked,
    @CurrentUser() user: User,
  ): Promise<ErasureView> {
    return this.erasure.erase(id, asked, user);
  }

  @Get('erasure-requests')
  @ApiOperation({ summary: 'Who asks to be erased, those who have waited longest first' })
  @Returns(200, ErasureRequestsPage)
  page(@Query({ schema: ErasureRequestsQuery }) query: ErasureRequestsQuery): Promise<Page<ErasureRequestView>> {
    return this.requests.page(query);
  }

  @Post('me/erasure-request')
  @ApiOperation({ summary: 'Ask to be erased: an admin does it' })
  @Returns(202)
  ask(@CurrentUser() { id }: User): Promise<void> {
    return this.requests.ask(id);
  }

  @Delete('me/erasure-request')
  @ApiOperation({ summary: 'Ask no more to be erased' })
  @Returns(204)
  takeBack(@CurrentUser() { id }: User): Promise<void> {
    return this.requests.takeBack(id);
  }
}
