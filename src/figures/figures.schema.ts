/** What does the API take and give about figures? */
import { z } from 'zod';
import { PROFILES } from '../../checks/profiles/index.js';
import { FIGURE_NAMES } from './figures.js';

export const FigureName = z.enum(FIGURE_NAMES);

export const FigureQuery = z.strictObject({
  from: z.iso
    .datetime()
    .optional()
    .meta({ description: 'At most five years before `to`. Without: twelve weeks before it.' }),
  to: z.iso.datetime().optional().meta({ description: 'Not included. Without: now.' }),
  profile: z
    .enum([...PROFILES.keys()])
    .optional()
    .meta({ description: 'Of submissions of this profile alone.' }),
});
export type FigureQuery = z.output<typeof FigureQuery>;

const Affected = z.array(z.object({ id: z.uuid(), title: z.string(), link: z.string() }));

export const FigureView = z
  .object({
    name: FigureName,
    title: z.string(),
    definition: z.string().meta({ description: 'What is counted, and when.' }),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    profile: z.string().nullable(),
    columns: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        unit: z.enum(['week', 'seconds', 'share', 'count', 'text', 'submissions']),
      }),
    ),
    items: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null(), Affected]))),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Figure' });
export type FigureView = z.infer<typeof FigureView>;

export const FiguresView = z
  .object({
    items: z.array(
      z.object({
        name: FigureName,
        title: z.string(),
        definition: z.string(),
        links: z.record(z.string(), z.string()),
      }),
    ),
  })
  .meta({ id: 'Figures' });
export type FiguresView = z.infer<typeof FiguresView>;
