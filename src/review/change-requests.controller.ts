/** Change requests over HTTP. */
import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Instant, keyset, type Page, pageOf } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import {
  ChangeRequestEdit,
  ChangeRequestQuery,
  ChangeRequestView,
  NewChangeRequest,
} from './change-requests.schema.js';
import { ChangeRequestsService } from './change-requests.service.js';

const Id = z.uuid();
const order = keyset('change-requests', z.strictObject({ createdAt: Instant, id: z.uuid() }));

const tagged = (request: ChangeRequestView): ChangeRequestView => withHeaders(request, { etag: request.etag });

@ApiTags('review')
@Controller('submissions/:id/change-requests')
export class ChangeRequestsController {
  constructor(
    private readonly requests: ChangeRequestsService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What curators want changed, of all rounds, in the order in which they said so' })
  @Returns(200, pageOf(ChangeRequestView, 'ChangeRequestPage'))
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ChangeRequestQuery }) { limit, cursor, count, state }: z.output<typeof ChangeRequestQuery>,
    @CurrentUser() user: User,
  ): Promise<Page<ChangeRequestView>> {
    await this.submissions.getFor(id, user);
    const rows = await this.requests.page(id, state, limit + 1, order.read(cursor));
    const page = order.page(rows, limit, (row) => ({ createdAt: row.createdAtKey, id: row.id }));
    return count ? { ...page, total: await this.requests.count(id, state) } : page;
  }

  @Post()
  @ApiOperation({ summary: 'Ask for a change, while the submission is in review' })
  @Returns(201, ChangeRequestView)
  async create(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewChangeRequest }) asked: NewChangeRequest,
    @CurrentUser() user: User,
  ): Promise<ChangeRequestView> {
    const made = await this.requests.create(id, asked, user);
    return withHeaders(made, { etag: made.etag, location: made.links.self ?? '' });
  }

  @Get(':crId')
  @ApiOperation({ summary: 'One change request' })
  @Returns(200, ChangeRequestView)
  async read(
    @Param('id', { schema: Id }) id: string,
    @Param('crId', { schema: Id }) requestId: string,
    @CurrentUser() user: User,
  ): Promise<ChangeRequestView> {
    await this.submissions.getFor(id, user);
    return tagged(await this.requests.one(id, requestId));
  }

  @Patch(':crId')
  @ApiOperation({ summary: 'Answer it, as the submitter; resolve, decline, reopen or reword it, as a curator' })
  @Returns(200, ChangeRequestView)
  async change(
    @Param('id', { schema: Id }) id: string,
    @Param('crId', { schema: Id }) requestId: string,
    @Body({ schema: ChangeRequestEdit }) edit: ChangeRequestEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<ChangeRequestView> {
    return tagged(await this.requests.change(id, requestId, edit, user, expected));
  }
}
