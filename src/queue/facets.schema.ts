/** What does the API take and give about the counts of a queue? */
import { z } from 'zod';
import { MATCHING } from '../submissions/submissions.schema.js';

export const FacetsQuery = z.strictObject(MATCHING);

const Counted = z
  .object({
    value: z.string().meta({ description: 'What the filter takes.' }),
    label: z.string(),
    count: z.int().meta({ description: 'At most 1,000.' }),
    atLeast: z.literal(true).optional().meta({ description: 'There are that many, and perhaps more.' }),
  })
  .meta({ id: 'FacetValue' });
export type Counted = z.infer<typeof Counted>;

export const FACETS = [
  'state',
  'profile',
  'assignee',
  'resubmitted',
  'severity',
  'overdue',
  'priority',
  'label',
] as const;
export type Facet = (typeof FACETS)[number];
/** Those of the team are for those who review. */
export const TEAM_FACETS: readonly Facet[] = ['priority', 'label'];

const values = z.array(Counted);
export const Facets = z
  .object({
    facets: z.object({
      ...{ state: values, profile: values, assignee: values, resubmitted: values, severity: values, overdue: values },
      ...{ priority: values.optional(), label: values.optional() },
    }),
  })
  .meta({
    id: 'Facets',
    description:
      'By filter, how many there are of each value: with all other filters as they were given, and without its own.',
  });
export type Facets = z.infer<typeof Facets>;
