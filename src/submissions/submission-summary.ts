/** What is shown of a submission wherever it is named? The columns that are read for it, and what becomes of them. */
import { STATE_WORDS, type State } from './lifecycle.js';
import { instant } from './submission.entity.js';
import type { SubmissionSummary } from './submissions.schema.js';

export interface SummaryRow {
  readonly id: string;
  readonly state: State;
  readonly ownerName: string;
  readonly assigneeName: string | null;
  readonly runOutcome: NonNullable<SubmissionSummary['lastRun']>['outcome'] | null;
  readonly runErrors: number;
  readonly runWarnings: number;
  readonly cellCount: string | null;
  readonly runCount: number | null;
  readonly since: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly dueAt: Date | null;
  readonly releaseAt: Date | null;
  readonly fileBytes: string;
  // biome-ignore lint/suspicious/noExplicitAny: the other columns go out as they are, through the schema of the answer
  readonly [column: string]: any;
}

/** Of a submission's own columns. */
const SUMMARY = (
  'id accession version ownerId profile profileVersion title state since assignee round ' +
  'dueAt releaseAt sealed fileCount fileBytes lastRunId createdAt updatedAt'
).split(' ');
export const summaryColumns = (table: string) => SUMMARY.map((name) => `${table}."${name}"`).join(', ');

/** Of those around a submission `s`. Names are looked up and not joined: for a page, PostgreSQL would read all the people there are. */
export const NEIGHBOURS = `
  (SELECT name FROM person WHERE id = s."ownerId") AS "ownerName",
  (SELECT name FROM person WHERE id = s.assignee) AS "assigneeName",
  run.outcome AS "runOutcome", run.errors AS "runErrors", run.warnings AS "runWarnings",
  run."cellCount", run."runCount"`;
export const JOINED = `LEFT JOIN validation_run run ON run.id = s."lastRunId"`;

export const addressOf = (id: string) => `/api/v1/submissions/${id}`;

export function summaryOf(row: SummaryRow): SubmissionSummary {
  const self = addressOf(row.id);
  return {
    id: row.id,
    accession: row.accession,
    version: row.version,
    profile: row.profile,
    profileVersion: row.profileVersion,
    title: row.title,
    state: row.state,
    waitingOn: STATE_WORDS[row.state].waitingOn,
    since: row.since.toISOString(),
    owner: { id: row.ownerId, name: row.ownerName },
    assignee: row.assignee && { id: row.assignee, name: row.assigneeName },
    round: row.round,
    dueAt: instant.from(row.dueAt),
    releaseAt: instant.from(row.releaseAt),
    revisionHash: row.sealed,
    files: { count: row.fileCount, bytes: Number(row.fileBytes) },
    content: { cells: row.cellCount === null ? null : Number(row.cellCount), runs: row.runCount },
    lastRun: row.runOutcome && {
      id: row.lastRunId,
      outcome: row.runOutcome,
      errors: row.runErrors,
      warnings: row.runWarnings,
    },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    links: {
      self,
      transitions: `${self}/transitions`,
      files: `${self}/files`,
      datasets: `${self}/datasets`,
      runs: `${self}/runs`,
      changeRequests: `${self}/change-requests`,
      lookups: `${self}/lookups`,
      checklist: `${self}/checklist`,
      sections: `${self}/sections`,
      revisions: `${self}/revisions`,
      difference: `${self}/diff`,
      decisions: `${self}/decisions`,
      record: `/api/v1/records/${row.accession}`,
    },
  };
}
