/** What does a publisher tell of a publication? As much of it as a page shows. */
import { z } from 'zod';

const Author = z.union([
  z.object({ family: z.string(), given: z.string().nullable() }),
  z.object({ name: z.string() }).meta({ description: 'A group.' }),
]);

export const Publication = z
  .object({
    title: z.string().nullable(),
    authors: z.array(Author).meta({ description: 'The first of them: `authorCount` says how many there are.' }),
    authorCount: z.int(),
    published: z
      .object({ year: z.int(), month: z.int().nullable(), day: z.int().nullable() })
      .nullable()
      .meta({ description: 'As precisely as the publisher says.' }),
    journal: z.string().nullable().meta({ description: 'Of a preprint: the server, or the institution.' }),
    isPreprint: z.boolean(),
  })
  .meta({ id: 'Publication' });
export type Publication = z.infer<typeof Publication>;

const Named = z.object({ doi: z.string(), url: z.url() });

export const DoiView = Named.extend({
  state: z.enum(['unverified', 'found', 'not_found']).meta({
    description: 'Not looked up yet, or Crossref could not be asked; Crossref has it; Crossref has no such DOI.',
  }),
  checkedAt: z.iso.datetime().nullable(),
  publication: Publication.nullable(),
  publishedAs: Named.extend({ publication: Publication.nullable() })
    .nullable()
    .meta({ description: 'Of a preprint: what it was published as since. Take its DOI over by an edit.' }),
}).meta({ id: 'Doi' });
export type DoiView = z.infer<typeof DoiView>;

/** As it is shown: an address that leads to the publisher. */
export const doiUrl = (doi: string): string => `https://doi.org/${doi.split('/').map(encodeURIComponent).join('/')}`;
