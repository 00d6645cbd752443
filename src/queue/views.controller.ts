/** Saved views of the queue, over HTTP: one's own, and the team's. */
import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { NewView, SavedView, SavedViews, ViewEdit } from './views.schema.js';
import { ViewsService } from './views.service.js';

const Id = z.uuid();
const tagged = (view: SavedView): SavedView => withHeaders(view, view.etag === null ? {} : { etag: view.etag });

@ApiTags('me')
@Controller('me/views')
export class OwnViewsController {
  constructor(private readonly views: ViewsService) {}

  @Get()
  @ApiOperation({ summary: 'List the views of one’s own, with counts' })
  @Returns(200, SavedViews)
  async list(@CurrentUser() user: User): Promise<SavedViews> {
    return { items: await this.views.own(user) };
  }

  @Post()
  @ApiOperation({ summary: 'Save a view for oneself' })
  @Returns(201, SavedView)
  async create(@Body({ schema: NewView }) view: NewView, @CurrentUser() user: User): Promise<SavedView> {
    return tagged(await this.views.create('own', view, user));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a view of one’s own' })
  @Returns(200, SavedView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ViewEdit }) edit: ViewEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<SavedView> {
    return tagged(await this.views.edit('own', id, edit, user, expected));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete a view of one’s own' })
  @Returns(204)
  remove(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    return this.views.remove('own', id, user, expected);
  }
}

@ApiTags('queue')
@Controller('views')
export class TeamViewsController {
  constructor(private readonly views: ViewsService) {}

  /** Those that are built in come first. */
  @Get()
  @ApiOperation({ summary: 'List the views of the team, with counts' })
  @Returns(200, SavedViews)
  async list(@CurrentUser() user: User): Promise<SavedViews> {
    return { items: await this.views.team(user) };
  }

  @Post()
  @ApiOperation({ summary: 'Save a view for the team' })
  @Returns(201, SavedView)
  async create(@Body({ schema: NewView }) view: NewView, @CurrentUser() user: User): Promise<SavedView> {
    return tagged(await this.views.create('team', view, user));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a view that one has saved for the team' })
  @Returns(200, SavedView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ViewEdit }) edit: ViewEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<SavedView> {
    return tagged(await this.views.edit('team', id, edit, user, expected));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete a view of the team: its owner, or an admin' })
  @Returns(204)
  remove(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    return this.views.remove('team', id, user, expected);
  }
}
