/** How are runs and their findings read? By keys, page by page, never more of them than asked for. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DomainError } from '../platform/domain-error.js';
import { instantKey } from '../platform/page.js';
import type { FindingView, RunSummary, RunView } from './reports.schema.js';

export class RunNotFound extends DomainError {
  readonly code = 'run-not-found';
  readonly kind = 'missing';

  constructor(readonly runId: string) {
    super(`The submission has no run ${runId}.`);
  }
}

type Filter = { readonly [name in 'severity' | 'status' | 'file' | 'check' | 'rule']?: string | undefined };

/** A check that an attempt has done, or that another run did on the same bytes, is done. */
const RUN = `
  SELECT r.*, ${instantKey('r."startedAt"')} AS "startedAtKey",
         (SELECT count(*)::int FROM check_result c WHERE c."runId" = r.id) AS done
    FROM validation_run r`;

@Injectable()
export class ReportsService {
  constructor(private readonly db: DataSource) {}

  async page(
    submissionId: string,
    limit: number,
    after: { startedAt: string; id: string } | null,
  ): Promise<(RunSummary & { startedAtKey: string })[]> {
    const rows = await this.db.query(
      `${RUN} WHERE r."submissionId" = $1 ${after ? 'AND (r."startedAt", r.id) < ($3::timestamptz, $4::uuid)' : ''}
        ORDER BY r."startedAt" DESC, r.id DESC LIMIT $2`,
      [submissionId, limit, ...(after ? [after.startedAt, after.id] : [])],
    );
    return rows.map(summary);
  }

  async countRuns(submissionId: string): Promise<number> {
    const [{ n }] = await this.db.query('SELECT count(*)::int AS n FROM validation_run WHERE "submissionId" = $1', [
      submissionId,
    ]);
    return n;
  }

  async whole(submissionId: string, runId: string): Promise<RunView> {
    const [row] = await this.db.query(`${RUN} WHERE r."submissionId" = $1 AND r.id = $2`, [submissionId, runId]);
    if (!row) throw new RunNotFound(runId);
    const checks = await this.db.query(
      `SELECT file, "check", outcome, undecided, "durationMs" FROM check_result WHERE "runId" = $1
        ORDER BY file, "check"`,
      [runId],
    );
    const counts: { status: 'new' | 'open' | 'fixed'; n: number }[] = await this.db.query(
      'SELECT status, count(*)::int AS n FROM finding WHERE "runId" = $1 GROUP BY status',
      [runId],
    );
    const of = (status: string) => counts.find((count) => count.status === status)?.n ?? 0;
    return { ...summary(row), checks, findings: { new: of('new'), open: of('open'), fixed: of('fixed') } };
  }

  async findings(
    submissionId: string,
    runId: string,
    filter: Filter,
    limit: number,
    afterOrdinal: number,
  ): Promise<(FindingView & { ordinal: number })[]> {
    const { where, params } = await this.filtered(submissionId, runId, filter);
    params.push(afterOrdinal, limit);
    return this.db.query(
      `SELECT f.ordinal, f.fingerprint, f."check", f.rule, f.severity, f.status, f.message, f.file, f.location, f.found,
              f.expected, f.fix, f.docs, f.count::float8, f.samples,
              EXISTS (SELECT FROM waiver w
                       WHERE w."submissionId" = $2 AND w.fingerprint = f.fingerprint
                         AND w.basis = content_of($2, f.file)) AS waived
         FROM finding f WHERE ${where} AND f.ordinal > $${params.length - 1} ORDER BY f.ordinal LIMIT $${params.length}`,
      params,
    );
  }

  async countFindings(submissionId: string, runId: string, filter: Filter): Promise<number> {
    const { where, params } = await this.filtered(submissionId, runId, filter);
    const [{ n }] = await this.db.query(
      `SELECT count(*)::int AS n FROM finding f WHERE $2::uuid IS NOT NULL AND ${where}`,
      params,
    );
    return n;
  }

  private async filtered(submissionId: string, runId: string, filter: Filter) {
    const known = await this.db.query('SELECT FROM validation_run WHERE id = $1 AND "submissionId" = $2', [
      runId,
      submissionId,
    ]);
    if (known.length === 0) throw new RunNotFound(runId);
    const params: unknown[] = [runId, submissionId];
    const tests = Object.entries(filter).flatMap(([column, value]) => {
      if (value === undefined) return [];
      params.push(value);
      return [`f."${column}" = $${params.length}`];
    });
    return { where: ['f."runId" = $1', ...tests].join(' AND '), params };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a row of the database; the answer's schema lets out what it names
function summary(row: any): RunSummary & { startedAtKey: string } {
  const self = `/api/v1/submissions/${row.submissionId}/runs/${row.id}`;
  return {
    ...row,
    revisionHash: row.revision,
    progress: { done: row.done, total: row.total },
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    links: { self, findings: `${self}/findings`, submission: `/api/v1/submissions/${row.submissionId}` },
  };
}
