/** How does a submission look from outside? One query a page, whoever asks. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import { DOI_COLUMN, doiView } from '../dois/doi-rows.js';
import type { User } from '../identity/user.js';
import { maySend, relationTo } from '../permissions.js';
import type { Filters } from '../queue/matching.js';
import { countRows, type Keys, type ListedRow, type ListQuery, pageOfRows } from '../queue/rows.js';
import { decisionFacts } from './decision.js';
import { EVENTS, type EventName, isPersonal } from './events.js';
import { FACTS, type FactsRow, FILE_RULES, knownOf } from './facts.js';
import type { GuardName } from './guards.js';
import { type Offer, offersFrom } from './step.js';
import { type Submission, submissionColumns, submissionOf } from './submission.entity.js';
import { SubmissionNotFound } from './submission.errors.js';
import { addressOf, JOINED, NEIGHBOURS, type SummaryRow, summaryOf } from './submission-summary.js';
import type { SubmissionSummary, SubmissionView, TransitionView } from './submissions.schema.js';

/** Where one sees what stands in the way, below the submission. */
const LINKS: Partial<Record<GuardName, string>> = {
  hasFiles: '/files',
  requestsAnswered: '/change-requests',
  requestsResolved: '/change-requests',
  threadsResolved: '/threads?state=open&blocking=true',
  checklistDone: '/checklist',
  findingsWaived: '/runs',
  isComplete: '',
  doiKnown: '',
  identifiersKnown: '/lookups',
  datasetsLearnt: '/datasets',
  sameRules: '/datasets',
};

const WHOLE = `
  SELECT ${submissionColumns('s')}, ${NEIGHBOURS}, ${DOI_COLUMN}, ${FACTS.column}
    FROM submission s ${JOINED} ${FACTS.joins} WHERE s.id = $1`;

@Injectable()
export class SubmissionViews {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The whole of it, with what `user` may do next.
   * @throws SubmissionNotFound where `user` may not know of it either
   */
  async whole(id: string, user: User): Promise<{ submission: Submission; view: SubmissionView }> {
    const [row]: (SummaryRow & FactsRow)[] = await this.db.query(WHOLE, [id, FILE_RULES]);
    if (!row) throw new SubmissionNotFound(id);
    const submission = submissionOf(row);
    if (relationTo(user, submission) === null) throw new SubmissionNotFound(id);
    return { submission, view: { ...summaryOf(row), ...this.next(submission, row, user), doi: doiView(row.doi) } };
  }

  private next(
    submission: Submission,
    row: FactsRow,
    user: User,
  ): Omit<SubmissionView, keyof SubmissionSummary | 'doi'> {
    const known = knownOf(submission, row);
    const facts = decisionFacts(submission, { type: 'submitter.edit' }, known, user, this.clock, this.config);
    const mine = (event: EventName) => isPersonal(event) && maySend(user, event, submission);
    const self = addressOf(submission.id);
    return {
      metadata: submission.metadata,
      policy: submission.policy,
      missing: [...known.faults],
      events: offersFrom(submission, { ...facts, assignee: user.id }, mine)
        .map(forWhomever)
        .map((offer) => ({
          ...offer,
          label: EVENTS[offer.event],
          allowed: offer.blockedBy.length === 0,
          blockedBy: offer.blockedBy.map(({ code, message }) => ({ code, message, link: linkFor(self, code) })),
          requires: [...(offer.event.endsWith('.assign') ? (['assignee'] as const) : []), ...offer.requires],
        })),
    };
  }

  /** A page of what `user` may see, behind the row that has the keys `after`; each comes with its own `keys`. */
  page(query: ListQuery, user: User, limit: number, after: Keys | null): Promise<ListedRow[]> {
    return pageOfRows(this.db, { query, user, limit, after, now: this.clock.in(0), config: this.config });
  }

  count(query: Filters, user: User): Promise<number> {
    return countRows(this.db, { query, user, now: this.clock.in(0), config: this.config });
  }

  /** What has happened, from the first step on. */
  async trail(id: string, limit: number, afterSeq: number): Promise<TransitionView[]> {
    const rows = await this.db.query(
      `SELECT t.seq, t.event, t."fromState", t."toState", t."actorId", t.comment, t.details, t."createdAt", p.name AS "actorName"
         FROM submission_transition t LEFT JOIN person p ON p.id = t."actorId"
        WHERE t."submissionId" = $1 AND t.seq > $2 ORDER BY t.seq LIMIT $3`,
      [id, afterSeq, limit],
    );
    return rows.map((row: SummaryRow & { seq: number }) => ({
      seq: row.seq,
      event: row.event,
      from: row.fromState,
      to: row.toState,
      actor: row.actorId && { id: row.actorId, name: row.actorName },
      comment: row.comment,
      details: row.details,
      at: row.createdAt.toISOString(),
    }));
  }
}

/** Whom it will be assigned to is still to be said: that the asker has a part in it is in nobody's way. */
const forWhomever = (offer: Offer): Offer => ({
  ...offer,
  blockedBy: offer.event.endsWith('.assign')
    ? offer.blockedBy.filter(({ code }) => !code.startsWith('isImpartial'))
    : offer.blockedBy,
});

const linkFor = (self: string, code: GuardName) => {
  const below = LINKS[code];
  return below === undefined ? null : `${self}${below}`;
};

/** What a change would overwrite; `updatedAt` changes with everything that decides what can be done. */
export const tagged = ({ state, title, metadata, updatedAt }: Submission) => ({ state, title, metadata, updatedAt });
