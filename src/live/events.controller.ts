/** Live events over HTTP: one request that stays open. */
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator } from '../identity/authenticate.js';
import { RoleNeeded, ScopeNeeded } from '../identity/identity.errors.js';
import { CurrentUser, reviewedProfiles, type Scope, type User } from '../identity/user.js';
import { ROUTES } from '../permissions.js';
import { ReturnsText } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { EventStream } from './event-stream.js';
import { EventsQuery, positionIn } from './live.schema.js';
import { LiveStreams } from './live-streams.service.js';
import type { Topics } from './topics.js';

/** The row of this route: who holds a stream open is held against it again and again. */
const ACCESS = ROUTES['GET /events'] ?? { who: 'person', scopes: [] };

const ABOUT =
  'Server-sent events. The first is `ready`; each `id` is the position of its event, and whoever comes back with the last ' +
  'one they saw misses nothing and hears nothing twice. `resync`: too much or too long ago to tell it again, read anew what ' +
  'you show. Every 15 seconds comes a comment. `file.progress` and `check.progress` have no id and are told in passing. ' +
  'docs/live-events.md has the events and their data.';

@ApiTags('live events')
@Controller('events')
export class EventsController {
  constructor(
    private readonly streams: LiveStreams,
    private readonly submissions: SubmissionsService,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What happens, as it happens', description: ABOUT })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The last that was seen: what came after is told first.',
  })
  @ReturnsText('text/event-stream')
  async listen(
    @Query({ schema: EventsQuery }) { topics, after }: EventsQuery,
    @CurrentUser() user: User,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    mayAsk(user, topics);
    for (const id of topics.submissions) await this.submissions.getFor(id, user);
    this.streams.mustHaveRoom(user.id);

    const { authorization, cookie, 'view-as': as } = request.headers;
    const asking = { method: 'GET', headers: { authorization, cookie, 'view-as': as } };
    const stream = new EventStream(reply);
    if (request.method === 'HEAD') return stream.end();
    this.streams.open(
      {
        ...{ user, stream },
        topics: { ...topics, submissions: new Set(topics.submissions) },
        admit: () => this.authenticator.admit(asking, ACCESS),
      },
      positionIn(request.headers['last-event-id']) ?? after ?? null,
    );
  }
}

/** Each topic asks a token for a scope of its own. */
function mayAsk(user: User, { submissions, queue, me }: Topics): void {
  if (submissions.size > 0) mustHold(user, 'submission:read');
  if (queue && reviewedProfiles(user).length === 0) throw new RoleNeeded('curator', user.roles);
  if (queue) mustHold(user, 'review');
  if (me && user.visit) throw new RoleNeeded('person', user.roles);
  if (me) mustHold(user, 'account');
}

function mustHold({ scopes }: User, scope: Scope): void {
  if (scopes && !scopes.includes(scope)) throw new ScopeNeeded([scope], scopes);
}
