/** What does the API take and give about the erasure of a person? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';

const instant = z
  .date()
  .transform((at) => at.toISOString())
  .pipe(z.iso.datetime());

export const ErasureAsked = z
  .strictObject({
    dryRun: z.boolean().default(false).meta({ description: 'Tell what would happen, and do nothing.' }),
    handOverTo: z.uuid().optional().meta({ description: 'Who has their open submissions from now on.' }),
    withdraw: z.boolean().default(false).meta({ description: 'Their open submissions are withdrawn.' }),
  })
  .refine(({ handOverTo, withdraw }) => !(handOverTo && withdraw), {
    path: ['withdraw'],
    message: 'expected only without `handOverTo`',
  })
  .meta({ id: 'ErasureAsked' });
export type ErasureAsked = z.infer<typeof ErasureAsked>;

export const ErasureView = z
  .object({
    personId: z.uuid(),
    erasedAt: instant.nullable().meta({ description: 'Null: it was a dry run.' }),
    drafts: z.int().meta({ description: 'Drafts that were never submitted: they are deleted.' }),
    open: z.array(
      z.object({
        ...{ id: z.uuid(), accession: z.string(), state: z.string() },
        becomes: z.enum(['handed_over', 'withdrawn', 'undecided']),
      }),
    ),
    kept: z.int().meta({ description: 'Submissions that are public or over: they stay, and so do their authors.' }),
    data: z.array(z.object({ what: z.string(), becomes: z.enum(['removed', 'changed']), rows: z.int() })),
  })
  .meta({ id: 'Erasure' });
export type ErasureView = z.input<typeof ErasureView>;

export const ErasureRequestView = z
  .object({ personId: z.uuid(), name: z.string(), email: z.string(), requestedAt: instant })
  .meta({ id: 'ErasureRequest' });
export type ErasureRequestView = z.input<typeof ErasureRequestView>;

export const ErasureRequestsQuery = pageQuery();
export type ErasureRequestsQuery = z.infer<typeof ErasureRequestsQuery>;
export const ErasureRequestsPage = pageOf(ErasureRequestView, 'ErasureRequests');
