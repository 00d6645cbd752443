/** What follows from a step, beside the new state? Rows that other rooms work from, and a message for each effect. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { post } from '../outbox/outbox.js';
import { requestPublication } from '../records/publication.js';
import { endLinksOf } from '../sharing/link-rows.js';
import type { Effect, IncidentKind } from './events.js';
import type { Position } from './step.js';

/** What somebody on call reads of an incident of this kind. */
const INCIDENTS: Readonly<Record<IncidentKind, string>> = {
  validation_broken: 'The checks of a submission could not be run: all tries are spent.',
  publication_failed: 'A step of a publication failed for good: nothing of it is public.',
  release_refused: 'A release date has come, and the publication was refused: its submission says why.',
};

/** The states in which an incident waits for somebody; leaving them resolves it. */
const TROUBLED: ReadonlySet<string> = new Set(['validating.broken', 'private.publish_failed']);

/** Where nobody applies a suggested change any more. */
const DECIDED = /^(private|published|withdrawn|rejected|tombstoned)/;

/** Write what the effects ask for, in the transaction of step `seq`. */
export async function carryOut(tx: EntityManager, id: string, to: Position, seq: number, effects: readonly Effect[]) {
  for (const effect of effects) {
    if (effect.topic === 'validation.requested') await beginRun(tx, id, effect.runId, to);
    if (effect.topic === 'incident.opened') await openIncident(tx, id, effect.kind);
    const attempt = effect.topic === 'publication.requested' ? await requestPublication(tx, id, effect.goal) : null;
    await post(tx, { submissionId: id, seq, ...effect, ...(attempt !== null && { attempt }) });
  }
}

/** End what the step leaves behind: a run that counts no more, an incident that is over. */
export async function endWhatIsOver(tx: EntityManager, id: string, before: Position, to: Position): Promise<void> {
  if (before.runId !== null && before.runId !== to.runId) {
    const state = to.state === 'validating.broken' ? 'broken' : 'cancelled';
    await tx.query(
      `UPDATE validation_run SET state = $2, "finishedAt" = now(), "leaseUntil" = NULL WHERE id = $1 AND state = 'running'`,
      [before.runId, state],
    );
  }
  await endLinksOf(tx, id, before.state, to.state);
  if (TROUBLED.has(before.state) && before.state !== to.state)
    await tx.query(
      `UPDATE incident SET state = 'resolved', "resolvedAt" = now() WHERE "submissionId" = $1 AND state = 'open'`,
      [id],
    );
  if (DECIDED.test(to.state) && !DECIDED.test(before.state))
    await tx.query(
      `UPDATE suggestion SET state = 'obsolete', "decidedAt" = now() WHERE "submissionId" = $1 AND state = 'open'`,
      [id],
    );
}

async function beginRun(tx: EntityManager, submissionId: string, runId: string, to: Position): Promise<void> {
  await tx.query(
    `INSERT INTO validation_run (id, "submissionId", revision, purpose, state) VALUES ($1, $2, $3, $4, 'running')`,
    [runId, submissionId, to.sealed, to.purpose],
  );
}

async function openIncident(tx: EntityManager, submissionId: string, kind: IncidentKind): Promise<void> {
  await tx.query(
    `INSERT INTO incident (id, "submissionId", kind, state, message) VALUES ($1, $2, $3, 'open', $4)
     ON CONFLICT ("submissionId", kind) WHERE state = 'open'
     DO UPDATE SET occurrences = incident.occurrences + 1, "seenAt" = now()`,
    [randomUUID(), submissionId, kind, INCIDENTS[kind]],
  );
}
