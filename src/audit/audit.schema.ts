/** What is asked of the audit trail, and what does it tell? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';

const FILTERS = {
  actor: z
    .union([z.uuid(), z.literal('system')])
    .optional()
    .meta({ description: 'A person, or `system`.' }),
  action: z
    .string()
    .regex(
      /^[a-z_]+(\.[a-z_]+)*(\.\*)?$/,
      'expected an action such as curator.claim, or the beginning of some: curator.*',
    )
    .optional()
    .meta({ description: 'One, as `curator.claim`, or all that begin so: `curator.*`.' }),
  object: z.string().min(1).max(200).optional().meta({ description: 'The id of what was acted on.' }),
  submission: z.uuid().optional(),
  from: z.iso.datetime().optional().meta({ description: 'At or after this instant.' }),
  to: z.iso.datetime().optional().meta({ description: 'Before this instant.' }),
};
export const AuditFilter = z.strictObject(FILTERS);
export type AuditFilter = z.infer<typeof AuditFilter>;
export const AuditQuery = pageQuery(FILTERS);

export const AuditEntryView = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    actor: z
      .object({ id: z.uuid(), name: z.string().nullable() })
      .nullable()
      .meta({ description: 'Null: the system.' }),
    action: z.string(),
    object: z.object({ type: z.string(), id: z.string() }),
    submissionId: z.uuid().nullable(),
    details: z.record(z.string(), z.unknown()),
    position: z.int().nullable().meta({ description: 'Its place in the chain; null: it is linked in a moment.' }),
    hash: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryView = z.infer<typeof AuditEntryView>;
export const AuditPage = pageOf(AuditEntryView, 'AuditPage');

const Head = z.object({ position: z.int(), hash: z.string() });

export const AuditVerification = z
  .object({
    entries: z.int().meta({ description: 'How many were verified.' }),
    head: Head.meta({ description: 'The last of them. Kept elsewhere, it tells later that nothing was cut off.' }),
    brokenAt: z
      .object({ position: z.int(), why: z.enum(['missing', 'changed']) })
      .nullable()
      .meta({ description: 'Null: the chain holds.' }),
  })
  .meta({ id: 'AuditVerification' });
export type AuditVerification = z.infer<typeof AuditVerification>;
