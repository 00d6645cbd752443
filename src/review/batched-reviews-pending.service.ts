/** What has a reviewer written down and not sent? One row for each, theirs alone. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import type { User } from '../identity/user.js';
import type { Precondition } from '../platform/etag.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import type { PendingReview, PendingReviewView } from './batched-reviews.schema.js';

const HOUR_MS = 3_600_000;

const NOTHING: PendingReviewView = {
  comments: [],
  suggestions: [],
  changeRequests: [],
  decision: null,
  comment: '',
  revisionHash: null,
  updatedAt: null,
};

/** What a change would overwrite. */
export const fieldsOf = ({ updatedAt }: PendingReviewView) => ({ updatedAt });

@Injectable()
export class PendingReviewsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly clock: Clock,
  ) {}

  async read(submissionId: string, user: User): Promise<PendingReviewView> {
    await this.submissions.getFor(submissionId, user, 'reviewer');
    return find(this.db.manager, submissionId, user.id);
  }

  async keep(submissionId: string, pending: PendingReview, user: User, expected: Precondition) {
    return this.change(submissionId, user, expected, async (tx) => {
      await this.countAsWork(tx, submissionId, user);
      await tx.query(
        `INSERT INTO pending_review ("submissionId", "personId", content) VALUES ($1, $2, $3)
         ON CONFLICT ("submissionId", "personId") DO UPDATE SET content = $3, "updatedAt" = clock_timestamp()`,
        [submissionId, user.id, JSON.stringify(pending)],
      );
    });
  }

  /** Nobody loses a claim at whose review they write. It is noted once an hour: a page keeps what is typed as it is typed. */
  private async countAsWork(tx: EntityManager, submissionId: string, user: User): Promise<void> {
    const { state, assignee, touchedAt } = await this.submissions.get(submissionId, tx);
    const isNoted = Date.parse(touchedAt) > this.clock.now().getTime() - HOUR_MS;
    if (state === 'curator_review.claimed' && assignee === user.id && !isNoted)
      await this.submissions.touch(tx, submissionId);
  }

  async discard(submissionId: string, user: User, expected: Precondition): Promise<void> {
    await this.change(submissionId, user, expected, (tx) =>
      tx.query('DELETE FROM pending_review WHERE "submissionId" = $1 AND "personId" = $2', [submissionId, user.id]),
    );
  }

  /** Two windows of one reviewer take turns, whether or not there is a row yet. */
  private async change(
    submissionId: string,
    user: User,
    expected: Precondition,
    work: (tx: EntityManager) => Promise<unknown>,
  ): Promise<PendingReviewView> {
    await this.submissions.getFor(submissionId, user, 'reviewer');
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))', [submissionId, user.id]);
      expected.check(fieldsOf(await find(tx, submissionId, user.id)));
      await work(tx);
      return find(tx, submissionId, user.id);
    });
  }
}

async function find(tx: EntityManager, submissionId: string, personId: string): Promise<PendingReviewView> {
  const [row]: [{ content: PendingReview; updatedAt: Date }?] = await tx.query(
    'SELECT content, "updatedAt" FROM pending_review WHERE "submissionId" = $1 AND "personId" = $2',
    [submissionId, personId],
  );
  return row ? { ...NOTHING, ...row.content, updatedAt: row.updatedAt.toISOString() } : NOTHING;
}
