/** What does the API take and give about waivers? */
import { z } from 'zod';
import { SubmissionSummary } from '../submissions/submissions.schema.js';

const Person = SubmissionSummary.shape.owner;

export const NewWaiver = z
  .strictObject({
    fingerprint: z.string().min(1).max(64).meta({ description: 'Of an error of the last run.' }),
    reason: z.string().trim().min(1).max(4_000),
  })
  .meta({ id: 'NewWaiver' });
export type NewWaiver = z.infer<typeof NewWaiver>;

export const WaiverView = z
  .object({
    id: z.uuid(),
    fingerprint: z.string(),
    reason: z.string(),
    revision: z.string().meta({ description: 'The revision that was before the curator.' }),
    holds: z.boolean().meta({ description: 'Whether the file, or without one the metadata, are as they were.' }),
    by: Person,
    at: z.iso.datetime(),
    finding: z.object({
      rule: z.string(),
      message: z.string(),
      file: z.string().meta({ description: 'Empty where it is about no file.' }),
    }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Waiver' });
export type WaiverView = z.infer<typeof WaiverView>;
