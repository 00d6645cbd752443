/** What can be submitted? The profiles over HTTP: the browser draws its forms from them. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { PROFILES } from '../../checks/profiles/index.js';
import { withHeaders } from '../platform/answers.js';
import { etagOf } from '../platform/etag.js';
import { keyset, type Page, pageOf, pageQuery } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { ProfileNotFound } from '../submissions/submission.errors.js';
import { ProfileView, viewOf } from './profiles.schema.js';

const VIEWS: readonly ProfileView[] = [...PROFILES.values()]
  .map(viewOf)
  .toSorted((one, other) => (one.id < other.id ? -1 : 1));

/** They change with the service, and whoever has them is told so for nothing. */
const cached = <Body extends object>(body: Body): Body =>
  withHeaders(body, { etag: etagOf({ body }), 'cache-control': 'public, no-cache' });

const List = pageQuery();
const order = keyset('profiles', z.string());

@ApiTags('profiles')
@Controller('profiles')
export class ProfilesController {
  /** What new submissions can begin with. */
  @Get()
  @Returns(200, pageOf(ProfileView, 'ProfilePage'))
  list(@Query({ schema: List }) { limit, cursor, count }: z.output<typeof List>): Page<ProfileView> {
    const after = order.read(cursor);
    const rest = VIEWS.filter(({ id }) => after === null || id > after);
    const page = order.page(rest, limit, ({ id }) => id);
    return cached(count ? { ...page, total: VIEWS.length } : page);
  }

  /** One of them, in the version that new submissions begin with. */
  @Get(':id')
  @Returns(200, ProfileView)
  read(@Param('id', { schema: z.string() }) id: string): ProfileView {
    const view = VIEWS.find((profile) => profile.id === id);
    if (!view) throw new ProfileNotFound(id, [...PROFILES.keys()]);
    return cached(view);
  }
}
