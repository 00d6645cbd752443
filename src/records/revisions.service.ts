/** How does a published record get its next version? As a new draft that begins as a copy; what is published stays as it is. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { User } from '../identity/user.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';

/** The version that goes on being public, and the draft that will follow it. */
export interface Revised {
  readonly published: Submission;
  readonly revision: Submission;
}

@Injectable()
export class RevisionsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
  ) {}

  /**
   * Send `submitter.revise`, and begin the draft once it is granted: the draft is itself what refuses a second one.
   * `check` sees the published version, locked.
   * @throws TransitionRefused, SubmissionNotFound, NotYours, or what `check` throws
   */
  async revise(
    id: string,
    user: User,
    check: (before: Submission) => void = () => {},
    reason?: string,
  ): Promise<Revised> {
    return this.db.transaction(async (tx) => {
      const revisionId = randomUUID();
      const details: { revision: string; version?: number } = { revision: revisionId };
      const published = await this.submissions.moveWithin(
        tx,
        id,
        { type: 'submitter.revise', details, ...(reason && { reason }) },
        user,
        async (_, before) => {
          check(before);
          const [{ next }] = await tx.query('SELECT max(version) + 1 AS next FROM submission WHERE accession = $1', [
            before.accession,
          ]);
          details.version = next;
        },
      );
      return { published, revision: await this.submissions.createRevision(tx, published, user.id, revisionId) };
    });
  }
}
