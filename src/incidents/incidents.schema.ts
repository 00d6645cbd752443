/** What does the API tell about incidents? */
import { z } from 'zod';
import { commaList, pageQuery } from '../platform/page.js';

const State = z.enum(['open', 'resolved']);

export const IncidentView = z
  .object({
    id: z.uuid(),
    kind: z.string().meta({ description: 'What went wrong on our side: `validation_broken`.' }),
    state: State,
    message: z.string(),
    submission: z.object({ id: z.uuid(), title: z.string() }).nullable(),
    occurrences: z.int(),
    openedAt: z.iso.datetime(),
    seenAt: z.iso.datetime().meta({ description: 'When it happened last.' }),
    resolvedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Incident' });
export type IncidentView = z.infer<typeof IncidentView>;

export const IncidentQuery = pageQuery({ state: commaList(State).default(['open']) });
