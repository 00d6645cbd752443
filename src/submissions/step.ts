/** How is a step of the lifecycle taken? Purely: from a position and an event to the next position and its effects. */
import { getNextTransitions, type StateValueFrom, transition } from 'xstate';
import type { Effect, EventName, LifecycleEvent } from './events.js';
import { type Asked, type Context, type GuardName, guard } from './guards.js';
import { lifecycle, type State } from './lifecycle.js';
import { TransitionRefused } from './submission.errors.js';

export type Position = Context & { readonly state: State };

/** Where a submission begins. */
export const beginning = (ownerId: string, now: string): Position => ({
  state: 'draft.editing',
  ownerId,
  runId: null,
  purpose: 'submission',
  sealed: null,
  checked: null,
  approved: null,
  assignee: null,
  round: 0,
  dueAt: null,
  pausedAt: null,
  holdUntil: null,
  releaseAt: null,
  touchedAt: now,
  reminders: 0,
  retries: 0,
  superseded: false,
});

/** Why a step is not taken: the guard that says no, in words. */
export interface Refusal {
  readonly code: GuardName;
  readonly message: string;
}

/** A step that the chart draws out of a position: where it leads, and what stands in its way. */
export interface Offer {
  readonly event: EventName;
  readonly to: State;
  readonly blockedBy: readonly Refusal[];
  readonly requires: readonly Asked[];
}

/** Take one step from `position`, or throw `TransitionRefused`. */
export function step(position: Position, event: LifecycleEvent): { to: Position; effects: Effect[] } {
  const before = at(position);
  if (!before.can(event)) {
    const why = refusals(edgesOf(position, event.type).at(-1), position, event);
    throw new TransitionRefused(position.state, event.type, eventsFrom(position), why);
  }
  const [after, actions] = transition(lifecycle, before, event);
  return {
    to: { ...after.context, state: leafOf(after.value) },
    effects: actions.filter(({ type }) => type === 'effect').map(({ params }) => params as Effect),
  };
}

/** Whether the chart has to know what only the database does, to decide on `type` from here. */
export function asksDatabase(position: Position, type: EventName): boolean {
  return edgesOf(position, type).some(
    (edge) =>
      guardsOf(edge).some((name) => guard(name).reads) ||
      edge.actions.some((action) => (action as { type?: string }).type === 'seal'),
  );
}

/** The events that the chart draws out of `position`; a guard may still refuse one. */
export function eventsFrom(position: Position): EventName[] {
  return eventsOf(getNextTransitions(at(position)));
}

/**
 * What can be done from `position`, as far as the facts of `event` know: each event that the chart draws, with
 * what is in its way. What a sender can still bring along (a comment, a date) is required and not in the way.
 * `maySend` leaves out what is not the asker's to send.
 */
export function offersFrom(
  position: Position,
  facts: LifecycleEvent,
  maySend: (type: EventName) => boolean = () => true,
): Offer[] {
  const drawn = getNextTransitions(at(position));
  return eventsOf(drawn)
    .filter(maySend)
    .map((type) => {
      const event = { ...facts, type };
      const edges = drawn.filter(({ eventType }) => eventType === type);
      const edge = edges.find((open) => refusals(open, position, event).length === 0) ?? edges.at(-1);
      const said = refusals(edge, position, event);
      return {
        event: type,
        to: targetOf(edge) ?? position.state,
        blockedBy: said.filter(({ code }) => guard(code).asks === undefined),
        requires: said.flatMap(({ code }) => guard(code).asks ?? []),
      };
    });
}

type Edge = ReturnType<typeof getNextTransitions>[number];

const eventsOf = (edges: readonly Edge[]): EventName[] => [
  ...new Set(edges.map(({ eventType }) => eventType as EventName)),
];

const edgesOf = (position: Position, event: EventName): Edge[] =>
  getNextTransitions(at(position)).filter((edge) => edge.eventType === event);

function refusals(edge: Edge | undefined, position: Position, event: LifecycleEvent): Refusal[] {
  return guardsOf(edge)
    .filter((name) => !guard(name).holds(position, event))
    .map((name) => ({ code: name, message: guard(name).refusal(position, event) }));
}

/** Every guard of the chart is an `all`: the names are its parameters. */
export const guardsOf = (edge: { readonly guard?: unknown } | undefined): readonly GuardName[] =>
  (edge?.guard as { params: { names: GuardName[] } } | undefined)?.params.names ?? [];

function targetOf(edge: Edge | undefined): State | undefined {
  const node = edge?.target?.[0];
  const leaf = node?.initial?.target?.[0] ?? node;
  return leaf?.path.join('.') as State | undefined;
}

function at({ state, ...context }: Position) {
  const [top = '', leaf] = state.split('.');
  return lifecycle.resolveState({ value: leaf ? { [top]: leaf } : top, context });
}

function leafOf(value: StateValueFrom<typeof lifecycle>): State {
  return (typeof value === 'string' ? value : Object.entries(value)[0]?.join('.')) as State;
}
