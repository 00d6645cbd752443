/** Who works on a run? Whoever holds its lease: the number of the fence tells late hands from the present one. */
import type { DataSource } from 'typeorm';

export interface Lease {
  readonly runId: string;
  readonly submissionId: string;
  readonly fence: string;
  /** Aborts when the run is no longer ours: it was cancelled, or another has taken it. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** Take the run unless it is over or another hand holds it; null where it is. */
export async function takeRun(db: DataSource, runId: string, leaseMs: number): Promise<Lease | null> {
  const [[row] = []] = await db.query(
    `UPDATE validation_run SET fence = fence + 1, "leaseUntil" = now() + $2 * interval '1 ms'
      WHERE id = $1 AND state = 'running' AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
      RETURNING "submissionId", fence`,
    [runId, leaseMs],
  );
  if (!row) return null;

  const lost = new AbortController();
  let renewed: Promise<unknown> = Promise.resolve();
  const beat = setInterval(() => {
    renewed = Promise.all([renewed, renew()]);
  }, leaseMs / 3);
  const renew = async () => {
    // A database that is away for a moment takes nothing from us: the lease's own end decides.
    const [, held] = await db
      .query(
        `UPDATE validation_run SET "leaseUntil" = now() + $3 * interval '1 ms'
          WHERE id = $1 AND fence = $2 AND state = 'running'`,
        [runId, row.fence, leaseMs],
      )
      .catch(() => [null, 1]);
    if (held !== 1) lost.abort(new Error(`Run ${runId} is no longer ours.`));
  };
  return {
    runId,
    submissionId: row.submissionId,
    fence: row.fence,
    signal: lost.signal,
    release: async () => {
      clearInterval(beat);
      await renewed; // what came after the release would hold it for nobody
      await db.query(
        `UPDATE validation_run SET "leaseUntil" = NULL WHERE id = $1 AND fence = $2 AND state = 'running'`,
        [runId, row.fence],
      );
    },
  };
}
