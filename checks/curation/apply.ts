/**
 * How are the schema's fields written into a contributor's file? By their recipe, checked against the ontologies before a
 * byte is written, and in addition to what there is: a column whose name is needed is kept under another.
 */
import type { H5ad } from '../formats/h5ad/h5ad.js';
import { type Frame, lengthOf } from '../readers/anndata.js';
import type { Reference } from '../reference/reference.js';
import type { Edit, NewColumn, NewColumns } from '../writers/anndata-edit.js';
import { categorical, codedOf } from './coded.js';
import type { Field, Recipe } from './recipe.js';

/** All that is wrong with a recipe for this file, as sentences. */
export class RecipeRefused extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'RecipeRefused';
  }
}

const IS_TERM = /_ontology_term_id$/;
const NO_TERMS: readonly string[] = ['unknown', 'na'];
const DELIMITER = ' || ';
/** Values that are named in one sentence. */
const TOLD = 5;

/** The edit that a recipe asks for. @throws RecipeRefused with all that is wrong, and not the first only */
export function editBy(recipe: Recipe, h5ad: H5ad): Edit {
  const faults: string[] = [];
  const renamed = new Map<string, string>();
  const frames = (['obs', 'var'] as const).flatMap((name) => {
    const frame = h5ad.anndata[name];
    const fields = Object.entries(recipe[name]);
    if (!frame?.index) {
      if (fields.length > 0) faults.push(`There is no ${name} in the file.`);
      return [];
    }
    for (const [column, as] of inTheWay(name, frame, fields, recipe, h5ad)) renamed.set(`/${name}/${column}`, as);
    const of = { h5ad, frame, name, faults };
    const columns = new Map(fields.flatMap(([field, value]) => columnFor(field, value, of) ?? []));
    return [{ frame: `/${name}`, columns, order: frame.names } satisfies NewColumns];
  });
  const uns = new Map(Object.entries(recipe.uns));
  for (const [key, value] of uns) {
    faults.push(...termFaults(h5ad.reference, key, [value].flat(), 'uns'));
    const present = h5ad.hdf5.root.children.get('uns');
    if (present?.kind === 'group' && present.children.has(key)) renamed.set(`/uns/${key}`, `${recipe.keep_as}${key}`);
  }
  for (const [path, as] of renamed) {
    const taken = h5ad.hdf5.root.children.get(path.split('/')[1] ?? '');
    if (taken?.kind === 'group' && taken.children.has(as))
      faults.push(`${path} cannot be kept as "${as}", for there is such a one: choose another \`keep_as\`.`);
  }
  if (faults.length > 0) throw new RecipeRefused(faults);
  return { frames, uns, renamed, replaced: [] };
}

/** Original columns whose names the schema needs, for what the recipe writes or for what the system will write. */
function inTheWay(
  name: 'obs' | 'var',
  { columns }: Frame,
  fields: readonly (readonly [string, Field])[],
  { keep_as }: Recipe,
  { schema }: H5ad,
): (readonly [string, string])[] {
  const needed = new Set([...fields.map(([field]) => field), ...schema.reserved[name]]);
  return [...needed].filter((column) => columns.has(column)).map((column) => [column, `${keep_as}${column}`] as const);
}

interface Of {
  readonly h5ad: H5ad;
  readonly frame: Frame;
  readonly name: 'obs' | 'var';
  readonly faults: string[];
}

function columnFor(field: string, says: Field, of: Of): [[string, NewColumn]] | null {
  const made = typeof says === 'object' ? mapped(field, says, of) : constant(says, of.frame);
  if (!made) return null;
  const { values, codes } = made;
  if (values.every((value) => typeof value === 'boolean')) {
    const bools = values.map(Number);
    return [[field, { kind: 'bools', values: Uint8Array.from(codes, (code) => bools[code] ?? 0) }]];
  }
  const texts = values.map(String);
  of.faults.push(...termFaults(of.h5ad.reference, field, texts, of.name));
  return [[field, categorical({ values: texts, codes }, (text) => text)]];
}

interface Made {
  readonly values: readonly (string | boolean)[];
  readonly codes: Int32Array;
}

const constant = (value: string | boolean, { index }: Frame): Made => ({
  values: [value],
  codes: new Int32Array(index ? lengthOf(index) : 0),
});

function mapped(field: string, { from, map, default: other }: Exclude<Field, string | boolean>, of: Of): Made | null {
  const { h5ad, frame, name, faults } = of;
  const column = frame.columns.get(from);
  if (!column || column.kind === 'closed') {
    const there = [...frame.columns.keys()].slice(0, 50).join(', ');
    faults.push(`${name}.${field}: there is no column "${from}" in ${name}; there are ${there}.`);
    return null;
  }
  const coded = codedOf(h5ad.hdf5, column);
  const missing = coded.codes.reduce((sum, code) => sum + Number(code < 0), 0);
  if (missing > 0 && other === undefined) {
    faults.push(
      `${name}.${field}: "${from}" has no value in ${missing} rows. Say with \`default\` what to write there.`,
    );
    return null;
  }
  const isBool = (column.kind === 'categorical' ? column.categories : column.values).dtype === 'bool';
  const keyOf = (value: string): string | undefined =>
    namesOf(value, isBool).find((key) => map && Object.hasOwn(map, key));
  const lacking = coded.values.filter((value) => map && keyOf(value) === undefined && other === undefined);
  if (lacking.length > 0) {
    const more = lacking.length > TOLD ? ` and ${lacking.length - TOLD} more` : '';
    const told = lacking.slice(0, TOLD).map((value) => `"${namesOf(value, isBool)[0]}"`);
    faults.push(
      `${name}.${field}: the map lacks ${told.join(', ')}${more}, which are values of "${from}". ` +
        'Add them, or say with `default` what to write.',
    );
    return null;
  }
  const same = (value: string) => (isBool ? value === '1' : value);
  const values = coded.values.map((value) => (map ? (map[keyOf(value) ?? ''] ?? other ?? value) : same(value)));
  if (missing === 0) return { values, codes: coded.codes };
  return { values: [...values, other ?? ''], codes: coded.codes.map((code) => (code < 0 ? values.length : code)) };
}

/** What a recipe may call a value: of a bool, which is kept as a number, what Python and YAML call it. */
const namesOf = (value: string, isBool: boolean): readonly string[] =>
  !isBool ? [value] : value === '1' ? ['true', 'True', value] : ['false', 'False', value];

/** Whether what is written as terms are terms. Which of them the schema allows where is for `validate` to say. */
function termFaults(reference: Reference, field: string, values: readonly string[], where: string): string[] {
  if (!IS_TERM.test(field)) return [];
  return [...new Set(values.flatMap((value) => value.split(DELIMITER)))].flatMap((id) => {
    if (NO_TERMS.includes(id)) return [];
    const ontology = reference.ontologyOf(id);
    const term = ontology?.term(id);
    const at = `${where}.${field}: "${id}"`;
    if (term?.isDeprecated) return [`${at} is deprecated${term.replacedBy ? `; use ${term.replacedBy}` : ''}.`];
    if (term || ontology?.mayHave(id)) return [];
    return [`${at} is no term${ontology ? ` of ${ontology.name}` : ' of an ontology that is known here'}.`];
  });
}
