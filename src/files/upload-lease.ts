/** Who works on an upload? Whoever holds its lease, for one attempt: a worker that dies is noticed when the lease is over. */
import type { DataSource } from 'typeorm';

interface Work {
  readonly id: string;
  readonly attempt: number;
}

export interface UploadLease {
  /** Aborts when the upload is no longer ours: it was given up, or another attempt has begun. */
  readonly signal: AbortSignal;
  /** What became of the upload is in its row: there is nothing to hold any more. */
  leave(): void;
  /** Another may take it after `pauseMs`. */
  release(pauseMs?: number): Promise<void>;
}

const HELD = `id = $1 AND attempt = $2 AND state IN ('receiving', 'verifying')`;
const PROLONG = `UPDATE upload SET "leaseUntil" = now() + $3 * interval '1 ms' WHERE ${HELD}`;

/** Take it, unless it is over, another attempt counts, or another hand holds it; null then. */
export async function takeUpload(db: DataSource, work: Work, leaseMs: number): Promise<UploadLease | null> {
  const [, taken] = await db.query(`${PROLONG} AND ("leaseUntil" IS NULL OR "leaseUntil" < now())`, [
    work.id,
    work.attempt,
    leaseMs,
  ]);
  return taken === 1 ? holdUpload(db, work, leaseMs) : null;
}

/** Prolong a lease that is ours, until it is left or released. */
export function holdUpload(db: DataSource, { id, attempt }: Work, leaseMs: number): UploadLease {
  const lost = new AbortController();
  const prolong = async (ms: number): Promise<boolean> => {
    const [, held] = await db.query(PROLONG, [id, attempt, ms]);
    return held === 1;
  };
  const renew = async () => {
    // A database that is away for a moment takes nothing from us: the lease's own end decides.
    const held = await prolong(leaseMs).catch(() => true);
    if (!held) lost.abort(new Error(`Upload ${id} is no longer ours.`));
  };
  let renewed: Promise<unknown> = Promise.resolve();
  const beat = setInterval(() => {
    renewed = Promise.all([renewed, renew()]);
  }, leaseMs / 3);
  const leave = () => clearInterval(beat);
  return {
    signal: lost.signal,
    leave,
    release: async (pauseMs = 0) => {
      leave();
      await renewed; // what came after the release would hold it for nobody
      await prolong(pauseMs);
    },
  };
}
