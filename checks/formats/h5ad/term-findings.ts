/** Are the terms of obs and the organism of uns those that the schema allows? All that are not are told at once. */
import type { Pen, Told } from '../../check.js';
import type { Rule } from '../../finding.js';
import { type Column, lengthOf } from '../../readers/anndata.js';
import { groupsOf, isText, missingIn, type RowGroup, valuesOf } from '../../readers/columns.js';
import { inWords, unsAt } from '../../readers/uns.js';
import type { TermColumn } from '../../schemas/schema.js';
import { columnIn, TISSUE_TYPE } from './cells.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import { cellOf } from './matrix-names.js';
import { prefixesFor } from './prefixes.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';
import { type Context, expectedBy, listed, named, suggestionFor } from './term-words.js';
import { type Asked, clausesFor, judgedBy, type Terms, type Wrong, type WrongRule } from './terms.js';

const rule = (message: string) =>
  ({ severity: 'error', message, fix: '{because}: `{line}`.', docs: DOCS.cells }) as const;

export const TERM_RULES = {
  T01: rule('{location} must hold strings, the ids of terms; it holds {found}.'),
  T02: rule('"{term}" in {location} is no term of {ontologies}.'),
  T03: rule('"{term}"{label} in {location} is a term that was withdrawn.'),
  T04: rule('"{term}"{label} must not be used in {location}.'),
  T05: rule('"{term}"{label} is a term, and none of those that {location} takes.'),
  T06: rule('{location} must be {expected} here; it is "{shown}".'),
  T07: rule('The terms of "{shown}" in {location} are not in ascending order.'),
  T08: rule('"{shown}" in {location} names a term more than once.'),
} as const satisfies Readonly<Record<string, Rule>>;

type TermRule = keyof typeof TERM_RULES;
type TermPen = Pen<TermRule | keyof typeof FILE_RULES>;

/** Values that break a rule and are told one by one; the rest are counted. */
const MOST_TOLD = 24;
/** Of so many in a column the label is looked up, which takes time. */
const MOST_SEARCHED = 8;
/** Longer values are cut. */
const MOST_SHOWN = 200;

export function* judgeTerms(h5ad: H5ad, pen: TermPen): Saying {
  yield* guarded(pen, judgeOrganism(h5ad, pen));
  for (const [name, rules] of Object.entries(h5ad.schema.terms)) {
    const column = columnIn(h5ad.anndata, name);
    if (!column) continue;
    yield* guarded(
      pen,
      isText(column) ? judgeColumn(h5ad, name, column, rules, pen) : refuseNumbers(h5ad, name, column, pen),
    );
  }
}

const termsOf = ({ reference, schema }: H5ad): Terms => ({ reference, aliases: schema.prefixAliases });

function* judgeOrganism(h5ad: H5ad, pen: TermPen): Saying {
  const key = 'organism_ontology_term_id';
  const location = `/uns/${key}`;
  const value = unsAt(h5ad.hdf5, key);
  if (!value || value.kind === 'unreadable') return;
  const asked: Asked = { held: [h5ad.schema.organism], open: [] };
  const context: Context = { asked: asked.held, prefixes: null };
  const assign = (id: string) => `adata.uns["${key}"] = ${JSON.stringify(id)}`;
  if (value.kind !== 'string') {
    const line = assign(h5ad.schema.organism.allow[0] ?? '…');
    const expected = 'a string';
    return yield pen.report('T01', {
      location,
      found: inWords(value),
      expected,
      line,
      because: 'Write the id of one term',
    });
  }
  const terms = termsOf(h5ad);
  const { wrongs, isUndecided } = judgedBy(asked, value.text, terms);
  for (const wrong of wrongs) {
    const { because, line, ...told } = toldOf(
      { value: value.text, wrong, context },
      terms,
      (_, id) => assign(id),
      true,
    );
    yield pen.report(wrong.rule, { location, ...told, because, line });
  }
  if (isUndecided) {
    const reason = `Whether ${location} names a term that the schema allows, ${JSON.stringify(cut(value.text))}, is not known here.`;
    yield pen.undecided('T02', reason);
  }
}

