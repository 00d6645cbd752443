/**
 * What does a reviewer suggest, and what comes of it? Whoever edits the draft applies it, all that they chose or nothing,
 * as one edit of their own; or declines it with a reason. Alone in writing the table.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { User } from '../identity/user.js';
import { etagOf } from '../platform/etag.js';
import { changedPointers } from '../submissions/merge-patch.js';
import type { Submission } from '../submissions/submission.entity.js';
import { tagged } from '../submissions/submission-views.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { ReviewDesk } from './review-desk.js';
import { SuggestionClosed, SuggestionConflict } from './suggestions.errors.js';
import type { AppliedView, Chosen, NewSuggestion, SuggestionView } from './suggestions.schema.js';
import { applied, type Conflict, type Draft, mergePatchBetween } from './suggestions-patch.js';
import {
  type After,
  countSuggestions,
  type SuggestionFilter,
  type SuggestionRow,
  suggestionPage,
  suggestionRows,
  suggestionView,
} from './suggestions-rows.js';
import { tellDecided, tellSuggested } from './suggestions-told.js';
import { suggest } from './suggestions-writing.js';
import { NotYourWords } from './threads.errors.js';
import { tellLive } from './threads-writing.js';

@Injectable()
export class SuggestionsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly desk: ReviewDesk,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async page(submission: Submission, filter: SuggestionFilter, limit: number, after: After | null) {
    const rows = await suggestionPage(this.db.manager, submission.id, filter, limit, after);
    return rows.map((row) => ({ ...suggestionView(row, submission), createdAtKey: row.createdAtKey }));
  }

  count({ id }: Submission, filter: SuggestionFilter): Promise<number> {
    return countSuggestions(this.db.manager, id, filter);
  }

  /** @throws SuggestionNotFound */
  async one(submission: Submission, id: string, tx: EntityManager = this.db.manager): Promise<SuggestionView> {
    const [row] = await suggestionRows(tx, submission.id, [id]);
    return suggestionView(row as SuggestionRow, submission); // one for each id
  }

  async create(submissionId: string, asked: NewSuggestion, user: User): Promise<SuggestionView> {
    const seen = await this.submissions.getFor(submissionId, user, 'reviewer');
    return this.desk.say(seen, user, { decides: false }, async (tx, submission) => {
      const id = await suggest(tx, submission, user, asked, null);
      await tellSuggested(tx, submission, id, asked, user, publicUrl(this.config));
      return this.one(submission, id, tx);
    });
  }

  /** @throws SuggestionConflict with both values, where a field has changed meanwhile: then nothing is applied. */
  async apply(submissionId: string, choice: Chosen, user: User): Promise<AppliedView> {
    let before = await this.submissions.getFor(submissionId, user, 'editor');
    let wrong: readonly Fault[] = [];
    let chosen: readonly string[] = [];
    const after = await this.submissions.move(submissionId, { type: 'submitter.edit' }, user, async (tx, draft) => {
      before = draft;
      wrong = (await this.submissions.known(draft, tx)).faults;
      chosen = [...new Set('ids' in choice ? choice.ids : await openOf(tx, submissionId))];
      await this.write(tx, draft, chosen);
      await this.decide(tx, submissionId, chosen, 'applied', user, null);
    });
    return this.answer(before, after, chosen, wrong);
  }

  async decline(submissionId: string, id: string, reason: string, user: User): Promise<SuggestionView> {
    const seen = await this.submissions.getFor(submissionId, user, 'editor');
    return this.db.transaction(async (tx) => {
      await this.decide(tx, submissionId, [id], 'declined', user, reason);
      return this.one(seen, id, tx);
    });
  }

  /** By whoever has made it. */
  async withdraw(submissionId: string, id: string, user: User): Promise<SuggestionView> {
    const seen = await this.submissions.getFor(submissionId, user, 'reviewer');
    return this.db.transaction(async (tx) => {
      const { createdBy } = await this.one(seen, id, tx);
      if (createdBy.id !== user.id) throw new NotYourWords('a suggested change');
      await this.decide(tx, submissionId, [id], 'withdrawn', user, null);
      return this.one(seen, id, tx);
    });
  }

  /** @throws SuggestionNotFound, SuggestionClosed, SuggestionConflict */
  private async write(tx: EntityManager, draft: Submission, ids: readonly string[]): Promise<void> {
    await tx.query('SELECT FROM suggestion WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [ids]);
    let after: Draft = { title: draft.title, metadata: draft.metadata };
    const conflicts: (Conflict & { suggestionId: string })[] = [];
    for (const { id: suggestionId, state, patch } of await suggestionRows(tx, draft.id, ids)) {
      if (state !== 'open') throw new SuggestionClosed(suggestionId, state);
      const next = applied(after, patch);
      conflicts.push(...next.conflicts.map((conflict) => ({ suggestionId, ...conflict })));
      after = next.after;
    }
    if (conflicts.length > 0) throw new SuggestionConflict(conflicts);
    const metadata = { ...mergePatchBetween(draft.metadata, after.metadata) };
    await this.submissions.writeMetadata(tx, draft, { title: after.title, metadata });
  }

  private async decide(
    tx: EntityManager,
    submissionId: string,
    ids: readonly string[],
    state: 'applied' | 'declined' | 'withdrawn',
    user: User,
    reason: string | null,
  ): Promise<void> {
    const [rows] = await tx.query(
      `UPDATE suggestion SET state = $3, reason = $4, "decidedBy" = $5, "decidedAt" = now()
        WHERE "submissionId" = $1 AND id = ANY ($2::uuid[]) AND state = 'open' RETURNING id`,
      [submissionId, ids, state, reason, user.id],
    );
    const decided = new Set(rows.map(({ id }: { id: string }) => id));
    const [late] = (await suggestionRows(tx, submissionId, ids)).filter(({ id }) => !decided.has(id));
    if (late) throw new SuggestionClosed(late.id, late.state);

    const submission = await this.submissions.get(submissionId, tx);
    for (const id of ids) {
      await recordAct(tx, {
        ...{ actorId: user.id, action: `suggestion.${state}`, submissionId },
        object: { type: 'suggestion', id },
      });
      await tellLive(tx, 'suggestion.updated', submission, { suggestionId: id, state });
    }
    if (state !== 'withdrawn') await tellDecided(tx, submission, ids, state, reason, user, publicUrl(this.config));
  }

  /** What has become of the metadata is known at once, as far as no file is needed for it. */
  private async answer(before: Submission, after: Submission, ids: readonly string[], wrong: readonly Fault[]) {
    const { faults } = await this.submissions.known(after);
    const still = new Set(faults.map(({ pointer, detail }) => `${pointer} ${detail}`));
    const rows = await suggestionRows(this.db.manager, after.id, ids);
    return {
      suggestions: rows.map((row) => suggestionView(row, after)),
      state: after.state,
      changed: changedPointers(before, after),
      missing: [...faults],
      fixed: wrong.filter(({ pointer, detail }) => !still.has(`${pointer} ${detail}`)),
      etag: etagOf(tagged(after)),
      links: { submission: `/api/v1/submissions/${after.id}` },
    };
  }
}

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

async function openOf(tx: EntityManager, submissionId: string): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `SELECT id FROM suggestion WHERE "submissionId" = $1 AND state = 'open' ORDER BY "createdAt", id`,
    [submissionId],
  );
  return rows.map(({ id }) => id);
}
