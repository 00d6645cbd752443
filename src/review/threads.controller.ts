/** Threads over HTTP. */
import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Instant, keyset, type Page, pageOf } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { NewThread, ThreadEdit, ThreadQuery, ThreadView } from './threads.schema.js';
import { ThreadsService } from './threads.service.js';

const Id = z.uuid();
const order = keyset('threads', z.strictObject({ createdAt: Instant, id: z.uuid() }));

const tagged = (thread: ThreadView): ThreadView => withHeaders(thread, { etag: thread.etag });

@ApiTags('review')
@Controller('submissions/:id/threads')
export class ThreadsController {
  constructor(
    private readonly threads: ThreadsService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'What is talked about, in the order in which it was begun; of each thread the first words and the newest',
  })
  @Returns(200, pageOf(ThreadView, 'ThreadPage'))
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ThreadQuery }) { limit, cursor, count, ...filter }: z.output<typeof ThreadQuery>,
    @CurrentUser() user: User,
  ): Promise<Page<ThreadView>> {
    const submission = await this.submissions.getFor(id, user);
    const rows = await this.threads.page(submission, filter, user, limit + 1, order.read(cursor));
    const page = order.page(rows, limit, (row) => ({ createdAt: row.createdAtKey, id: row.id }));
    return count ? { ...page, total: await this.threads.count(submission, filter, user) } : page;
  }

  @Post()
  @ApiOperation({ summary: 'Begin a thread about a field, a finding, a file, a run, or nothing in particular' })
  @Returns(201, ThreadView)
  async create(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewThread }) asked: NewThread,
    @CurrentUser() user: User,
  ): Promise<ThreadView> {
    const made = await this.threads.create(id, asked, user);
    return withHeaders(made, { etag: made.etag, location: made.links.self ?? '' });
  }

  @Get(':threadId')
  @ApiOperation({ summary: 'One thread, with all that was said' })
  @Returns(200, ThreadView)
  async read(
    @Param('id', { schema: Id }) id: string,
    @Param('threadId', { schema: Id }) threadId: string,
    @CurrentUser() user: User,
  ): Promise<ThreadView> {
    return tagged(await this.threads.one(await this.submissions.getFor(id, user), threadId, user));
  }

  @Patch(':threadId')
  @ApiOperation({ summary: 'Resolve it, or open it again; whether it blocks an approval is for curators to say' })
  @Returns(200, ThreadView)
  async change(
    @Param('id', { schema: Id }) id: string,
    @Param('threadId', { schema: Id }) threadId: string,
    @Body({ schema: ThreadEdit }) edit: ThreadEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<ThreadView> {
    return tagged(await this.threads.change(id, threadId, edit, user, expected));
  }
}
