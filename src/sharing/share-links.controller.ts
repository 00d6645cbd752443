/** Review links over HTTP: for those who make them, and for scripts that come by one. */
import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { visitCookie } from '../identity/session-cookie.js';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { keyset, type Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { IdentityScan } from './hidden-names.schema.js';
import { HiddenNames } from './hidden-names.service.js';
import {
  Exchange,
  MadeShareLink,
  NewShareLink,
  ShareLinkEdit,
  ShareLinksPage,
  ShareLinksQuery,
  ShareLinkView,
  VisitView,
} from './share-links.schema.js';
import { ShareLinksService } from './share-links.service.js';
import { VisitsService } from './visits.service.js';

const Id = z.uuid();
const newestFirst = keyset('share links', z.int());

@ApiTags('sharing')
@Controller('submissions/:id')
export class ShareLinksController {
  constructor(
    private readonly links: ShareLinksService,
    private readonly names: HiddenNames,
    private readonly submissions: SubmissionsService,
  ) {}

  /** Of the record, through all its versions. Their secrets are shown to nobody again. */
  @Get('share-links')
  @ApiOperation({ summary: 'List the review links, the newest first' })
  @Returns(200, ShareLinksPage)
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ShareLinksQuery }) { limit, cursor, count }: ShareLinksQuery,
    @CurrentUser() user: User,
  ): Promise<Page<ShareLinkView>> {
    const submission = await this.submissions.getFor(id, user, 'participant');
    const rows = await this.links.page(submission, limit + 1, newestFirst.read(cursor));
    const page = newestFirst.page(rows, limit, ({ n }) => n);
    return count ? { ...page, total: await this.links.count(submission) } : page;
  }

  /** The answer holds its secret, this once. */
  @Post('share-links')
  @ApiOperation({ summary: 'Make a review link' })
  @Returns(201, MadeShareLink)
  async create(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewShareLink }) asked: NewShareLink,
    @CurrentUser() user: User,
  ): Promise<MadeShareLink> {
    const link = await this.links.create(id, asked, user);
    return withHeaders(link, { etag: link.etag, location: link.links.self ?? '' });
  }

  @Get('share-links/:linkId')
  @ApiOperation({ summary: 'One review link' })
  @Returns(200, ShareLinkView)
  async read(
    @Param('id', { schema: Id }) id: string,
    @Param('linkId', { schema: Id }) linkId: string,
    @CurrentUser() user: User,
  ): Promise<ShareLinkView> {
    return tagged(await this.links.get(await this.submissions.getFor(id, user, 'participant'), linkId));
  }

  @Patch('share-links/:linkId')
  @ApiOperation({ summary: 'Extend, rename or revoke a review link' })
  @Returns(200, ShareLinkView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Param('linkId', { schema: Id }) linkId: string,
    @Body({ schema: ShareLinkEdit }) edit: ShareLinkEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<ShareLinkView> {
    return tagged(await this.links.edit(id, linkId, edit, user, expected));
  }

  /** It stays in the list, and whoever holds it is told that it was revoked. */
  @Delete('share-links/:linkId')
  @ApiOperation({ summary: 'Revoke a review link' })
  @Returns(204)
  async revoke(
    @Param('id', { schema: Id }) id: string,
    @Param('linkId', { schema: Id }) linkId: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.links.edit(id, linkId, { revoked: true }, user, expected);
  }

  /** Where a name still stands that an anonymised link withholds. The bytes of files are theirs who read them. */
  @Get('identity-scan')
  @ApiOperation({ summary: 'Where names stand that an anonymised link withholds' })
  @Returns(200, IdentityScan)
  async scan(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<IdentityScan> {
    return this.names.scan(await this.submissions.getFor(id, user, 'editor'));
  }
}

@ApiTags('sharing')
@Controller('share-links')
export class ExchangeController {
  private readonly base: string;

  constructor(
    private readonly visits: VisitsService,
    @Inject(CONFIG) config: Config,
  ) {
    this.base = publicUrl(config);
  }

  /** A browser gets a cookie for the submission, a script takes the token. */
  @Post('exchange')
  @ApiOperation({ summary: 'Come by a review link' })
  @Returns(201, VisitView)
  async exchange(@Body({ schema: Exchange }) { token, passphrase }: Exchange): Promise<VisitView> {
    const { secret, submissionId, expiresAt, visit } = await this.visits.open(token, passphrase ?? null);
    const { may, isAnonymised: anonymised, pseudonym, version } = visit;
    const cookie = visitCookie(secret, submissionId, expiresAt, this.base);
    const view = {
      token: secret,
      expiresAt,
      submissionId,
      version: version ?? 0,
      may: [...may],
      anonymised,
      pseudonym,
    };
    return withHeaders(view, { 'set-cookie': cookie, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  }
}

const tagged = (link: ShareLinkView): ShareLinkView => withHeaders(link, { etag: link.etag });
