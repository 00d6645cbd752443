/** Decisions over HTTP; they are made by `POST /submissions/{id}/transitions`. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { keyset, type Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { DecisionsPage, DecisionsQuery, type DecisionView } from './decisions.schema.js';
import { DecisionsService } from './decisions.service.js';

const Id = z.uuid();
const order = keyset('decisions', z.int());

@ApiTags('review')
@Controller('submissions/:id/decisions')
export class DecisionsController {
  constructor(
    private readonly decisions: DecisionsService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What was decided, and the checklist, the waivers and what was open as they were' })
  @Returns(200, DecisionsPage)
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: DecisionsQuery }) { limit, cursor, count }: DecisionsQuery,
    @CurrentUser() user: User,
  ): Promise<Page<DecisionView>> {
    await this.submissions.getFor(id, user);
    const rows = await this.decisions.page(id, limit + 1, order.read(cursor) ?? 0);
    const page = order.page(rows, limit, ({ seq }) => seq);
    return count ? { ...page, total: await this.decisions.count(id) } : page;
  }
}
