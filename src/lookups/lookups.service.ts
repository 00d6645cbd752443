/** What is known of the identifiers of a submission? For whoever reads it; and one is looked up again for whoever asks. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IdentifierKind } from '../../checks/profiles/cryoet/identifiers.js';
import { post } from '../outbox/outbox.js';
import { COMPARED_IN_PART, COMPARED_WHOLE, KINDS, type Service } from './kinds.js';
import { LookupNotFound, LookupTooSoon } from './lookups.errors.js';
import type { LookupsQuery, LookupView } from './lookups.schema.js';

/** A service is not asked for the same at the will of people more often. */
const PAUSE_S = 60;

const listed = (kinds: readonly IdentifierKind[]) => kinds.map((kind) => `'${kind}'`).join();
const letters = (text: string) => `regexp_replace(lower(${text}), '[^[:alnum:]]', '', 'g')`;

/** Spaces count as one; a name within a title, or around it, is that of an entry. */
const DIFFERS = `
  coalesce(u.name IS NOT NULL AND l.state = 'verified' AND cardinality(l.names) > 0 AND CASE
    WHEN u.kind IN (${listed(COMPARED_WHOLE)}) THEN NOT u.name = ANY (l.names)
    WHEN u.kind IN (${listed(COMPARED_IN_PART)}) THEN NOT EXISTS (
      SELECT FROM unnest(l.names) n
       WHERE strpos(${letters('n')}, ${letters('u.name')}) > 0 OR strpos(${letters('u.name')}, ${letters('n')}) > 0)
    ELSE false END, false)`;

const LIST = `
  SELECT * FROM (
    SELECT u.pointer, u.kind, u.value, u.name, l.state, l.label, ${DIFFERS} AS differs, l.problem,
           l."checkedAt", l."triedAt", l."dueAt"
      FROM lookup_use u JOIN lookup l USING (kind, value) WHERE u."submissionId" = $1) x
   WHERE ($2::text IS NULL OR x.state = $2) AND ($3::boolean IS NULL OR x.differs = $3)`;

/** Not while it is being looked up, and not when it was just now: then nothing changes. */
const AGAIN = `
  UPDATE lookup l SET "dueAt" = now(), tries = 0
    FROM lookup_use u
   WHERE u."submissionId" = $1 AND u.pointer = $2 AND l.kind = u.kind AND l.value = u.value
     AND (l."leaseUntil" IS NULL OR l."leaseUntil" < now()) AND (l."dueAt" IS NULL OR l."dueAt" > now())
     AND (l."triedAt" IS NULL OR l."triedAt" <= now() - interval '${PAUSE_S} s')
  RETURNING l.service`;

const STATE = `
  SELECT l.value, ceil(extract(epoch FROM l."triedAt" - now()) + ${PAUSE_S})::int AS wait,
         l."dueAt" <= now() OR l."leaseUntil" >= now() AS "underWay"
    FROM lookup_use u JOIN lookup l USING (kind, value) WHERE u."submissionId" = $1 AND u.pointer = $2`;

type Row = Omit<LookupView, 'url' | 'checkedAt' | 'triedAt' | 'nextTryAt'> & {
  readonly checkedAt: Date | null;
  readonly triedAt: Date | null;
  readonly dueAt: Date | null;
};
type Filter = Pick<LookupsQuery, 'state' | 'differs'>;

@Injectable()
export class LookupsService {
  constructor(private readonly db: DataSource) {}

  /** In the order of their pointers. */
  async list(submissionId: string, { state, differs }: Filter, limit: number, after: string | null) {
    const rows: Row[] = await this.db.query(`${LIST} AND x.pointer > $4 ORDER BY x.pointer LIMIT $5`, [
      ...[submissionId, state ?? null, differs ?? null],
      ...[after ?? '', limit],
    ]);
    return rows.map(viewOf);
  }

  async count(submissionId: string, { state, differs }: Filter): Promise<number> {
    const [{ n }] = await this.db.query(`SELECT count(*)::int AS n FROM (${LIST}) y`, [
      ...[submissionId, state ?? null, differs ?? null],
    ]);
    return n;
  }

  /** One that is on its way is left there. @throws LookupNotFound, LookupTooSoon */
  async retry(submissionId: string, pointer: string): Promise<LookupView> {
    await this.db.transaction(async (tx) => {
      const [[asked]]: [{ service: Service }[]] = await tx.query(AGAIN, [submissionId, pointer]);
      if (asked) return post(tx, { topic: 'lookup.asked', service: asked.service });
      const [known] = await tx.query(STATE, [submissionId, pointer]);
      if (!known) throw new LookupNotFound(pointer);
      if (!known.underWay && known.wait > 0) throw new LookupTooSoon(known.value, known.wait);
    });
    const [row] = await this.db.query(`${LIST} AND x.pointer = $4`, [submissionId, null, null, pointer]);
    if (!row) throw new LookupNotFound(pointer);
    return viewOf(row);
  }
}

const viewOf = ({ dueAt, checkedAt, triedAt, ...row }: Row): LookupView => ({
  ...row,
  checkedAt: checkedAt?.toISOString() ?? null,
  triedAt: triedAt?.toISOString() ?? null,
  nextTryAt: dueAt?.toISOString() ?? null,
  url: KINDS[row.kind].page(row.value),
});
