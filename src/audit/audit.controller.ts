/** The audit trail over HTTP, for admins: by page, and whole as a table or a line for each entry. */
import { Readable } from 'node:stream';
import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import { Instant, keyset, type Page } from '../platform/page.js';
import { Returns, ReturnsText } from '../platform/returns.js';
import { AuditEntryView, AuditPage, AuditQuery, AuditVerification } from './audit.schema.js';
import { AuditService } from './audit.service.js';
import { AuditChain } from './audit-chain.service.js';

const newestFirst = keyset('audit', z.tuple([Instant, z.uuid()]));

/** As the entries are hashed, and then their place and hash. */
const COLUMNS = [
  'id',
  'at',
  'actorId',
  'action',
  'objectType',
  'objectId',
  'submissionId',
  'details',
  'position',
  'hash',
];

@ApiTags('audit')
@Controller()
export class AuditController {
  constructor(
    private readonly audit: AuditService,
    private readonly chain: AuditChain,
  ) {}

  @Get('audit')
  @ApiOperation({ summary: 'Search the audit trail' })
  @Returns(200, AuditPage)
  async list(
    @Query({ schema: AuditQuery }) { limit, cursor, count, ...filter }: z.output<typeof AuditQuery>,
  ): Promise<Page<AuditEntryView>> {
    const [at, id] = newestFirst.read(cursor) ?? [];
    const rows = await this.audit.page(filter, limit + 1, at && id ? { at, id } : null);
    const page = newestFirst.page(rows, limit, (row) => [row.at, row.id]);
    return count ? { ...page, total: await this.audit.count(filter) } : page;
  }

  /** From the first entry on; docs/audit.md says how a chain is verified without us. */
  @Get('audit.jsonl')
  @ApiOperation({ summary: 'Export the audit trail, a line of JSON for each entry' })
  @Header('content-type', 'application/jsonl; charset=utf-8')
  @ReturnsText('application/jsonl')
  lines(): StreamableFile {
    return new StreamableFile(Readable.from(this.jsonl()));
  }

  @Get('audit.csv')
  @ApiOperation({ summary: 'Export the audit trail as CSV' })
  @Header('content-type', 'text/csv; charset=utf-8')
  @ReturnsText('text/csv')
  table(): StreamableFile {
    const rows = Readable.from(this.audit.links());
    const csv = stringify({ header: true, columns: COLUMNS, escape_formulas: true });
    rows.on('error', (error) => csv.destroy(error));
    return new StreamableFile(rows.pipe(csv));
  }

  @Get('audit/verification')
  @ApiOperation({ summary: 'Verify the chain of the audit trail, from the first entry to the last' })
  @Returns(200, AuditVerification)
  verify(): Promise<AuditVerification> {
    return this.chain.verify();
  }

  private async *jsonl(): AsyncGenerator<string> {
    for await (const link of this.audit.links()) yield `${JSON.stringify(link)}\n`;
  }
}
