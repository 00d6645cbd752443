/** What the caller has been told, and the marks that say what they have read. */
import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { Returns } from '../platform/returns.js';
import {
  AllRead,
  NotificationsPage,
  NotificationsQuery,
  NotificationView,
  ReadAll,
  ReadMark,
} from './notifications.schema.js';
import { NotificationsService } from './notifications.service.js';

@ApiTags('me')
@Controller('me/notifications')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Get()
  @Returns(200, NotificationsPage)
  page(
    @CurrentUser() user: User,
    @Query({ schema: NotificationsQuery }) query: NotificationsQuery,
  ): Promise<NotificationsPage> {
    return this.notifications.page(user, query);
  }

  /** Read it, or keep it as unread. No `If-Match`: the mark is all that changes, and setting it twice is setting it. */
  @Patch(':id')
  @Returns(200, NotificationView)
  mark(
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: ReadMark }) mark: ReadMark,
    @CurrentUser() user: User,
  ): Promise<NotificationView> {
    return this.notifications.mark(id, mark, user);
  }

  @Post('read')
  @Returns(200, AllRead)
  markAll(@Body({ schema: ReadAll }) which: ReadAll, @CurrentUser() user: User): Promise<AllRead> {
    return this.notifications.markAll(which, user);
  }
}
