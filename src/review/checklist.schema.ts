/** What does the API take and give about the checklist? */
import { z } from 'zod';
import { OUTCOMES } from '../../checks/finding.js';
import { SubmissionSummary } from '../submissions/submissions.schema.js';

const Person = SubmissionSummary.shape.owner;

export const ChecklistItemView = z
  .object({
    id: z.string(),
    text: z.string(),
    auto: z.boolean().meta({ description: 'Ticked by the checks, and by nobody else.' }),
    done: z.boolean().meta({ description: 'A tick holds as long as what it stands on is unchanged.' }),
    note: z.string().nullable(),
    by: Person.nullable(),
    at: z.iso.datetime().nullable(),
    checks: z
      .object({
        runId: z.uuid(),
        outcome: z.enum(OUTCOMES),
        errors: z.int().meta({ description: 'That are still open.' }),
        waived: z.int().meta({ description: 'Of these, with a reason.' }),
        revision: z.string().nullable().meta({ description: 'What was checked.' }),
        link: z.string().meta({ description: 'The errors that the run has found.' }),
      })
      .nullable()
      .meta({ description: 'Of an item that the checks tick: the run that says so; null before the first.' }),
  })
  .meta({ id: 'ChecklistItem' });
export type ChecklistItemView = z.infer<typeof ChecklistItemView>;

export const ChecklistView = z.object({ items: z.array(ChecklistItemView) }).meta({ id: 'Checklist' });
export type ChecklistView = z.infer<typeof ChecklistView>;

export const Tick = z
  .strictObject({ done: z.boolean(), note: z.string().trim().max(2_000).nullable().default(null) })
  .meta({ id: 'Tick' });
export type Tick = z.infer<typeof Tick>;
