/** What does the API take and give about saved views of the queue? */
import { z } from 'zod';
import { FILTERS } from '../submissions/submissions.schema.js';

export const ViewQuery = z.strictObject(FILTERS);

/** As it stands in the address of a list, and as the list takes it. */
const Query = z.record(z.string().max(50), z.string().max(2_000)).superRefine((query, context) => {
  for (const issue of ViewQuery.safeParse(query).error?.issues ?? [])
    context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
});
const Name = z.string().trim().min(1).max(100);
const Slug = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected small letters and digits, with single hyphens between them');

export const NewView = z
  .strictObject({
    name: Name,
    slug: Slug.optional().meta({ description: 'In the address of the queue; made of the name where it is not given.' }),
    query: Query.meta({ description: 'Filters and sort, as in the address of the list.', example: { state: 'draft' } }),
    pinned: z.boolean().default(false),
  })
  .meta({ id: 'NewView' });
export type NewView = z.infer<typeof NewView>;

export const ViewEdit = z
  .strictObject({
    name: Name.optional(),
    slug: Slug.optional(),
    query: Query.optional(),
    pinned: z.boolean().optional(),
  })
  .meta({ id: 'ViewEdit' });
export type ViewEdit = z.infer<typeof ViewEdit>;

export const SavedView = z
  .object({
    id: z.uuid().nullable().meta({ description: 'Null: it is built in.' }),
    slug: z.string(),
    name: z.string(),
    query: z.record(z.string(), z.string()),
    pinned: z.boolean(),
    owner: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    count: z.int().nullable().meta({ description: 'At most 1,000. Null: its query says nothing any more.' }),
    atLeast: z.literal(true).optional().meta({ description: 'There are that many, and perhaps more.' }),
    etag: z.string().nullable().meta({ description: 'For `If-Match`.' }),
    links: z.object({ submissions: z.string() }),
  })
  .meta({ id: 'SavedView' });
export type SavedView = z.infer<typeof SavedView>;
export const SavedViews = z.object({ items: z.array(SavedView) }).meta({ id: 'SavedViews' });
export type SavedViews = z.infer<typeof SavedViews>;
