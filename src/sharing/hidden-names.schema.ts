/** What is an owner told before they send an anonymised link? */
import { z } from 'zod';

export const IdentityScan = z
  .object({
    items: z.array(
      z.object({
        where: z.enum(['title', 'metadata', 'file', 'finding', 'facts', 'comment', 'record']),
        pointer: z
          .string()
          .meta({ description: 'A JSON pointer into the metadata or the facts; the path of a file; an id.' }),
        word: z.string().meta({ description: 'As it stands there.' }),
      }),
    ),
    isComplete: z.boolean().meta({ description: 'False: there are more than these.' }),
  })
  .meta({
    id: 'IdentityScan',
    description: 'All of it is withheld; but what is blotted out so often, tells by what is left around it.',
  });
export type IdentityScan = z.infer<typeof IdentityScan>;