/** One finding: no value of such a column can be a term. */
function* refuseNumbers({ hdf5 }: H5ad, name: string, column: Column, pen: TermPen): Saying {
  const values = valuesOf(hdf5, column, 5);
  const samples = [...values.keys()];
  if (column.kind === 'closed' || samples.length === 0) return;
  const dtype = column.kind === 'categorical' ? `categories of ${column.categories.dtype}` : column.values.dtype;
  const found = `${dtype}: ${samples.join(', ')}`;
  const map = samples.map((value) => `"${value}": "…"`).join(', ');
  const line = `adata.obs["${name}"] = adata.obs["${name}"].astype(str).map({${map}}).astype("category")`;
  const because = 'Put the ids of terms in their place, as strings';
  const count = lengthOf(column) - missingIn(hdf5, column).count;
  yield pen.report('T01', { location: column.path, found, expected: 'strings', count, samples, line, because });
}

/** A value that breaks a rule, in the rows of some tissue types. */
interface Misuse {
  /** The same for the same value where the same is asked of it. */
  readonly key: string;
  readonly value: string;
  readonly wrong: Wrong;
  readonly context: Context;
  readonly tissueTypes: (string | null)[];
  count: number;
  readonly rows: number[];
}

type Setting = ReturnType<typeof settingOf>;

/** Those that are told one by one, and for each rule one that stands for all others. */
class Misuses {
  readonly told = new Map<string, Misuse>();
  readonly rests = new Map<WrongRule, Misuse & { values: number; readonly samples: string[] }>();
  private readonly counts = new Map<WrongRule, number>();

  get(wrong: Wrong, value: string, { key: place, context }: Setting): Misuse {
    const key = JSON.stringify([wrong.rule, value, place]);
    const known = this.told.get(key);
    if (known) return known;
    const count = this.counts.get(wrong.rule) ?? 0;
    const misuse: Misuse = { key, value, wrong, context, tissueTypes: [], count: 0, rows: [] };
    if (count < MOST_TOLD) {
      this.told.set(key, misuse);
      this.counts.set(wrong.rule, count + 1);
      return misuse;
    }
    const rest = this.rests.get(wrong.rule) ?? { ...misuse, values: 0, samples: [] };
    this.rests.set(wrong.rule, rest);
    if (++rest.values <= 5) rest.samples.push(cut(value));
    return rest;
  }
}

function* judgeColumn(h5ad: H5ad, name: string, column: Column, rules: TermColumn, pen: TermPen): Saying {
  const { hdf5, anndata } = h5ad;
  const tissueTypes = columnIn(anndata, TISSUE_TYPE);
  const groups: readonly RowGroup[] = tissueTypes ? groupsOf(hdf5, [column, tissueTypes]) : groupsOf(hdf5, [column]);
  const terms = termsOf(h5ad);
  const settings = new Map<string | null | undefined, ReturnType<typeof settingOf>>();
  const misuses = new Misuses();
  const undecided = new Set<string>();

  for (const { values, count, rows } of groups) {
    const [value = null] = values;
    if (value === null) continue;
    const tissueType = tissueTypes ? (values[1] ?? null) : undefined;
    const setting = settings.get(tissueType) ?? settingOf(h5ad, name, rules, tissueType);
    settings.set(tissueType, setting);
    const { wrongs, isUndecided } = judgedBy(setting.asked, value, terms);
    if (isUndecided) undecided.add(value);
    for (const wrong of wrongs) {
      const known = misuses.get(wrong, value, setting);
      known.count += count;
      known.tissueTypes.push(tissueType ?? null);
      known.rows.push(...rows.slice(0, 5 - known.rows.length));
    }
  }

  const types = typesByValue(groups);
  const lineFor = (misuse: Misuse) => (old: string, id: string) =>
    misuse.tissueTypes.length === (types.get(misuse.value) ?? 1) ? replace(name, old, id) : mask(name, old, id, misuse);
  yield* tell(h5ad, column.path, misuses, lineFor, pen);
  if (undecided.size > 0) yield pen.undecided('T02', reasonFor(h5ad, column.path, undecided, tissueTypes !== null));
}

/** In how many tissue types a value comes. */
function typesByValue(groups: readonly RowGroup[]): ReadonlyMap<string, number> {
  const types = new Map<string, number>();
  for (const { values } of groups) types.set(values[0] ?? '', (types.get(values[0] ?? '') ?? 0) + 1);
  return types;
}

