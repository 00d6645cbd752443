/** What does the API give about decisions? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';
import { SubmissionSummary } from '../submissions/submissions.schema.js';
import { ChecklistItemView } from './checklist.schema.js';
import { DECISIONS } from './decision-snapshot.js';

const Person = SubmissionSummary.shape.owner;

export const DecisionView = z
  .object({
    seq: z.int().meta({ description: 'Of the step of the lifecycle.' }),
    event: z.enum(DECISIONS),
    by: Person.nullable(),
    at: z.iso.datetime(),
    comment: z.string().nullable(),
    revision: z.string().nullable().meta({ description: 'The hash of what was decided on.' }),
    round: z.int().nullable(),
    runId: z.uuid().nullable().meta({ description: 'The checks that were before whoever decided.' }),
    checklist: z
      .array(ChecklistItemView)
      .nullable()
      .meta({ description: 'As it was. Null of decisions that were made before it was kept.' }),
    waivers: z.array(
      z.object({ fingerprint: z.string(), file: z.string().nullable(), reason: z.string(), by: Person.nullable() }),
    ),
    open: z
      .object({
        openRequests: z.int(),
        answeredRequests: z.int(),
        blockingRequests: z.int(),
        openThreads: z.int(),
        blockingThreads: z.int(),
        unwaivedErrors: z.int(),
      })
      .nullable()
      .meta({ description: 'What was still open.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Decision', description: 'A decision, with what it stood on; nothing changes it afterwards.' });
export type DecisionView = z.infer<typeof DecisionView>;
export const DecisionsPage = pageOf(DecisionView, 'DecisionPage');
export const DecisionsQuery = pageQuery();
export type DecisionsQuery = z.output<typeof DecisionsQuery>;
