/** What does the API take and give about change requests? */
import { z } from 'zod';
import { commaList, pageQuery } from '../platform/page.js';
import { SubmissionSummary } from '../submissions/submissions.schema.js';
import { Anchor } from './anchors.schema.js';
import { REQUEST_STATES } from './change-request-moves.js';

const Person = SubmissionSummary.shape.owner;

const State = z.enum(REQUEST_STATES);
const Words = z.string().trim().min(1).max(10_000);
const Severity = z.enum(['must', 'should']).meta({ description: '`must`: nothing is approved before it is resolved.' });

export const NewChangeRequest = z
  .strictObject({ text: Words, severity: Severity.default('must'), anchor: Anchor.nullable().default(null) })
  .meta({ id: 'NewChangeRequest' });
export type NewChangeRequest = z.infer<typeof NewChangeRequest>;

export const ChangeRequestEdit = z
  .strictObject({
    state: State.optional(),
    answer: Words.optional().meta({ description: 'What was changed, or why not: its state is then `answered`.' }),
    reason: Words.optional().meta({ description: 'Why it is declined.' }),
    text: Words.optional(),
    severity: Severity.optional(),
    anchor: Anchor.nullable().optional(),
  })
  .superRefine(({ state, answer, reason }, context) => {
    if (state === 'answered' && answer === undefined)
      context.addIssue({ code: 'custom', path: ['answer'], message: 'An answer says what was changed, or why not.' });
    if (state === 'declined' && reason === undefined)
      context.addIssue({ code: 'custom', path: ['reason'], message: 'Say why it is declined.' });
  })
  .meta({ id: 'ChangeRequestEdit' });
export type ChangeRequestEdit = z.infer<typeof ChangeRequestEdit>;

export const ChangeRequestView = z
  .object({
    id: z.uuid(),
    round: z.int(),
    anchor: Anchor.nullable(),
    text: z.string(),
    severity: Severity,
    state: State,
    answer: z.string().nullable(),
    reason: z.string().nullable(),
    createdBy: Person,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ChangeRequest' });
export type ChangeRequestView = z.infer<typeof ChangeRequestView>;

export const ChangeRequestQuery = pageQuery({ state: commaList(State).optional() });
