/** Data sets over HTTP: one for each file that is one, with a title and a place that people may change. */
import { Body, Controller, Get, Param, Patch, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { etagOf, IfMatch, type Precondition } from '../platform/etag.js';
import { keyset, type Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { DatasetEdit, DatasetOrder, DatasetsPage, DatasetsQuery, DatasetView } from './datasets.schema.js';
import { DatasetsService, type Listed } from './datasets.service.js';

const Id = z.uuid();
const inOrder = keyset('datasets', z.tuple([z.int(), z.string()]));
const FIRST_PAGE: DatasetsQuery = { limit: 100, cursor: undefined, count: false };

@ApiTags('datasets')
@Controller('submissions/:id/datasets')
export class DatasetsController {
  constructor(
    private readonly datasets: DatasetsService,
    private readonly submissions: SubmissionsService,
  ) {}

  /** In their order. The `ETag` is for putting them in another one. */
  @Get()
  @ApiOperation({ summary: 'List the data sets of a submission, in their order' })
  @Returns(200, DatasetsPage)
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: DatasetsQuery }) query: DatasetsQuery,
    @CurrentUser() user: User,
  ): Promise<Page<DatasetView>> {
    return this.page(id, query, user);
  }

  /** Put the data sets in an order: every one is named, once. */
  @Put('order')
  @ApiOperation({ summary: 'Put the data sets in an order' })
  @Returns(200, DatasetsPage)
  async reorder(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: DatasetOrder }) { order }: DatasetOrder,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<Page<DatasetView>> {
    await this.datasets.reorder(await this.submissions.getFor(id, user, 'participant'), order, user, expected);
    return this.page(id, FIRST_PAGE, user);
  }

  @Get(':datasetId')
  @ApiOperation({ summary: 'One data set: its file, what the checks say of it and have learnt' })
  @Returns(200, DatasetView)
  async read(
    @Param('id', { schema: Id }) id: string,
    @Param('datasetId', { schema: Id }) datasetId: string,
    @CurrentUser() user: User,
  ): Promise<DatasetView> {
    const dataset = await this.datasets.one(await this.submissions.getFor(id, user), datasetId);
    return withHeaders(dataset, { etag: dataset.etag });
  }

  /** As its owner while the submission is a draft; as the curator who has claimed it, by an amendment. */
  @Patch(':datasetId')
  @ApiOperation({ summary: 'Give a data set another title' })
  @Returns(200, DatasetView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Param('datasetId', { schema: Id }) datasetId: string,
    @Body({ schema: DatasetEdit }) edit: DatasetEdit,
    @IfMatch() expected: Precondition,
    @CurrentUser() user: User,
  ): Promise<DatasetView> {
    await this.datasets.edit(await this.submissions.getFor(id, user, 'participant'), datasetId, edit, user, expected);
    return this.read(id, datasetId, user);
  }

  private async page(id: string, { limit, cursor, count }: DatasetsQuery, user: User): Promise<Page<DatasetView>> {
    const submission = await this.submissions.getFor(id, user);
    const rows: Listed[] = await this.datasets.page(submission, limit + 1, inOrder.read(cursor));
    const whole = await this.datasets.whole(id);
    const page = inOrder.page(rows, limit, ({ ordinal, path }) => [ordinal, path]);
    return withHeaders(count ? { ...page, total: whole.order.length } : page, { etag: etagOf({ ...whole }) });
  }
}
