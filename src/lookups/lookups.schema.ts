/** What does the API take and give about look-ups? */
import { z } from 'zod';
import { IDENTIFIER_KINDS } from '../../checks/profiles/cryoet/identifiers.js';
import { pageOf, pageQuery } from '../platform/page.js';

const State = z.enum(['unverified', 'verified', 'not_found']);
const instant = z.iso.datetime();
const Pointer = z.string().min(1).max(2_000);

export const LookupView = z
  .object({
    pointer: z.string().meta({ description: 'Where the identifier stands in the metadata.' }),
    kind: z.enum(IDENTIFIER_KINDS),
    value: z.string(),
    name: z.string().nullable().meta({ description: 'What the metadata say that it is the identifier of.' }),
    state: State.meta({
      description:
        'Not looked up yet, or nobody could be asked; it is there; whoever keeps such identifiers knows none.',
    }),
    label: z.string().nullable().meta({ description: 'What it is called there.' }),
    differs: z.boolean().meta({ description: 'The name is neither the label nor a synonym: a curator looks at it.' }),
    problem: z
      .string()
      .nullable()
      .meta({ description: 'Why it could not be looked up, or what else there is to know.' }),
    checkedAt: instant.nullable(),
    triedAt: instant.nullable(),
    nextTryAt: instant.nullable().meta({ description: 'Null: it is not tried again by itself.' }),
    url: z.string().meta({ description: 'Where a person sees it.' }),
  })
  .meta({ id: 'Lookup' });
export type LookupView = z.infer<typeof LookupView>;
export const LookupsPage = pageOf(LookupView, 'LookupPage');

export const LookupsQuery = pageQuery({
  state: State.optional(),
  differs: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .meta({ description: 'Whether the name is another than the label and its synonyms.' }),
});
export type LookupsQuery = z.output<typeof LookupsQuery>;

export const LookupRetry = z
  .strictObject({ pointer: Pointer.meta({ description: 'Of the look-up: where the identifier stands.' }) })
  .meta({ id: 'LookupRetry' });
export type LookupRetry = z.infer<typeof LookupRetry>;
