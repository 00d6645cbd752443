/** Incidents over HTTP, for staff. Leaving the state that an incident is about resolves it: there is nothing else to send. */
import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, reviewedProfiles, type User } from '../identity/user.js';
import { Instant, keyset, type Page, pageOf } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { IncidentQuery, IncidentView } from './incidents.schema.js';
import { IncidentsService } from './incidents.service.js';

const order = keyset('incidents', z.strictObject({ openedAt: Instant, id: z.uuid() }));

@ApiTags('incidents')
@Controller('incidents')
export class IncidentsController {
  constructor(private readonly incidents: IncidentsService) {}

  /** Faults of ours, those that have waited longest first; without `state` the open ones. */
  @Get()
  @Returns(200, pageOf(IncidentView, 'IncidentPage'))
  async list(
    @Query({ schema: IncidentQuery }) { limit, cursor, count, state }: z.output<typeof IncidentQuery>,
    @CurrentUser() user: User,
  ): Promise<Page<IncidentView>> {
    const profiles = reviewedProfiles(user);
    const rows = await this.incidents.page(state, profiles, limit + 1, order.read(cursor));
    const page = order.page(rows, limit, ({ openedAtKey, id }) => ({ openedAt: openedAtKey, id }));
    return count ? { ...page, total: await this.incidents.count(state, profiles) } : page;
  }
}
