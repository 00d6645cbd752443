/** What does the API tell about a profile? */
import { z } from 'zod';
import { formOf, type Profile } from '../../checks/profiles/profile.js';

export const ProfileView = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    version: z.string().meta({ description: 'A submission keeps the version that it began with.' }),
    schema: z.string().nullable().meta({ description: 'The schema by which its files are checked.' }),
    metadataSchema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema (2020-12) of the metadata.' }),
    files: z
      .array(
        z.object({
          extensions: z.array(z.string()),
          min: z.int(),
          max: z.int().nullable().meta({ description: 'Null: as many as one likes.' }),
          why: z.string(),
          isDataset: z.boolean().meta({ description: 'Each is a data set, with a title and a place in an order.' }),
        }),
      )
      .meta({ description: 'Which files there must be.' }),
    checklist: z
      .array(
        z.object({
          id: z.string(),
          text: z.string(),
          auto: z.boolean().meta({ description: 'Ticked by the checks, and by nobody else.' }),
        }),
      )
      .meta({ description: 'What a curator makes sure of before an approval.' }),
    policy: z
      .object({ version: z.string(), licence: z.string(), text: z.array(z.string()) })
      .meta({ description: 'What a submitter agrees to with `policyAccepted`.' }),
    embargoDays: z.int().meta({ description: 'How far ahead a release may be set.' }),
    example: z
      .object({ title: z.string(), metadata: z.record(z.string(), z.unknown()) })
      .meta({ description: 'Complete and sound: it can be sent as it is.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Profile' });
export type ProfileView = z.infer<typeof ProfileView>;

export const viewOf = (profile: Profile): ProfileView => ({
  id: profile.id,
  title: profile.title,
  description: profile.description,
  version: profile.version,
  schema: profile.schema,
  metadataSchema: { ...formOf(profile) },
  files: profile.files.map(({ extensions, isDataset = false, ...rule }) => ({
    ...rule,
    isDataset,
    extensions: [...extensions],
  })),
  checklist: profile.checklist.map(({ id, text, auto }) => ({ id, text, auto })),
  policy: { ...profile.policy, text: [...profile.policy.text] },
  embargoDays: profile.embargoDays,
  example: { title: profile.example.title, metadata: { ...profile.example.metadata } },
  links: { self: `/api/v1/profiles/${profile.id}` },
});
