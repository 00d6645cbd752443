/** Look-ups over HTTP: whether the identifiers in the metadata are there, and are of what they are said to be. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { keyset, type Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { LookupRetry, LookupsPage, LookupsQuery, LookupView } from './lookups.schema.js';
import { LookupsService } from './lookups.service.js';

const Id = z.uuid();
const byPointer = keyset('lookups', z.string());

@ApiTags('submissions')
@Controller('submissions/:id/lookups')
export class LookupsController {
  constructor(
    private readonly lookups: LookupsService,
    private readonly submissions: SubmissionsService,
  ) {}

  /** People, publications, entries of archives, terms and taxa; a service that is away leaves them unverified. */
  @Get()
  @ApiOperation({ summary: 'List what is known of the identifiers in the metadata' })
  @Returns(200, LookupsPage)
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: LookupsQuery }) { limit, cursor, count, ...filter }: LookupsQuery,
    @CurrentUser() user: User,
  ): Promise<Page<LookupView>> {
    await this.submissions.getFor(id, user);
    const rows = await this.lookups.list(id, filter, limit + 1, byPointer.read(cursor));
    const page = byPointer.page(rows, limit, ({ pointer }) => pointer);
    return count ? { ...page, total: await this.lookups.count(id, filter) } : page;
  }

  /** Not within a minute of the last try; for every submission that names it. */
  @Post('retry')
  @ApiOperation({ summary: 'Have an identifier looked up again' })
  @Returns(202, LookupView)
  async retry(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: LookupRetry }) { pointer }: LookupRetry,
    @CurrentUser() user: User,
  ): Promise<LookupView> {
    await this.submissions.getFor(id, user, 'participant');
    return this.lookups.retry(id, pointer);
  }
}
