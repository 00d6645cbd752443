/** How far is a publication? Each step is a row; only the holder of the lease writes them, and each failure has a consequence. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { profileOf } from '../../checks/profiles/index.js';
import { CONFIG, type Config } from '../config.js';
import { post } from '../outbox/outbox.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import type { Edition } from './landing.js';
import { publicMetadata } from './public-metadata.js';
import { type Goal, STEPS, type Step } from './publication.js';
import { Hopeless } from './publication-faults.js';
import { HELD, heldBy, type PublicationLease, PublicationLost } from './publication-lease.js';

/** What somebody on call reads, where a publication that is no step of the lifecycle does not come about. */
const INCIDENTS: Readonly<Record<Goal, string>> = {
  public: 'The files of a restored version could not be brought back to the public store; it is tried again.',
  private: 'The files of a version could not be removed from the public store; it is tried again.',
};

/** Tries are ever rarer, up to a thousand leases apart. */
const MOST_DOUBLINGS = 10;

/** The step, if its publication is ours, and stays ours until the transaction ends. $4 is the step. */
const OF_OURS = `"submissionId" = $1 AND step = $4 AND EXISTS (SELECT 1 FROM held)`;
const WITH_HELD = `WITH held AS (SELECT 1 FROM publication WHERE ${HELD} FOR NO KEY UPDATE)`;

