/** Work on many submissions at once, over HTTP: asked for, or only rehearsed; watched, and undone. */
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { keyset, type Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import {
  ItemsQuery,
  NewOperation,
  type OperationItem,
  OperationItems,
  OperationOrPreview,
  OperationView,
  Preview,
} from './operations.schema.js';
import { OperationsService } from './operations.service.js';

const Id = z.uuid();
const byOrdinal = keyset('operation items', z.int());
const located = (view: OperationView) => withHeaders(view, { location: view.links.self });

@ApiTags('queue')
@Controller('operations')
export class OperationsController {
  constructor(private readonly operations: OperationsService) {}

  /** With `dryRun`, 200 and what would become of each submission, and nothing is changed; else 202, and a worker does it. */
  @Post()
  @ApiOperation({ summary: 'Do one thing to many submissions, or see what would become of each' })
  @Returns(202, OperationOrPreview)
  @Returns(200, Preview)
  async begin(
    @Body({ schema: NewOperation }) asked: NewOperation,
    @CurrentUser() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOrPreview> {
    if (!asked.dryRun) return located(await this.operations.begin(asked, user));
    void reply.status(200);
    return this.operations.rehearse(asked, user);
  }

  @Get(':id')
  @ApiOperation({ summary: 'See how far an operation is' })
  @Returns(200, OperationView)
  read(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<OperationView> {
    return this.operations.read(id, user);
  }

  @Get(':id/items')
  @ApiOperation({ summary: 'Read what became of each submission' })
  @Returns(200, OperationItems)
  async items(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ItemsQuery }) { limit, cursor, count, result }: z.output<typeof ItemsQuery>,
    @CurrentUser() user: User,
  ): Promise<Page<OperationItem>> {
    const after = byOrdinal.read(cursor) ?? 0;
    const rows = await this.operations.items(id, user, { results: result, limit: limit + 1, after });
    const page = byOrdinal.page(rows, limit, ({ ordinal }) => ordinal);
    if (!count) return page;
    const { items, total } = await this.operations.read(id, user);
    return { ...page, total: result ? result.reduce((sum, each) => sum + items[each], 0) : total };
  }

  /** Another operation, of what was done by this one. */
  @Post(':id/undo')
  @ApiOperation({ summary: 'Undo an operation' })
  @Returns(202, OperationView)
  async undo(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<OperationView> {
    return located(await this.operations.undo(id, user));
  }
}
