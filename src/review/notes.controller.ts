/** Internal notes over HTTP: for those who review the submission, and nobody who has a part in it. */
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Instant, keyset, type Page, pageOf } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { NewNote, NoteEdit, NoteQuery, NoteView } from './notes.schema.js';
import { NotesService } from './notes.service.js';

const Id = z.uuid();
const order = keyset('notes', z.strictObject({ createdAt: Instant, id: z.uuid() }));

@ApiTags('review')
@Controller('submissions/:id/notes')
export class NotesController {
  constructor(
    private readonly notes: NotesService,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What reviewers say among themselves' })
  @Returns(200, pageOf(NoteView, 'NotePage'))
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: NoteQuery }) { limit, cursor, count }: z.output<typeof NoteQuery>,
    @CurrentUser() user: User,
  ): Promise<Page<NoteView>> {
    const submission = await this.submissions.getFor(id, user, 'reviewer');
    const rows = await this.notes.page(submission, limit + 1, order.read(cursor));
    const page = order.page(rows, limit, (row) => ({ createdAt: row.createdAtKey, id: row.id }));
    return count ? { ...page, total: await this.notes.count(submission) } : page;
  }

  @Post()
  @ApiOperation({ summary: 'Leave a note that only reviewers read' })
  @Returns(201, NoteView)
  async create(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewNote }) note: NewNote,
    @CurrentUser() user: User,
  ): Promise<NoteView> {
    const made = await this.notes.create(id, note, user);
    return withHeaders(made, { etag: made.etag });
  }

  @Patch(':noteId')
  @ApiOperation({ summary: 'Put one’s own note otherwise' })
  @Returns(200, NoteView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Param('noteId', { schema: Id }) noteId: string,
    @Body({ schema: NoteEdit }) { text }: NoteEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<NoteView> {
    const note = await this.notes.edit(id, noteId, text, user, expected);
    return withHeaders(note, { etag: note.etag });
  }

  @Delete(':noteId')
  @ApiOperation({ summary: 'Delete one’s own note' })
  @Returns(204)
  async remove(
    @Param('id', { schema: Id }) id: string,
    @Param('noteId', { schema: Id }) noteId: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    await this.notes.remove(id, noteId, user, expected);
  }
}
