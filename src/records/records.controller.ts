/** Records over HTTP, for everybody: what is published, its versions, and its files at permanent addresses. */
import {
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Head,
  Inject,
  Param,
  Query,
  Res,
} from '@nestjs/common';
import { ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OBJECT_STORE, type ObjectStore } from '../files/object-store.js';
import { serve } from '../files/serve.js';
import { withHeaders } from '../platform/answers.js';
import { etagOf } from '../platform/etag.js';
import { Instant, keyset, type Page, pageOf, pageQuery } from '../platform/page.js';
import { Returns, ReturnsBytes } from '../platform/returns.js';
import { Accession, FILTERS, RecordSummary, RecordVersion, RecordView, VersionNumber } from './records.schema.js';
import { RecordsService } from './records.service.js';

const List = pageQuery(FILTERS);
const Versions = pageQuery();
const listOrder = keyset('records', z.strictObject({ publishedAt: Instant, id: z.uuid() }));
const versionOrder = keyset('versions', z.int());

/** It may be tombstoned at any time, so that whoever keeps it has to ask; with the `ETag` that costs little. */
const ASK_AGAIN = 'public, no-cache';
/** The bytes never change; that they are taken down has to be seen everywhere within a day. */
const KEEP = 'public, max-age=86400, immutable';

const MayBeUnchanged = () => ApiResponse({ status: 304, description: 'Not Modified: `If-None-Match` has it.' });

/** All that follows in the address, slashes and all; Fastify calls it `*`, and the document `path`. */
const FilePath = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    context.switchToHttp().getRequest<FastifyRequest<{ Params: { '*': string } }>>().params['*'],
  [
    (target, method) => {
      const property = method && Object.getOwnPropertyDescriptor(target, method);
      const path = {
        name: 'path',
        type: String,
        description: 'The path of a file, with its slashes.',
        example: 'a/b.mrc',
      };
      if (property) ApiParam(path)(target, method, property);
    },
  ],
);

@ApiTags('records')
@Controller('records')
export class RecordsController {
  constructor(
    private readonly records: RecordsService,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  /** The newest version of each record, the last published first. */
  @Get()
  @Returns(200, pageOf(RecordSummary, 'RecordPage'))
  async list(
    @Query({ schema: List }) { limit, cursor, count, ...filter }: z.output<typeof List>,
  ): Promise<Page<RecordSummary>> {
    const rows = await this.records.page(filter, limit + 1, listOrder.read(cursor));
    const page = listOrder.page(rows, limit, ({ publishedAtKey, id }) => ({ publishedAt: publishedAtKey, id }));
    return count ? { ...page, total: await this.records.count(filter) } : page;
  }

  /** The newest version of a record; 410 with the reason when that was taken down. */
  @Get(':accession')
  @Returns(200, RecordView)
  @MayBeUnchanged()
  async read(@Param('accession', { schema: Accession }) accession: string): Promise<RecordView> {
    return tagged(await this.records.read(accession, null));
  }

  /** Every version that was ever public, the newest first. */
  @Get(':accession/versions')
  @Returns(200, pageOf(RecordVersion, 'RecordVersionPage'))
  async versions(
    @Param('accession', { schema: Accession }) accession: string,
    @Query({ schema: Versions }) { limit, cursor, count }: z.output<typeof Versions>,
  ): Promise<Page<RecordVersion>> {
    const rows = await this.records.versions(accession, limit + 1, versionOrder.read(cursor));
    const page = versionOrder.page(rows, limit, ({ version }) => version);
    return count ? { ...page, total: await this.records.countVersions(accession) } : page;
  }

  /** One version: it stays as it is, and says when there is a newer one. */
  @Get(':accession/versions/:n')
  @Returns(200, RecordView)
  @MayBeUnchanged()
  async version(
    @Param('accession', { schema: Accession }) accession: string,
    @Param('n', { schema: VersionNumber }) n: number,
  ): Promise<RecordView> {
    return tagged(await this.records.read(accession, n));
  }

  @Head(':accession/files/*')
  @ReturnsBytes()
  async describe(
    @Param('accession', { schema: Accession }) accession: string,
    @FilePath() path: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send(reply, accession, null, path);
  }

  /** A file of the newest version; `Content-Location` is its permanent address. */
  @Get(':accession/files/*')
  @ReturnsBytes()
  @MayBeUnchanged()
  async file(
    @Param('accession', { schema: Accession }) accession: string,
    @FilePath() path: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send(reply, accession, null, path);
  }

  @Head(':accession/versions/:n/files/*')
  @ReturnsBytes()
  async describePermanent(
    @Param('accession', { schema: Accession }) accession: string,
    @Param('n', { schema: VersionNumber }) n: number,
    @FilePath() path: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send(reply, accession, n, path);
  }

  /** A file at its permanent address. */
  @Get(':accession/versions/:n/files/*')
  @ReturnsBytes()
  @MayBeUnchanged()
  async permanentFile(
    @Param('accession', { schema: Accession }) accession: string,
    @Param('n', { schema: VersionNumber }) n: number,
    @FilePath() path: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send(reply, accession, n, path);
  }

  private async send(reply: FastifyReply, accession: string, version: number | null, path: string): Promise<void> {
    const { location, ...file } = await this.records.file(accession, version, path);
    void reply.headers(
      version === null ? { 'cache-control': ASK_AGAIN, 'content-location': location } : { 'cache-control': KEEP },
    );
    await serve(reply, this.store, file);
  }
}

const tagged = (view: RecordView) => withHeaders(view, { etag: etagOf(view), 'cache-control': ASK_AGAIN });
