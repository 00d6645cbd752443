/** What does the API take and give about threads and their comments? */
import { z } from 'zod';
import { pageQuery } from '../platform/page.js';
import { Anchor } from './anchors.schema.js';

/** As it is written: Markdown. */
export const Words = z.string().trim().min(1).max(10_000);

export const THREAD_STATES = ['open', 'resolved'] as const;
const State = z.enum(THREAD_STATES);
const Blocking = z.boolean().meta({ description: 'Nothing is approved while it is open. Curators alone say so.' });

export const NewThread = z
  .strictObject({ text: Words, anchor: Anchor.nullable().default(null), blocking: Blocking.default(false) })
  .meta({ id: 'NewThread' });
export type NewThread = z.infer<typeof NewThread>;

export const ThreadEdit = z
  .strictObject({ state: State.optional(), blocking: Blocking.optional() })
  .meta({ id: 'ThreadEdit', description: 'Resolve it, or open it again.' });
export type ThreadEdit = z.infer<typeof ThreadEdit>;

export const NewComment = z.strictObject({ text: Words }).meta({ id: 'NewComment', description: 'Markdown.' });
export type NewComment = z.infer<typeof NewComment>;

export const ROLES_IN_THREADS = ['submitter', 'curator', 'visitor'] as const;

export const Author = z
  .object({
    id: z.uuid().nullable().meta({ description: 'Null: withheld.' }),
    name: z.string(),
    handle: z.string().nullable().meta({ description: 'By which they are mentioned: `@handle`.' }),
    role: z.enum(ROLES_IN_THREADS).meta({ description: 'What they were to the submission when they wrote it.' }),
  })
  .meta({ id: 'Author' });
export type Author = z.infer<typeof Author>;

export const CommentView = z
  .object({
    id: z.uuid(),
    author: Author,
    text: z.string().nullable().meta({ description: 'As it was written. Null: it was deleted.' }),
    html: z.string().nullable().meta({ description: 'The same, safe to show.' }),
    reviewId: z.uuid().nullable().meta({ description: 'The review that it was sent with.' }),
    createdAt: z.iso.datetime(),
    editedAt: z.iso.datetime().nullable(),
    deletedAt: z.iso.datetime().nullable(),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
  })
  .meta({ id: 'Comment' });
export type CommentView = z.infer<typeof CommentView>;

export const ThreadView = z
  .object({
    id: z.uuid(),
    version: z.int().meta({ description: 'The edition of the record that it is about.' }),
    round: z.int(),
    revision: z.string().meta({ description: 'The hash of metadata and files when it was begun.' }),
    anchor: Anchor.nullable(),
    was: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'What the anchor pointed at when the thread was begun. Null: nothing.' }),
    outdated: z.boolean().meta({ description: 'Whether that has changed since.' }),
    state: State,
    blocking: Blocking,
    resolvedBy: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    resolvedAt: z.iso.datetime().nullable(),
    commentCount: z.int(),
    comments: z
      .array(CommentView)
      .meta({ description: 'At the thread’s own address all of them; in a list the first and the newest.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Thread' });
export type ThreadView = z.infer<typeof ThreadView>;

const word = z.enum(['true', 'false']).transform((said) => said === 'true');

export const ThreadQuery = pageQuery({
  state: State.optional(),
  blocking: word.optional(),
  field: z.string().max(500).optional().meta({ description: 'About this field: a JSON pointer.' }),
  finding: z.string().max(64).optional().meta({ description: 'About this finding: its fingerprint.' }),
  file: z.string().max(1_024).optional().meta({ description: 'About this file, or a place in it.' }),
  run: z.string().max(200).optional().meta({ description: 'About this run, by name.' }),
});
