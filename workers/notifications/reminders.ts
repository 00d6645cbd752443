/** Of what is somebody to be reminded now? Of each timer that reminds, when it is due; once, whoever else looks. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../src/clock.js';
import { CONFIG, type Config } from '../../src/config.js';
import { DigestsService } from '../../src/notifications/digests.service.js';
import { post } from '../../src/outbox/outbox.js';
import { EndingLinks } from '../../src/sharing/ending-links.service.js';
import type { State } from '../../src/submissions/lifecycle.js';
import { reminderOf } from '../../src/submissions/timers.js';
import { Ticker } from '../ticker.js';

const BATCH = 100;
/** Before every id. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

interface Due {
  readonly submissionId: string;
  readonly kind: string;
  readonly dueAt: Date;
}

const DUE = `
  SELECT "submissionId", kind, "dueAt" FROM timer
   WHERE "dueAt" <= $1 AND ("dueAt", "submissionId", kind) > ($2, $3, $4)
   ORDER BY "dueAt", "submissionId", kind LIMIT ${BATCH}`;

/** A step that is under way has the row: what it has armed anew, or taken away, is not due. */
const TAKE = `
  WITH taken AS (DELETE FROM timer WHERE "submissionId" = $1 AND kind = $2 AND "dueAt" = $3 RETURNING *),
       told AS (INSERT INTO reminder ("submissionId", kind, "dueAt") SELECT "submissionId", kind, "dueAt" FROM taken
                ON CONFLICT DO NOTHING RETURNING "submissionId")
  SELECT s.state FROM told JOIN submission s ON s.id = told."submissionId"`;

/** Links that end and mails of the day are reminders too: each has its due time. */
@Injectable()
export class Reminders extends Ticker {
  protected readonly everyMs: number;

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly digests: DigestsService,
    private readonly links: EndingLinks,
    @Inject(CONFIG) { CLOCK_EVERY }: Config,
  ) {
    super();
    this.everyMs = CLOCK_EVERY;
  }

  async tick(): Promise<number> {
    return (await this.remind()) + (await this.links.remind()) + (await this.digests.gatherDue());
  }

  private async remind(): Promise<number> {
    const now = this.clock.in(0);
    let told = 0;
    let after: Due | undefined;
    for (;;) {
      const due: Due[] = await this.db.query(DUE, [
        ...[now, after?.dueAt ?? '-infinity', after?.submissionId ?? NOBODY, after?.kind ?? ''],
      ]);
      for (const timer of due) if (await this.tell(timer)) told++;
      after = due.at(-1);
      if (due.length < BATCH) return told;
    }
  }

  /** False: it is no reminder, or it was told of. */
  private async tell({ submissionId, kind, dueAt }: Due): Promise<boolean> {
    const topic = reminderOf(kind);
    if (!topic) return false;
    return this.db.transaction(async (tx) => {
      const [taken]: { state: State }[] = await tx.query(TAKE, [submissionId, kind, dueAt]);
      if (!taken) return false;
      await post(tx, { topic, submissionId, state: taken.state, dueAt: dueAt.toISOString() });
      return true;
    });
  }
}
