/** How does the checklist stand? Ticks that were set on what is here now, and what the checks say of it. */
import type { EntityManager } from 'typeorm';
import { profileOf } from '../../checks/profiles/index.js';
import type { Known } from '../submissions/facts.js';
import type { Submission } from '../submissions/submission.entity.js';
import type { ChecklistItemView, ChecklistView } from './checklist.schema.js';

interface Ticked {
  readonly item: string;
  readonly basis: string;
  readonly done: boolean;
  readonly note: string | null;
  readonly personId: string;
  readonly name: string;
  readonly tickedAt: Date;
}

interface Judged {
  readonly id: string;
  readonly outcome: NonNullable<ChecklistItemView['checks']>['outcome'];
  readonly errors: number;
}

const TICKS = `
  SELECT t.item, t.basis, t.done, t.note, t."personId", t."tickedAt", p.name
    FROM checklist_tick t JOIN person p ON p.id = t."personId" WHERE t."submissionId" = $1`;

const JUDGED = `
  SELECT id, outcome, (SELECT count(DISTINCT fingerprint)::int FROM finding
                        WHERE "runId" = r.id AND severity = 'error' AND status <> 'fixed') AS errors
    FROM validation_run r WHERE id = $1 AND outcome IS NOT NULL`;

export async function checklistOf(tx: EntityManager, submission: Submission, known: Known): Promise<ChecklistView> {
  const ticks: Ticked[] = await tx.query(TICKS, [submission.id]);
  const [run]: [Judged?] = submission.lastRunId === null ? [] : await tx.query(JUDGED, [submission.lastRunId]);
  const checks = run ? verdictOf(submission, run, known.unwaived) : null;
  const items = profileOf(submission).checklist.map(({ id, text, auto, of }) => {
    const tick = auto ? undefined : ticks.find((one) => one.item === id && one.basis === known.bases[of]);
    return {
      id,
      text,
      auto,
      done: auto ? isSoundNow(submission, known) : (tick?.done ?? false),
      note: tick?.note ?? null,
      by: tick ? { id: tick.personId, name: tick.name } : null,
      at: tick?.tickedAt.toISOString() ?? null,
      checks: auto ? checks : null,
    };
  });
  return { items };
}

function verdictOf({ id: submissionId, checked }: Submission, { id, outcome, errors }: Judged, unwaived: number) {
  return {
    runId: id,
    outcome,
    errors,
    waived: errors - unwaived,
    revision: checked,
    link: `/api/v1/submissions/${submissionId}/runs/${id}/findings?severity=error`,
  };
}

/** What is here was checked, and its errors are waived. */
const isSoundNow = ({ sealed, checked }: Submission, { revision, unwaived }: Known): boolean =>
  sealed !== null && checked === sealed && revision === sealed && unwaived === 0;
