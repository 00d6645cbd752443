/** What does the API tell about the lifecycle? */
import { z } from 'zod';
import { EVENT_NAMES, type EventName } from './events.js';
import { GUARDS, type GuardName } from './guards.js';
import { STATES, type State } from './lifecycle.js';
import { SubmissionSummary } from './submissions.schema.js';

const state = z.enum(STATES as [State, ...State[]]);
const event = z.enum(EVENT_NAMES as [EventName, ...EventName[]]);

export const LifecycleView = z
  .object({
    initial: state,
    states: z.array(
      z.object({
        id: state,
        label: z.string(),
        description: z.string(),
        waitingOn: SubmissionSummary.shape.waitingOn.meta({ description: 'Whose move it is.' }),
        top: z.string().meta({ description: 'The state that it is part of, or itself.' }),
        initial: z.literal(true).optional().meta({ description: 'Where a submission begins.' }),
      }),
    ),
    edges: z.array(
      z.object({
        from: state,
        to: state,
        event,
        label: z.string(),
        by: z.enum(['submitter', 'curator', 'admin', 'validator', 'clock', 'system']),
        guards: z
          .array(z.enum(Object.keys(GUARDS) as [GuardName, ...GuardName[]]))
          .meta({ description: 'What must hold: the codes of `blockedBy`.' }),
      }),
    ),
  })
  .meta({ id: 'Lifecycle' });
export type LifecycleView = z.infer<typeof LifecycleView>;
