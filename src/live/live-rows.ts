/** What has happened? The events by their positions, each with what decides who may hear of it now. */
import type { DataSource } from 'typeorm';
import type { LiveEvent, Subject } from './hearing.js';
import type { Topics } from './topics.js';

const SUBJECT = `
  CASE WHEN s.id IS NOT NULL THEN jsonb_build_object(
    'accession', s.accession, 'version', s.version, 'profile', s.profile, 'ownerId', s."ownerId", 'collaborators',
    (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', c."personId", 'role', c.role)), '[]')
       FROM collaborator c WHERE c.accession = s.accession)) END AS subject`;

const EVENT = `
  SELECT e.position::float8 AS position, e.topic, e.audience, e."submissionId", e."personId", e.data,
         to_char(e."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, ${SUBJECT}
    FROM live_event e LEFT JOIN submission s ON s.id = e."submissionId"`;

const AFTER = `${EVENT} WHERE e.position > $1 ORDER BY e.position LIMIT $2`;

/** $3 submissions, $4 whether the queue, $5 who. Each by an index of its own: between may lie millions for others. */
const MISSED = `${EVENT}
  WHERE e.position IN (
    (SELECT position FROM live_event WHERE "submissionId" = ANY ($3::uuid[]) AND position > $1 AND position <= $2
      ORDER BY position LIMIT $6)
    UNION
    (SELECT position FROM live_event WHERE $4 AND topic IN ('queue.changed', 'submission.transitioned')
        AND position > $1 AND position <= $2 ORDER BY position LIMIT $6)
    UNION
    (SELECT position FROM live_event WHERE "personId" = $5 AND position > $1 AND position <= $2
      ORDER BY position LIMIT $6))
  ORDER BY e.position LIMIT $6`;

const BOUNDS = `SELECT min(position)::float8 AS first, max(position)::float8 AS last FROM live_event`;
const SUBJECTS = `SELECT s.id, ${SUBJECT} FROM submission s WHERE s.id = ANY ($1::uuid[])`;

/** Older than $1 ms, but for the newest: what is kept has no holes, and so who missed something that is gone is known. */
const FORGET = `
  DELETE FROM live_event
   WHERE position < least((SELECT min(position) FROM live_event WHERE "createdAt" >= now() - $1 * interval '1 ms'),
                          (SELECT max(position) FROM live_event))`;

export const eventsAfter = (db: DataSource, position: number, limit: number): Promise<LiveEvent[]> =>
  db.query(AFTER, [position, limit]);

/** Of those after one position, up to and with another, what such a listener may have missed. */
export function eventsMissed(
  db: DataSource,
  { after, upTo, limit }: { readonly after: number; readonly upTo: number; readonly limit: number },
  { topics, userId }: { readonly topics: Topics; readonly userId: string },
): Promise<LiveEvent[]> {
  return db.query(MISSED, [after, upTo, [...topics.submissions], topics.queue, userId, limit]);
}

/** The oldest that is kept, and the newest; null: none. */
export async function boundsOf(db: DataSource): Promise<{ first: number | null; last: number | null }> {
  const [bounds] = await db.query(BOUNDS);
  return bounds;
}

export async function subjectsOf(db: DataSource, ids: readonly string[]): Promise<Map<string, Subject>> {
  const rows: { id: string; subject: Subject }[] = await db.query(SUBJECTS, [ids]);
  return new Map(rows.map(({ id, subject }) => [id, subject]));
}

export async function forgetOldEvents(db: DataSource, olderThanMs: number): Promise<void> {
  await db.query(FORGET, [olderThanMs]);
}
