/** What may be asked of live events? */
import { z } from 'zod';
import { topicsIn } from './topics.js';

const POSITION = /^\d{1,15}$/;

export const EventsQuery = z.strictObject({
  topics: z
    .string()
    .max(4_000)
    .transform((list, ctx) => {
      const topics = topicsIn(list);
      if (typeof topics !== 'string') return topics;
      ctx.addIssue({ code: 'custom', message: topics });
      return z.NEVER;
    })
    .meta({
      description: 'By commas: `submission:{id}`, `queue` (for who reviews), `me` (what is for the caller alone).',
    }),
  after: z
    .string()
    .regex(POSITION, 'expected the id of an event, a number')
    .transform(Number)
    .optional()
    .meta({ description: 'The id of the last event that was seen. `Last-Event-ID` counts before it.' }),
});
export type EventsQuery = z.output<typeof EventsQuery>;

/** What a browser sends when it comes back; what is no position of ours says nothing. */
export const positionIn = (header: string | string[] | undefined): number | null =>
  typeof header === 'string' && POSITION.test(header) ? Number(header) : null;
