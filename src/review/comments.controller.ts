/** Comments over HTTP. They are read with their thread. */
import { Body, Controller, Delete, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { CommentsService } from './comments.service.js';
import { CommentView, NewComment } from './threads.schema.js';

const Id = z.uuid();
const tagged = (comment: CommentView): CommentView => withHeaders(comment, { etag: comment.etag });

@ApiTags('review')
@Controller('submissions/:id/threads/:threadId/comments')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  @Post()
  @ApiOperation({ summary: 'Say something in a thread' })
  @Returns(201, CommentView)
  async add(
    @Param('id', { schema: Id }) submissionId: string,
    @Param('threadId', { schema: Id }) threadId: string,
    @Body({ schema: NewComment }) { text }: NewComment,
    @CurrentUser() user: User,
  ): Promise<CommentView> {
    return tagged(await this.comments.add({ submissionId, threadId }, text, user));
  }

  @Patch(':commentId')
  @ApiOperation({ summary: 'Put one’s own words otherwise; the comment says that it was edited' })
  @Returns(200, CommentView)
  async edit(
    @Param('id', { schema: Id }) submissionId: string,
    @Param('threadId', { schema: Id }) threadId: string,
    @Param('commentId', { schema: Id }) commentId: string,
    @Body({ schema: NewComment }) { text }: NewComment,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<CommentView> {
    return tagged(await this.comments.edit({ submissionId, threadId }, commentId, text, user, expected));
  }

  @Delete(':commentId')
  @ApiOperation({ summary: 'Take one’s own words back; their place in the thread stays' })
  @Returns(204)
  async remove(
    @Param('id', { schema: Id }) submissionId: string,
    @Param('threadId', { schema: Id }) threadId: string,
    @Param('commentId', { schema: Id }) commentId: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.comments.remove({ submissionId, threadId }, commentId, user, expected);
  }
}
