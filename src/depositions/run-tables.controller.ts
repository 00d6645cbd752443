/** The runs of a data set as a table, which people edit in a spreadsheet; and what MDOCs would fill in of it. */
import { Body, Controller, Get, Header, Param, Put, Query } from '@nestjs/common';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import { keyset, type Page } from '../platform/page.js';
import { Returns, ReturnsText } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import {
  MdocImportsPage,
  MdocImportsQuery,
  type MdocImportView,
  RunTableImport,
  RunTableQuery,
} from './run-tables.schema.js';
import { RunTables } from './run-tables.service.js';

const Id = z.uuid();
const Key = z.string().min(1).max(64);
const Csv = z
  .string()
  .meta({ description: 'A column `run_name`, and a column for each field; an empty cell leaves it to the defaults.' });
const byRun = keyset('mdoc imports', z.tuple([z.string(), z.string()]));

@ApiTags('depositions')
@Controller('submissions/:id')
export class RunTablesController {
  constructor(
    private readonly tables: RunTables,
    private readonly submissions: SubmissionsService,
  ) {}

  @Get('datasets-of-runs/:dataset/table.csv')
  @ApiOperation({ summary: 'The runs of a data set and what each declares, as CSV' })
  @Header('content-type', 'text/csv; charset=utf-8')
  @ReturnsText('text/csv')
  async read(
    @Param('id', { schema: Id }) id: string,
    @Param('dataset', { schema: Key }) dataset: string,
    @CurrentUser() user: User,
  ): Promise<string> {
    return this.tables.csv(await this.submissions.getFor(id, user), dataset);
  }

  /** All or nothing: a table with faults changes nothing, and each fault has its row and column. */
  @Put('datasets-of-runs/:dataset/table.csv')
  @ApiOperation({ summary: 'Take the runs of a data set from a table, or tell what that would change' })
  @ApiConsumes('text/csv')
  @Returns(200, RunTableImport)
  async take(
    @Param('id', { schema: Id }) id: string,
    @Param('dataset', { schema: Key }) dataset: string,
    @Query({ schema: RunTableQuery }) { dryRun }: z.output<typeof RunTableQuery>,
    @Body({ schema: Csv }) csv: string,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<RunTableImport> {
    return this.tables.take(await this.submissions.getFor(id, user, 'editor'), dataset, csv, {
      dryRun,
      expected,
      user,
    });
  }

  /** For each run with an MDOC that was read. `patch` is for `PATCH /submissions/{id}`. */
  @Get('mdoc-imports')
  @ApiOperation({ summary: 'What the MDOCs would fill in of the runs, and where they differ from what was typed' })
  @Returns(200, MdocImportsPage)
  async imports(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: MdocImportsQuery }) { limit, cursor, count, dataset, run }: MdocImportsQuery,
    @CurrentUser() user: User,
  ): Promise<Page<MdocImportView>> {
    const all = (await this.tables.mdocImports(await this.submissions.getFor(id, user))).filter(
      (one) => (dataset === undefined || one.dataset === dataset) && (run === undefined || one.run === run),
    );
    const [afterDataset, afterRun] = byRun.read(cursor) ?? [];
    const from = all.findIndex((one) => one.dataset === afterDataset && one.run === afterRun) + 1;
    const page = byRun.page(all.slice(from, from + limit + 1), limit, (one) => [one.dataset, one.run]);
    return count ? { ...page, total: all.length } : page;
  }
}
