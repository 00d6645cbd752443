/** What has been looked at before an approval? A tick holds for the content it was set on, and comes back with it. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { profileOf } from '../../checks/profiles/index.js';
import type { ChecklistItem } from '../../checks/profiles/profile.js';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import type { Precondition } from '../platform/etag.js';
import { factsOf } from '../submissions/facts.js';
import type { Submission } from '../submissions/submission.entity.js';
import type { ChecklistItemView, ChecklistView, Tick } from './checklist.schema.js';
import { checklistOf } from './checklist-now.js';
import { ChecklistItemNotFound, TickedByChecks } from './review.errors.js';
import { ReviewDesk } from './review-desk.js';
import { tellLive } from './threads-writing.js';

/** What a tick would overwrite. */
export const taggedItems = ({ items }: ChecklistView) =>
  Object.fromEntries(items.map(({ id, done, note }) => [id, { done, note }]));

@Injectable()
export class ChecklistService {
  constructor(
    private readonly db: DataSource,
    private readonly desk: ReviewDesk,
  ) {}

  async read(submission: Submission, tx: EntityManager = this.db.manager): Promise<ChecklistView> {
    return checklistOf(tx, submission, await factsOf(tx, submission));
  }

  /** @returns the checklist as it is now, and its item. */
  async tick(
    id: string,
    item: string,
    { done, note }: Tick,
    user: User,
    expected: Precondition,
  ): Promise<{ checklist: ChecklistView; item: ChecklistItemView }> {
    return this.desk.review(id, user, 'The checklist is ticked', async (tx, submission) => {
      const { of } = tickable(submission, item);
      expected.check(taggedItems(await this.read(submission, tx)));

      const { bases } = await factsOf(tx, submission);
      await tx.query(
        `INSERT INTO checklist_tick ("submissionId", item, basis, done, note, "personId") VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT ("submissionId", item, basis)
         DO UPDATE SET done = $4, note = $5, "personId" = $6, "tickedAt" = now()`,
        [id, item, bases[of], done, note || null, user.id],
      );
      await recordAct(tx, {
        actorId: user.id,
        action: done ? 'checklist.ticked' : 'checklist.unticked',
        object: { type: 'checklist_item', id: item },
        submissionId: id,
        details: { basis: bases[of] },
      });
      await tellLive(tx, 'checklist.updated', submission, { item, done });
      const checklist = await this.read(submission, tx);
      return { checklist, item: itemOf(checklist.items, item) };
    });
  }
}

/** @throws ChecklistItemNotFound, TickedByChecks */
function tickable(submission: Submission, id: string): ChecklistItem {
  const item = itemOf(profileOf(submission).checklist, id);
  if (item.auto) throw new TickedByChecks(id);
  return item;
}

function itemOf<Item extends { readonly id: string }>(items: readonly Item[], id: string): Item {
  const item = items.find((one) => one.id === id);
  if (!item) {
    throw new ChecklistItemNotFound(
      id,
      items.map((one) => one.id),
    );
  }
  return item;
}
