/** What has become of each look-up? A row says so: what was found, or when it is tried next. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config.js';
import { retryIn } from '../notifications/retry.js';
import { post } from '../outbox/outbox.js';
import type { JobOf } from '../queues.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import type { Publication } from './publication.js';

export type Look = JobOf<'doi'>;

/** What Crossref says of a DOI. */
export type Found =
  | { readonly state: 'not_found' }
  | {
      readonly state: 'found';
      readonly publication: Publication;
      /** What a preprint was published as, and what is told of that. */
      readonly publishedAs: { readonly doi: string; readonly publication: Publication | null } | null;
    };

const BATCH = 200;

/** A job is for one attempt, and comes too late once there is another. */
const TAKE = `
  UPDATE doi_lookup SET tries = tries + 1, "leaseUntil" = now() + $3 * interval '1 ms'
   WHERE "submissionId" = $1 AND attempt = $2 AND "dueAt" <= now() AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
  RETURNING doi, tries`;

const CONCLUDE = `
  UPDATE doi_lookup SET state = $3, publication = $4, "publishedAs" = $5, problem = NULL, "dueAt" = NULL,
         "leaseUntil" = NULL, "checkedAt" = now()
   WHERE "submissionId" = $1 AND attempt = $2`;

/** Due, or left by a worker that died. One whose message still waits for the relay is not lost. */
const DUE = `
  SELECT "submissionId", attempt, tries FROM doi_lookup d
   WHERE "dueAt" <= now() AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
     AND NOT EXISTS (SELECT FROM outbox_message m WHERE m."relayedAt" IS NULL AND m.topic = 'doi.changed'
                        AND m.payload ->> 'submissionId' = d."submissionId"::text)
   ORDER BY "dueAt" LIMIT ${BATCH}`;

@Injectable()
export class DoisService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Null: another DOI is to be looked up by now, or another hand looks. */
  async take({ submissionId, attempt }: Look): Promise<{ readonly doi: string; readonly tries: number } | null> {
    const { CROSSREF_TIMEOUT, LEASE } = this.config;
    const [[taken = null]] = await this.db.query(TAKE, [submissionId, attempt, CROSSREF_TIMEOUT + LEASE]);
    return taken;
  }

  /** The submission shows it: what was read of it before is no longer so. */
  async conclude({ submissionId, attempt }: Look, found: Found): Promise<void> {
    const { publication, publishedAs } = found.state === 'found' ? found : { publication: null, publishedAs: null };
    await this.submissions.showAnew(submissionId, async (tx) => {
      const told = [publication, publishedAs].map((part) => part && JSON.stringify(part));
      const [, written] = await tx.query(CONCLUDE, [submissionId, attempt, found.state, ...told]);
      return written === 1;
    });
  }

  /** It stays unverified, and nobody is kept waiting: it is tried again later, or not any more. */
  async failed({ submissionId, attempt }: Look, tries: number, problem: string): Promise<void> {
    await this.db.query(
      `UPDATE doi_lookup SET "dueAt" = now() + $3 * interval '1 ms', problem = $4, "leaseUntil" = NULL
        WHERE "submissionId" = $1 AND attempt = $2`,
      [submissionId, attempt, retryIn(tries, this.config.CROSSREF_RETRY), problem],
    );
  }

  /**
   * Ask again for look-ups whose time has come, whose worker died, or which the queue lost.
   * @param holds whether the queue has this job
   * @returns how many
   */
  async requeueDue(holds: (job: Look) => Promise<boolean>): Promise<number> {
    const due: (Look & { readonly tries: number })[] = await this.db.query(DUE);
    let asked = 0;
    for (const { tries, ...look } of due) {
      if (await holds(look)) continue;
      if (tries > this.config.CROSSREF_RETRY.length)
        await this.failed(look, tries, 'Every worker that looked was lost.');
      else if (await this.askAgain(look)) asked++;
    }
    return asked;
  }

  private async askAgain({ submissionId, attempt }: Look): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        `UPDATE doi_lookup SET attempt = attempt + 1, "leaseUntil" = NULL
          WHERE "submissionId" = $1 AND attempt = $2 AND "dueAt" IS NOT NULL`,
        [submissionId, attempt],
      );
      if (changed === 1) await post(tx, { topic: 'doi.changed', submissionId, attempt: attempt + 1 });
      return changed === 1;
    });
  }
}
