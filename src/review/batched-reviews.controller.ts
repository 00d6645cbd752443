/** Reviews over HTTP: those that were sent, and the caller's own that is not. */
import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { etagOf, IfMatch, type Precondition } from '../platform/etag.js';
import { Instant, keyset, type Page, pageOf } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { NewReview, PendingReview, PendingReviewView, ReviewQuery, ReviewView } from './batched-reviews.schema.js';
import { BatchedReviewsService } from './batched-reviews.service.js';
import { fieldsOf, PendingReviewsService } from './batched-reviews-pending.service.js';

const Id = z.uuid();
const order = keyset('reviews', z.strictObject({ createdAt: Instant, id: z.uuid() }));

const tagged = (pending: PendingReviewView): PendingReviewView =>
  withHeaders({ ...pending }, { etag: etagOf(fieldsOf(pending)) });

@ApiTags('review')
@Controller('submissions/:id/reviews')
export class BatchedReviewsController {
  constructor(
    private readonly reviews: BatchedReviewsService,
    private readonly pending: PendingReviewsService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The reviews that were sent, round by round, with all that was sent with each' })
  @Returns(200, pageOf(ReviewView, 'ReviewPage'))
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ReviewQuery }) { limit, cursor, count, round }: z.output<typeof ReviewQuery>,
    @CurrentUser() user: User,
  ): Promise<Page<ReviewView>> {
    const submission = await this.submissions.getFor(id, user);
    const rows = await this.reviews.page(submission, round, user, limit + 1, order.read(cursor));
    const page = order.page(rows, limit, (row) => ({ createdAt: row.createdAtKey, id: row.id }));
    return count ? { ...page, total: await this.reviews.count(submission, round) } : page;
  }

  @Post()
  @ApiOperation({ summary: 'Send a review: comments, suggested changes, requests and the decision, all or nothing' })
  @Returns(201, ReviewView)
  async send(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewReview }) review: NewReview,
    @CurrentUser() user: User,
  ): Promise<ReviewView> {
    return this.reviews.send(id, review, user);
  }

  @Get('pending')
  @ApiOperation({ summary: 'What the caller has written down and not sent; empty, where there is nothing' })
  @Returns(200, PendingReviewView)
  async read(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<PendingReviewView> {
    return tagged(await this.pending.read(id, user));
  }

  @Put('pending')
  @ApiOperation({ summary: 'Keep what is not to be sent yet' })
  @Returns(200, PendingReviewView)
  async keep(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: PendingReview }) pending: PendingReview,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<PendingReviewView> {
    return tagged(await this.pending.keep(id, pending, user, expected));
  }

  @Delete('pending')
  @ApiOperation({ summary: 'Discard what was not sent' })
  @Returns(204)
  async discard(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.pending.discard(id, user, expected);
  }
}
