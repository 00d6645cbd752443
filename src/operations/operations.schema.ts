/** What does the API take and give about work on many submissions at once? */
import { z } from 'zod';
import { commaList, pageOf, pageQuery } from '../platform/page.js';
import { PRIORITIES } from '../queue/matching.js';
import { ViewQuery } from '../queue/views.schema.js';

export const ACTIONS = [
  ...(['assign', 'release', 'label', 'unlabel', 'priority', 'recheck', 'request_changes', 'approve'] as const),
] as const;
export type Action = (typeof ACTIONS)[number];

/** More are done in several operations, each of which somebody can look through. */
export const MOST = 500;

export const Params = z
  .strictObject({
    assignee: z.union([z.literal('me'), z.uuid()]).optional(),
    reassign: z.boolean().optional().meta({ description: 'Assign also what somebody else has claimed.' }),
    labels: z.array(z.uuid()).min(1).max(50).optional(),
    priority: z.enum(PRIORITIES).optional(),
    dueAt: z.iso.datetime().nullable().optional(),
    template: z.uuid().optional().meta({ description: 'The text of a template, instead of `text`.' }),
    text: z.string().trim().min(1).max(4_000).optional().meta({ description: 'What submitters are asked for.' }),
    comment: z.string().trim().min(1).max(4_000).optional().meta({ description: 'For the trail.' }),
  })
  .meta({ id: 'OperationParams' });
export type Params = z.infer<typeof Params>;

/** What an action takes, and of this what it cannot do without: one of them. */
const TAKES: Readonly<
  Record<Action, { readonly all: readonly (keyof Params)[]; readonly needs: readonly (keyof Params)[] }>
> = {
  assign: { all: ['assignee', 'reassign', 'comment'], needs: ['assignee'] },
  release: { all: ['comment'], needs: [] },
  label: { all: ['labels'], needs: ['labels'] },
  unlabel: { all: ['labels'], needs: ['labels'] },
  priority: { all: ['priority', 'dueAt'], needs: ['priority', 'dueAt'] },
  recheck: { all: ['comment'], needs: [] },
  request_changes: { all: ['template', 'text'], needs: ['template', 'text'] },
  approve: { all: ['comment'], needs: [] },
};

/** Filters as in the address of a list. */
const Matching = z.record(z.string().max(50), z.string().max(2_000)).superRefine((query, context) => {
  for (const issue of ViewQuery.safeParse(query).error?.issues ?? [])
    context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
});

export const NewOperation = z
  .strictObject({
    action: z.enum(ACTIONS),
    submissions: z.array(z.uuid()).min(1).max(MOST).optional(),
    query: Matching.optional().meta({ description: `Instead of submissions: all that match, ${MOST} at most.` }),
    params: Params.default({}),
    dryRun: z.boolean().default(false).meta({ description: 'Only say what would become of each.' }),
  })
  .superRefine(({ action, submissions, query, params }, context) => {
    const say = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if ((submissions === undefined) === (query === undefined))
      say(['submissions'], 'expected either submissions or a query');
    const { all, needs } = TAKES[action];
    if (needs.length > 0 && needs.every((name) => params[name] === undefined))
      say(['params', needs[0] ?? ''], `"${action}" needs ${needs.join(' or ')}`);
    for (const name of Object.keys(params) as (keyof Params)[])
      if (!all.includes(name)) say(['params', name], `"${action}" takes no ${name}; it takes ${all.join(', ')}`);
  })
  .meta({ id: 'NewOperation', examples: [{ action: 'recheck', submissions: [] }] });
export type NewOperation = z.output<typeof NewOperation>;

const code = z.string().nullable();
const message = z.string().nullable().meta({ description: 'Why not, for whoever asked for it.' });

export const Preview = z
  .object({
    dryRun: z.literal(true),
    total: z.int(),
    ok: z.int(),
    items: z.array(z.object({ submissionId: z.uuid(), outcome: z.enum(['refused', 'ok']), code, message })),
  })
  .meta({ id: 'OperationPreview' });
export type Preview = z.infer<typeof Preview>;

const Counts = z.object({ waiting: z.int(), done: z.int(), refused: z.int(), failed: z.int() });

export const OperationView = z
  .object({
    id: z.uuid(),
    action: z.enum([...ACTIONS, 'undo']),
    params: Params,
    state: z.enum(['queued', 'running', 'done']),
    total: z.int(),
    items: Counts,
    undoOf: z.uuid().nullable(),
    undoneBy: z.uuid().nullable(),
    canBeUndone: z.boolean(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    links: z.object({ self: z.string(), items: z.string() }),
  })
  .meta({ id: 'Operation' });
export type OperationView = z.infer<typeof OperationView>;
export const OperationOrPreview = z.union([OperationView, Preview]);
export type OperationOrPreview = z.infer<typeof OperationOrPreview>;

const Result = z.enum(['waiting', 'done', 'refused', 'failed']);
export const ItemsQuery = pageQuery({ result: commaList(Result).optional() });
export const OperationItem = z
  .object({
    ordinal: z.int(),
    submissionId: z.uuid(),
    result: Result,
    code,
    message,
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'OperationItem' });
export type OperationItem = z.infer<typeof OperationItem>;
export const OperationItems = pageOf(OperationItem, 'OperationItems');
