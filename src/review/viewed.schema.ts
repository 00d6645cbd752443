/** What does the API give about the sections of a submission, and which of them the caller has seen? */
import { z } from 'zod';

export const SectionView = z
  .object({
    id: z.string(),
    kind: z.enum(['metadata', 'files', 'dataset', 'runs', 'checks']),
    title: z.string(),
    hash: z.string().meta({ description: 'Of what is in it.' }),
    viewed: z.object({ at: z.iso.datetime() }).nullable().meta({
      description: 'The caller has seen it as it is. A mark comes back when the section is again as it was seen.',
    }),
    changedSince: z
      .object({ at: z.iso.datetime() })
      .nullable()
      .meta({ description: 'The caller has seen it then, and it has changed since.' }),
    etag: z.string().meta({ description: 'For `If-Match`: what is marked is what was seen.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Section' });
export type SectionView = z.infer<typeof SectionView>;

export const SectionsView = z
  .object({ items: z.array(SectionView), viewed: z.int(), of: z.int() })
  .meta({ id: 'Sections', description: 'In the order in which they are read.' });
export type SectionsView = z.infer<typeof SectionsView>;
