/** Which revisions of a record were sealed, by whom, and what became of each? */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DECISIONS } from '../review/decision-snapshot.js';
import type { RevisionView } from './differences.schema.js';
import { judgedBy } from './sides.service.js';

/** Where a page begins: behind this revision. */
export type After = readonly [version: number, seq: number];

/** A decision is about what was sealed last before it. */
const PAGE = `
  SELECT v.hash, v.version, v.round, v."submissionId", v.seq, v.title, v."sealedAt", v."fileCount",
         v."fileBytes"::float8 AS "fileBytes", t.event, t.comment, ${personOf('t."actorId"')} AS by,
         ${judgedBy('v."submissionId"', 'v.hash')} AS run,
         (SELECT jsonb_build_object('event', d.event, 'by', ${personOf('d."actorId"')}, 'comment', d.comment,
                   'at', to_char(d."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
            FROM submission_transition d
           WHERE d."submissionId" = v."submissionId" AND d.event = ANY ($4) AND d.seq > v.seq
             AND d.seq <= coalesce((SELECT min(n.seq) FROM sealed_revision n
                                     WHERE n."submissionId" = v."submissionId" AND n.seq > v.seq), d.seq)
           ORDER BY d.seq DESC LIMIT 1) AS decision
    FROM sealed_revision v
    JOIN submission_transition t ON t."submissionId" = v."submissionId" AND t.seq = v.seq
   WHERE v."submissionId" = ANY ($1) AND ($2::int IS NULL OR (v.version, v.seq) < ($2, $3::int))
   ORDER BY v.version DESC, v.seq DESC LIMIT $5`;

function personOf(id: string): string {
  return `(SELECT jsonb_build_object('id', p.id, 'name', p.name) FROM person p WHERE p.id = ${id})`;
}

interface Row extends Omit<RevisionView, 'sealedAt' | 'files' | 'links'> {
  readonly sealedAt: Date;
  readonly fileCount: number;
  readonly fileBytes: number;
}

@Injectable()
export class SealedRevisions {
  constructor(private readonly db: DataSource) {}

  /** Those of these submissions, the newest first. */
  async page(submissionIds: readonly string[], limit: number, after: After | null): Promise<RevisionView[]> {
    const [version = null, seq = null] = after ?? [];
    const rows: Row[] = await this.db.query(PAGE, [submissionIds, version, seq, DECISIONS, limit]);
    return rows.map(({ sealedAt, fileCount, fileBytes, ...row }) => ({
      ...row,
      sealedAt: sealedAt.toISOString(),
      files: { count: fileCount, bytes: fileBytes },
      links: linksOf(row.submissionId, row.hash),
    }));
  }

  async count(submissionIds: readonly string[]): Promise<number> {
    const sql = 'SELECT count(*)::int AS n FROM sealed_revision WHERE "submissionId" = ANY ($1)';
    const [{ n }] = await this.db.query(sql, [submissionIds]);
    return n;
  }
}

const linksOf = (submissionId: string, hash: string) => {
  const submission = `/api/v1/submissions/${submissionId}`;
  return { submission, sinceThen: `${submission}/diff?from=${hash}` };
};
