/** What a reviewer has seen, over HTTP: each their own, and nobody else's. */
import { Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { SectionsView, SectionView } from './viewed.schema.js';
import { ViewedService } from './viewed.service.js';

const Id = z.uuid();
const Name = z.string().max(200);

@ApiTags('review')
@Controller('submissions/:id/sections')
export class ViewedController {
  constructor(
    private readonly viewed: ViewedService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The parts of a submission, and which of them the caller has seen as they are' })
  @Returns(200, SectionsView)
  async list(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<SectionsView> {
    return this.viewed.sections(await this.submissions.getFor(id, user), user);
  }

  @Put(':section/viewed')
  @ApiOperation({ summary: 'Mark a section as seen, as it is' })
  @Returns(200, SectionView)
  async mark(
    @Param('id', { schema: Id }) id: string,
    @Param('section', { schema: Name }) section: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<SectionView> {
    const marked = await this.viewed.mark(await this.submissions.getFor(id, user, 'reviewer'), section, user, expected);
    return withHeaders(marked, { etag: marked.etag });
  }

  @Delete(':section/viewed')
  @ApiOperation({ summary: 'Take the mark back' })
  @Returns(204)
  async unmark(
    @Param('id', { schema: Id }) id: string,
    @Param('section', { schema: Name }) section: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.viewed.unmark(await this.submissions.getFor(id, user, 'reviewer'), section, user, expected);
  }
}
