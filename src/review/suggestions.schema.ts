/** What does the API take and give about suggested changes? */
import { z } from 'zod';
import { commaList, pageQuery } from '../platform/page.js';
import { SubmissionSummary, SubmissionView } from '../submissions/submissions.schema.js';
import { Words } from './threads.schema.js';

const Person = SubmissionSummary.shape.owner;

export const SUGGESTION_STATES = ['open', 'applied', 'declined', 'withdrawn', 'obsolete'] as const;
const State = z.enum(SUGGESTION_STATES);

/** Nothing that every object inherits is a field. */
const Path = z
  .string()
  .max(500)
  .regex(/^(\/title|\/metadata(\/([^~/]|~[01])+)+)$/, 'expected /title, or a JSON pointer below /metadata')
  .refine((path) => !/\/(__proto__|constructor|prototype)(\/|$)/.test(path), 'expected the name of a field')
  .meta({ examples: ['/metadata/description'] });
const value = z.unknown();

const Operation = z
  .discriminatedUnion('op', [
    z.strictObject({ op: z.literal('add'), path: Path, value }),
    z.strictObject({ op: z.literal('replace'), path: Path, value }),
    z.strictObject({
      op: z.literal('remove'),
      path: Path.refine((path) => path !== '/title', 'expected a field of the metadata: a title is always there'),
    }),
    z.strictObject({ op: z.literal('test'), path: Path, value }),
  ])
  .meta({ id: 'PatchOperation', description: 'Of a JSON patch (RFC 6902), of the title or below the metadata.' });

export const NewSuggestion = z
  .strictObject({
    patch: z.array(Operation).min(1).max(100),
    text: Words.nullable().default(null).meta({ description: 'Why, in Markdown.' }),
    threadId: z.uuid().nullable().default(null).meta({ description: 'The thread that it is an answer to.' }),
  })
  .meta({ id: 'NewSuggestion' });
export type NewSuggestion = z.infer<typeof NewSuggestion>;

const ConflictView = z
  .object({ pointer: z.string(), was: value.optional(), now: value.optional(), suggested: value.optional() })
  .meta({ id: 'SuggestionConflict', description: 'A value is left out where there is or was nothing.' });

export const SuggestionView = z
  .object({
    id: z.uuid(),
    round: z.int(),
    threadId: z.uuid().nullable(),
    reviewId: z.uuid().nullable().meta({ description: 'The review that it was sent with.' }),
    patch: z.array(
      z.object({
        op: z.enum(['add', 'replace', 'remove', 'test']),
        path: z.string(),
        value: value.optional(),
        was: value.optional().meta({ description: 'What it was made against; left out where there was nothing.' }),
      }),
    ),
    text: z.string().nullable(),
    html: z.string().nullable(),
    state: State,
    conflicts: z
      .array(ConflictView)
      .meta({ description: 'What has changed since it was suggested: while there is anything, it is not applied.' }),
    reason: z.string().nullable().meta({ description: 'Why it was declined.' }),
    createdBy: Person,
    createdAt: z.iso.datetime(),
    decidedBy: Person.nullable(),
    decidedAt: z.iso.datetime().nullable(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Suggestion' });
export type SuggestionView = z.infer<typeof SuggestionView>;

export const SuggestionQuery = pageQuery({ state: commaList(State).optional(), threadId: z.uuid().optional() });

export const Chosen = z
  .union(
    [
      z.strictObject({ ids: z.array(z.uuid()).min(1).max(100).meta({ description: 'In this order.' }) }),
      z.strictObject({ all: z.literal(true).meta({ description: 'Every open one, in the order of their making.' }) }),
    ],
    'expected either `ids` or `all: true`',
  )
  .meta({ id: 'ChosenSuggestions' });
export type Chosen = z.infer<typeof Chosen>;

export const Decline = z.strictObject({ reason: Words }).meta({ id: 'SuggestionDecline' });
export type Decline = z.infer<typeof Decline>;

const Faults = SubmissionView.shape.missing;

export const AppliedView = z
  .object({
    suggestions: z.array(SuggestionView),
    state: SubmissionSummary.shape.state,
    changed: z.array(z.string()).meta({ description: 'JSON pointers of what is no longer as it was.' }),
    missing: z
      .array(Faults.element)
      .meta({ description: 'What is wrong with the metadata now, as they were judged at once.' }),
    fixed: z.array(Faults.element).meta({ description: 'What was wrong before, and is no longer.' }),
    etag: z.string().meta({ description: 'Of the submission, for the next `If-Match`.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'AppliedSuggestions' });
export type AppliedView = z.infer<typeof AppliedView>;
