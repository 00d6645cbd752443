/** What is talked about? Threads, each about something of the submission or nothing in particular. Alone in writing their table. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { User } from '../identity/user.js';
import { relationTo } from '../permissions.js';
import type { Precondition } from '../platform/etag.js';
import type { Submission } from '../submissions/submission.entity.js';
import { NotYours } from '../submissions/submission.errors.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { type Speaker, speakerOf } from './comments-author.js';
import { tellOfComment } from './comments-told.js';
import { ReviewDesk } from './review-desk.js';
import type { NewThread, ThreadEdit, ThreadView } from './threads.schema.js';
import {
  type After,
  countThreads,
  fieldsOf,
  type ThreadFilter,
  threadPage,
  threadRow,
  threadViews,
} from './threads-rows.js';
import { openThread, remember, tellLive } from './threads-writing.js';

@Injectable()
export class ThreadsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly desk: ReviewDesk,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async page(submission: Submission, filter: ThreadFilter, user: User, limit: number, after: After | null) {
    const tx = this.db.manager;
    const rows = await threadPage(tx, submission.id, filter, user, limit, after);
    const views = await threadViews(tx, submission, rows, user, { whole: false });
    return views.map((view, i) => ({ ...view, createdAtKey: rows[i]?.createdAtKey ?? view.createdAt }));
  }

  count({ id }: Submission, filter: ThreadFilter, user: User): Promise<number> {
    return countThreads(this.db.manager, id, filter, user);
  }

  /** The whole conversation. @throws ThreadNotFound */
  async one(submission: Submission, id: string, user: User, tx: EntityManager = this.db.manager): Promise<ThreadView> {
    const row = await threadRow(tx, submission.id, id, user);
    const [view] = await threadViews(tx, submission, [row], user, { whole: true });
    return view as ThreadView; // a view for each row
  }

  async create(submissionId: string, asked: NewThread, user: User): Promise<ThreadView> {
    const seen = await this.submissions.getFor(submissionId, user);
    const speaker = speakerOf(user, seen);
    if (asked.blocking) mustBeCurator('block', speaker, user, seen);
    return this.desk.say(seen, user, { decides: asked.blocking }, async (tx, submission) => {
      const { threadId, commentId } = await openThread(tx, submission, speaker, asked, null);
      const said = { threadId, commentId, text: asked.text, speaker };
      await tellOfComment(tx, submission, said, publicUrl(this.config));
      return this.one(submission, threadId, user, tx);
    });
  }

  /** Whoever may speak resolves and reopens; what stands in the way of an approval is for curators. */
  async change(submissionId: string, id: string, edit: ThreadEdit, user: User, expected: Precondition) {
    const seen = await this.submissions.getFor(submissionId, user);
    const speaker = speakerOf(user, seen);
    if (speaker.role === 'visitor') throw new NotYours('resolve', 'visitor');
    const { blocking } = await threadRow(this.db.manager, submissionId, id, user);
    return this.desk.say(seen, user, { decides: blocking || edit.blocking === true }, async (tx, submission) => {
      await tx.query('SELECT FROM thread WHERE id = $1 FOR UPDATE', [id]);
      const before = await this.one(submission, id, user, tx);
      expected.check(fieldsOf(before));
      const after = { state: edit.state ?? before.state, blocking: edit.blocking ?? before.blocking };
      if (after.state === before.state && after.blocking === before.blocking) return before;

      if (before.blocking || after.blocking) mustBeCurator('resolve a blocking thread', speaker, user, submission);
      await tx.query(
        `UPDATE thread SET state = $2, blocking = $3, "updatedAt" = clock_timestamp(),
                "resolvedBy" = CASE WHEN $2 = 'open' THEN NULL WHEN state = 'open' THEN $4::uuid ELSE "resolvedBy" END,
                "resolvedAt" = CASE WHEN $2 = 'open' THEN NULL WHEN state = 'open' THEN now() ELSE "resolvedAt" END
          WHERE id = $1`,
        [id, after.state, after.blocking, user.id],
      );
      await remember(tx, submission, speaker, actOf(before.state, after.state), { threadId: id }, after);
      await tellLive(tx, 'thread.updated', submission, { threadId: id, ...after });
      return this.one(submission, id, user, tx);
    });
  }
}

function mustBeCurator(action: string, { role }: Speaker, user: User, submission: Submission): void {
  if (role !== 'curator') throw new NotYours(action, relationTo(user, submission) ?? 'visitor');
}

const actOf = (before: ThreadView['state'], after: ThreadView['state']): string =>
  before === after ? 'thread.changed' : after === 'resolved' ? 'thread.resolved' : 'thread.reopened';
