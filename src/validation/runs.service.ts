/** What do the checks say about a submission? Results as they come, a report at the end; the worker writes, the API reads. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Cell } from '../../checks/deposition/matrix.js';
import type { CheckOutcome, Finding } from '../../checks/finding.js';
import { announce } from '../live/announce.js';
import type { Lease } from './run-lease.js';
import type { Verdict } from './verdict.js';

/** One check of one file, by the edition of its rules. */
export interface Task {
  readonly check: string;
  readonly edition: string;
  readonly file: string;
  readonly sha256: string;
}

const RESULT = `r.file, r."check", r.outcome, r.findings, r.undecided, r.facts`;

/** How much is in what run $1 has judged: lists of submissions say so, and read no facts for it. */
const LEARNT = `
  "cellCount" = (SELECT least(sum((facts ->> 'cellCount')::numeric), ${Number.MAX_SAFE_INTEGER}) FROM check_result
                  WHERE "runId" = $1 AND jsonb_typeof(facts -> 'cellCount') = 'number' HAVING count(*) > 0),
  "runCount" = (SELECT nullif(count(DISTINCT (dataset, run)), 0) FROM matrix_cell WHERE "runId" = $1 AND run IS NOT NULL)`;

@Injectable()
export class RunsService {
  constructor(private readonly db: DataSource) {}

  /** How many checks there are: progress is told in parts of it. An attempt that is not the first begins again. */
  async begin(lease: Lease, total: number): Promise<void> {
    const { runId, submissionId } = lease;
    await this.count(lease, total);
    await announce(this.db.manager, { topic: 'check.started', submissionId, data: { runId, total } });
  }

  /** There are more than was known when it began. */
  async count({ runId, fence }: Lease, total: number): Promise<void> {
    await this.db.query('UPDATE validation_run SET total = $3 WHERE id = $1 AND fence = $2', [runId, fence, total]);
  }

  /** What is known of the run's tasks: what an earlier attempt has done, and what another run found in the same bytes. */
  async known({ runId }: Lease, tasks: readonly Task[]): Promise<Map<Task, CheckOutcome>> {
    const rows: (CheckOutcome & { i: string })[] = await this.db.query(
      `SELECT t.i, ${RESULT}
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS t (file, "check", edition, sha256, i)
        CROSS JOIN LATERAL (
          SELECT * FROM check_result x
           WHERE x.sha256 = t.sha256 AND x."check" = t."check" AND x.edition = t.edition AND x.file = t.file
             AND x.outcome <> 'errored'
           ORDER BY x."runId" = $1 DESC, x."finishedAt" DESC LIMIT 1) r`,
      [runId, ...(['file', 'check', 'edition', 'sha256'] as const).map((of) => tasks.map((task) => task[of]))],
    );
    const found = new Map<Task, CheckOutcome>();
    for (const { i, ...outcome } of rows) {
      const task = tasks[Number(i) - 1];
      if (task) found.set(task, outcome);
    }
    return found;
  }

  /** Keep a result, if the run is still ours. */
  async keep({ runId, fence }: Lease, task: Task, result: CheckOutcome, durationMs: number): Promise<void> {
    const { outcome, findings, undecided, facts } = result;
    await this.db.query(
      `INSERT INTO check_result
         ("runId", file, "check", edition, sha256, outcome, findings, undecided, facts, "durationMs")
       SELECT id, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM validation_run WHERE id = $1 AND fence = $2 AND state = 'running'
       ON CONFLICT ("runId", file, "check") DO UPDATE
         SET edition = excluded.edition, outcome = excluded.outcome, findings = excluded.findings,
             undecided = excluded.undecided, facts = excluded.facts`,
      [
        ...[runId, fence, task.file, task.check, task.edition, task.sha256, outcome],
        ...[findings, undecided, facts].map((part) => withoutNul(JSON.stringify(part))),
        Math.round(durationMs),
      ],
    );
  }

