/** What does the API take and give about what the team sets on submissions: labels, priorities, dates? */
import { z } from 'zod';
import { PRIORITIES } from './matching.js';

const Name = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .regex(/^[^\p{Cc},]*$/u, 'expected no control characters and no comma');
const Color = z
  .string()
  .toLowerCase()
  .regex(/^#[0-9a-f]{6}$/, 'expected a color such as #c0392b');

export const NewLabel = z.strictObject({ name: Name, color: Color.nullable().default(null) }).meta({ id: 'NewLabel' });
export type NewLabel = z.infer<typeof NewLabel>;
export const LabelEdit = z
  .strictObject({ name: Name.optional(), color: Color.nullable().optional() })
  .meta({ id: 'LabelEdit' });
export type LabelEdit = z.infer<typeof LabelEdit>;

const etag = z.string().meta({ description: 'For `If-Match`.' });
export const LabelView = z
  .object({ id: z.uuid(), name: z.string(), color: z.string().nullable(), etag })
  .meta({ id: 'Label' });
export type LabelView = z.infer<typeof LabelView>;
export const Labels = z.object({ items: z.array(LabelView) }).meta({ id: 'Labels' });
export type Labels = z.infer<typeof Labels>;

export const TriageView = z
  .object({
    priority: z.enum(PRIORITIES),
    dueAt: z.iso.datetime().nullable(),
    labels: z.array(z.object({ id: z.uuid(), name: z.string(), color: z.string().nullable() })),
  })
  .meta({
    id: 'Triage',
    description: 'What the team of reviewers has set on a submission; its submitter never sees it.',
  });
export type TriageView = z.infer<typeof TriageView>;

export const TriageEdit = z
  .strictObject({ priority: z.enum(PRIORITIES).optional(), dueAt: z.iso.datetime().nullable().optional() })
  .meta({ id: 'TriageEdit' });
export type TriageEdit = z.infer<typeof TriageEdit>;

export const LabelsOf = z
  .strictObject({ labels: z.array(z.uuid()).max(50) })
  .meta({ id: 'LabelsOfSubmission', description: 'All that it shall have.' });
export type LabelsOf = z.infer<typeof LabelsOf>;
