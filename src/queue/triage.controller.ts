/** What the team sets on a submission, over HTTP: for those who review it. */
import { Body, Controller, Get, Param, Patch, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { etagOf, IfMatch, type Precondition } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { LabelsOf, TriageEdit, TriageView } from './triage.schema.js';
import { TriageService } from './triage.service.js';

const Id = z.uuid();
const tagged = (triage: TriageView) => withHeaders({ ...triage }, { etag: etagOf(triage) });

@ApiTags('queue')
@Controller('submissions/:id')
export class TriageController {
  constructor(private readonly triage: TriageService) {}

  @Get('triage')
  @ApiOperation({ summary: 'Read priority, date and labels' })
  @Returns(200, TriageView)
  async read(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<TriageView> {
    return tagged(await this.triage.read(id, user));
  }

  @Patch('triage')
  @ApiOperation({ summary: 'Set priority and date' })
  @Returns(200, TriageView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: TriageEdit }) edit: TriageEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<TriageView> {
    return tagged(await this.triage.edit(id, edit, user, expected));
  }

  @Put('labels')
  @ApiOperation({ summary: 'Set all labels' })
  @Returns(200, TriageView)
  async label(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: LabelsOf }) labels: LabelsOf,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<TriageView> {
    return tagged(await this.triage.label(id, labels, user, expected));
  }
}
