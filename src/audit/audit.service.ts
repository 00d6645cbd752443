/** What was done, by whom, and when? The trail read by page, and whole. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BY_ITS_VALUES } from '../platform/prepared-statements.js';
import type { AuditEntryView, AuditFilter } from './audit.schema.js';
import { AuditChain, HASHED } from './audit-chain.service.js';
import type { Entry, Link } from './chain.js';

export interface After {
  readonly at: string;
  readonly id: string;
}

type Row = Entry & { actorName: string | null; position: number | null; hash: string | null };

@Injectable()
export class AuditService {
  constructor(
    private readonly db: DataSource,
    private readonly chain: AuditChain,
  ) {}

  /** The newest first. */
  async page(filter: AuditFilter, limit: number, after: After | null): Promise<AuditEntryView[]> {
    const { where, params } = conditions(filter);
    if (after) {
      params.push(after.at, after.id);
      where.push(`(e.at, e.id) < ($${params.length - 1}::timestamptz, $${params.length}::uuid)`);
    }
    const rows: Row[] = await this.db.query(
      `${BY_ITS_VALUES}SELECT ${HASHED}, l.position::float8 AS position, l.hash,
              (SELECT name FROM person WHERE id = e."actorId") AS "actorName"
         FROM audit_entry e LEFT JOIN audit_link l ON l."entryId" = e.id
        WHERE ${where.join(' AND ')} ORDER BY e.at DESC, e.id DESC LIMIT ${limit}`,
      params,
    );
    return rows.map(view);
  }

  async count(filter: AuditFilter): Promise<number> {
    const { where, params } = conditions(filter);
    const [{ n }] = await this.db.query(
      `${BY_ITS_VALUES}SELECT count(*)::int AS n FROM audit_entry e WHERE ${where.join(' AND ')}`,
      params,
    );
    return n;
  }

  /** The whole chain as it can be verified by anybody: by batches, whatever its length. */
  async *links(): AsyncGenerator<Link> {
    for (let position = 0; ; ) {
      const links = await this.chain.after(position);
      const last = links.at(-1);
      if (!last) return;
      yield* links;
      position = last.position;
    }
  }
}

function conditions({ actor, action, object, submission, from, to }: AuditFilter) {
  const where = ['true'];
  const params: unknown[] = [];
  const add = (test: (n: string) => string, value: unknown) => {
    params.push(value);
    where.push(test(`$${params.length}`));
  };
  if (actor === 'system') where.push('e."actorId" IS NULL');
  else if (actor) add((n) => `e."actorId" = ${n}::uuid`, actor);
  if (action?.endsWith('.*')) add((n) => `e.action LIKE ${n}`, `${action.slice(0, -1).replaceAll('_', '\\_')}%`);
  else if (action) add((n) => `e.action = ${n}`, action);
  if (object) add((n) => `e."objectId" = ${n}`, object);
  if (submission) add((n) => `e."submissionId" = ${n}::uuid`, submission);
  if (from) add((n) => `e.at >= ${n}::timestamptz`, from);
  if (to) add((n) => `e.at < ${n}::timestamptz`, to);
  return { where, params };
}

const view = ({ actorId, actorName, objectType, objectId, details, ...row }: Row): AuditEntryView => ({
  ...row,
  actor: actorId === null ? null : { id: actorId, name: actorName },
  object: { type: objectType, id: objectId },
  details: details as AuditEntryView['details'],
});
