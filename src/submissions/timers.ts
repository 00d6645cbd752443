/** What will happen by itself? A row for each kind of timer: where it runs, when it is due, what it sends. */
import type { Config } from '../config.js';
import type { EventName } from './events.js';
import type { Position } from './step.js';

interface Timer {
  readonly event: EventName;
  /** The state, or the states below it, in which it runs. */
  readonly runsIn: string;
  /** When it is due, as an instant or as milliseconds after another; null: not at all. */
  readonly due: (position: Position & { since: string }, config: Config) => string | null;
}

const after = (start: string, ms: number | undefined) =>
  ms === undefined ? null : new Date(Date.parse(start) + ms).toISOString();

const remind: Timer['due'] = ({ touchedAt, reminders }, { REMIND_AFTER }) => after(touchedAt, REMIND_AFTER[reminders]);
const expire: Timer['due'] = ({ touchedAt }, { EXPIRE_AFTER }) => after(touchedAt, EXPIRE_AFTER);

const TIMERS: readonly (Timer & { readonly kind: string })[] = [
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
    due: ({ touchedAt }, { CLAIM_IDLE }) => after(touchedAt, CLAIM_IDLE),
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
];

/** What a timer of this kind sends. */
export const eventOf = (kind: string): EventName | undefined => TIMERS.find((timer) => timer.kind === kind)?.event;

/** The timers that run in a position, by kind: when each is due. They are all there are. */
export function timersOf(position: Position & { since: string }, config: Config): Readonly<Record<string, string>> {
  const running = TIMERS.filter(({ runsIn }) => position.state === runsIn || position.state.startsWith(`${runsIn}.`));
  return Object.fromEntries(
    running.flatMap(({ kind, due }) => {
      const at = due(position, config);
      return at === null ? [] : [[kind, at]];
    }),
  );
}
