/** How the caller wishes to be told. */
import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { PreferencesEdit, PreferencesView } from './preferences.schema.js';
import { PreferencesService, tagOf } from './preferences.service.js';

const tagged = (view: PreferencesView): PreferencesView => withHeaders(view, { etag: tagOf(view) });

@ApiTags('me')
@Controller('me/preferences')
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  @Get()
  @ApiOperation({ summary: 'How the caller is told: by category and channel, with what there is to choose from' })
  @Returns(200, PreferencesView)
  async read(@CurrentUser() { id }: User): Promise<PreferencesView> {
    return tagged(await this.preferences.get(id));
  }

  @Patch()
  @ApiOperation({ summary: 'Change how the caller is told' })
  @Returns(200, PreferencesView)
  async edit(
    @CurrentUser() { id }: User,
    @Body({ schema: PreferencesEdit }) changes: PreferencesEdit,
    @IfMatch() expected: Precondition,
  ): Promise<PreferencesView> {
    return tagged(await this.preferences.edit(id, changes, expected));
  }
}
