/**
 * How is a review sent? Comments, suggested changes, requests and the decision in one transaction, and told in one letter.
 * Until then it is its author's, on the server.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { User } from '../identity/user.js';
import { link, oneLine, quote, say } from '../notifications/letter.js';
import { tellPeople } from '../notifications/tell-people.js';
import { InvalidRequest } from '../platform/invalid-request.js';
import type { PersonalEvent } from '../submissions/events.js';
import type { Submission } from '../submissions/submission.entity.js';
import { NotWhatWasSeen } from '../submissions/submission.errors.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import type { NewReview, ReviewView } from './batched-reviews.schema.js';
import { type Reviewed, reviewed, reviewedBlocks } from './batched-reviews-letter.js';
import { type After, countReviews, reviewPage, reviewRow, reviewViews } from './batched-reviews-rows.js';
import { requestChange } from './change-requests-writing.js';
import { type Speaker, speakerOf } from './comments-author.js';
import { tellOfComment, titleOf } from './comments-told.js';
import { ReviewDesk } from './review-desk.js';
import { editorsOf } from './suggestions-told.js';
import { suggest } from './suggestions-writing.js';
import { threadRow } from './threads-rows.js';
import { addComment, openThread, tellLive } from './threads-writing.js';

/** What is sent to the lifecycle. */
const STEPS: Readonly<Record<Exclude<NewReview['decision'], 'comment'>, PersonalEvent>> = {
  request_changes: 'curator.request_changes',
  approve: 'curator.approve',
  reject: 'curator.reject',
};

@Injectable()
export class BatchedReviewsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly desk: ReviewDesk,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async page(submission: Submission, round: number | undefined, user: User, limit: number, after: After | null) {
    const rows = await reviewPage(this.db.manager, submission.id, round, limit, after);
    const views = await reviewViews(this.db.manager, submission, rows, user);
    return views.map((view, i) => ({ ...view, createdAtKey: rows[i]?.createdAtKey ?? view.at }));
  }

  count({ id }: Submission, round: number | undefined): Promise<number> {
    return countReviews(this.db.manager, id, round);
  }

  /** @throws NotWhatWasSeen, TransitionRefused, and what its parts throw: then nothing of it was written. */
  async send(submissionId: string, asked: NewReview, user: User): Promise<ReviewView> {
    await this.submissions.getFor(submissionId, user, 'reviewer');
    const id = randomUUID();
    if (asked.decision === 'comment')
      await this.desk.review(submissionId, user, 'Reviews are sent', async (tx, submission) => {
        await this.write(tx, submission, id, asked, user, null);
        await this.tell(tx, submission, id, asked, user);
      });
    else {
      const step = { type: STEPS[asked.decision], ...(asked.comment && { reason: asked.comment }) };
      // Whom the step is told to is told of the whole review, which knows its step by number.
      await this.submissions.move(submissionId, step, user, (tx, before) =>
        this.write(tx, before, id, asked, user, before.seq + 1),
      );
    }
    const submission = await this.submissions.get(submissionId);
    const [view] = await reviewViews(
      this.db.manager,
      submission,
      await reviewRow(this.db.manager, submissionId, id),
      user,
    );
    return view as ReviewView; // its row was just written
  }

  private async write(
    tx: EntityManager,
    submission: Submission,
    id: string,
    asked: NewReview,
    user: User,
    seq: number | null,
  ): Promise<void> {
    const { decision, comment, revisionHash } = asked;
    if (revisionHash !== undefined && revisionHash !== submission.sealed)
      throw new NotWhatWasSeen(revisionHash, submission.sealed);
    await tx.query(
      `INSERT INTO review (id, "submissionId", round, decision, comment, revision, seq, "personId")
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, submission.id, submission.round, decision, comment || null, submission.sealed, seq, user.id],
    );
    await this.writeComments(tx, submission, id, asked, user);
    for (const [i, suggestion] of asked.suggestions.entries())
      await below(`/suggestions/${i}`, () => suggest(tx, submission, user, suggestion, id));
    for (const [i, request] of asked.changeRequests.entries())
      await below(`/changeRequests/${i}`, () => requestChange(tx, submission, request, user, id));
    await tx.query('DELETE FROM pending_review WHERE "submissionId" = $1 AND "personId" = $2', [
      submission.id,
      user.id,
    ]);
    await recordAct(tx, {
      ...{ actorId: user.id, action: 'review.submitted', object: { type: 'review', id }, submissionId: submission.id },
      details: { decision, ...countsOf(asked) },
    });
    await tellLive(tx, 'review.submitted', submission, { reviewId: id, decision });
  }

  /** Who hears of the review does not hear of each of its comments. */
  private async writeComments(tx: EntityManager, submission: Submission, id: string, asked: NewReview, user: User) {
    const speaker: Speaker = speakerOf(user, submission);
    for (const [i, { threadId, anchor, text, blocking }] of asked.comments.entries()) {
      if (threadId !== null) await threadRow(tx, submission.id, threadId, user);
      const spoken =
        threadId === null
          ? await below(`/comments/${i}`, () => openThread(tx, submission, speaker, { anchor, text, blocking }, id))
          : await addComment(tx, submission, threadId, speaker, text, id);
      const said = { ...spoken, text, speaker };
      await tellOfComment(tx, submission, said, publicUrl(this.config), editorsOf(submission));
    }
  }

  /** Without a step, nobody else tells of it. */
  private async tell(tx: EntityManager, submission: Submission, id: string, { comment }: NewReview, user: User) {
    const [{ said }]: [{ said: Reviewed }] = await tx.query(
      `SELECT ${reviewed('v')} AS said FROM review v WHERE v.id = $1`,
      [id],
    );
    const page = `${publicUrl(this.config)}/s/${submission.id}/discussion`;
    await tellPeople(tx, {
      ...{ messageId: id, topic: 'review.submitted', submissionId: submission.id },
      personIds: editorsOf(submission),
      title: titleOf('Review', submission),
      blocks: [
        say(`${oneLine(user.name)} has commented on your submission. It stays in review: you need do nothing yet.`),
        ...quote(comment),
        ...reviewedBlocks(said, { withRequests: true }),
        link('The discussion', page),
      ],
      link: page,
    });
  }
}

/** What is wrong with a part is told by its place in the whole. */
async function below<T>(pointer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    throw new InvalidRequest(error.errors.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` })));
  }
}

const countsOf = ({ comments, suggestions, changeRequests }: NewReview) => ({
  comments: comments.length,
  suggestions: suggestions.length,
  changeRequests: changeRequests.length,
});
