/** What in a submission is something said about? */
import { z } from 'zod';

export const Anchor = z
  .union([
    z.strictObject({
      field: z
        .string()
        .max(500)
        .regex(/^(\/([^~/]|~[01])*)+$/, 'expected a JSON pointer, such as /metadata/description'),
    }),
    z.strictObject({ finding: z.string().min(1).max(64).meta({ description: 'Its fingerprint.' }) }),
    z.strictObject({
      file: z.string().min(1).max(1_024),
      place: z
        .string()
        .min(1)
        .max(500)
        .optional()
        .meta({ description: 'A place in it: an HDF5 path, a line, a section, a view.' }),
    }),
    z.strictObject({ run: z.string().min(1).max(200).meta({ description: 'A run of a cryo-ET data set, by name.' }) }),
  ])
  .meta({ id: 'Anchor', description: 'What something is about: a field, a finding, a file or a place in it, a run.' });
export type Anchor = z.infer<typeof Anchor>;
