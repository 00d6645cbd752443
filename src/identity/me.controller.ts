/** The caller themselves. */
import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { withHeaders } from '../platform/answers.js';
import { etagOf, IfMatch, type Precondition } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { MeEdit, MeView } from './identity.schema.js';
import { fieldsOf, PeopleService } from './people.service.js';
import type { Person } from './person.entity.js';
import { CurrentUser, type User } from './user.js';

@ApiTags('me')
@Controller('me')
export class MeController {
  constructor(private readonly people: PeopleService) {}

  @Get()
  @ApiOperation({ summary: 'Who the caller is' })
  @Returns(200, MeView)
  async read(@CurrentUser() user: User): Promise<MeView> {
    return tagged(await this.people.get(user.id), user);
  }

  @Patch()
  @ApiOperation({ summary: 'Change what others see of the caller' })
  @Returns(200, MeView)
  async edit(
    @CurrentUser() user: User,
    @Body({ schema: MeEdit }) changes: MeEdit,
    @IfMatch() expected: Precondition,
  ): Promise<MeView> {
    return tagged(await this.people.edit(user.id, changes, expected), user);
  }
}

/** The roles are those of this very request; the tag is of what the caller could change. */
function tagged(person: Person, { roles, grants = [] }: User): MeView {
  const fields = fieldsOf(person);
  const view = { ...person, orcidVerified: fields.orcidVerified, roles: [...roles], grants: [...grants] };
  return withHeaders(view, { etag: etagOf(fields) });
}
