/** Who works on an upload? Whoever holds its lease, for one attempt: a worker that dies is noticed when the lease is over. */
import type { DataSource } from 'typeorm';

export interface UploadLease {
  /** Aborts when the upload is no longer ours: it was given up, or another attempt has begun. */
  readonly signal: AbortSignal;
  /** Another may take it after `pauseMs`. */
  release(pauseMs?: number): Promise<void>;
}

const HELD = `id = $1 AND attempt = $2 AND state IN ('receiving', 'verifying')`;

/** Take it, unless it is over, another attempt counts, or another hand holds it; null then. */
export async function takeUpload(
  db: DataSource,
  { id, attempt }: { readonly id: string; readonly attempt: number },
  leaseMs: number,
): Promise<UploadLease | null> {
  const [, taken] = await db.query(
    `UPDATE upload SET "leaseUntil" = now() + $3 * interval '1 ms'
      WHERE ${HELD} AND ("leaseUntil" IS NULL OR "leaseUntil" < now())`,
    [id, attempt, leaseMs],
  );
  if (taken !== 1) return null;

  const lost = new AbortController();
  const prolong = async (ms: number) => {
    const sql = `UPDATE upload SET "leaseUntil" = now() + $3 * interval '1 ms' WHERE ${HELD}`;
    const [, held] = await db.query(sql, [id, attempt, ms]);
    return held === 1;
  };
  const beat = setInterval(() => {
    // A database that is away for a moment takes nothing from us: the lease's own end decides.
    void prolong(leaseMs)
      .catch(() => true)
      .then((held) => {
        if (!held) lost.abort(new Error(`Upload ${id} is no longer ours.`));
      });
  }, leaseMs / 3);
  return {
    signal: lost.signal,
    release: async (pauseMs = 0) => {
      clearInterval(beat);
      await prolong(pauseMs);
    },
  };
}
