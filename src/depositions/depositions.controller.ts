/** Depositions of runs over HTTP: which file belongs to which run, and what must agree between them, run by run. */
import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Association } from '../../checks/deposition/associate.js';
import { columnsOf } from '../../checks/deposition/matrix.js';
import { csvOfCells } from '../../checks/deposition/matrix-csv.js';
import { RULES } from '../../checks/deposition/rules/index.js';
import { CurrentUser, type User } from '../identity/user.js';
import { keyset, type Page } from '../platform/page.js';
import { Returns, ReturnsText } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import {
  CellHistory,
  CellHistoryQuery,
  CellsFilter,
  CellsPage,
  CellsQuery,
  type CellView,
  DepositionView,
  FilePlacesPage,
  FilePlacesQuery,
  type FilePlaceView,
} from './depositions.schema.js';
import { DepositionsService, fits, viewOf } from './depositions.service.js';
import { overviewOf } from './overview.js';

const Id = z.uuid();
const byPath = keyset('file places', z.string());
const byPlace = keyset('matrix', z.int());
const COLUMNS = columnsOf(RULES);

@ApiTags('depositions')
@Controller('submissions/:id')
export class DepositionsController {
  constructor(
    private readonly depositions: DepositionsService,
    private readonly submissions: SubmissionsService,
  ) {}

  /** Runs with their counts, rules with their tolerances, and what is worth a look in the metadata. */
  @Get('deposition')
  @ApiOperation({ summary: 'Read how far a deposition is, run by run' })
  @Returns(200, DepositionView)
  async overview(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<DepositionView> {
    const submission = await this.submissions.getFor(id, user);
    return overviewOf(submission, await this.depositions.judged(submission), COLUMNS);
  }

  /** Each file: its kind, its run, and by which rule; before anything is submitted, too. */
  @Get('association')
  @ApiOperation({ summary: 'List which file belongs to which run, and why' })
  @Returns(200, FilePlacesPage)
  async association(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: FilePlacesQuery }) { limit, cursor, count, ...filter }: FilePlacesQuery,
    @CurrentUser() user: User,
  ): Promise<Page<FilePlaceView>> {
    const { association } = await this.depositions.judged(await this.submissions.getFor(id, user));
    const after = byPath.read(cursor);
    const fitting = association.files.filter(
      (file) =>
        (filter.status === undefined || file.status === filter.status) &&
        (filter.kind === undefined || file.kind === filter.kind) &&
        (filter.dataset === undefined || sharesIn(file).some(({ dataset }) => dataset === filter.dataset)) &&
        (filter.run === undefined || sharesIn(file).some(({ runs }) => runs.includes(filter.run ?? ''))),
    );
    const rest = fitting.filter(({ path }) => after === null || path > after).slice(0, limit + 1);
    const page = byPath.page(rest.map(placeView), limit, ({ path }) => path);
    return count ? { ...page, total: fitting.length } : page;
  }

  /** As things stand: a change of the metadata shows at once, and no file is read for it. */
  @Get('matrix')
  @ApiOperation({ summary: 'Read the matrix of runs and rules as things stand' })
  @Returns(200, CellsPage)
  async matrix(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: CellsQuery }) { limit, cursor, count, ...filter }: CellsQuery,
    @CurrentUser() user: User,
  ): Promise<Page<CellView>> {
    const cells = await this.current(id, user, filter);
    const after = byPlace.read(cursor) ?? 0;
    const page = byPlace.page(cells.slice(after, after + limit + 1), limit, ({ ordinal }) => ordinal);
    return count ? { ...page, total: cells.length } : page;
  }

  @Get('matrix.csv')
  @ApiOperation({ summary: 'The matrix as things stand, as CSV' })
  @Header('content-type', 'text/csv; charset=utf-8')
  @ReturnsText('text/csv')
  async matrixCsv(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: CellsFilter }) filter: CellsFilter,
    @CurrentUser() user: User,
  ): Promise<string> {
    return csvOfCells(await this.current(id, user, filter));
  }

  @Get('matrix/history')
  @ApiOperation({ summary: 'What the runs of checks said of cells of the matrix, the newest first' })
  @Returns(200, CellHistory)
  async history(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: CellHistoryQuery }) cell: CellHistoryQuery,
    @CurrentUser() user: User,
  ): Promise<CellHistory> {
    await this.submissions.getFor(id, user);
    return { items: await this.depositions.history(id, cell) };
  }

  /** As it was judged in that run of checks. */
  @Get('runs/:runId/matrix')
  @ApiOperation({ summary: 'Read the matrix of runs and rules, as a run of checks judged it' })
  @Returns(200, CellsPage)
  async matrixOfRun(
    @Param('id', { schema: Id }) id: string,
    @Param('runId', { schema: Id }) runId: string,
    @Query({ schema: CellsQuery }) { limit, cursor, count, ...filter }: CellsQuery,
    @CurrentUser() user: User,
  ): Promise<Page<CellView>> {
    const submission = await this.submissions.getFor(id, user);
    const rows = await this.depositions.cells(submission, runId, filter, limit + 1, byPlace.read(cursor) ?? 0);
    const page = byPlace.page(rows, limit, ({ ordinal }) => ordinal);
    if (!count) return page;
    return { ...page, total: await this.depositions.countCells(submission.id, runId, filter) };
  }

  @Get('runs/:runId/matrix.csv')
  @ApiOperation({ summary: 'The matrix as a run of checks judged it, as CSV' })
  @Header('content-type', 'text/csv; charset=utf-8')
  @ReturnsText('text/csv')
  async matrixOfRunCsv(
    @Param('id', { schema: Id }) id: string,
    @Param('runId', { schema: Id }) runId: string,
    @Query({ schema: CellsFilter }) filter: CellsFilter,
    @CurrentUser() user: User,
  ): Promise<string> {
    const submission = await this.submissions.getFor(id, user);
    return csvOfCells(await this.depositions.cells(submission, runId, filter, null, 0));
  }

  private async current(id: string, user: User, filter: CellsFilter): Promise<(CellView & { ordinal: number })[]> {
    const { cells } = await this.depositions.judged(await this.submissions.getFor(id, user));
    const waivers = await this.depositions.waivers(id);
    return cells.filter((cell) => fits(cell, filter)).map((cell, i) => ({ ...viewOf(cell, waivers), ordinal: i + 1 }));
  }
}

/** Each data set that it belongs to, and which runs of it. */
const sharesIn = ({ dataset, runs, of }: Association['files'][number]) => of ?? [{ dataset, runs }];

const placeView = ({ of, ...place }: Association['files'][number]): FilePlaceView => ({
  ...place,
  runs: [...place.runs],
  candidates: [...place.candidates],
});
