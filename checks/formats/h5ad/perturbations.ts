/** What was done to the genes of the cells: does obs name guides that there are, with a strategy that fits them? */
import type { Pen, Told } from '../../check.js';
import type { Rule } from '../../finding.js';
import { type Column, lengthOf } from '../../readers/anndata.js';
import { groupsOf, type RowGroup } from '../../readers/columns.js';
import { unsAt } from '../../readers/uns.js';
import type { Perturbations } from '../../schemas/schema.js';
import { DOCS } from './docs.js';
import { exampleOf, GUIDE_RULES, guideFaults, type Roles, rolesIn, shown } from './guides.js';
import type { H5ad } from './h5ad.js';
import { type Fault, inBounds } from './in-bounds.js';
import type { FILE_RULES, Saying } from './saying.js';

/** Numbered as the specification numbers them; X02 to X04 are ours. */
export const PERTURBATION_RULES = {
  ...GUIDE_RULES,
  G04: {
    severity: 'error',
    message: 'The guides in {subject} must be in ascending order, and none of them twice.',
    fix: 'Sort them: `{line}`.',
    docs: DOCS.schema,
  },
  G05: {
    severity: 'error',
    message: '{subject} stands for no guide: {why}.',
    fix: 'Name the guides of these cells; leave out those that have none: `{line}`.',
    docs: DOCS.schema,
  },
  G06: {
    severity: 'error',
    message: '{subject} is no guide of uns["{of}"].',
    fix: 'Describe it there, or correct the name: `{line}`.',
    docs: DOCS.schema,
  },
  G07: {
    severity: 'error',
    message: 'The strategy is "{unperturbed}" where the guides are {subject}.',
    fix: 'Give these cells the strategy of their guides; "{unperturbed}" is for cells without any ("{none}").',
    docs: DOCS.schema,
  },
  G08: {
    severity: 'error',
    message: 'The strategy is "{control}" where {subject} is a guide of another role: {found}.',
    fix: 'Correct the strategy of these cells, or the role of the guide: `{line}`.',
    docs: DOCS.schema,
  },
  X02: {
    severity: 'error',
    message: '{subject} is no strategy of genetic perturbations.',
    fix: 'Write one of {expected}: `{line}`.',
    docs: DOCS.schema,
  },
  X03: {
    severity: 'error',
    message: '{subject} is missing: genetic perturbations are told in two columns of obs and in uns.',
    fix: 'Add it: `{line}`.',
    docs: DOCS.schema,
  },
  X04: {
    severity: 'error',
    message: 'Genetic perturbations are accepted for {expected}, and the organism is {subject}.',
    fix: 'Correct uns["organism_ontology_term_id"]; where it is right, leave out obs and uns of genetic perturbations.',
    docs: DOCS.schema,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type PerturbationRule = keyof typeof PERTURBATION_RULES;
type PerturbationPen = Pen<PerturbationRule | keyof typeof FILE_RULES>;
type Faults = Generator<Fault<PerturbationRule>>;

export function* judgePerturbations(h5ad: H5ad, pen: PerturbationPen): Saying {
  const { schema, hdf5, anndata, organism } = h5ad;
  const rules = schema.perturbations;
  if (!rules || !anndata.obs) return;
  const { columns } = anndata.obs;
  const [ids, strategies] = [columns.get(rules.columns.id), columns.get(rules.columns.strategy)];
  const block = unsAt(hdf5, rules.key);
  if (!ids && !strategies && !block) return;

  if (organism !== null && !rules.organisms.includes(organism)) {
    const location = '/uns/organism_ontology_term_id';
    yield pen.report('X04', { location, subject: shown(organism), expected: rules.organisms.join(', ') });
  }
  const obs = `/obs/${rules.columns.id}`;
  yield* inBounds(pen, '/obs', missing(h5ad, rules));
  const roles = rolesIn(h5ad, rules, block);
  if (block) yield* inBounds(pen, `/uns/${rules.key}`, guideFaults(h5ad, rules, block));
  if (ids && ids.kind !== 'closed') yield* inBounds(pen, obs, idFaults(groupsOf(hdf5, [ids]), rules, roles));
  if (strategies && strategies.kind !== 'closed') {
    const groups = groupsOf(hdf5, [strategies]);
    yield* inBounds(pen, `/obs/${rules.columns.strategy}`, strategyFaults(groups, rules));
    if (ids && areAlike(ids, strategies)) {
      yield* inBounds(pen, obs, pairFaults(groupsOf(hdf5, [strategies, ids]), rules, roles));
    }
  }
}

const NO_CELL = 'each cell of a file with genetic perturbations must have one';
const SOME_CELLS = 'that must not be so of all cells, and "na" stands alone';

/** Whether each row has both. */
const areAlike = (one: Column, other: Column): boolean =>
  one.kind !== 'closed' && other.kind !== 'closed' && lengthOf(one) === lengthOf(other);

function* missing({ anndata, hdf5 }: H5ad, { columns, key, delimiter }: Perturbations): Faults {
  for (const name of Object.values(columns)) {
    if (anndata.obs?.names.includes(name)) continue;
    const value = name === columns.id ? `"GENE-1${delimiter}GENE-2"` : '"CRISPR knockout screen"';
    const line = `adata.obs["${name}"] = pd.Categorical([${value}, …])`;
    yield { rule: 'X03', subject: `obs["${name}"]`, told: { location: `/obs/${name}`, line } };
  }
  if (unsAt(hdf5, key)) return;
  const told = { location: `/uns/${key}`, line: exampleOf(key) };
  yield { rule: 'X03', subject: `uns["${key}"]`, told };
}

/** Each value of the column of ids. */
function* idFaults(groups: readonly RowGroup[], rules: Perturbations, roles: Roles): Faults {
  const { columns, delimiter, none, mayLackGuides, key } = rules;
  const column = `adata.obs["${columns.id}"]`;
  const strangers = new Map<string, Told & { count: number }>();
  const isEveryCell = groups.every(({ values: [value] }) => value === none);
  for (const { values, count, rows } of groups) {
    const [value = null] = values;
    const told = { location: `/obs/${columns.id}`, count, samples: rows.map((row) => `row ${row}`), key: `${value}` };
    const parts = value === null ? [none] : value.split(delimiter);
    const subject = value === null ? 'A missing value' : JSON.stringify(shown(value));
    // A missing value is none of the ways to say so.
    if (value === null || (parts.includes(none) && (mayLackGuides === 'none' || isEveryCell || parts.length > 1))) {
      const named = value === null ? `${column}.notna()` : `${column} != "${none}"`;
      const line = `adata = adata[${named}].copy()`;
      const why = mayLackGuides === 'none' ? NO_CELL : SOME_CELLS;
      yield { rule: 'G05', subject, told: { ...told, found: shown(`${value}`), line, why } };
    }
    const inOrder = (part: string, i: number) => i === 0 || (parts[i - 1] ?? '') <= part;
    const line = `${column} = ${column}.astype(str).map(lambda ids: "${delimiter}".join(sorted(set(ids.split("${delimiter}"))))).astype("category")`;
    const expected = shown([...new Set(parts)].sort().join(delimiter));
    if (!parts.every(inOrder)) {
      yield {
        rule: 'G04',
        subject,
        told: { ...told, key: `order ${value}`, found: shown(value ?? ''), expected, line },
      };
    }
    if (new Set(parts).size < parts.length) {
      yield {
        rule: 'G04',
        subject,
        told: { ...told, key: `twice ${value}`, found: shown(value ?? ''), expected, line },
      };
    }
    for (const id of new Set(parts)) {
      if (id === none || roles?.has(id)) continue;
      const before = strangers.get(id);
      strangers.set(
        id,
        before ? { ...before, count: before.count + count } : { ...told, key: id, found: shown(id), count },
      );
    }
  }
  for (const [id, told] of strangers) {
    const line = `adata.uns["${key}"]["${shown(id)}"] = {"role": …, "protospacer_sequence": …, "protospacer_adjacent_motif": …}`;
    yield { rule: 'G06', subject: JSON.stringify(shown(id)), told: { ...told, line, of: key } };
  }
}

function* strategyFaults(groups: readonly RowGroup[], { columns, strategies }: Perturbations): Faults {
  for (const { values, count, rows } of groups) {
    const [value = null] = values;
    if (value !== null && strategies.includes(value)) continue;
    const expected = strategies.map((one) => `"${one}"`).join(', ');
    const better = strategies.find((one) => value !== null && one.startsWith(value)) ?? '…';
    const column = `adata.obs["${columns.strategy}"]`;
    const change =
      value === null
        ? 'astype(object).fillna("…")'
        : `astype(str).replace({${JSON.stringify(shown(value))}: "${better}"})`;
    const line = `${column} = ${column}.${change}.astype("category")`;
    const told = { location: `/obs/${columns.strategy}`, key: `${value}`, count, found: shown(value ?? 'missing') };
    const samples = rows.map((row) => `row ${row}`);
    const subject = value === null ? 'A missing value' : JSON.stringify(shown(value));
    yield { rule: 'X02', subject, told: { ...told, expected, line, samples } };
  }
}

/** Each strategy together with the guides of its cells. */
function* pairFaults(groups: readonly RowGroup[], rules: Perturbations, roles: Roles): Faults {
  const { columns, delimiter, none, unperturbed, control, key } = rules;
  for (const { values, count, rows } of groups) {
    const [strategy, ids] = values;
    if (ids === null || ids === undefined) continue;
    const samples = rows.map((row) => `row ${row}`);
    const told = { location: `/obs/${columns.id}`, count, samples, key: ids };
    const subject = JSON.stringify(shown(ids));
    if (strategy === unperturbed && ids !== none) {
      yield { rule: 'G07', subject, told: { ...told, found: shown(ids), expected: none, unperturbed, none } };
    }
    if (strategy !== control) continue;
    for (const id of new Set(ids.split(delimiter))) {
      const role = roles?.get(id);
      // Of one that uns does not have, or whose role is none, that is told.
      if (typeof role !== 'string' || role === control) continue;
      const line = `adata.uns["${key}"]["${shown(id)}"]["role"] = "${control}"`;
      const more = { key: `${ids} ${id}`, found: shown(role), expected: control, control, line };
      yield { rule: 'G08', subject: JSON.stringify(shown(id)), told: { ...told, ...more } };
    }
  }
}
