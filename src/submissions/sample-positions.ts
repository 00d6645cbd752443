/** Where may a submission stand, and what may be known of it? Sound samples, for specs: name only what is to be different. */
import type { EventName, LifecycleEvent } from './events.js';
import type { State } from './lifecycle.js';
import type { Position } from './step.js';

export const OWNER = 'the owner';
export const CURATOR = 'a curator';

export const EARLIER = '2025-12-30T00:00:00.000Z';
export const NOW = '2026-01-01T00:00:00.000Z';
export const SOON = '2026-02-01T00:00:00.000Z';
export const EMBARGO_END = '2028-01-01T00:00:00.000Z';
/** When a review that begins now should be decided, and when the one that is under way should. */
export const REVIEW_DUE = '2026-01-04T00:00:00.000Z';
export const DUE = '2026-01-05T00:00:00.000Z';

const NOWHERE: Omit<Position, 'state'> = {
  ownerId: OWNER,
  runId: null,
  purpose: 'submission',
  sealed: 'r1',
  checked: 'r1',
  approved: null,
  assignee: CURATOR,
  round: 1,
  dueAt: null,
  pausedAt: null,
  holdUntil: null,
  releaseAt: null,
  touchedAt: EARLIER,
  reminders: 1,
  retries: 1,
  superseded: false,
};

/** Back with its submitter: what was sealed is an older revision. */
const edited: Partial<Position> = { sealed: 'r0', checked: 'r0' };
const approved: Partial<Position> = { approved: 'r1' };

const THERE: Readonly<Record<State, Partial<Position>>> = {
  'draft.editing': edited,
  'draft.checks_failed': edited,
  'draft.changes_requested': edited,
  uploaded: edited,
  'validating.running': { runId: 'run-1', checked: 'r0' },
  'validating.broken': { checked: 'r0' },
  'curator_review.unassigned': { dueAt: DUE, assignee: null },
  'curator_review.claimed': { dueAt: DUE },
  'curator_review.on_hold': { dueAt: DUE, pausedAt: EARLIER, holdUntil: SOON },
  'private.approved': approved,
  'private.scheduled': { ...approved, releaseAt: NOW },
  'private.publishing': { ...approved, releaseAt: NOW },
  'private.publish_failed': { ...approved, releaseAt: NOW },
  'published.current': approved,
  'published.superseded': { ...approved, superseded: true },
  withdrawn: {},
  rejected: {},
  tombstoned: approved,
};

/** A position in `state` that was come by in the ordinary way. */
export const at = (state: State, rest: Partial<Position> = {}): Position => ({
  ...NOWHERE,
  ...THERE[state],
  ...rest,
  state,
});

const VERDICTS: ReadonlySet<EventName> = new Set([
  'validator.pass',
  'validator.fail',
  'validator.break',
  'clock.validation_timeout',
]);

/** An event whose sender has everything right: a verdict is that of `run-1`, and a run that begins is `run-2`. */
export const event = (type: EventName, facts: Partial<LifecycleEvent> = {}): LifecycleEvent => ({
  type,
  now: NOW,
  runId: VERDICTS.has(type) ? 'run-1' : 'run-2',
  revision: 'r1',
  lacking: [],
  fileCount: 1,
  underWay: 0,
  policyAccepted: true,
  unanswered: 0,
  unansweredTexts: [],
  openRequests: 1,
  blockingRequests: 0,
  blockingThreads: 0,
  openSuggestions: 0,
  unticked: 0,
  unwaived: 0,
  reviewDue: REVIEW_DUE,
  embargoEnd: EMBARGO_END,
  triesLeft: 1,
  stepsDone: true,
  openVersion: false,
  unlearnt: 0,
  editions: 1,
  unknownDoi: null,
  unknownIdentifiers: [],
  submitterMayPublish: true,
  reason: 'because',
  assignee: CURATOR,
  involved: [OWNER],
  authors: [],
  excused: null,
  sender: CURATOR,
  until: SOON,
  reasonKnown: true,
  ...facts,
});
