/** What does the API give about depositions of runs? */
import { z } from 'zod';
import { FILE_KINDS } from '../../checks/deposition/kinds.js';
import { CELL_STATUSES } from '../../checks/deposition/matrix.js';
import { SEVERITIES } from '../../checks/finding.js';
import { pageOf, pageQuery } from '../platform/page.js';

const Kind = z.enum(FILE_KINDS);
const EVIDENCE = ['mapping', 'directory', 'name', 'suffix', 'part', 'mdoc', 'declared'] as const;
const STATUSES = ['matched', 'ambiguous', 'unmatched'] as const;

export const FilePlaceView = z
  .object({
    path: z.string(),
    kind: Kind.nullable().meta({ description: 'Null: its path does not tell.' }),
    status: z.enum(STATUSES),
    dataset: z.string().nullable().meta({ description: 'Null where it is of none, or of several.' }),
    run: z.string().nullable(),
    runs: z
      .array(z.string())
      .meta({ description: 'A gain reference may belong to many: `dataset/run` where they are of several data sets.' }),
    by: z.enum(EVIDENCE).nullable().meta({ description: 'The rule by which it was matched.' }),
    candidates: z.array(z.string()),
    belongsTo: z.string().nullable().meta({ description: 'A key of the metadata’s tomograms or annotations.' }),
    why: z.string(),
  })
  .meta({ id: 'FilePlace' });
export type FilePlaceView = z.infer<typeof FilePlaceView>;
export const FilePlacesPage = pageOf(FilePlaceView, 'FilePlacePage');
export const FilePlacesQuery = pageQuery({
  status: z.enum(STATUSES).optional(),
  kind: Kind.optional(),
  dataset: z.string().optional(),
  run: z.string().optional(),
});
export type FilePlacesQuery = z.output<typeof FilePlacesQuery>;

const Change = z.object({ line: z.int(), from: z.string(), to: z.string().nullable() });
const Repair = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('metadata'),
      pointer: z.string(),
      from: z.unknown(),
      to: z.unknown(),
      why: z.string(),
    }),
    z.object({ kind: z.literal('file'), path: z.string(), what: z.string(), lines: z.array(Change) }),
  ])
  .meta({ id: 'Repair', description: 'What would change: nothing is changed by it.' });

const CellFindingView = z
  .object({
    fingerprint: z.string(),
    severity: z.enum(SEVERITIES),
    message: z.string(),
    file: z.string(),
    location: z.string().nullable(),
    found: z.string().nullable(),
    expected: z.string().nullable(),
    fix: z.string(),
    docs: z.string().nullable(),
    count: z.int(),
    samples: z.array(z.string()),
    repair: Repair.nullable(),
    waiver: z
      .object({ reason: z.string() })
      .nullable()
      .meta({ description: 'A curator let it pass, for the file as it is.' }),
  })
  .meta({ id: 'CellFinding' });

export const CellView = z
  .object({
    dataset: z.string(),
    run: z.string().nullable().meta({ description: 'Null: the data set as a whole.' }),
    rule: z.string(),
    status: z.enum(CELL_STATUSES),
    reason: z.string().nullable().meta({ description: 'Why it does not apply, or could not be decided.' }),
    expected: z.string().nullable(),
    found: z.string().nullable(),
    findings: z.array(CellFindingView),
  })
  .meta({ id: 'MatrixCell' });
export type CellView = z.infer<typeof CellView>;
export const CellsPage = pageOf(CellView, 'MatrixPage');
const CELL_FILTERS = {
  status: z.enum(CELL_STATUSES).optional(),
  rule: z.string().optional(),
  dataset: z.string().optional(),
  run: z.string().optional(),
};
export const CellsQuery = pageQuery(CELL_FILTERS);
export type CellsQuery = z.output<typeof CellsQuery>;
export const CellsFilter = z.strictObject(CELL_FILTERS);
export type CellsFilter = z.output<typeof CellsFilter>;

export const CellHistory = z
  .object({
    items: z.array(
      z.object({
        runId: z.uuid(),
        dataset: z.string(),
        run: z.string().nullable(),
        rule: z.string(),
        startedAt: z.iso.datetime(),
        status: z.enum(CELL_STATUSES),
        expected: z.string().nullable(),
        found: z.string().nullable(),
      }),
    ),
  })
  .meta({
    id: 'CellHistory',
    description: 'What the runs of checks said of these cells, the newest first, at most 200.',
  });
export type CellHistory = z.infer<typeof CellHistory>;
export const CellHistoryQuery = z.strictObject({
  dataset: z.string().optional(),
  run: z.string().optional(),
  rule: z.string().optional(),
});
export type CellHistoryQuery = z.output<typeof CellHistoryQuery>;

const NoteView = z.object({
  pointer: z.string(),
  severity: z.enum(['warning', 'info']),
  message: z.string(),
  fix: z.string(),
  proposal: z.object({ from: z.unknown(), to: z.unknown() }).nullable(),
  code: z.string().meta({ description: '`ignored`: the value is kept and does not apply.' }),
});

export const DepositionView = z
  .object({
    kind: z.string(),
    files: z.object({ matched: z.int(), ambiguous: z.int(), unmatched: z.int(), unread: z.int() }),
    proposedRuns: z.array(z.string()).meta({ description: 'Names of runs that the files propose: none is declared.' }),
    mappingFaults: z.array(z.object({ message: z.string() })),
    runs: z.array(
      z.object({
        dataset: z.string(),
        name: z.string(),
        files: z.int(),
        passed: z.int(),
        warning: z.int(),
        failed: z.int(),
        undecided: z.int(),
        notApplicable: z.int(),
      }),
    ),
    rules: z.array(
      z.object({
        rule: z.string(),
        title: z.string(),
        why: z.string(),
        tolerances: z.record(z.string(), z.object({ value: z.number(), unit: z.string() })),
      }),
    ),
    notes: z.array(NoteView),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Deposition' });
export type DepositionView = z.infer<typeof DepositionView>;
