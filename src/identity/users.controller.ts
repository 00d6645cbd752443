/** People and their roles; and how one becomes one of them. */
import { Body, Controller, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CONFIG, type Config } from '../config.js';
import { withHeaders } from '../platform/answers.js';
import { etagOf, IfMatch, type Precondition } from '../platform/etag.js';
import type { Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SignUpOff } from './identity.errors.js';
import { MeView, PeoplePage, PeopleQuery, PersonDetail, PersonEdit, PersonView, SignUp } from './identity.schema.js';
import { LinkedIdentities } from './linked-identities.service.js';
import { fieldsOf, PeopleService } from './people.service.js';
import type { Person } from './person.entity.js';
import { RolesService } from './roles.service.js';
import { CurrentUser, MaybeUser, type User } from './user.js';

@ApiTags('people')
@Controller('users')
export class UsersController {
  constructor(
    private readonly people: PeopleService,
    private readonly roles: RolesService,
    private readonly identities: LinkedIdentities,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Sign up as a submitter; where that is off, an admin does it for others' })
  @Returns(201, MeView)
  async signUp(@Body({ schema: SignUp }) signUp: SignUp, @MaybeUser() user: User | null): Promise<MeView> {
    if (!this.config.SIGN_UP && !mayAddPeople(user)) throw new SignUpOff();
    const person = await this.people.signUp(signUp);
    return { ...person, orcidVerified: false };
  }

  @Get()
  @ApiOperation({ summary: 'Who has an account' })
  @Returns(200, PeoplePage)
  async page(@Query({ schema: PeopleQuery }) query: PeopleQuery): Promise<Page<PersonView>> {
    const { items, ...rest } = await this.people.page(query);
    return { ...rest, items: items.map(view) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Somebody, with their roles for a time or a profile, and who they are elsewhere' })
  @Returns(200, PersonDetail)
  async read(@Param('id', { schema: z.uuid() }) id: string): Promise<PersonDetail> {
    const person = await this.people.get(id);
    const shown = view(person);
    const { erasureRequestedAt, erasedAt } = person;
    const detail = {
      ...{ ...shown, erasureRequestedAt, erasedAt, hasPassword: await this.people.hasPassword(id) },
      grants: await this.roles.grants(id),
      identities: await this.identities.of(id),
    };
    return withHeaders(detail, { etag: shown.etag });
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Give and take roles, or shut somebody out: it is so at their next request' })
  @Returns(200, PersonView)
  async change(
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: PersonEdit }) changes: PersonEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<PersonView> {
    const person = view(await this.roles.change(id, changes, expected, user));
    return withHeaders(person, { etag: person.etag });
  }
}

function mayAddPeople(user: User | null): boolean {
  if (!user?.roles.includes('admin')) return false;
  return user.scopes === null || user.scopes.includes('admin');
}

const view = (person: Person): PersonView => {
  const fields = fieldsOf(person);
  return { ...person, orcidVerified: fields.orcidVerified, disabled: fields.disabled, etag: etagOf(fields) };
};
