/** Figures over HTTP: as JSON, and as CSV for a spreadsheet. */
import { Controller, Get, Header, Param, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, type User } from '../identity/user.js';
import { Returns, ReturnsText } from '../platform/returns.js';
import { FIGURE_NAMES, type FigureName as Name } from './figures.js';
import { FigureName, FigureQuery, FiguresView, FigureView } from './figures.schema.js';
import { FiguresService } from './figures.service.js';

@ApiTags('figures')
@Controller('figures')
export class FiguresController {
  constructor(private readonly figures: FiguresService) {}

  @Get()
  @ApiOperation({ summary: 'Which figures there are, and what each counts' })
  @Returns(200, FiguresView)
  list(): FiguresView {
    return this.figures.all();
  }

  @Get(FIGURE_NAMES.map((name) => `${name}.csv`))
  @ApiOperation({ summary: 'A figure as CSV' })
  @Header('content-type', 'text/csv; charset=utf-8')
  @ReturnsText('text/csv')
  async csv(
    @Req() { routeOptions }: FastifyRequest,
    @Query({ schema: FigureQuery }) query: FigureQuery,
    @CurrentUser() user: User,
  ): Promise<string> {
    const name = FigureName.parse(routeOptions.url?.replace(/^.*\/(.+)\.csv$/, '$1'));
    return this.figures.csv(name, query, user);
  }

  @Get(':name')
  @ApiOperation({ summary: 'A figure: how the work is going' })
  @Returns(200, FigureView)
  async read(
    @Param('name', { schema: FigureName }) name: Name,
    @Query({ schema: FigureQuery }) query: FigureQuery,
    @CurrentUser() user: User,
  ): Promise<FigureView> {
    return this.figures.figure(name, query, user);
  }
}
