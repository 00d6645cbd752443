/** Waivers over HTTP. One that is given never changes: it is there, or it has been taken back. */
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { MayIfMatch, type Precondition } from '../platform/etag.js';
import { Instant, keyset, type Page, pageOf, pageQuery } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { NewWaiver, WaiverView } from './waivers.schema.js';
import { tagOf, WaiversService } from './waivers.service.js';

const Id = z.uuid();
const List = pageQuery();
const order = keyset('waivers', z.strictObject({ createdAt: Instant, id: z.uuid() }));

@ApiTags('review')
@Controller('submissions/:id/waivers')
export class WaiversController {
  constructor(
    private readonly waivers: WaiversService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Which errors of the checks are waived, and why' })
  @Returns(200, pageOf(WaiverView, 'WaiverPage'))
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: List }) { limit, cursor, count }: z.output<typeof List>,
    @CurrentUser() user: User,
  ): Promise<Page<WaiverView>> {
    await this.submissions.getFor(id, user);
    const rows = await this.waivers.page(id, limit + 1, order.read(cursor));
    const page = order.page(rows, limit, (row) => ({ createdAt: row.createdAtKey, id: row.id }));
    return count ? { ...page, total: await this.waivers.count(id) } : page;
  }

  @Post()
  @ApiOperation({ summary: 'Waive an error of the last run, with a reason, while the submission is in review' })
  @Returns(201, WaiverView)
  async create(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewWaiver }) asked: NewWaiver,
    @CurrentUser() user: User,
  ): Promise<WaiverView> {
    const given = await this.waivers.create(id, asked, user);
    return withHeaders(given, { etag: tagOf(given), location: given.links.self ?? '' });
  }

  @Get(':waiverId')
  @ApiOperation({ summary: 'One waiver' })
  @Returns(200, WaiverView)
  async read(
    @Param('id', { schema: Id }) id: string,
    @Param('waiverId', { schema: Id }) waiverId: string,
    @CurrentUser() user: User,
  ): Promise<WaiverView> {
    await this.submissions.getFor(id, user);
    const waiver = await this.waivers.one(id, waiverId);
    return withHeaders(waiver, { etag: tagOf(waiver) });
  }

  @Delete(':waiverId')
  @ApiOperation({ summary: 'Take a waiver back' })
  @Returns(204)
  async remove(
    @Param('id', { schema: Id }) id: string,
    @Param('waiverId', { schema: Id }) waiverId: string,
    @MayIfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.waivers.remove(id, waiverId, user, expected);
  }
}
