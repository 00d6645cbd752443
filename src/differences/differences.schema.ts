/** What does the API give about revisions, and about the difference of two? */
import { z } from 'zod';
import { OUTCOMES, SEVERITIES } from '../../checks/finding.js';
import { pageOf, pageQuery } from '../platform/page.js';
import { DECISIONS } from '../review/decision-snapshot.js';
import { SubmissionSummary } from '../submissions/submissions.schema.js';

const Person = SubmissionSummary.shape.owner;
const Run = z.object({ id: z.uuid(), outcome: z.enum(OUTCOMES), errors: z.int(), warnings: z.int() });

export const RevisionView = z
  .object({
    hash: z.string(),
    version: z.int(),
    round: z.int().meta({ description: 'Of review: the one that it was sealed for, or in.' }),
    submissionId: z.uuid(),
    seq: z.int().meta({ description: 'Of the step that sealed it.' }),
    event: z.string(),
    by: Person.nullable().meta({ description: 'Null: the system.' }),
    comment: z.string().nullable(),
    sealedAt: z.iso.datetime(),
    title: z.string(),
    files: z.object({ count: z.int(), bytes: z.int() }),
    run: Run.nullable().meta({ description: 'The last that judged it; null: none has, yet.' }),
    decision: z
      .object({
        event: z.enum(DECISIONS),
        by: Person.nullable(),
        at: z.iso.datetime(),
        comment: z.string().nullable(),
      })
      .nullable(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Revision' });
export type RevisionView = z.infer<typeof RevisionView>;
export const RevisionsPage = pageOf(RevisionView, 'RevisionPage');
export const RevisionsQuery = pageQuery();
export type RevisionsQuery = z.output<typeof RevisionsQuery>;

const End = z
  .string()
  .regex(/^(draft|[vr][1-9]\d{0,8}|[0-9a-f]{64})$/, 'expected v1, r2, the hash of a revision, or draft')
  .optional();

export const DifferenceQuery = z.strictObject({
  from: End.meta({
    description: 'A version, a round, the hash of a revision, or draft. Without: what was reviewed last.',
  }),
  to: End.meta({ description: 'As `from`. Without: what is here now.' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(200)
    .meta({ description: 'How many there are at most of each list; `more` says how many are left out.' }),
});
export type DifferenceQuery = z.output<typeof DifferenceQuery>;

const Side = z
  .object({
    submissionId: z.uuid(),
    version: z.int(),
    round: z.int().nullable().meta({ description: 'Null: what is here now.' }),
    revision: z.string().meta({ description: 'The hash of metadata and files.' }),
    sealedAt: z.iso.datetime().nullable(),
    run: Run.nullable().meta({ description: 'The last that judged it as it is.' }),
  })
  .meta({ id: 'DifferenceSide' });

const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), more: z.int().meta({ description: 'How many there are besides.' }) });

const Field = z
  .object({
    kind: z.enum(['added', 'removed', 'changed', 'moved']),
    pointer: z.string().meta({ description: 'Where it is now; of what was removed: where it was.' }),
    from: z.string().nullable().meta({ description: 'Where it was, where that is another place.' }),
    label: z.string().meta({ description: 'What the profile calls it.' }),
    item: z
      .object({ by: z.string(), is: z.union([z.string(), z.number()]) })
      .nullable()
      .meta({ description: 'What tells the item of a list from the others: empty where it is itself.' }),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    cut: z.boolean().meta({ description: 'The values are too long to be told here.' }),
  })
  .meta({ id: 'FieldChange' });
const Content = z.object({ size: z.int(), sha256: z.string() });
const FileChange = z
  .object({
    kind: z.enum(['added', 'removed', 'changed', 'renamed']),
    path: z.string(),
    from: z.string().nullable().meta({ description: 'Of what has another name: the one before.' }),
    before: Content.nullable(),
    after: Content.nullable(),
  })
  .meta({ id: 'FileChange' });
const Fact = { fact: z.string(), label: z.string() };
const ContentChange = z
  .object({
    path: z.string(),
    datasetId: z.uuid().nullable(),
    kind: z.enum(['added', 'removed', 'changed', 'same']),
    title: z.object({ before: z.string().nullable(), after: z.string().nullable() }).nullable(),
    position: z.object({ before: z.int(), after: z.int() }).nullable(),
    values: z.array(
      z.object({
        ...Fact,
        unit: z.string().nullable(),
        before: z.unknown(),
        after: z.unknown(),
        delta: z.number().nullable(),
      }),
    ),
    lists: z.array(z.object({ ...Fact, added: z.array(z.string()), removed: z.array(z.string()) })),
    counts: z.array(
      z.object({
        ...Fact,
        terms: z.array(
          z.object({
            id: z.string(),
            label: z.string().nullable(),
            before: z.int(),
            after: z.int(),
            delta: z.int(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'ContentChange', description: 'By what the checks have learnt of a file; no file is read for it.' });
const Runs = z
  .object({ dataset: z.string(), added: z.array(z.string()), removed: z.array(z.string()), more: z.int() })
  .meta({ id: 'RunChange', description: 'Runs of a deposition that came and went, by data set.' });
const FindingChange = z
  .object({
    status: z.enum(['fixed', 'new', 'open']),
    fingerprint: z.string(),
    check: z.string(),
    rule: z.string(),
    severity: z.enum(SEVERITIES),
    file: z.string(),
    location: z.string().nullable(),
    message: z.string(),
  })
  .meta({ id: 'FindingChange' });

const Count = z.int();
export const DifferenceView = z
  .object({
    from: Side.nullable().meta({ description: 'Null: there is nothing yet to compare with.' }),
    to: Side,
    comparedWith: z
      .enum(['asked', 'reviewed_by_you', 'reviewed', 'earlier_round', 'earlier_version', 'first_sealed', 'nothing'])
      .meta({ description: 'How `from` was chosen.' }),
    summary: z.object({
      metadata: z.object({ added: Count, removed: Count, changed: Count, moved: Count }),
      files: z.object({
        ...{ added: Count, removed: Count, changed: Count, renamed: Count, unchanged: Count },
        bytes: z.object({ before: Count, after: Count }),
      }),
      runs: z.object({ added: Count, removed: Count }),
      findings: z
        .object({ fixed: Count, new: Count, open: Count })
        .nullable()
        .meta({ description: 'Null where the checks have not judged both sides as they are.' }),
    }),
    metadata: listOf(Field),
    files: listOf(FileChange),
    contents: listOf(ContentChange),
    runs: listOf(Runs),
    findings: listOf(FindingChange).nullable(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Difference' });
export type DifferenceView = z.infer<typeof DifferenceView>;
