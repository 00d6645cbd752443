/** What has been seen of files before they are submitted? A row for these bytes under this path; and who looks, until when. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CheckOutcome } from '../../checks/finding.js';
import { CONFIG, type Config } from '../config.js';
import { retryIn } from '../notifications/retry.js';
import { post } from '../outbox/outbox.js';
import type { JobOf } from '../queues.js';
import type { Task } from '../validation/runs.service.js';

type Look = JobOf<'examination'>;

const BATCH = 200;
const RETRY_MS = [60_000, 900_000, 7_200_000] as const;

/** Due, or left by a worker that died. One whose message still waits for the relay is not lost. */
const DUE = `
  SELECT "submissionId", attempt, tries FROM examination e
   WHERE "dueAt" <= now() AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
     AND NOT EXISTS (SELECT FROM outbox_message m WHERE m."relayedAt" IS NULL AND m.topic = 'files.changed'
                        AND m.payload ->> 'submissionId' = e."submissionId"::text)
   ORDER BY "dueAt" LIMIT ${BATCH}`;

@Injectable()
export class ExaminationsService {
  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Null: all that is there was looked at, or another hand does. */
  async take(submissionId: string): Promise<{ readonly attempt: number; readonly tries: number } | null> {
    const [[taken = null]] = await this.db.query(
      `UPDATE examination SET tries = tries + 1, "leaseUntil" = now() + $2 * interval '1 ms'
        WHERE "submissionId" = $1 AND "dueAt" <= now() AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
       RETURNING attempt, tries`,
      [submissionId, this.config.LEASE],
    );
    return taken;
  }

  async renew(submissionId: string): Promise<void> {
    await this.db.query(
      `UPDATE examination SET "leaseUntil" = now() + $2 * interval '1 ms' WHERE "submissionId" = $1`,
      [submissionId, this.config.LEASE],
    );
  }

  /** Which of them nobody has looked at, in this edition of the check; a run of checks looks closer. */
  async unseen(tasks: readonly Task[]): Promise<readonly number[]> {
    const rows: { i: string }[] = await this.db.query(
      `SELECT t.i FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t (file, "check", edition, sha256, i)
        WHERE NOT EXISTS (SELECT FROM examined e WHERE e.sha256 = t.sha256 AND e.file = t.file AND e."check" = t."check"
                             AND e.edition = t.edition)
        ORDER BY t.i`,
      (['file', 'check', 'edition', 'sha256'] as const).map((of) => tasks.map((task) => task[of])),
    );
    return rows.map(({ i }) => Number(i) - 1);
  }

  async keep(
    { file, check, edition, sha256 }: Task,
    { outcome, findings, undecided, facts }: CheckOutcome,
  ): Promise<void> {
    await this.db.query(
      `INSERT INTO examined (sha256, file, "check", edition, outcome, findings, undecided, facts)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (sha256, file, "check") DO UPDATE
         SET edition = excluded.edition, outcome = excluded.outcome, findings = excluded.findings,
             undecided = excluded.undecided, facts = excluded.facts, "finishedAt" = now()`,
      [
        sha256,
        file,
        check,
        edition,
        outcome,
        ...[findings, undecided, facts].map((part) => withoutNul(JSON.stringify(part))),
      ],
    );
  }

  /** All of that attempt was looked at. Files that came meanwhile are due at once. */
  async conclude(submissionId: string, attempt: number): Promise<void> {
    await this.db.query(
      `UPDATE examination SET "leaseUntil" = NULL, "dueAt" = CASE WHEN attempt = $2 THEN NULL ELSE "dueAt" END
        WHERE "submissionId" = $1`,
      [submissionId, attempt],
    );
  }

  /** Nothing is refused for it: it is tried again, or left to the checks of the submission. */
  async failed(submissionId: string, tries: number, problem: string): Promise<void> {
    await this.db.query(
      `UPDATE examination SET "leaseUntil" = NULL, problem = $3, "dueAt" = now() + $2 * interval '1 ms'
        WHERE "submissionId" = $1 AND "dueAt" IS NOT NULL`,
      [submissionId, retryIn(tries, [...RETRY_MS]), problem],
    );
  }

  /** @param holds whether the queue has this job @returns how many were asked for again */
  async requeueDue(holds: (job: Look) => Promise<boolean>): Promise<number> {
    const due: (Look & { readonly tries: number })[] = await this.db.query(DUE);
    let asked = 0;
    for (const { tries, ...look } of due) {
      if (await holds(look)) continue;
      if (tries > RETRY_MS.length) await this.failed(look.submissionId, tries, 'Every worker that looked was lost.');
      else if (await this.askAgain(look)) asked++;
    }
    return asked;
  }

  private async askAgain({ submissionId, attempt }: Look): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        `UPDATE examination SET attempt = attempt + 1, "leaseUntil" = NULL
          WHERE "submissionId" = $1 AND attempt = $2 AND "dueAt" IS NOT NULL`,
        [submissionId, attempt],
      );
      if (changed === 1) await post(tx, { topic: 'files.changed', submissionId, attempt: attempt + 1 });
      return changed === 1;
    });
  }
}

/** PostgreSQL keeps no NUL in text. */
const withoutNul = (json: string) => json.replaceAll('\\u0000', '\\ufffd');
