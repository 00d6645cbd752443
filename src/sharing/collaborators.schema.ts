/** What does the API take and give about collaborators, and about who is to own a record? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';

const Role = z.enum(['viewer', 'editor']);
const Email = z.email('expected an e-mail address').max(254);
const Person = z.object({ id: z.uuid(), name: z.string() });

export const NewCollaborator = z.strictObject({ email: Email, role: Role }).meta({ id: 'NewCollaborator' });
export type NewCollaborator = z.infer<typeof NewCollaborator>;

export const CollaboratorEdit = z.strictObject({ role: Role }).meta({ id: 'CollaboratorEdit' });
export type CollaboratorEdit = z.infer<typeof CollaboratorEdit>;

/** The same whether or not the address is of somebody with an account. */
export const Shared = z.object({ email: z.string(), role: Role }).meta({ id: 'Shared' });
export type Shared = z.infer<typeof Shared>;

export const CollaboratorView = z
  .object({
    id: z.uuid().meta({ description: 'Of the person; of the invitation while it waits.' }),
    state: z.enum(['active', 'invited', 'expired']),
    person: Person.nullable(),
    email: z.string().nullable().meta({ description: 'For the owner alone.' }),
    role: Role,
    mail: z
      .enum(['pending', 'sending', 'sent', 'failed'])
      .nullable()
      .meta({ description: 'What became of the last mail of an invitation.' }),
    since: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Collaborator' });
export type CollaboratorView = z.infer<typeof CollaboratorView>;
export const CollaboratorsPage = pageOf(CollaboratorView, 'CollaboratorPage');
export const CollaboratorsQuery = pageQuery();
export type CollaboratorsQuery = z.infer<typeof CollaboratorsQuery>;

export const InvitationView = z
  .object({ title: z.string(), role: Role, invitedBy: z.string(), expiresAt: z.iso.datetime() })
  .meta({ id: 'Invitation' });
export type InvitationView = z.infer<typeof InvitationView>;

export const AcceptedInvitation = z
  .object({ submissionId: z.uuid(), accession: z.string(), role: Role })
  .meta({ id: 'AcceptedInvitation' });
export type AcceptedInvitation = z.infer<typeof AcceptedInvitation>;

export const NewTransfer = z
  .strictObject({
    to: z.union([z.uuid(), Email]).meta({ description: 'A collaborator’s id, or an e-mail address.' }),
    stay: z.boolean().default(true).meta({ description: 'Whether the former owner stays as an editor.' }),
  })
  .meta({ id: 'NewTransfer' });
export type NewTransfer = z.infer<typeof NewTransfer>;

export const TransferView = z
  .object({
    id: z.uuid(),
    submissionId: z.uuid(),
    accession: z.string(),
    state: z.enum(['offered', 'accepted', 'declined', 'taken_back']),
    from: Person,
    to: Person.nullable().meta({ description: 'Null: whoever accepts the invitation.' }),
    stay: z.boolean(),
    createdAt: z.iso.datetime(),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
  })
  .meta({ id: 'Transfer' });
export type TransferView = z.infer<typeof TransferView>;
