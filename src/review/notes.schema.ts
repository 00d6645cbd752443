/** What does the API take and give about internal notes? Schemas of their own: no answer about anything else holds one. */
import { z } from 'zod';
import { pageQuery } from '../platform/page.js';
import { SubmissionSummary } from '../submissions/submissions.schema.js';
import { Anchor } from './anchors.schema.js';
import { Words } from './threads.schema.js';

export const NewNote = z
  .strictObject({ text: Words, anchor: Anchor.nullable().default(null) })
  .meta({ id: 'NewNote', description: 'Markdown, for curators and admins alone.' });
export type NewNote = z.infer<typeof NewNote>;

export const NoteEdit = z.strictObject({ text: Words }).meta({ id: 'NoteEdit' });
export type NoteEdit = z.infer<typeof NoteEdit>;

export const NoteView = z
  .object({
    id: z.uuid(),
    anchor: Anchor.nullable(),
    text: z.string(),
    html: z.string(),
    by: SubmissionSummary.shape.owner,
    createdAt: z.iso.datetime(),
    editedAt: z.iso.datetime().nullable(),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Note' });
export type NoteView = z.infer<typeof NoteView>;

export const NoteQuery = pageQuery();
