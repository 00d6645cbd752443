/** How long may a submission wait in its state, and is it over? A target for each state, in working days. */
import type { Config } from '../config.js';
import type { State } from '../submissions/lifecycle.js';
import { afterWorking, beforeWorking, workedBetween, workingMs } from './working-days.js';

/** After this share of the time it is due soon. */
const SOON = 0.8;

export interface Target {
  /** When the time is over. */
  readonly dueAt: string;
  /** By so much of working time; null: it is not. */
  readonly overdueMs: number | null;
  readonly state: 'on time' | 'soon' | 'overdue';
}

type Targets = Pick<Config, 'STATE_TARGETS'>;

/** Null: the state has no target. */
export function targetOf(state: State, since: string, now: string, { STATE_TARGETS }: Targets): Target | null {
  const days = STATE_TARGETS[state];
  if (days === undefined) return null;
  const allowed = workingMs(days);
  const waited = workedBetween(since, now);
  return {
    dueAt: afterWorking(since, allowed),
    overdueMs: waited > allowed ? waited - allowed : null,
    state: waited > allowed ? 'overdue' : waited > SOON * allowed ? 'soon' : 'on time',
  };
}

/** By state: what came to it before this instant is overdue now. So an index of states by age finds all that are. */
export const overdueBefore = (now: string, { STATE_TARGETS }: Targets): ReadonlyMap<State, string> =>
  new Map(
    Object.entries(STATE_TARGETS).map(([state, days]) => [state as State, beforeWorking(now, workingMs(days ?? 0))]),
  );

/** The same as a condition on the row `x`; no state is overdue where none has a target. */
export function overdueCondition(now: string, targets: Targets, place: (value: unknown) => string): string {
  const states = new Map<string, State[]>();
  for (const [state, before] of overdueBefore(now, targets)) states.set(before, [...(states.get(before) ?? []), state]);
  const each = [...states].map(
    ([before, of]) => `(x.state = ANY (${place(of)}::text[]) AND x.since < ${place(before)}::timestamptz)`,
  );
  return each.length > 0 ? `(${each.join(' OR ')})` : 'false';
}
