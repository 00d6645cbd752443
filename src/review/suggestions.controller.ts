/** Suggested changes over HTTP. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { Instant, keyset, type Page, pageOf } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { AppliedView, Chosen, Decline, NewSuggestion, SuggestionQuery, SuggestionView } from './suggestions.schema.js';
import { SuggestionsService } from './suggestions.service.js';

const Id = z.uuid();
const order = keyset('suggestions', z.strictObject({ createdAt: Instant, id: z.uuid() }));

@ApiTags('review')
@Controller('submissions/:id/suggestions')
export class SuggestionsController {
  constructor(
    private readonly suggestions: SuggestionsService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What reviewers suggest, in the order in which they did, and what came of it' })
  @Returns(200, pageOf(SuggestionView, 'SuggestionPage'))
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: SuggestionQuery }) { limit, cursor, count, ...filter }: z.output<typeof SuggestionQuery>,
    @CurrentUser() user: User,
  ): Promise<Page<SuggestionView>> {
    const submission = await this.submissions.getFor(id, user);
    const rows = await this.suggestions.page(submission, filter, limit + 1, order.read(cursor));
    const page = order.page(rows, limit, (row) => ({ createdAt: row.createdAtKey, id: row.id }));
    return count ? { ...page, total: await this.suggestions.count(submission, filter) } : page;
  }

  @Post()
  @ApiOperation({ summary: 'Suggest a change of title or metadata, as a JSON patch' })
  @Returns(201, SuggestionView)
  async create(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewSuggestion }) asked: NewSuggestion,
    @CurrentUser() user: User,
  ): Promise<SuggestionView> {
    const made = await this.suggestions.create(id, asked, user);
    return withHeaders(made, { location: made.links.self ?? '' });
  }

  /** In one edit: all that are chosen, or nothing. */
  @Post('apply')
  @ApiOperation({ summary: 'Apply several suggested changes to the draft: all of them, or none' })
  @Returns(200, AppliedView)
  async applyChosen(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: Chosen }) chosen: Chosen,
    @CurrentUser() user: User,
  ): Promise<AppliedView> {
    return this.suggestions.apply(id, chosen, user);
  }

  @Get(':suggestionId')
  @ApiOperation({ summary: 'One suggested change' })
  @Returns(200, SuggestionView)
  async read(
    @Param('id', { schema: Id }) id: string,
    @Param('suggestionId', { schema: Id }) suggestionId: string,
    @CurrentUser() user: User,
  ): Promise<SuggestionView> {
    return this.suggestions.one(await this.submissions.getFor(id, user), suggestionId);
  }

  @Post(':suggestionId/apply')
  @ApiOperation({ summary: 'Apply a suggested change to the draft' })
  @Returns(200, AppliedView)
  async apply(
    @Param('id', { schema: Id }) id: string,
    @Param('suggestionId', { schema: Id }) suggestionId: string,
    @CurrentUser() user: User,
  ): Promise<AppliedView> {
    return this.suggestions.apply(id, { ids: [suggestionId] }, user);
  }

  @Post(':suggestionId/decline')
  @ApiOperation({ summary: 'Decline it, with a reason' })
  @Returns(200, SuggestionView)
  async decline(
    @Param('id', { schema: Id }) id: string,
    @Param('suggestionId', { schema: Id }) suggestionId: string,
    @Body({ schema: Decline }) { reason }: Decline,
    @CurrentUser() user: User,
  ): Promise<SuggestionView> {
    return this.suggestions.decline(id, suggestionId, reason, user);
  }

  @Post(':suggestionId/withdraw')
  @ApiOperation({ summary: 'Take back what one has suggested' })
  @Returns(200, SuggestionView)
  async withdraw(
    @Param('id', { schema: Id }) id: string,
    @Param('suggestionId', { schema: Id }) suggestionId: string,
    @CurrentUser() user: User,
  ): Promise<SuggestionView> {
    return this.suggestions.withdraw(id, suggestionId, user);
  }
}
