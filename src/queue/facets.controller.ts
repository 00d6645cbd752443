/** The counts beside a queue, over HTTP. */
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { Returns } from '../platform/returns.js';
import { Facets, FacetsQuery } from './facets.schema.js';
import { FacetsService } from './facets.service.js';

@ApiTags('queue')
@Controller('submissions/facets')
export class FacetsController {
  constructor(private readonly facets: FacetsService) {}

  /** How many there are of each value of each filter, with all the others as they are given. */
  @Get()
  @ApiOperation({ summary: 'Count by each filter' })
  @Returns(200, Facets)
  count(
    @Query({ schema: FacetsQuery }) query: z.output<typeof FacetsQuery>,
    @CurrentUser() user: User,
  ): Promise<Facets> {
    return this.facets.of(query, user);
  }
}
