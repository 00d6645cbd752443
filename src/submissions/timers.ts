/**
 * What will happen by itself? A row for each kind of timer: where it runs, when it is due, and what it sends, or of what
 * it reminds. A reminder is no step: nothing becomes of the submission, its trail and its version stay as they are, and
 * whoever works on it meets no 412 for it. It is a row with a due time like any other; `workers/notifications/reminders.ts`
 * takes it away when it tells.
 */
import type { Config } from '../config.js';
import { afterWorking, workingMs } from '../queue/working-days.js';
import type { EventName } from './events.js';
import type { Position } from './step.js';

export type ReminderTopic = 'review.due_soon' | 'review.overdue' | 'claim.idle' | 'response.awaited' | 'release.near';

type Timer = {
  readonly kind: string;
  /** The state, or the states below it, in which it runs. */
  readonly runsIn: string;
  /** When it is due; null: not at all. Of several, each is a timer, numbered from 1. */
  readonly due: (position: Position & { since: string }, config: Config) => string | null | readonly (string | null)[];
} & ({ readonly event: EventName } | { readonly tells: ReminderTopic });

/** How much of its time is over when somebody is warned. */
const WARNED_OF_TARGET = 0.8;
const WARNED_OF_CLAIM = 0.6;

const after = (start: string, ms: number | undefined) =>
  ms === undefined ? null : new Date(Date.parse(start) + ms).toISOString();

const before = (end: string | null, ms: number) => (end === null ? null : after(end, -ms));

/** As the queue marks it: by the working days that a submission may wait in its state. One that is paused waits in none. */
const waited =
  (share: number): Timer['due'] =>
  ({ state, since }, { STATE_TARGETS }) => {
    const days = STATE_TARGETS[state];
    return days === undefined ? null : afterWorking(since, share * workingMs(days));
  };

const remind: Timer['due'] = ({ touchedAt, reminders }, { REMIND_AFTER }) => after(touchedAt, REMIND_AFTER[reminders]);
const expire: Timer['due'] = ({ touchedAt }, { EXPIRE_AFTER }) => after(touchedAt, EXPIRE_AFTER);

const TIMERS: readonly Timer[] = [
  { kind: 'remind', event: 'clock.remind', runsIn: 'draft', due: remind },
  { kind: 'remind', event: 'clock.remind', runsIn: 'uploaded', due: remind },
  { kind: 'expire', event: 'clock.expire', runsIn: 'draft', due: expire },
  { kind: 'expire', event: 'clock.expire', runsIn: 'uploaded', due: expire },
  {
    kind: 'validation_timeout',
    event: 'clock.validation_timeout',
    runsIn: 'validating.running',
    due: ({ since }, { VALIDATION_TIMEOUT }) => after(since, VALIDATION_TIMEOUT),
  },
  {
    kind: 'auto_retry',
    event: 'system.retry',
    runsIn: 'validating.broken',
    due: ({ since, retries }, { AUTO_RETRY }) => after(since, AUTO_RETRY[retries]),
  },
  {
    kind: 'claim_idle',
    event: 'clock.claim_expired',
    runsIn: 'curator_review.claimed',
    due: ({ touchedAt }, { CLAIM_IDLE }) => afterWorking(touchedAt, CLAIM_IDLE),
  },
  {
    kind: 'hold_over',
    event: 'clock.hold_over',
    runsIn: 'curator_review.on_hold',
    due: ({ holdUntil }) => holdUntil,
  },
  {
    kind: 'release_due',
    event: 'clock.release_due',
    runsIn: 'private.scheduled',
    due: ({ releaseAt }) => releaseAt,
  },

  {
    kind: 'review_due_soon',
    tells: 'review.due_soon',
    runsIn: 'curator_review.claimed',
    due: waited(WARNED_OF_TARGET),
  },
  { kind: 'review_overdue', tells: 'review.overdue', runsIn: 'curator_review.unassigned', due: waited(1) },
  { kind: 'review_overdue', tells: 'review.overdue', runsIn: 'curator_review.claimed', due: waited(1) },
  {
    kind: 'claim_warning',
    tells: 'claim.idle',
    runsIn: 'curator_review.claimed',
    due: ({ touchedAt }, { CLAIM_IDLE }) => afterWorking(touchedAt, WARNED_OF_CLAIM * CLAIM_IDLE),
  },
  {
    kind: 'response',
    tells: 'response.awaited',
    runsIn: 'draft.changes_requested',
    due: ({ since }, { RESPONSE_REMIND }) => RESPONSE_REMIND.map((ms) => after(since, ms)),
  },
  {
    kind: 'release_near',
    tells: 'release.near',
    runsIn: 'private.scheduled',
    due: ({ releaseAt }, { RELEASE_REMIND }) => RELEASE_REMIND.map((ms) => before(releaseAt, ms)),
  },
];

const timerOf = (kind: string): Timer | undefined => TIMERS.find((timer) => timer.kind === kind.replace(/_\d+$/, ''));

/** What a timer of this kind sends. */
export function eventOf(kind: string): EventName | undefined {
  const timer = timerOf(kind);
  return timer && 'event' in timer ? timer.event : undefined;
}

/** Of what a timer of this kind reminds. */
export function reminderOf(kind: string): ReminderTopic | undefined {
  const timer = timerOf(kind);
  return timer && 'tells' in timer ? timer.tells : undefined;
}

/** The timers that run in a position, by kind: when each is due. They are all there are. */
export function timersOf(position: Position & { since: string }, config: Config): Readonly<Record<string, string>> {
  const running = TIMERS.filter(({ runsIn }) => position.state === runsIn || position.state.startsWith(`${runsIn}.`));
  return Object.fromEntries(running.flatMap((timer) => duesOf(timer, position, config)));
}

/** A reminder whose time was over before this state began has been told of, or concerns nobody any more. */
function duesOf(timer: Timer, position: Position & { since: string }, config: Config): [string, string][] {
  const due = timer.due(position, config);
  const all = Array.isArray(due) ? due : [due];
  return all.flatMap((at: string | null, i): [string, string][] => {
    if (at === null || ('tells' in timer && at <= position.since)) return [];
    return [[all === due ? `${timer.kind}_${i + 1}` : timer.kind, at]];
  });
}
