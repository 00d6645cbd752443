/** The checklist over HTTP. */
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { etagOf, MayIfMatch, type Precondition } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { ChecklistItemView, ChecklistView, Tick } from './checklist.schema.js';
import { ChecklistService, taggedItems } from './checklist.service.js';

const Id = z.uuid();

@ApiTags('review')
@Controller('submissions/:id/checklist')
export class ChecklistController {
  constructor(
    private readonly checklist: ChecklistService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What is looked at before an approval, and what of it has been' })
  @Returns(200, ChecklistView)
  async read(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<ChecklistView> {
    const checklist = await this.checklist.read(await this.submissions.getFor(id, user));
    return withHeaders(checklist, { etag: etagOf(taggedItems(checklist)) });
  }

  /** `If-Match`, where it is sent, is the tag of the whole checklist; so is the tag that comes back. */
  @Put(':item')
  @ApiOperation({ summary: 'Tick an item, or take the tick away' })
  @Returns(200, ChecklistItemView)
  async tick(
    @Param('id', { schema: Id }) id: string,
    @Param('item', { schema: z.string() }) item: string,
    @Body({ schema: Tick }) tick: Tick,
    @MayIfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<ChecklistItemView> {
    const ticked = await this.checklist.tick(id, item, tick, user, expected);
    return withHeaders(ticked.item, { etag: etagOf(taggedItems(ticked.checklist)) });
  }
}
