/** To what were the cells exposed: is each condition a term that the schema takes, in order and named once? */
import type { Pen, Told } from '../../check.js';
import type { Rule } from '../../finding.js';
import { groupsOf, type RowGroup } from '../../readers/columns.js';
import type { Reference } from '../../reference/reference.js';
import type { ConditionKind, Conditions } from '../../schemas/schema.js';
import { anyOf, isWithin } from './assays.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import { type Fault, inBounds } from './in-bounds.js';
import type { FILE_RULES, Saying } from './saying.js';

/** The draft gives these rules no number: ours. */
export const CONDITION_RULES = {
  X05: {
    severity: 'error',
    message: '{subject} is no experimental condition: each must be {expected}, or the value "na" alone.',
    fix: 'Correct it: `{line}`.',
    docs: DOCS.schema,
  },
  X06: {
    severity: 'error',
    message: 'The conditions in {subject} must be in ascending order, and none of them twice.',
    fix: 'Correct it: `{line}`.',
    docs: DOCS.schema,
  },
  X07: {
    severity: 'error',
    message: '{subject} is not {expected} that may be an experimental condition.',
    fix: 'Write {remedy} in its place.',
    docs: DOCS.schema,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type ConditionRule = keyof typeof CONDITION_RULES;
type ConditionPen = Pen<ConditionRule | keyof typeof FILE_RULES>;
type Faults = Generator<Fault<ConditionRule>>;

const LONGEST_TEXT = 100;

export function* judgeConditions({ schema, hdf5, anndata, reference }: H5ad, pen: ConditionPen): Saying {
  const rules = schema.conditions;
  const column = rules && anndata.obs?.columns.get(rules.column);
  if (!rules || !column || column.kind === 'closed') return;
  const groups = groupsOf(hdf5, [column]);
  const location = `/obs/${rules.column}`;
  yield* inBounds(pen, location, formFaults(groups, rules));

  const open = new Set<string>();
  yield* inBounds(pen, location, termFaults(groups, rules, reference, open));
  for (const name of open) {
    yield pen.undecided('X07', `Conditions of ${name} are not judged: its terms are not among the reference data.`);
  }
}

function* formFaults(groups: readonly RowGroup[], { column, delimiter, none, kinds }: Conditions): Faults {
  const expected = kinds.map(({ name }) => name).join(', ');
  for (const group of groups) {
    const [value = null] = group.values;
    if (value === none) continue;
    const told = { ...placeOf(column, group), key: `${value}`, found: shown(value ?? 'missing') };
    if (value === null) {
      const line = `adata.obs["${column}"] = adata.obs["${column}"].astype(object).fillna("${none}").astype("category")`;
      yield { rule: 'X05', subject: 'A missing value', told: { ...told, expected, line } };
      continue;
    }
    const parts = value.split(delimiter);
    for (const part of new Set(parts)) {
      if (kinds.some(({ pattern }) => pattern.test(part))) continue;
      const more = { key: `${value} ${part}`, expected, line: renaming(column, value) };
      yield { rule: 'X05', subject: JSON.stringify(shown(part)), told: { ...told, ...more } };
    }
    const sorted = [...new Set(parts)].sort().join(delimiter);
    if (sorted === value) continue;
    const values = `adata.obs["${column}"]`;
    const line = `${values} = ${values}.astype(str).map(lambda ids: "${delimiter}".join(sorted(set(ids.split("${delimiter}"))))).astype("category")`;
    const more = { expected: shown(sorted), line };
    yield { rule: 'X06', subject: JSON.stringify(shown(value)), told: { ...told, ...more } };
  }
}

interface Seen {
  readonly kind: ConditionKind;
  readonly id: string;
  /** Where it was first, and in how many cells it is. */
  readonly told: Told & { count: number };
}

/** What cannot be decided is put into `open`: the names of its ontologies. */
function* termFaults(groups: readonly RowGroup[], rules: Conditions, reference: Reference, open: Set<string>): Faults {
  for (const [part, { kind, id, told }] of termsIn(groups, rules)) {
    const isAllowed = mayBe(reference, kind, id);
    if (isAllowed === null) open.add(kind.ontology);
    if (isAllowed !== false) continue;
    const better = reference.ontology(kind.ontology)?.term(id)?.replacedBy;
    const remedy = better ?? `a term of ${kind.ontology} that is allowed`;
    const subject = JSON.stringify(shown(part));
    yield { rule: 'X07', subject, told: { ...told, key: part, found: shown(part), expected: kind.name, remedy } };
  }
}

function termsIn(groups: readonly RowGroup[], { column, delimiter, none, kinds }: Conditions): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const group of groups) {
    const [value = null] = group.values;
    for (const part of new Set(value === null || value === none ? [] : value.split(delimiter))) {
      const before = seen.get(part);
      if (before) {
        before.told.count += group.count;
        continue;
      }
      const kind = kinds.find(({ pattern }) => pattern.test(part));
      const [, id] = kind?.pattern.exec(part) ?? [];
      if (kind && id !== undefined) seen.set(part, { kind, id: `${kind.prefix}${id}`, told: placeOf(column, group) });
    }
  }
  return seen;
}

/** Null where the reference knows too little. */
function mayBe(reference: Reference, { ontology: name, within }: ConditionKind, id: string): boolean | null {
  const ontology = reference.ontology(name);
  if (!ontology) return null;
  const term = ontology.term(id);
  if (term?.isDeprecated) return false;
  if (within) return anyOf(within.map((root) => isWithin(reference, id, root)));
  return term !== null || (ontology.mayHave(id) ? null : false);
}

const placeOf = (column: string, { count, rows }: RowGroup) => ({
  ...{ location: `/obs/${column}`, count },
  samples: rows.map((row) => `row ${row}`),
});

const renaming = (column: string, value: string): string =>
  `adata.obs["${column}"] = adata.obs["${column}"].astype(str).replace({${JSON.stringify(shown(value))}: "…"}).astype("category")`;

const shown = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);