@Injectable()
export class PublicationsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The steps that are not done, in their order. */
  async undone({ submissionId }: PublicationLease): Promise<Step[]> {
    const rows: { step: Step }[] = await this.db.query(
      `SELECT step FROM publication_step WHERE "submissionId" = $1 AND state <> 'done' ORDER BY ordinal`,
      [submissionId],
    );
    return rows.map(({ step }) => step);
  }

  /** Count a try before it is made: a worker that dies of a step has tried it, too. @returns how often it was begun */
  async begin(lease: PublicationLease, step: Step): Promise<number> {
    const { submissionId, goal, publishing } = lease;
    const [[row] = []] = await this.db.query(
      `${WITH_HELD} UPDATE publication_step SET attempts = attempts + 1 WHERE ${OF_OURS} RETURNING attempts`,
      [...heldBy(lease), step],
    );
    if (!row) throw new PublicationLost(submissionId);
    const lostTooOften = !publishing && row.attempts === this.config.MAX_ATTEMPTS + 1;
    if (lostTooOften) await this.db.transaction((tx) => this.openIncident(tx, submissionId, goal));
    return row.attempts;
  }

  /** A try that we gave up ourselves, because the process stops, does not count. */
  async giveBack(lease: PublicationLease, step: Step): Promise<void> {
    await this.db.query(`${WITH_HELD} UPDATE publication_step SET attempts = attempts - 1 WHERE ${OF_OURS}`, [
      ...heldBy(lease),
      step,
    ]);
  }

  /** With the last step the publication ends: the row, the end and the step of the lifecycle are one transaction. */
  async done(lease: PublicationLease, step: Step): Promise<void> {
    const { submissionId, goal, publishing } = lease;
    if (step !== STEPS[goal].at(-1)) return this.write(this.db.manager, lease, step, 'done', null);

    const end = async (tx: EntityManager) => {
      await this.write(tx, lease, step, 'done', null);
      await tx.query('UPDATE publication SET "finishedAt" = now(), "leaseUntil" = NULL WHERE "submissionId" = $1', [
        submissionId,
      ]);
    };
    if (publishing) {
      await this.submissions.move(submissionId, { type: 'system.publish_done' }, null, end);
      return;
    }
    await this.db.transaction(async (tx) => {
      await end(tx);
      await tx.query(
        `UPDATE incident SET state = 'resolved', "resolvedAt" = now()
          WHERE "submissionId" = $1 AND kind = 'publication_failed' AND state = 'open'`,
        [submissionId],
      );
    });
  }

  /**
   * The step did not come about. While a submission is being published that is a step of the lifecycle, and tries
   * end; what is public already, or must be so no longer, is tried on and on, and an incident says so.
   */
  async failed(lease: PublicationLease, step: Step, attempts: number, error: unknown): Promise<void> {
    const { submissionId, goal, publishing } = lease;
    const triesLeft = error instanceof Hopeless ? 0 : Math.max(0, this.config.MAX_ATTEMPTS - attempts);
    const put = async (tx: EntityManager) => {
      await this.write(tx, lease, step, 'failed', error instanceof Error ? error.message : String(error));
      await this.pause(tx, submissionId, attempts);
    };
    if (publishing) {
      // What the store or the system says may name what is nobody's business; our own sentences do not.
      const reason = error instanceof Hopeless ? error.message : `The step "${step}" failed.`;
      const details = { step, attempt: attempts, triesLeft };
      await this.submissions.move(
        submissionId,
        { type: 'system.publish_step_failed', triesLeft, reason, details },
        null,
        put,
      );
      return;
    }
    await this.db.transaction(async (tx) => {
      await put(tx);
      if (triesLeft === 0) await this.openIncident(tx, submissionId, goal);
    });
  }

  /** The version as its rows tell it. */
  async edition(submission: Submission): Promise<Edition> {
    const { id, accession, version, title, metadata, createdAt, publishedAt, sealed } = submission;
    const [row] = await this.db.query(
      `SELECT p."startedAt",
              (SELECT max(t."createdAt") FROM submission_transition t
                WHERE t."submissionId" = $1 AND t.event = 'curator.approve') AS "approvedAt",
              (SELECT coalesce(jsonb_agg(jsonb_build_object('path', path, 'size', size, 'sha256', sha256)
                                         ORDER BY path COLLATE "C"), '[]')
                 FROM submission_file WHERE "submissionId" = $1) AS files
         FROM publication p WHERE p."submissionId" = $1`,
      [id],
    );
    const profile = profileOf(submission);
    return {
      ...{ accession, version, title, createdAt, metadata: publicMetadata(metadata) },
      licence: submission.policy?.licence ?? null,
      profile: { id: profile.id, version: profile.version, title: profile.title },
      schema: profile.schema,
      revision: sealed ?? '',
      approvedAt: row.approvedAt?.toISOString() ?? null,
      publishedAt: publishedAt ?? row.startedAt.toISOString(),
      files: row.files,
    };
  }

  private async write(
    tx: EntityManager,
    lease: PublicationLease,
    step: Step,
    state: 'done' | 'failed',
    problem: string | null,
  ): Promise<void> {
    const [, written] = await tx.query(
      `${WITH_HELD}
       UPDATE publication_step
          SET state = $5::text, problem = $6, "finishedAt" = CASE WHEN $5::text = 'done' THEN now() END
        WHERE ${OF_OURS}`,
      [...heldBy(lease), step, state, problem],
    );
    if (written !== 1) throw new PublicationLost(lease.submissionId);
  }

  private async pause(tx: EntityManager, submissionId: string, attempts: number): Promise<void> {
    const ms = this.config.LEASE * 2 ** Math.min(attempts - 1, MOST_DOUBLINGS);
    await tx.query(
      `UPDATE publication SET "leaseUntil" = NULL, "dueAt" = now() + $2 * interval '1 ms' WHERE "submissionId" = $1`,
      [submissionId, ms],
    );
  }

  private async openIncident(tx: EntityManager, submissionId: string, goal: Goal): Promise<void> {
    const [{ occurrences }] = await tx.query(
      `INSERT INTO incident (id, "submissionId", kind, state, message) VALUES ($1, $2, 'publication_failed', 'open', $3)
       ON CONFLICT ("submissionId", kind) WHERE state = 'open'
       DO UPDATE SET occurrences = incident.occurrences + 1, "seenAt" = now()
       RETURNING occurrences`,
      [randomUUID(), submissionId, INCIDENTS[goal]],
    );
    if (occurrences === 1) await post(tx, { topic: 'incident.opened', submissionId, kind: 'publication_failed' });
  }
}
