/** Does the suspension type fit the assay? The schema has a table of assays; of those beyond it, it must be one of its words. */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { groupsOf, type RowGroup } from '../../readers/columns.js';
import type { SuspensionRow } from '../../schemas/schema.js';
import { anyOf, isWithin } from './assays.js';
import { type CELL_RULES, cellsIn, columnIn } from './cells.js';
import { DOCS } from './docs.js';
import { ASSAY, type H5ad } from './h5ad.js';
import { cellOf } from './matrix-names.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';
import { listed, named } from './term-words.js';

export const SUSPENSION_RULES = {
  O11: {
    severity: 'error',
    message: '{cells} of the assay {assay} with the suspension type {found}; it must be {expected}.',
    fix: 'Say what was in suspension: `{line}`.',
    docs: DOCS.cells,
  },
  O12: {
    severity: 'warning',
    message: 'The schema does not say which suspension type these assays have: {found}.',
    fix: 'See that `adata.obs["{column}"]` says for them what was in suspension: {expected}.',
    docs: DOCS.cells,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type SuspensionPen = Pen<
  keyof typeof SUSPENSION_RULES | keyof typeof FILE_RULES | Extract<keyof typeof CELL_RULES, 'O09'>
>;

/** Findings of one rule, before the rest are left out: assays are few. */
const MOST_TOLD = 24;

export function* judgeSuspension(h5ad: H5ad, pen: SuspensionPen): Saying {
  yield* guarded(pen, judgeColumn(h5ad, pen));
}

function* judgeColumn(h5ad: H5ad, pen: SuspensionPen): Saying {
  const { hdf5, anndata, schema } = h5ad;
  const { column: name, rows: table } = schema.suspension;
  const column = columnIn(anndata, name);
  if (!column) return;
  const { path: location } = column;
  const words = (schema.enums[name] ?? []).map(quoted);
  const assays = columnIn(anndata, ASSAY);
  // Without assays one can still tell what is no suspension type at all.
  const groups = assays
    ? groupsOf(hdf5, [assays, column])
    : groupsOf(hdf5, [column]).map(({ values, ...group }) => ({ ...group, values: [null, ...values] }));

  const answers = new Map<string | null, Answer>();
  for (const assay of new Set(groups.map(({ values }) => values[0] ?? null))) {
    answers.set(assay, assay === null ? { listed: false, allowed: [] } : answerOf(h5ad, assay, table));
  }
  const judged = groups.map((group) => ({ group, answer: answers.get(group.values[0] ?? null) }));

  const misfits = judged.filter(
    ({ group, answer }) => answer?.listed && !answer.allowed.every((values) => values.includes(group.values[1] ?? '')),
  );
  for (const { group, answer } of misfits.slice(0, MOST_TOLD)) {
    yield pen.report('O11', toldOf(h5ad, group, location, answer?.allowed ?? []));
  }
  const strangers = judged.filter(
    ({ group, answer }) => !answer?.listed && !schema.enums[name]?.includes(group.values[1] ?? ''),
  );
  for (const { group } of strangers.slice(0, MOST_TOLD)) {
    const { assay: _, ...told } = toldOf(h5ad, group, location, [schema.enums[name] ?? []]);
    yield pen.report('O09', { ...told, where: '' });
  }

  const unlisted = [...answers].filter(([assay, answer]) => assay !== null && answer.listed === false);
  if (unlisted.length > 0) {
    const assaysBeyond = unlisted.map(([assay]) => named(assay ?? '', { reference: h5ad.reference, aliases: {} }));
    const found = assaysBeyond.slice(0, 5).join(', ') + (assaysBeyond.length > 5 ? ', …' : '');
    const count = judged.reduce((sum, { group, answer }) => sum + (answer?.listed === false ? group.count : 0), 0);
    yield pen.report('O12', { location, column: name, found, expected: listed(words), count });
  }
  const open = [...answers.values()].filter((answer) => answer.listed === null).length;
  if (open > 0) {
    const reason = `Which suspension type ${open} of the assays have is not known here: EFO is not installed.`;
    yield pen.undecided('O11', reason);
  }
}

interface Answer {
  /** Whether the table has the assay; null where that cannot be said. */
  readonly listed: boolean | null;
  /** A list for each row of the table that has it: the value must be in all. */
  readonly allowed: readonly (readonly string[])[];
}

function answerOf({ reference }: H5ad, assay: string, table: readonly SuspensionRow[]): Answer {
  const rows = table.map(({ values, assays, within }) => ({
    values,
    has: assays.includes(assay) ? true : anyOf(within.map((root) => isWithin(reference, assay, root))),
  }));
  const allowed = rows.filter(({ has }) => has).map(({ values }) => values);
  return { listed: anyOf(rows.map(({ has }) => has)), allowed };
}

function toldOf(
  { hdf5, anndata, reference, schema }: H5ad,
  { values: [assay, value], count, rows }: RowGroup,
  location: string,
  allowed: readonly (readonly string[])[],
) {
  const name = schema.suspension.column;
  const [first = [], ...others] = allowed;
  const taken = first.filter((one) => others.every((other) => other.includes(one)));
  const instead = taken.length === 1 ? (taken[0] ?? '…') : '…';
  const isThis = assay
    ? `adata.obs["${ASSAY}"] == ${JSON.stringify(assay)}`
    : `adata.obs["${name}"] == ${JSON.stringify(value)}`;
  return {
    ...{
      location,
      key: `${assay}\n${value}`,
      count,
      cells: cellsIn(count),
      found: shown(value ?? null),
      expected: listed(taken.map(quoted)),
    },
    assay: named(assay ?? '', { reference, aliases: {} }),
    samples: rows.map((row) => cellOf(hdf5, anndata.obs, row)),
    line: `adata.obs["${name}"] = adata.obs["${name}"].astype(str).mask(${isThis}, "${instead}").astype("category")`,
  };
}

const quoted = (value: string): string => `"${value}"`;
const shown = (value: string | null): string => (value === null ? 'nothing' : quoted(value));
