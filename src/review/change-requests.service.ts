/** What should change before an approval, what came of it, and who says so? Alone in writing its table. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { ScopeNeeded } from '../identity/identity.errors.js';
import type { Scope, User } from '../identity/user.js';
import { relationTo } from '../permissions.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { instantKey } from '../platform/page.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { mustBeThere } from './anchors.js';
import { ACTS, type Field, type Move, movesFrom, moveTo, type RequestState } from './change-request-moves.js';
import type { ChangeRequestEdit, ChangeRequestView, NewChangeRequest } from './change-requests.schema.js';
import { requestChange } from './change-requests-writing.js';
import { ChangeRequestNotFound, ChangeRequestRefused } from './review.errors.js';
import { ReviewDesk } from './review-desk.js';
import { tellLive } from './threads-writing.js';

interface Row extends Omit<ChangeRequestView, 'createdBy' | 'createdAt' | 'updatedAt' | 'etag' | 'links'> {
  readonly submissionId: string;
  readonly createdBy: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly createdAtKey: string;
  readonly updatedAt: Date;
}
export interface After {
  readonly createdAt: string;
  readonly id: string;
}

const SELECT = `
  SELECT c.*, p.name, ${instantKey('c."createdAt"')} AS "createdAtKey"
    FROM change_request c JOIN person p ON p.id = c."createdBy"`;

/** What a token must be good for, by whose part it plays. */
const SCOPE: Readonly<Record<Move['by'], Scope>> = { owner: 'submission:write', reviewer: 'review' };

@Injectable()
export class ChangeRequestsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly desk: ReviewDesk,
  ) {}

  /** In the order in which they were made. */
  async page(
    submissionId: string,
    states: readonly RequestState[] | undefined,
    limit: number,
    after: After | null,
  ): Promise<(ChangeRequestView & { createdAtKey: string })[]> {
    const rows: Row[] = await this.db.query(
      `${SELECT} WHERE c."submissionId" = $1 AND ($2::text[] IS NULL OR c.state = ANY ($2))
          AND ($4::timestamptz IS NULL OR (c."createdAt", c.id) > ($4, $5::uuid))
        ORDER BY c."createdAt", c.id LIMIT $3`,
      [submissionId, states ?? null, limit, after?.createdAt ?? null, after?.id ?? null],
    );
    return rows.map((row) => ({ ...view(row), createdAtKey: row.createdAtKey }));
  }

  async count(submissionId: string, states: readonly RequestState[] | undefined): Promise<number> {
    const [{ n }] = await this.db.query(
      `SELECT count(*)::int AS n FROM change_request
        WHERE "submissionId" = $1 AND ($2::text[] IS NULL OR state = ANY ($2))`,
      [submissionId, states ?? null],
    );
    return n;
  }

  async one(submissionId: string, id: string, tx: EntityManager = this.db.manager): Promise<ChangeRequestView> {
    const [row]: [Row?] = await tx.query(`${SELECT} WHERE c."submissionId" = $1 AND c.id = $2`, [submissionId, id]);
    if (!row) throw new ChangeRequestNotFound(id);
    return view(row);
  }

  async create(submissionId: string, asked: NewChangeRequest, user: User): Promise<ChangeRequestView> {
    return this.desk.review(submissionId, user, 'Changes are requested', async (tx, submission) => {
      const id = await requestChange(tx, submission, asked, user, null);
      return this.one(submissionId, id, tx);
    });
  }

  /** Its submitter answers, its reviewers do the rest: `change-request-moves.ts`. */
  async change(
    submissionId: string,
    id: string,
    edit: ChangeRequestEdit,
    user: User,
    expected: Precondition,
  ): Promise<ChangeRequestView> {
    const by = partOf(user, await this.submissions.getFor(submissionId, user, 'participant'));
    return this.desk.work(submissionId, async (tx, submission) => {
      const { state: submissionState } = submission;
      const before = await this.one(submissionId, id, tx);
      expected.check(fieldsOf(before));
      if (Object.keys(edit).length === 0) return before;

      const { after, move } = decide(before, edit, { by, submissionState, state: before.state });
      if (edit.anchor) await mustBeThere(tx, submission, edit.anchor);
      await tx.query(
        `UPDATE change_request SET state = $2, answer = $3, reason = $4, text = $5, severity = $6, anchor = $7,
                seq = seq + 1, "updatedAt" = now() WHERE id = $1`,
        [id, after.state, after.answer, after.reason, after.text, after.severity, json(after.anchor)],
      );
      await recordAct(tx, {
        ...{ actorId: user.id, action: ACTS[move.action], submissionId },
        object: { type: 'change_request', id },
        details: { severity: after.severity },
      });
      await tellLive(tx, 'change_request.updated', submission, { changeRequestId: id, state: after.state });
      return this.one(submissionId, id, tx);
    });
  }
}

/** The part that somebody plays for a submission, if their token lets them. */
function partOf(user: User, submission: Submission): Move['by'] {
  const by = relationTo(user, submission) === 'reviewer' ? 'reviewer' : 'owner';
  if (user.scopes && !user.scopes.includes(SCOPE[by])) throw new ScopeNeeded([SCOPE[by]], user.scopes);
  return by;
}

/** @throws ChangeRequestRefused */
function decide(before: ChangeRequestView, edit: ChangeRequestEdit, situation: Parameters<typeof movesFrom>[0]) {
  const { state: wanted, ...brought } = edit;
  const to = wanted ?? (brought.answer === undefined ? before.state : 'answered');
  const move = moveTo(situation, to, Object.keys(brought) as Field[]);
  if (!move) {
    const possible = movesFrom(situation).map(({ action, to: state, takes }) => ({ action, state, takes }));
    const { submissionState } = situation;
    const sentence = `A change request that is ${before.state} does not become ${to} by this, while the submission is in "${submissionState}".`;
    throw new ChangeRequestRefused(before.state, submissionState, possible, sentence);
  }
  // The reason is that of the refusal, and goes with it.
  return { move, after: { ...before, reason: null, ...brought, state: to } };
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** What a change would overwrite. */
const fieldsOf = ({ text, severity, anchor, state, answer, reason, updatedAt }: Omit<ChangeRequestView, 'etag'>) => ({
  ...{ text, severity, state, answer, reason, updatedAt },
  anchor: anchor && JSON.stringify(anchor),
});

function view({ createdBy, name, ...row }: Row): ChangeRequestView {
  const submission = `/api/v1/submissions/${row.submissionId}`;
  const shown = {
    ...row,
    createdBy: { id: createdBy, name },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    links: { self: `${submission}/change-requests/${row.id}`, submission },
  };
  return { ...shown, etag: etagOf(fieldsOf(shown)) };
}