function settingOf(h5ad: H5ad, name: string, rules: TermColumn, tissueType: string | null | undefined) {
  const { organism, reference, schema } = h5ad;
  const asked = clausesFor(rules, { organism, tissueType }, reference);
  const prefixes = prefixesFor(schema, name, organism, tissueType);
  const clauses = asked.held.length > 0 ? asked.held : asked.open.slice(0, 1);
  const places = [...asked.held, ...asked.open].map((clause) => rules.clauses.indexOf(clause));
  return { asked, context: { asked: clauses, prefixes }, key: JSON.stringify([places, prefixes]) };
}

function* tell(
  h5ad: H5ad,
  location: string,
  { told: ones, rests }: Misuses,
  lineFor: (misuse: Misuse) => (old: string, id: string) => string,
  pen: TermPen,
): Saying {
  const { hdf5, anndata } = h5ad;
  const terms = termsOf(h5ad);
  let searched = 0;
  for (const misuse of [...ones.values()].sort((a, b) => a.wrong.rule.localeCompare(b.wrong.rule))) {
    const samples = misuse.rows.map((row) => cellOf(hdf5, anndata.obs, row));
    const told = toldOf(misuse, terms, lineFor(misuse), searched++ < MOST_SEARCHED);
    yield pen.report(misuse.wrong.rule, { location, ...told, key: misuse.key, count: misuse.count, samples });
  }
  for (const [id, rest] of rests) {
    const { values, count, samples } = rest;
    const told = toldOf(rest, terms, lineFor(rest), false);
    const found = `${values} more values`;
    const more = values > 1 ? `${told.shown} (and ${values - 1} more values)` : told.shown;
    yield pen.report(id, { location, ...told, key: 'more', found, term: more, label: '', shown: more, count, samples });
  }
}

const cut = (value: string): string => (value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}…` : value);

function toldOf(
  { value, wrong, context }: Pick<Misuse, 'value' | 'wrong' | 'context'>,
  terms: Terms,
  line: (old: string, id: string) => string,
  isSearched: boolean,
) {
  const { rule: id, term, clause } = wrong;
  const suggestion = suggestionFor(value, wrong, { ...context, isSearched }, terms);
  const ontologies = clause.multi?.ofMany && value !== term ? clause.multi.ofMany : clause.ontologies;
  const here = ontologies.filter((name) => context.prefixes?.includes(name) ?? true);
  const label = named(term, terms).slice(term.length).trim();
  const because = suggestion?.because ?? 'Find the term that is meant and put it in its place';
  return {
    ...{ found: cut(value), shown: cut(value), term: cut(term) },
    ontologies: listed(here.length > 0 ? here : ontologies),
    label: label && id !== 'T02' ? ` (${label})` : '',
    expected: expectedBy(context, terms),
    ...{ because, line: line(value.length > MOST_SHOWN ? '…' : value, suggestion?.value ?? '…') },
  } satisfies Told;
}

/** A line that puts `id` wherever `old` is; strings and categories alike. */
const replace = (name: string, old: string, id: string): string =>
  `adata.obs["${name}"] = adata.obs["${name}"].astype(str).replace({${JSON.stringify(old)}: ${JSON.stringify(id)}}).astype("category")`;

/** The same for rows of some tissue types, where others may have the value. */
function mask(name: string, old: string, id: string, { tissueTypes }: Misuse): string {
  const types = JSON.stringify(tissueTypes.filter((type) => type !== null));
  const rows = `(adata.obs["${name}"] == ${JSON.stringify(old)}) & adata.obs["${TISSUE_TYPE}"].isin(${types})`;
  return `adata.obs["${name}"] = adata.obs["${name}"].astype(str).mask(${rows}, ${JSON.stringify(id)}).astype("category")`;
}

function reasonFor({ organism }: H5ad, place: string, values: ReadonlySet<string>, hasTypes: boolean): string {
  const first = [...values].slice(0, 5).map(cut).join(', ');
  const which = `${values.size} of the values of ${place} (${first}${values.size > 5 ? ', …' : ''})`;
  if (organism === null || !hasTypes) {
    const missing = [...(organism === null ? ['the organism'] : []), ...(hasTypes ? [] : [`obs/${TISSUE_TYPE}`])];
    return `Whether ${which} are allowed depends on ${missing.join(' and ')}, which the file does not say.`;
  }
  return `Whether ${which} are terms, withdrawn or allowed is not known here: the ontologies are not installed.`;
}
