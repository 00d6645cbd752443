/** What are the data sets of a submission called, in what order, and what is known of each? Alone in changing titles and order. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { profileOf } from '../../checks/profiles/index.js';
import { doiOf } from '../../checks/profiles/profile.js';
import type { User } from '../identity/user.js';
import { relationTo } from '../permissions.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { type FieldFault, InvalidRequest } from '../platform/invalid-request.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { DatasetNotFound } from './datasets.errors.js';
import { type DatasetEdit, type DatasetView, factsOf } from './datasets.schema.js';
import { notesOf } from './notes.js';

/** Behind those that were put in order. */
const LAST = 2_147_483_647;
const MOST_FAULTS = 100;
const MOST_LISTED = 5;

/** $1 is the submission. Facts are those of the last run that ended, outcomes those of the one under way, if there is one. */
const PLACED = `
  WITH listed AS (
    SELECT d.id, d.path, d.title AS given, coalesce(d.ordinal, ${LAST}) AS ordinal, f.id AS file, f.size::float8 AS size,
           f.sha256, learnt.facts, s."lastRunId",
           CASE WHEN s.state = 'validating.running' THEN s."runId" ELSE s."lastRunId" END AS run,
           s.state = 'validating.running' AS running, nullif(btrim(learnt.facts ->> 'title'), '') AS own
      FROM dataset d
      JOIN submission s ON s.id = d."submissionId"
      JOIN submission_file f ON f."submissionId" = d."submissionId" AND f.path = d.path
      LEFT JOIN LATERAL (
        SELECT r.facts FROM check_result r
         WHERE r."runId" = s."lastRunId" AND r.file = d.path AND r.sha256 = f.sha256 AND r.facts <> '{}'
         ORDER BY r.facts ? 'cellCount' DESC, r."check" LIMIT 1) learnt ON true
     WHERE d."submissionId" = $1),
  titled AS (SELECT l.*, coalesce(given, left(own, 300), regexp_replace(path, '^.*/', '')) AS title FROM listed l),
  placed AS (
    SELECT t.*, row_number() OVER (ORDER BY ordinal, path COLLATE "C")::int AS position,
           count(*) OVER (PARTITION BY lower(title))::int AS namesakes,
           count(*) OVER (PARTITION BY sha256)::int AS twins
      FROM titled t)`;

const SELECT = `${PLACED}
  SELECT p.*,
         (SELECT r.outcome FROM check_result r WHERE r."runId" = p.run AND r.file = p.path AND r.sha256 = p.sha256
           ORDER BY array_position(ARRAY['failed', 'errored', 'undecided', 'passed'], r.outcome) LIMIT 1) AS outcome,
         (SELECT count(*)::int FROM finding g WHERE g."runId" = p."lastRunId" AND g.file = p.path
             AND g.severity = 'error' AND g.status <> 'fixed') AS errors,
         (SELECT count(*)::int FROM finding g WHERE g."runId" = p."lastRunId" AND g.file = p.path
             AND g.severity = 'warning' AND g.status <> 'fixed') AS warnings
    FROM placed p`;

interface Row {
  readonly id: string;
  readonly path: string;
  readonly given: string | null;
  readonly own: string | null;
  readonly title: string;
  readonly ordinal: number;
  readonly position: number;
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  readonly facts: Record<string, unknown> | null;
  readonly run: string | null;
  readonly running: boolean;
  readonly outcome: Exclude<DatasetView['checks']['state'], 'unchecked' | 'running'> | null;
  readonly errors: number;
  readonly warnings: number;
  readonly namesakes: number;
  readonly twins: number;
}

/** What of it is public. */
export type Published = Pick<DatasetView, 'id' | 'position' | 'title' | 'path' | 'size' | 'sha256' | 'facts'>;

/** Where a page begins: behind this data set. */
export type After = readonly [ordinal: number, path: string];
/** All data sets of a submission, the first first, and when that was. */
export interface Whole {
  readonly order: readonly string[];
  readonly checked: number;
  readonly updatedAt: string;
}
export type Listed = DatasetView & { readonly ordinal: number };

