/** How is something written beside the lifecycle? With the submission held still, and counted as work on it. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { User } from '../identity/user.js';
import { relationTo } from '../permissions.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { NotInReview } from './review.errors.js';

type Work<T> = (tx: EntityManager, submission: Submission) => Promise<T>;

@Injectable()
export class ReviewDesk {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
  ) {}

  /** A step that is asked for meanwhile waits; reminders, expiry and idle claims count anew. */
  async work<T>(id: string, work: Work<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      await this.submissions.touch(tx, id);
      return work(tx, await this.submissions.get(id, tx));
    });
  }

  /**
   * Something is said about it. That is work on it where it decides something, or a reviewer says it in review; else it
   * is held against nobody: whoever edits the draft meanwhile is not told that it has changed.
   */
  async say<T>({ id, state }: Submission, user: User, { decides }: { decides: boolean }, work: Work<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      const submission = await this.submissions.get(id, tx);
      const isReview = state.startsWith('curator_review.') && relationTo(user, submission) === 'reviewer';
      if (decides || isReview) await this.submissions.touch(tx, id);
      return work(tx, await this.submissions.get(id, tx));
    });
  }

  /**
   * For those who review it, and while it is in review. `what` begins the sentence that refuses: "Findings are waived".
   * @throws SubmissionNotFound, NotYours, NotInReview
   */
  async review<T>(id: string, user: User, what: string, work: Work<T>): Promise<T> {
    await this.submissions.getFor(id, user, 'reviewer');
    return this.work(id, (tx, submission) => {
      if (!submission.state.startsWith('curator_review.')) throw new NotInReview(what, submission.state);
      return work(tx, submission);
    });
  }
}
