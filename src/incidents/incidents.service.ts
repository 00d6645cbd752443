/** Which faults of ours wait for somebody? */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { instantKey } from '../platform/page.js';
import type { IncidentView } from './incidents.schema.js';

/** Whose submissions somebody reviews. */
type Profiles = 'all' | readonly string[];

export interface After {
  readonly openedAt: string;
  readonly id: string;
}

interface Row extends Omit<IncidentView, 'submission' | 'openedAt' | 'seenAt' | 'resolvedAt'> {
  readonly submissionId: string | null;
  readonly title: string | null;
  readonly openedAt: Date;
  readonly openedAtKey: string;
  readonly seenAt: Date;
  readonly resolvedAt: Date | null;
}

@Injectable()
export class IncidentsService {
  constructor(private readonly db: DataSource) {}

  /** Of what somebody reviews; those that have waited longest come first. */
  async page(
    states: readonly string[],
    profiles: Profiles,
    limit: number,
    after: After | null,
  ): Promise<(IncidentView & { openedAtKey: string })[]> {
    const rows: Row[] = await this.db.query(
      `SELECT i.*, ${instantKey('i."openedAt"')} AS "openedAtKey", s.title
         FROM incident i LEFT JOIN submission s ON s.id = i."submissionId"
        WHERE i.state = ANY ($1) AND ($3::text[] IS NULL OR s.profile = ANY ($3))
          ${after ? 'AND (i."openedAt", i.id) > ($4::timestamptz, $5::uuid)' : ''}
        ORDER BY i."openedAt", i.id LIMIT $2`,
      [states, limit, profiles === 'all' ? null : profiles, ...(after ? [after.openedAt, after.id] : [])],
    );
    return rows.map(shown);
  }

  async count(states: readonly string[], profiles: Profiles): Promise<number> {
    const [{ n }] = await this.db.query(
      `SELECT count(*)::int AS n FROM incident i LEFT JOIN submission s ON s.id = i."submissionId"
        WHERE i.state = ANY ($1) AND ($2::text[] IS NULL OR s.profile = ANY ($2))`,
      [states, profiles === 'all' ? null : profiles],
    );
    return n;
  }
}

const shown = ({ submissionId, title, ...row }: Row): IncidentView & { openedAtKey: string } => ({
  ...row,
  submission: submissionId === null || title === null ? null : { id: submissionId, title },
  openedAt: row.openedAt.toISOString(),
  seenAt: row.seenAt.toISOString(),
  resolvedAt: row.resolvedAt?.toISOString() ?? null,
});