@Injectable()
export class DatasetsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
  ) {}

  /** In their order. */
  async page(submission: Submission, limit: number, after: After | null): Promise<Listed[]> {
    const rows: Row[] = await this.db.query(
      `${SELECT} WHERE $2::int IS NULL OR (p.ordinal, p.path COLLATE "C") > ($2, $3 COLLATE "C") ORDER BY p.position LIMIT $4`,
      [submission.id, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return rows.map((row) => view(row, submission));
  }

  async one(submission: Submission, id: string, tx: EntityManager = this.db.manager): Promise<DatasetView> {
    const [row]: [Row?] = await tx.query(`${SELECT} WHERE p.id = $2`, [submission.id, id]);
    if (!row) throw new DatasetNotFound(id);
    return view(row, submission);
  }

  /** All of them, as a record shows them: when it is published, they stay as they are. */
  async published(submissionId: string): Promise<Published[]> {
    const rows: Row[] = await this.db.query(
      `${PLACED} SELECT id, position, title, path, size, sha256, facts FROM placed ORDER BY position`,
      [submissionId],
    );
    return rows.map((row) => ({ ...row, facts: row.facts && factsOf(row.facts) }));
  }

  /** What a new order would overwrite, and what else a page of them shows: the checks go on meanwhile. */
  async whole(submissionId: string, tx: EntityManager = this.db.manager): Promise<Whole> {
    const [row]: [Whole & { updatedAt: Date }] = await tx.query(
      `SELECT s."updatedAt", (SELECT count(*)::int FROM check_result r WHERE r."runId" = s."runId") AS checked,
              (SELECT coalesce(array_agg(d.id ORDER BY coalesce(d.ordinal, ${LAST}), d.path COLLATE "C"), '{}')
                 FROM dataset d JOIN submission_file f ON f."submissionId" = d."submissionId" AND f.path = d.path
                WHERE d."submissionId" = s.id) AS "order"
         FROM submission s WHERE s.id = $1`,
      [submissionId],
    );
    return { order: row.order, checked: row.checked, updatedAt: row.updatedAt.toISOString() };
  }

  /**
   * Give a data set another title. It is an edit of the submission: its owner's while it is a draft, and of the curator
   * who has claimed it an amendment, which is checked and sealed anew.
   * @throws TransitionRefused, NotYours, DatasetNotFound, StaleVersion
   */
  async edit(submission: Submission, id: string, edit: DatasetEdit, user: User, expected: Precondition): Promise<void> {
    const { title: from, path } = await this.one(submission, id);
    const details = { changed: [`/datasets/${id}/title`], dataset: { id, path, from, to: edit.title ?? null } };
    await this.change(submission, user, details, async (tx) => {
      expected.check(fieldsOf(await this.one(submission, id, tx)));
      if (edit.title === undefined) return;
      await tx.query('UPDATE dataset SET title = $3 WHERE "submissionId" = $1 AND id = $2', [
        ...[submission.id, id, edit.title],
      ]);
    });
  }

  /** Put the data sets in an order. @throws InvalidRequest unless it names each once, TransitionRefused, NotYours, StaleVersion */
  async reorder(submission: Submission, order: readonly string[], user: User, expected: Precondition): Promise<void> {
    mustNameEach(order, (await this.whole(submission.id)).order);
    await this.change(submission, user, { changed: ['/datasets'], order }, async (tx) => {
      const before = await this.whole(submission.id, tx);
      expected.check({ ...before });
      mustNameEach(order, before.order);
      await tx.query(
        `UPDATE dataset d SET ordinal = o.ordinal FROM unnest($2::uuid[]) WITH ORDINALITY AS o (id, ordinal)
          WHERE d."submissionId" = $1 AND d.id = o.id`,
        [submission.id, order],
      );
    });
  }

  private async change(
    submission: Submission,
    user: User,
    details: Readonly<Record<string, unknown>>,
    write: (tx: EntityManager) => Promise<void>,
  ): Promise<void> {
    const type = relationTo(user, submission) === 'reviewer' ? 'curator.amend' : 'submitter.edit';
    await this.submissions.move(submission.id, { type, details }, user, write);
  }
}

/** What a change would overwrite, and all else that is shown: whoever has the same tag sees the same. */
const fieldsOf = ({ title, titleFrom, path, sha256, position, checks, facts, notes }: Omit<DatasetView, 'etag'>) => ({
  ...{ title, titleFrom, path, sha256, position },
  shown: JSON.stringify([checks, facts, notes]),
});

function mustNameEach(order: readonly string[], all: readonly string[]): void {
  const known = new Set(all);
  const named = new Set<string>();
  const faults: FieldFault[] = [];
  for (const [i, id] of order.entries()) {
    const pointer = `/order/${i}`;
    if (!known.has(id))
      faults.push({ pointer, code: 'unknown', detail: `The submission has no data set ${id}.`, found: id });
    else if (named.has(id)) faults.push({ pointer, code: 'repeated', detail: `${id} is there twice.`, found: id });
    named.add(id);
  }
  const left = all.filter((id) => !named.has(id));
  if (left.length > 0)
    faults.push({
      pointer: '/order',
      code: 'incomplete',
      detail: `It leaves out ${left.slice(0, MOST_LISTED).join(', ')}.`,
    });
  if (faults.length > 0) throw new InvalidRequest(faults.slice(0, MOST_FAULTS));
}

function view(row: Row, submission: Submission): Listed {
  const { id, position, title, path, size, sha256, file, facts, ordinal } = row;
  const learnt = facts && factsOf(facts);
  const base = `/api/v1/submissions/${submission.id}`;
  const titleFrom = row.given !== null ? 'person' : row.own !== null ? 'file' : 'name';
  const doi = doiOf(profileOf(submission), submission.metadata);
  const shown = {
    ...{ id, position, title, titleFrom, path, size, sha256, facts: learnt },
    checks: {
      state: row.outcome ?? (row.running ? 'running' : 'unchecked'),
      run: row.outcome || row.running ? row.run : null,
      errors: row.outcome ? row.errors : 0,
      warnings: row.outcome ? row.warnings : 0,
    },
    notes: notesOf({ ...row, facts: learnt, titleFrom }, doi),
    links: {
      self: `${base}/datasets/${id}`,
      submission: base,
      content: `${base}/files/${file}/content`,
      ...(row.run && { run: `${base}/runs/${row.run}` }),
    },
  } satisfies Omit<DatasetView, 'etag'>;
  return { ...shown, ordinal, etag: etagOf(fieldsOf(shown)) };
}
