/**
 * Which errors of the checks stand in nobody's way, and why? A waiver holds for one finding, in one file as it was; where
 * the finding is about none, for the metadata as they were.
 */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { instantKey } from '../platform/page.js';
import type { Submission } from '../submissions/submission.entity.js';
import { AlreadyWaived, NotWaivable, WaiverNotFound } from './review.errors.js';
import { ReviewDesk } from './review-desk.js';
import { tellLive } from './threads-writing.js';
import type { NewWaiver, WaiverView } from './waivers.schema.js';

interface Row {
  readonly id: string;
  readonly submissionId: string;
  readonly fingerprint: string;
  readonly reason: string;
  readonly revision: string;
  readonly holds: boolean;
  readonly personId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly createdAtKey: string;
  readonly rule: string;
  readonly message: string;
  readonly file: string;
}
export interface After {
  readonly createdAt: string;
  readonly id: string;
}

/** The finding as the newest run that has it tells it. */
const SELECT = `
  SELECT w.*, p.name, f.rule, f.message, f.file, ${instantKey('w."createdAt"')} AS "createdAtKey",
         w.basis IS NOT DISTINCT FROM content_of(w."submissionId", w.file) AS holds
    FROM waiver w
    JOIN person p ON p.id = w."personId"
   CROSS JOIN LATERAL (
     SELECT g.rule, g.message, g.file FROM finding g JOIN validation_run r ON r.id = g."runId"
      WHERE r."submissionId" = w."submissionId" AND g.fingerprint = w.fingerprint
      ORDER BY r."startedAt" DESC LIMIT 1) f`;

interface Candidate {
  readonly severity: string;
  readonly status: string;
  readonly file: string;
  readonly basis: string | null;
}

@Injectable()
export class WaiversService {
  constructor(
    private readonly db: DataSource,
    private readonly desk: ReviewDesk,
  ) {}

  /** In the order in which they were given. */
  async page(
    submissionId: string,
    limit: number,
    after: After | null,
  ): Promise<(WaiverView & { createdAtKey: string })[]> {
    const rows: Row[] = await this.db.query(
      `${SELECT} WHERE w."submissionId" = $1
          AND ($3::timestamptz IS NULL OR (w."createdAt", w.id) > ($3, $4::uuid))
        ORDER BY w."createdAt", w.id LIMIT $2`,
      [submissionId, limit, after?.createdAt ?? null, after?.id ?? null],
    );
    return rows.map((row) => ({ ...view(row), createdAtKey: row.createdAtKey }));
  }

  async count(submissionId: string): Promise<number> {
    const [{ n }] = await this.db.query('SELECT count(*)::int AS n FROM waiver WHERE "submissionId" = $1', [
      submissionId,
    ]);
    return n;
  }

  async one(submissionId: string, id: string, tx: EntityManager = this.db.manager): Promise<WaiverView> {
    const [row]: [Row?] = await tx.query(`${SELECT} WHERE w."submissionId" = $1 AND w.id = $2`, [submissionId, id]);
    if (!row) throw new WaiverNotFound(id);
    return view(row);
  }

  async create(submissionId: string, { fingerprint, reason }: NewWaiver, user: User): Promise<WaiverView> {
    return this.desk.review(submissionId, user, 'Findings are waived', async (tx, submission) => {
      const { basis, file } = await basisOf(tx, submission, fingerprint);
      const id = randomUUID();
      const [given] = await tx.query(
        `INSERT INTO waiver (id, "submissionId", revision, fingerprint, basis, file, reason, "personId")
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT ("submissionId", fingerprint, basis) DO NOTHING RETURNING id`,
        [id, submissionId, submission.sealed, fingerprint, basis, file, reason, user.id],
      );
      if (!given) throw await this.alreadyWaived(tx, submissionId, fingerprint, basis);
      await this.record(tx, 'waiver.given', submission, { id, fingerprint }, user);
      return this.one(submissionId, id, tx);
    });
  }

  /** It is taken back for good: what rests on it can be approved no more. */
  async remove(submissionId: string, id: string, user: User, expected: Precondition): Promise<void> {
    await this.desk.review(submissionId, user, 'Waivers are taken back', async (tx, submission) => {
      const waiver = await this.one(submissionId, id, tx);
      expected.check(fieldsOf(waiver));
      await tx.query('DELETE FROM waiver WHERE id = $1', [id]);
      await this.record(tx, 'waiver.taken_back', submission, waiver, user);
    });
  }

  private async record(
    tx: EntityManager,
    action: 'waiver.given' | 'waiver.taken_back',
    submission: Submission,
    { id, fingerprint }: Pick<WaiverView, 'id' | 'fingerprint'>,
    { id: actorId }: User,
  ): Promise<void> {
    const submissionId = submission.id;
    await recordAct(tx, { actorId, action, object: { type: 'waiver', id }, submissionId, details: { fingerprint } });
    const holds = action === 'waiver.given';
    await tellLive(tx, 'waiver.updated', submission, { waiverId: id, fingerprint, holds });
  }

  private async alreadyWaived(tx: EntityManager, ...[submissionId, fingerprint, basis]: string[]) {
    const [{ id }] = await tx.query(
      'SELECT id FROM waiver WHERE "submissionId" = $1 AND fingerprint = $2 AND basis = $3',
      [submissionId, fingerprint, basis],
    );
    return new AlreadyWaived(fingerprint ?? '', id);
  }
}

/** The digest of what the finding is about: a file, a folder that is one thing, or else the metadata. @throws NotWaivable */
async function basisOf(tx: EntityManager, { id, lastRunId }: Submission, fingerprint: string) {
  const [finding]: [Candidate?] = await tx.query(
    `SELECT f.severity, f.status, f.file, content_of($2, f.file) AS basis
       FROM finding f
      WHERE f."runId" = $1 AND f.fingerprint = $3 ORDER BY f.ordinal LIMIT 1`,
    [lastRunId, id, fingerprint],
  );
  if (!finding) throw new NotWaivable(fingerprint, 'the last run has no such finding');
  if (finding.status === 'fixed') throw new NotWaivable(fingerprint, 'it is fixed');
  if (finding.severity !== 'error')
    throw new NotWaivable(fingerprint, `it is of severity "${finding.severity}", and only errors stand in the way`);
  if (finding.basis === null) throw new NotWaivable(fingerprint, `it is about ${finding.file}, which is there no more`);
  return { basis: finding.basis, file: finding.file };
}

/** What is taken back. */
export const fieldsOf = ({ fingerprint, reason }: WaiverView) => ({ fingerprint, reason });
export const tagOf = (waiver: WaiverView): string => etagOf(fieldsOf(waiver));

function view({ personId, name, createdAt, rule, message, file, ...row }: Row): WaiverView {
  const submission = `/api/v1/submissions/${row.submissionId}`;
  return {
    ...row,
    by: { id: personId, name },
    at: createdAt.toISOString(),
    finding: { rule, message, file },
    links: { self: `${submission}/waivers/${row.id}`, submission },
  };
}
