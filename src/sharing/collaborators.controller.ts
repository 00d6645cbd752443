/** Who works on a record, who is invited to, and who is to own it: over HTTP. */
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Instant, keyset, type Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import {
  AcceptedInvitation,
  CollaboratorEdit,
  CollaboratorsPage,
  CollaboratorsQuery,
  CollaboratorView,
  InvitationView,
  NewCollaborator,
  NewTransfer,
  Shared,
  TransferView,
} from './collaborators.schema.js';
import { CollaboratorsService } from './collaborators.service.js';
import { InvitationsService } from './invitations.service.js';
import { TransfersService } from './transfers.service.js';

const Id = z.uuid();
const Token = z.string().max(100);
const inOrder = keyset('collaborators', z.strictObject({ createdAt: Instant, id: z.uuid() }));

@ApiTags('sharing')
@Controller('submissions/:id')
export class CollaboratorsController {
  constructor(
    private readonly collaborators: CollaboratorsService,
    private readonly transfers: TransfersService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get('collaborators')
  @ApiOperation({ summary: 'List who works on it, and who is invited to' })
  @Returns(200, CollaboratorsPage)
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: CollaboratorsQuery }) { limit, cursor, count }: CollaboratorsQuery,
    @CurrentUser() user: User,
  ): Promise<Page<CollaboratorView>> {
    const submission = await this.submissions.getFor(id, user, 'participant');
    const rows = await this.collaborators.page(submission, user, limit + 1, inOrder.read(cursor));
    const page = inOrder.page(rows, limit, (row) => ({ createdAt: row.createdKey, id: row.id }));
    return count ? { ...page, total: await this.collaborators.count(submission) } : page;
  }

  /** Through all its versions. Whoever has no account is invited by mail; the answer is the same. */
  @Post('collaborators')
  @ApiOperation({ summary: 'Share it with somebody, by e-mail address' })
  @Returns(202, Shared)
  async add(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewCollaborator }) asked: NewCollaborator,
    @CurrentUser() user: User,
  ): Promise<Shared> {
    await this.collaborators.add(id, asked, user);
    return asked;
  }

  @Patch('collaborators/:personId')
  @ApiOperation({ summary: 'Give a collaborator, or somebody who is invited, another role' })
  @Returns(200, CollaboratorView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Param('personId', { schema: Id }) personId: string,
    @Body({ schema: CollaboratorEdit }) edit: CollaboratorEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<CollaboratorView> {
    const changed = await this.collaborators.edit(id, personId, edit, user, expected);
    return withHeaders(changed, { etag: changed.etag });
  }

  /** The owner ends a collaboration or takes an invitation back; a collaborator leaves. */
  @Delete('collaborators/:personId')
  @ApiOperation({ summary: 'End a collaboration, or take an invitation back' })
  @Returns(204)
  async remove(
    @Param('id', { schema: Id }) id: string,
    @Param('personId', { schema: Id }) personId: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.collaborators.remove(id, personId, user, expected);
  }

  @Post('collaborators/:personId/resend')
  @ApiOperation({ summary: 'Send an invitation again; it is good for two weeks more' })
  @Returns(202)
  async resend(
    @Param('id', { schema: Id }) id: string,
    @Param('personId', { schema: Id }) personId: string,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.collaborators.resend(id, personId, user);
  }

  @Get('transfer')
  @ApiOperation({ summary: 'To whom its ownership is offered' })
  @Returns(200, TransferView)
  async offered(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<TransferView> {
    const offer = await this.transfers.open(id, user);
    return withHeaders(offer, { etag: offer.etag });
  }

  /** Nothing changes until the other accepts. */
  @Post('transfer')
  @ApiOperation({ summary: 'Offer its ownership to somebody' })
  @Returns(201, TransferView)
  async offer(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewTransfer }) asked: NewTransfer,
    @CurrentUser() user: User,
  ): Promise<TransferView> {
    const offer = await this.transfers.offer(id, asked, user);
    return withHeaders(offer, { etag: offer.etag, location: `/api/v1/submissions/${id}/transfer` });
  }

  @Delete('transfer')
  @ApiOperation({ summary: 'Take the offer of its ownership back' })
  @Returns(204)
  async takeBack(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.transfers.takeBack(id, user, expected);
  }
}

@ApiTags('sharing')
@Controller()
export class OffersController {
  constructor(
    private readonly invitations: InvitationsService,
    private readonly transfers: TransfersService,
  ) {}

  /** For whoever has the mail, with an account or without. */
  @Get('invitations/:token')
  @ApiOperation({ summary: 'Read an invitation' })
  @Returns(200, InvitationView)
  async read(@Param('token', { schema: Token }) token: string): Promise<InvitationView> {
    return this.invitations.read(token);
  }

  @Post('invitations/:token/accept')
  @ApiOperation({ summary: 'Accept an invitation, as whoever is signed in' })
  @Returns(200, AcceptedInvitation)
  async accept(
    @Param('token', { schema: Token }) token: string,
    @CurrentUser() user: User,
  ): Promise<AcceptedInvitation> {
    return this.invitations.accept(token, user);
  }

  @Post('transfers/:transferId/accept')
  @ApiOperation({ summary: 'Become the owner of a record, with all its versions' })
  @Returns(200, TransferView)
  async take(@Param('transferId', { schema: Id }) id: string, @CurrentUser() user: User): Promise<TransferView> {
    return this.transfers.accept(id, user);
  }

  @Post('transfers/:transferId/decline')
  @ApiOperation({ summary: 'Decline the ownership of a record' })
  @Returns(200, TransferView)
  async decline(@Param('transferId', { schema: Id }) id: string, @CurrentUser() user: User): Promise<TransferView> {
    return this.transfers.decline(id, user);
  }
}