  /** Keep what each rule said of each run of a deposition, if the run of checks is still ours. */
  async keepCells({ runId, fence }: Lease, cells: readonly Cell[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [, ours] = await tx.query(
        `UPDATE validation_run SET fence = fence WHERE id = $1 AND fence = $2 AND state = 'running'`,
        [runId, fence],
      );
      if (ours !== 1) return;
      await tx.query('DELETE FROM matrix_cell WHERE "runId" = $1', [runId]);
      await tx.query(
        `INSERT INTO matrix_cell ("runId", ordinal, dataset, run, rule, status, reason, expected, found, findings)
         SELECT $1, ordinality, dataset, run, rule, status, reason, expected, found, findings
           FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (
                  dataset text, run text, rule text, status text, reason text, expected text, found text, findings jsonb))
                WITH ORDINALITY`,
        [runId, withoutNul(JSON.stringify(cells))],
      );
    });
  }

  /** The findings that the last verdict left open. */
  async openFindings(lastRunId: string | null): Promise<Finding[]> {
    if (lastRunId === null) return [];
    const rows = await this.db.query(
      `SELECT fingerprint, "check", rule, severity, message, file, location, found, expected, fix, docs, count::float8, samples
         FROM finding WHERE "runId" = $1 AND status <> 'fixed' ORDER BY ordinal`,
      [lastRunId],
    );
    return rows;
  }

  /** What a curator has let pass, as long as the file is as it was then. */
  async waived(submissionId: string): Promise<Set<string>> {
    const rows: { fingerprint: string }[] = await this.db.query(
      'SELECT fingerprint FROM waiver WHERE "submissionId" = $1 AND basis = content_of($1, file)',
      [submissionId],
    );
    return new Set(rows.map(({ fingerprint }) => fingerprint));
  }

  /**
   * Write the report, in the transaction of the verdict's step.
   * @returns whether it counts: not where the run was taken over, cancelled or already reported
   */
  async report(tx: EntityManager, { runId, fence, submissionId }: Lease, verdict: Verdict): Promise<boolean> {
    const [, ours] = await tx.query(
      `UPDATE validation_run
          SET state = 'done', outcome = $3, errors = $4, warnings = $5, "finishedAt" = now(), "leaseUntil" = NULL, ${LEARNT}
        WHERE id = $1 AND fence = $2 AND state = 'running'`,
      [runId, fence, verdict.outcome, verdict.errors, verdict.warnings],
    );
    if (ours !== 1) return false;
    await tx.query(
      `INSERT INTO finding ("runId", ordinal, fingerprint, "check", rule, severity, status, message, file, location,
                            found, expected, fix, docs, count, samples)
       SELECT $1, ordinality, fingerprint, "check", rule, severity, status, message, file, location,
              found, expected, fix, docs, count, samples
         FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (
                fingerprint text, "check" text, rule text, severity text, status text, message text, file text,
                location text, found text, expected text, fix text, docs text, count bigint, samples jsonb))
              WITH ORDINALITY`,
      [runId, withoutNul(JSON.stringify(verdict.findings))],
    );
    await tx.query('UPDATE submission SET "lastRunId" = $2 WHERE id = $1', [submissionId, runId]);
    const { outcome, errors, warnings } = verdict;
    const data = { runId, outcome, errors, warnings, ...countsOf(verdict) };
    await announce(tx, { topic: 'check.finished', submissionId, data });
    return true;
  }

  /** What went wrong on our side, or why a verdict did not count: for whoever looks at the run later. */
  async note(runId: string, problem: string): Promise<void> {
    await this.db.query('UPDATE validation_run SET problem = $2 WHERE id = $1', [runId, problem]);
  }
}

const countsOf = ({ findings }: Verdict) => ({
  new: findings.filter(({ status }) => status === 'new').length,
  open: findings.filter(({ status }) => status === 'open').length,
  fixed: findings.filter(({ status }) => status === 'fixed').length,
});

/** PostgreSQL keeps no NUL in text, and a hostile file may well hold one in a name. */
const withoutNul = (json: string) => json.replaceAll('\\u0000', '\\ufffd');
