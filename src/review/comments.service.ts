/** What is said in a thread? Alone in writing the comments: each is changed and deleted by who wrote it, and leaves its place. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { User } from '../identity/user.js';
import type { Precondition } from '../platform/etag.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { isBy, type Speaker, speakerOf } from './comments-author.js';
import { tellOfComment, tellOfMentions } from './comments-told.js';
import { ReviewDesk } from './review-desk.js';
import { CommentNotFound, NotYourWords } from './threads.errors.js';
import type { CommentView } from './threads.schema.js';
import { type CommentRow, commentView, threadRow, wordsOf } from './threads-rows.js';
import { addComment, remember, tellLive, touchThread } from './threads-writing.js';

interface Place {
  readonly submissionId: string;
  readonly threadId: string;
}

const FIND = `
  SELECT c.*, p.name, p.handle FROM thread_comment c LEFT JOIN person p ON p.id = c."personId"
   WHERE c."threadId" = $1 AND c.id = $2`;

@Injectable()
export class CommentsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly desk: ReviewDesk,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async add({ submissionId, threadId }: Place, text: string, user: User): Promise<CommentView> {
    const { seen, speaker } = await this.speaking({ submissionId, threadId }, user);
    return this.desk.say(seen, user, { decides: false }, async (tx, submission) => {
      const spoken = await addComment(tx, submission, threadId, speaker, text, null);
      await tellOfComment(tx, submission, { ...spoken, text, speaker }, publicUrl(this.config));
      return commentView(await rowOf(tx, threadId, spoken.commentId), user);
    });
  }

  async edit(place: Place, id: string, text: string, user: User, expected: Precondition): Promise<CommentView> {
    return this.rewrite(place, id, user, expected, async (tx, submission, before, speaker) => {
      if (text === before.text) return;
      await tx.query('UPDATE thread_comment SET text = $2, "editedAt" = now() WHERE id = $1', [id, text]);
      await this.changed(tx, submission, speaker, 'comment.edited', place, id);
      const said = { commentId: id, threadId: place.threadId, text, speaker };
      await tellOfMentions(tx, submission, said, publicUrl(this.config));
    });
  }

  /** Its words are gone, and its place says that there were some. */
  async remove(place: Place, id: string, user: User, expected: Precondition): Promise<void> {
    await this.rewrite(place, id, user, expected, async (tx, submission, _, speaker) => {
      await tx.query('UPDATE thread_comment SET text = NULL, "deletedAt" = now() WHERE id = $1', [id]);
      await this.changed(tx, submission, speaker, 'comment.deleted', place, id);
    });
  }

  private async rewrite(
    place: Place,
    id: string,
    user: User,
    expected: Precondition,
    work: (tx: EntityManager, submission: Submission, before: CommentView, speaker: Speaker) => Promise<void>,
  ): Promise<CommentView> {
    const { seen, speaker } = await this.speaking(place, user);
    return this.desk.say(seen, user, { decides: false }, async (tx, submission) => {
      await touchThread(tx, place.threadId); // and hold it
      const row = await rowOf(tx, place.threadId, id);
      if (row.deletedAt) throw new CommentNotFound(id);
      if (!isBy(user, row)) throw new NotYourWords('a comment');
      const before = commentView(row, user);
      expected.check(wordsOf(before));
      await work(tx, submission, before, speaker);
      return commentView(await rowOf(tx, place.threadId, id), user);
    });
  }

  /** @throws SubmissionNotFound, NotYours, ScopeNeeded, ThreadNotFound */
  private async speaking({ submissionId, threadId }: Place, user: User) {
    const seen = await this.submissions.getFor(submissionId, user);
    const speaker = speakerOf(user, seen);
    await threadRow(this.db.manager, submissionId, threadId, user);
    return { seen, speaker };
  }

  private async changed(
    tx: EntityManager,
    submission: Submission,
    speaker: Speaker,
    action: string,
    { threadId }: Place,
    commentId: string,
  ): Promise<void> {
    await remember(tx, submission, speaker, action, { threadId, commentId });
    await tellLive(tx, 'thread.updated', submission, { threadId, commentId });
  }
}

async function rowOf(tx: EntityManager, threadId: string, id: string): Promise<CommentRow> {
  const [row]: [CommentRow?] = await tx.query(FIND, [threadId, id]);
  if (!row) throw new CommentNotFound(id);
  return row;
}
