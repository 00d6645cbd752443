/** What does the chart get to know about a step? What was asked for, what the database knows, and the time. */
import { randomUUID } from 'node:crypto';
import { profileOf } from '../../checks/profiles/index.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { User } from '../identity/user.js';
import { afterWorking } from '../queue/working-days.js';
import type { EventName, LifecycleEvent } from './events.js';
import type { Known } from './facts.js';
import type { Submission } from './submission.entity.js';

/** Why something that was public is so no longer. */
export const TOMBSTONE_REASONS = ['retracted', 'erroneous', 'duplicate', 'privacy', 'legal', 'moved'] as const;
export type TombstoneReason = (typeof TOMBSTONE_REASONS)[number];

/** A step that somebody asks for. */
export interface Request {
  readonly type: EventName;
  readonly reason?: string;
  readonly runId?: string;
  readonly assignee?: string | null;
  readonly until?: string | null;
  readonly policyAccepted?: boolean;
  readonly tombstone?: TombstoneReason;
  readonly triesLeft?: number;
  /** Goes into the audit record. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const DAY_MS = 86_400_000;

export function decisionFacts(
  before: Submission,
  request: Request,
  known: Known,
  actor: User | null,
  clock: Clock,
  config: Config,
): LifecycleEvent {
  // Whom an assignment is for must be said; every other step is its sender's own.
  const self = request.type.endsWith('.assign') ? null : (actor?.id ?? null);
  return {
    ...known,
    type: request.type,
    now: clock.in(0),
    runId: request.runId ?? randomUUID(),
    policyAccepted: request.policyAccepted === true || before.policyAcceptedAt !== null,
    reviewDue: afterWorking(clock.in(0), config.REVIEW_TARGET),
    embargoEnd: clock.in(profileOf(before).embargoDays * DAY_MS),
    triesLeft: request.triesLeft ?? 0,
    submitterMayPublish: config.SUBMITTER_MAY_PUBLISH,
    reason: request.reason ?? '',
    assignee: request.assignee ?? self,
    sender: actor?.id ?? null,
    involved: [before.ownerId, ...before.collaborators.map(({ personId }) => personId)],
    until: request.until ?? null,
    reasonKnown: request.tombstone !== undefined,
  };
}
