import { describe, expect, it } from 'vitest';
import { EVENT_NAMES } from './events.js';
import { STATES } from './lifecycle.js';
import { LifecycleView } from './lifecycle.schema.js';
import { DEFINITION } from './lifecycle-definition.js';
import { at } from './sample-positions.js';
import { eventsFrom } from './step.js';

describe('the definition of the lifecycle', () => {
  it('is what its schema says', () => {
    expect(LifecycleView.parse(DEFINITION)).toEqual(DEFINITION);
  });

  it('has every state once, one of them the first', () => {
    expect(DEFINITION.states.map(({ id }) => id)).toEqual(STATES);
    expect(DEFINITION.states.filter(({ initial }) => initial).map(({ id }) => id)).toEqual([DEFINITION.initial]);
  });

  it('says what each state is part of, and whose move it is', () => {
    expect(DEFINITION.states.find(({ id }) => id === 'curator_review.claimed')).toEqual({
      id: 'curator_review.claimed',
      top: 'curator_review',
      label: 'In review',
      waitingOn: 'curator',
      description: 'Its curator reads the report and the metadata.',
    });
    expect(DEFINITION.states.find(({ id }) => id === 'uploaded')?.top).toBe('uploaded');
  });

  it.each(STATES)('draws from %s what the chart draws, also above it', (state) => {
    const drawn = new Set(DEFINITION.edges.filter(({ from }) => from === state).map(({ event }) => event));

    expect(drawn).toEqual(new Set(eventsFrom(at(state))));
  });

  it('leads from leaf to leaf, with who sends it and what is asked', () => {
    expect(DEFINITION.edges).toContainEqual({
      from: 'draft.checks_failed',
      to: 'validating.running',
      event: 'submitter.submit',
      label: 'Submit for review',
      by: 'submitter',
      guards: ['hasFiles', 'isComplete', 'doiKnown', 'identifiersKnown', 'policyAccepted', 'requestsAnswered'],
    });
    expect(DEFINITION.edges).toContainEqual(
      expect.objectContaining({ from: 'uploaded', to: 'uploaded', event: 'submitter.edit', guards: [] }),
    );
  });

  it('shows each way that an event may go', () => {
    const passed = DEFINITION.edges.filter(({ event }) => event === 'validator.pass').map(({ to }) => to);

    expect(passed).toEqual([
      'private.scheduled',
      'private.approved',
      'curator_review.claimed',
      'curator_review.unassigned',
    ]);
  });

  it('knows every event', () => {
    expect(new Set(DEFINITION.edges.map(({ event }) => event))).toEqual(new Set(EVENT_NAMES));
  });
});
