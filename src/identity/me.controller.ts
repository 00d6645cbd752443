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
  async read(@CurrentUser() { id }: User): Promise<MeView> {
    return tagged(await this.people.get(id));
  }

  @Patch()
  @ApiOperation({ summary: 'Change what others see of the caller' })
  @Returns(200, MeView)
  async edit(
    @CurrentUser() { id }: User,
    @Body({ schema: MeEdit }) changes: MeEdit,
    @IfMatch() expected: Precondition,
  ): Promise<MeView> {
    return tagged(await this.people.edit(id, changes, expected));
  }
}

const tagged = (person: Person): Person => withHeaders(person, { etag: etagOf(fieldsOf(person)) });
