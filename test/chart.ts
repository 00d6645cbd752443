/** Where may an event lead, whatever its guards say? Read off the chart, for tests that only see states and events. */
import { getNextTransitions } from 'xstate';
import type { EventName } from '../src/submissions/events.js';
import { lifecycle, type State } from '../src/submissions/lifecycle.js';
import { beginning } from '../src/submissions/step.js';

/** The states that `event` can lead to from `state`. */
export function edgesBetween(state: State, event: EventName): State[] {
  const [top = '', leaf] = state.split('.');
  const { state: _, ...context } = beginning('', '');
  const at = lifecycle.resolveState({ value: leaf ? { [top]: leaf } : top, context });
  return getNextTransitions(at)
    .filter((edge) => edge.eventType === event)
    .map((edge) => {
      const node = edge.target?.[0];
      const target = node?.initial?.target?.[0] ?? node;
      return target ? (target.path.join('.') as State) : state;
    });
}
