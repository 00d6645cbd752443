/**
 * What has the team set on a submission: its priority, a date, its labels? Alone in writing these; a step of the lifecycle never
 * does, and neither the submission's `ETag` nor its trail tells its submitter of them.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import { announce } from '../live/announce.js';
import type { Precondition } from '../platform/etag.js';
import { SubmissionNotFound } from '../submissions/submission.errors.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { type Priority, priorityOf, urgencyOf } from './matching.js';
import { LabelNotFound } from './queue.errors.js';
import type { LabelsOf, TriageEdit, TriageView } from './triage.schema.js';

export interface TriageChange {
  readonly priority?: Priority | undefined;
  readonly dueAt?: string | null | undefined;
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

const READ = `
  SELECT s.urgency, s."triageDueAt",
         (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'color', l.color) ORDER BY lower(l.name)), '[]')
            FROM submission_label sl JOIN label l ON l.id = sl."labelId" WHERE sl."submissionId" = s.id) AS labels
    FROM submission s WHERE s.id = $1`;

@Injectable()
export class TriageService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
  ) {}

  async read(submissionId: string, user: User): Promise<TriageView> {
    await this.submissions.getFor(submissionId, user, 'reviewer');
    return look(this.db.manager, submissionId);
  }

  async edit(submissionId: string, edit: TriageEdit, user: User, expected: Precondition): Promise<TriageView> {
    return this.set(submissionId, user, expected, () => edit);
  }

  async label(submissionId: string, { labels }: LabelsOf, user: User, expected: Precondition): Promise<TriageView> {
    return this.set(submissionId, user, expected, (before) => ({
      add: labels,
      remove: before.labels.map(({ id }) => id).filter((id) => !labels.includes(id)),
    }));
  }

  private async set(
    submissionId: string,
    user: User,
    expected: Precondition,
    wanted: (before: TriageView) => TriageChange,
  ): Promise<TriageView> {
    await this.submissions.getFor(submissionId, user, 'reviewer');
    return this.db.transaction(async (tx) => {
      const before = await lookAgain(tx, submissionId);
      expected.check(before);
      return (await changeTriage(tx, submissionId, user.id, wanted(before))).after;
    });
  }
}

/**
 * Nothing is written, recorded or announced where nothing changes.
 * @throws LabelNotFound, SubmissionNotFound
 */
export async function changeTriage(
  tx: EntityManager,
  submissionId: string,
  actorId: string,
  change: TriageChange,
): Promise<{ before: TriageView; after: TriageView }> {
  const before = await lookAgain(tx, submissionId);
  const has = new Set(before.labels.map(({ id }) => id));
  const add = (change.add ?? []).filter((id) => !has.has(id));
  const remove = (change.remove ?? []).filter((id) => has.has(id));
  const { priority = before.priority, dueAt = before.dueAt } = change;
  const changed = [
    ...(priority === before.priority ? [] : ['priority']),
    ...((dueAt && canonical(dueAt)) === before.dueAt ? [] : ['dueAt']),
    ...(add.length + remove.length > 0 ? ['labels'] : []),
  ];
  if (changed.length === 0) return { before, after: before };

  await tx.query('UPDATE submission SET urgency = $2, "triageDueAt" = $3 WHERE id = $1', [
    ...[submissionId, urgencyOf(priority), dueAt],
  ]);
  await mustExist(tx, add);
  await tx.query(
    'INSERT INTO submission_label SELECT $1, id FROM unnest($2::uuid[]) AS l (id) ON CONFLICT DO NOTHING',
    [submissionId, add],
  );
  await tx.query('DELETE FROM submission_label WHERE "submissionId" = $1 AND "labelId" = ANY ($2::uuid[])', [
    submissionId,
    remove,
  ]);
  await recordAct(tx, {
    actorId,
    action: 'submission.triaged',
    object: { type: 'submission', id: submissionId },
    submissionId,
    details: { changed, priority, dueAt, added: add, removed: remove },
  });
  await announce(tx, { topic: 'queue.changed', submissionId, data: { id: submissionId, changed } });
  return { before, after: await look(tx, submissionId) };
}

async function mustExist(tx: EntityManager, labels: readonly string[]): Promise<void> {
  if (labels.length === 0) return;
  const found: { id: string }[] = await tx.query('SELECT id FROM label WHERE id = ANY ($1::uuid[]) FOR KEY SHARE', [
    labels,
  ]);
  const unknown = labels.filter((id) => !found.some((label) => label.id === id));
  if (unknown.length > 0) throw new LabelNotFound(unknown);
}

/** Whoever sets something waits here for the one before. */
async function lookAgain(tx: EntityManager, submissionId: string): Promise<TriageView> {
  await tx.query('SELECT FROM submission WHERE id = $1 FOR NO KEY UPDATE', [submissionId]);
  return look(tx, submissionId);
}

async function look(tx: EntityManager, submissionId: string): Promise<TriageView> {
  const [row] = await tx.query(READ, [submissionId]);
  if (!row) throw new SubmissionNotFound(submissionId);
  return { priority: priorityOf(row.urgency), dueAt: row.triageDueAt?.toISOString() ?? null, labels: row.labels };
}

const canonical = (at: string) => new Date(at).toISOString();
