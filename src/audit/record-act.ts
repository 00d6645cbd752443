/** What is remembered of what people do beside the lifecycle? Who, what, on what, and when: in the transaction of the act. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';

export interface Act {
  /** Null: the system. */
  readonly actorId: string | null;
  /** `<object>.<verb in the past>`, as `share_link.revoked`. */
  readonly action: string;
  readonly object: { readonly type: string; readonly id: string };
  readonly submissionId?: string | null;
  /** Identifiers and choices; no secret, and no personal data that an erasure would have to reach. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export async function recordAct(
  tx: EntityManager,
  { actorId, action, object, submissionId = null, details = {} }: Act,
): Promise<void> {
  await tx.query(
    `INSERT INTO audit_entry (id, "actorId", action, "objectType", "objectId", "submissionId", details)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [randomUUID(), actorId, action, object.type, object.id, submissionId, JSON.stringify(details)],
  );
}
