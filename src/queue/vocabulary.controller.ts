/** The words that the team shares, over HTTP: labels, and templates of what it asks for. */
import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { NewTemplate, TemplateEdit, Templates, TemplateView } from './templates.schema.js';
import { LabelEdit, Labels, LabelView, NewLabel } from './triage.schema.js';
import { VocabularyService } from './vocabulary.service.js';

const Id = z.uuid();
const tagged = <View extends { etag: string }>(view: View): View => withHeaders(view, { etag: view.etag });

@ApiTags('queue')
@Controller('labels')
export class LabelsController {
  constructor(private readonly words: VocabularyService) {}

  @Get()
  @ApiOperation({ summary: 'List the labels of the team' })
  @Returns(200, Labels)
  async list(): Promise<Labels> {
    return { items: await this.words.labels() };
  }

  @Post()
  @ApiOperation({ summary: 'Make a label' })
  @Returns(201, LabelView)
  async create(@Body({ schema: NewLabel }) label: NewLabel, @CurrentUser() user: User): Promise<LabelView> {
    return tagged(await this.words.createLabel(label, user));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Rename a label' })
  @Returns(200, LabelView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: LabelEdit }) edit: LabelEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<LabelView> {
    return tagged(await this.words.editLabel(id, edit, user, expected));
  }

  /** No submission has it any more. */
  @Delete(':id')
  @ApiOperation({ summary: 'Delete a label' })
  @Returns(204)
  remove(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    return this.words.removeLabel(id, user, expected);
  }
}

@ApiTags('queue')
@Controller('templates')
export class TemplatesController {
  constructor(private readonly words: VocabularyService) {}

  @Get()
  @ApiOperation({ summary: 'List the templates of requests for changes' })
  @Returns(200, Templates)
  async list(): Promise<Templates> {
    return { items: await this.words.templates() };
  }

  @Post()
  @ApiOperation({ summary: 'Write a template' })
  @Returns(201, TemplateView)
  async create(@Body({ schema: NewTemplate }) template: NewTemplate, @CurrentUser() user: User): Promise<TemplateView> {
    return tagged(await this.words.createTemplate(template, user));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a template' })
  @Returns(200, TemplateView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: TemplateEdit }) edit: TemplateEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<TemplateView> {
    return tagged(await this.words.editTemplate(id, edit, user, expected));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete a template' })
  @Returns(204)
  remove(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<void> {
    return this.words.removeTemplate(id, user, expected);
  }
}
