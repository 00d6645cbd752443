/** What was decided, by whom, and on what did it stand? As the audit records have it. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DECISIONS } from './decision-snapshot.js';
import type { DecisionView } from './decisions.schema.js';

/** The people of a snapshot are there by their ids: $1 the submission, $2 the decisions, $3 after this step. */
const PAGE = `
  SELECT t.seq, t.event, t."actorId", t.comment, t."createdAt", t.details,
         (SELECT coalesce(jsonb_object_agg(p.id, p.name), '{}') FROM person p
           WHERE p.id IN (
             SELECT t."actorId" UNION ALL
             SELECT (said ->> 'by')::uuid FROM jsonb_path_query(
               jsonb_build_array(t.details -> 'decision' -> 'checklist', t.details -> 'waivers'), '$[*][*]') said))
           AS names
    FROM submission_transition t
   WHERE t."submissionId" = $1 AND t.event = ANY ($2) AND t.seq > $3 ORDER BY t.seq LIMIT $4`;

type Kept<Part> = Omit<Part, 'by'> & { readonly by: string | null };
interface Row {
  readonly seq: number;
  readonly event: DecisionView['event'];
  readonly actorId: string | null;
  readonly comment: string | null;
  readonly createdAt: Date;
  readonly names: Readonly<Record<string, string>>;
  readonly details: {
    readonly revision?: string;
    readonly waivers?: readonly Kept<DecisionView['waivers'][number]>[];
    readonly decision?: Pick<DecisionView, 'revision' | 'round' | 'runId' | 'open'> & {
      readonly checklist: readonly Kept<NonNullable<DecisionView['checklist']>[number]>[];
    };
  };
}

@Injectable()
export class DecisionsService {
  constructor(private readonly db: DataSource) {}

  /** The first first. */
  async page(submissionId: string, limit: number, afterSeq: number): Promise<DecisionView[]> {
    const rows: Row[] = await this.db.query(PAGE, [submissionId, DECISIONS, afterSeq, limit]);
    return rows.map((row) => view(submissionId, row));
  }

  async count(submissionId: string): Promise<number> {
    const sql = 'SELECT count(*)::int AS n FROM submission_transition WHERE "submissionId" = $1 AND event = ANY ($2)';
    const [{ n }] = await this.db.query(sql, [submissionId, DECISIONS]);
    return n;
  }
}

function view(submissionId: string, { details, names, actorId, createdAt, ...row }: Row): DecisionView {
  const { decision, waivers = [] } = details;
  const person = (id: string | null) => (id === null ? null : { id, name: names[id] ?? '' });
  const submission = `/api/v1/submissions/${submissionId}`;
  return {
    ...row,
    by: person(actorId),
    at: createdAt.toISOString(),
    revision: decision?.revision ?? null,
    round: decision?.round ?? null,
    runId: decision?.runId ?? null,
    checklist: decision?.checklist.map((item) => ({ ...item, by: person(item.by) })) ?? null,
    waivers: waivers.map((waiver) => ({ ...waiver, file: waiver.file ?? null, by: person(waiver.by) })),
    open: decision?.open ?? null,
    links: {
      submission,
      transition: `${submission}/transitions`,
      ...(decision?.runId && { run: `${submission}/runs/${decision.runId}` }),
      ...(decision?.revision && { sinceThen: `${submission}/diff?from=${decision.revision}` }),
    },
  };
}
