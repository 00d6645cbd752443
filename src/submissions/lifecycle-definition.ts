/** How does the lifecycle look from outside? Its states and the edges between them, read off the chart: the browser draws these. */
import { getNextTransitions } from 'xstate';
import { EVENTS, type EventName } from './events.js';
import { lifecycle, STATE_WORDS, STATES, type State } from './lifecycle.js';
import type { LifecycleView } from './lifecycle.schema.js';
import { beginning, guardsOf } from './step.js';

const INITIAL = beginning('', '').state;

/** What a parent draws goes out of each state below it. */
export const DEFINITION: LifecycleView = {
  initial: INITIAL,
  states: STATES.map((id) => ({
    id,
    ...STATE_WORDS[id],
    top: topOf(id),
    ...(id === INITIAL && { initial: true as const }),
  })),
  edges: STATES.flatMap((from) =>
    edgesFrom(from).map((edge) => ({
      from,
      to: targetOf(edge) ?? from,
      event: edge.eventType as EventName,
      label: EVENTS[edge.eventType as EventName],
      by: senderOf(edge.eventType as EventName),
      guards: [...guardsOf(edge)],
    })),
  ),
};

export function senderOf(event: EventName): LifecycleView['edges'][number]['by'] {
  return event.split('.')[0] as LifecycleView['edges'][number]['by']; // an event is `<role>.<verb>`
}

function topOf(state: State): string {
  return state.split('.')[0] ?? state;
}

function edgesFrom(state: State) {
  const [top = '', leaf] = state.split('.');
  return getNextTransitions(
    lifecycle.resolveState({ value: leaf ? { [top]: leaf } : top, context: beginning('', '') }),
  );
}

function targetOf(edge: ReturnType<typeof edgesFrom>[number]): State | undefined {
  const node = edge.target?.[0];
  const leaf = node?.initial?.target[0] ?? node;
  return leaf?.path.join('.') as State | undefined;
}
