/** What does the API take and give about reviews that are sent as a whole? */
import { z } from 'zod';
import { pageQuery } from '../platform/page.js';
import { SubmissionSummary } from '../submissions/submissions.schema.js';
import { Anchor } from './anchors.schema.js';
import { ChangeRequestView, NewChangeRequest } from './change-requests.schema.js';
import { NewSuggestion, SuggestionView } from './suggestions.schema.js';
import { CommentView, Words } from './threads.schema.js';

export const DECISIONS = ['comment', 'request_changes', 'approve', 'reject'] as const;
const Decision = z
  .enum(DECISIONS)
  .meta({ description: 'The step that is taken with it; `comment`: none, it stays in review.' });

const NewComment = z
  .strictObject({
    threadId: z.uuid().nullable().default(null).meta({ description: 'The thread that it goes on with.' }),
    anchor: Anchor.nullable().default(null),
    text: Words,
    blocking: z.boolean().default(false),
  })
  .refine(({ threadId, anchor, blocking }) => threadId === null || (anchor === null && !blocking), {
    message: 'expected either a thread to go on with, or what a new one is about',
  })
  .meta({ id: 'ReviewComment', description: 'It begins a thread, or goes on with one.' });

const ITEMS = {
  comments: z.array(NewComment).max(100).default([]),
  suggestions: z.array(NewSuggestion).max(100).default([]),
  changeRequests: z.array(NewChangeRequest).max(100).default([]),
};
const Comment = z.string().trim().max(4_000);
const RevisionHash = z
  .string()
  .max(200)
  .meta({ description: 'What was reviewed: if another one is here, it is refused.' });

const saysSomething = ({
  comments,
  suggestions,
  changeRequests,
}: { [item in keyof typeof ITEMS]: readonly unknown[] }) =>
  comments.length + suggestions.length + changeRequests.length > 0;

export const NewReview = z
  .strictObject({ ...ITEMS, decision: Decision, comment: Comment.default(''), revisionHash: RevisionHash.optional() })
  .refine(({ decision, comment, ...items }) => decision !== 'comment' || comment !== '' || saysSomething(items), {
    path: ['comment'],
    message: 'expected a comment, or something else to send: nothing is decided, and nothing is said',
  })
  .meta({ id: 'NewReview', examples: [{ decision: 'comment', comment: 'A first look.' }] });
export type NewReview = z.infer<typeof NewReview>;

export const PendingReview = z
  .strictObject({
    ...ITEMS,
    decision: Decision.nullable().default(null),
    comment: Comment.default(''),
    revisionHash: RevisionHash.nullable().default(null),
  })
  .meta({ id: 'PendingReview', description: 'What is not sent yet. Nobody but its author sees it.' });
export type PendingReview = z.infer<typeof PendingReview>;

const AsSent = z.array(z.record(z.string(), z.unknown())).meta({ description: 'As they will be sent.' });

export const PendingReviewView = z
  .object({
    ...{ comments: AsSent, suggestions: AsSent, changeRequests: AsSent },
    decision: Decision.nullable(),
    comment: z.string(),
    revisionHash: z.string().nullable(),
    updatedAt: z.iso.datetime().nullable().meta({ description: 'Null: there is nothing yet.' }),
  })
  .meta({ id: 'PendingReviewView' });
export type PendingReviewView = z.infer<typeof PendingReviewView>;

export const ReviewView = z
  .object({
    id: z.uuid(),
    version: z.int(),
    round: z.int(),
    decision: Decision,
    comment: z.string().nullable(),
    html: z.string().nullable(),
    revision: z.string().nullable().meta({ description: 'The revision that was before the reviewer.' }),
    by: SubmissionSummary.shape.owner,
    at: z.iso.datetime(),
    comments: z.array(
      CommentView.extend({ threadId: z.uuid(), anchor: Anchor.nullable() }).meta({ id: 'SentComment' }),
    ),
    suggestions: z.array(SuggestionView),
    changeRequests: z.array(
      ChangeRequestView.pick({ id: true, anchor: true, text: true, severity: true, state: true }).meta({
        id: 'SentChangeRequest',
      }),
    ),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Review' });
export type ReviewView = z.infer<typeof ReviewView>;

export const ReviewQuery = pageQuery({
  round: z.coerce.number().int().min(0).optional().meta({ description: 'Of this round of the review.' }),
});
