/** Revisions and their differences over HTTP. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { keyset, type Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import {
  DifferenceQuery,
  DifferenceView,
  RevisionsPage,
  RevisionsQuery,
  type RevisionView,
} from './differences.schema.js';
import { DifferencesService } from './differences.service.js';
import { SealedRevisions } from './sealed-revisions.service.js';
import { Sides } from './sides.service.js';

const Id = z.uuid();
const newestFirst = keyset('revisions', z.tuple([z.int(), z.int()]));

@ApiTags('review')
@Controller('submissions/:id')
export class DifferencesController {
  constructor(
    private readonly submissions: SubmissionsService,
    private readonly revisions: SealedRevisions,
    private readonly differences: DifferencesService,
    private readonly sides: Sides,
  ) {}

  /** Of all versions of the record that the caller may see, the newest first. */
  @Get('revisions')
  @ApiOperation({ summary: 'What was sealed when, by whom, and what was decided on it' })
  @Returns(200, RevisionsPage)
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: RevisionsQuery }) { limit, cursor, count }: RevisionsQuery,
    @CurrentUser() user: User,
  ): Promise<Page<RevisionView>> {
    const ids = await this.sides.versionsOf(await this.submissions.getFor(id, user), user);
    const rows = await this.revisions.page(ids, limit + 1, newestFirst.read(cursor));
    const page = newestFirst.page(rows, limit, ({ version, seq }) => [version, seq]);
    return count ? { ...page, total: await this.revisions.count(ids) } : page;
  }

  /** Without `from` and `to`: what was reviewed last, by the caller if they have reviewed it, against what is here now. */
  @Get('diff')
  @ApiOperation({ summary: 'The difference of two versions, rounds or revisions' })
  @Returns(200, DifferenceView)
  async difference(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: DifferenceQuery }) query: DifferenceQuery,
    @CurrentUser() user: User,
  ): Promise<DifferenceView> {
    return this.differences.between(await this.submissions.getFor(id, user), query, user);
  }
}
