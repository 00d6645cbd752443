/** Who works on a publication? Whoever holds its lease, for one attempt: the number of the fence tells late hands from the present one. */
import { performance } from 'node:perf_hooks';
import type { DataSource } from 'typeorm';
import type { JobOf } from '../queues.js';
import { type Goal, WANTED } from './publication.js';

export interface PublicationLease {
  readonly submissionId: string;
  readonly attempt: number;
  readonly fence: string;
  readonly goal: Goal;
  /** Whether the submission becomes public by it. Otherwise what is public already gets its files back, or loses them. */
  readonly publishing: boolean;
  /** Aborts when the publication is no longer ours. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** The publication is still that of a lease: what its holder writes counts. $1 to $3 are `heldBy`. */
export const HELD = `"submissionId" = $1 AND fence = $2 AND attempt = $3 AND "finishedAt" IS NULL`;
export const heldBy = ({
  submissionId,
  fence,
  attempt,
}: Pick<PublicationLease, 'submissionId' | 'fence' | 'attempt'>) => [submissionId, fence, attempt] as const;

/** Late hands have nothing to say. */
export class PublicationLost extends Error {
  constructor(submissionId: string) {
    super(`The publication of ${submissionId} is no longer ours.`);
  }
}

const TAKE = `
  UPDATE publication p SET fence = fence + 1, "leaseUntil" = now() + $3 * interval '1 ms'
    FROM submission s
   WHERE s.id = p."submissionId" AND s.id = $1 AND p.attempt = $2 AND p."finishedAt" IS NULL
     AND (p."leaseUntil" IS NULL OR p."leaseUntil" < now()) AND ${WANTED}
  RETURNING p.goal, p.fence, s.state = 'private.publishing' AS publishing`;

/** Take it, unless it is over, is not wanted any more, a later attempt counts, or another hand holds it; null then. */
export async function takePublication(
  db: DataSource,
  { submissionId, attempt }: JobOf<'publication'>,
  leaseMs: number,
): Promise<PublicationLease | null> {
  let until = performance.now() + leaseMs;
  const [[row] = []] = await db.query(TAKE, [submissionId, attempt, leaseMs]);
  if (!row) return null;

  const mine = { submissionId, attempt, fence: row.fence };
  const lost = new AbortController();
  const renew = async () => {
    const asked = performance.now();
    const [, held] = await db.query(
      `UPDATE publication SET "leaseUntil" = now() + $4 * interval '1 ms' WHERE ${HELD}`,
      [...heldBy(mine), leaseMs],
    );
    if (held === 1) until = asked + leaseMs;
    else lost.abort(new PublicationLost(submissionId));
  };
  let renewed: Promise<unknown> = Promise.resolve();
  const beat = setInterval(() => {
    // A database that is away for a moment takes nothing from us; the end of the lease does, for then another may come.
    if (performance.now() >= until) lost.abort(new PublicationLost(submissionId));
    else renewed = Promise.all([renewed, renew().catch(() => {})]);
  }, leaseMs / 3);

  return {
    ...mine,
    goal: row.goal,
    publishing: row.publishing,
    signal: lost.signal,
    release: async () => {
      clearInterval(beat);
      await renewed; // what came after the release would hold it for nobody
      // By the fence alone: when another attempt was asked for meanwhile, it is waiting for this.
      await db.query(`UPDATE publication SET "leaseUntil" = NULL WHERE "submissionId" = $1 AND fence = $2`, [
        submissionId,
        row.fence,
      ]);
    },
  };
}
