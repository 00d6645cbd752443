/** Of which files is an edition made? Those of its list; in a folder an ontology may lie in its short form in their place. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { editionOf } from '../schemas/editions.js';
import { ReferenceFault } from './reference-fault.js';
import type { Source } from './source.js';
import { NEWEST_LISTED, SOURCES } from './sources.js';

export interface Ingredient {
  readonly kind: 'ontology' | 'genes';
  /** `CL`; of a gene table its organism, `NCBITaxon:9606`. */
  readonly name: string;
  /** Path in the folder. */
  readonly file: string;
  /** What the file must be like; null of a short form, for which nobody published a digest. */
  readonly source: Source | null;
}

const SHORT_FORMS = 'ontology/expected';

/** What is downloaded. @throws ReferenceFault where no addresses are known */
export function ingredientsListed(schema: string, sources = SOURCES[schema]): Ingredient[] {
  if (sources) return sources.map(ingredientOf);
  throw new ReferenceFault(
    'unusable',
    `No public addresses are known for the reference data of schema ${schema}; they are for ${Object.keys(SOURCES).join(', ')}. ` +
      'Install from a folder that has them: `--from DIR`.',
  );
}

/** What is taken from a folder. @throws ReferenceFault, which names all that is missing */
export function ingredientsIn(folder: string, schema: string, sources = SOURCES[schema]): Ingredient[] {
  if (!existsSync(folder)) throw new ReferenceFault('unusable', `There is no folder ${folder}. Name one with --from.`);
  const found = sources
    ? sources.map((source) => foundIn(folder, schema, ingredientOf(source)))
    : shortFormsIn(folder, schema);

  const missing = found.filter(({ file }) => !existsSync(join(folder, file))).map(({ file }) => file);
  if (missing.length === 0) return found;
  throw new ReferenceFault(
    'unusable',
    `The folder ${folder} lacks ${missing.length} of the ${found.length} files of schema ${schema}: ${someOf(missing)}. ` +
      'Add them, or install from their public addresses: without --from.',
  );
}

/** A folder that is another one lacks them all. */
function someOf(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}

function foundIn(folder: string, schema: string, ingredient: Ingredient): Ingredient {
  if (ingredient.kind === 'genes' || existsSync(join(folder, ingredient.file))) return ingredient;
  const file = shortForm(schema, ingredient.name);
  return existsSync(join(folder, file)) ? { ...ingredient, file, source: null } : ingredient;
}

/** An edition without a list: the ontologies that the listed one has, and what there is besides. */
function shortFormsIn(folder: string, schema: string): Ingredient[] {
  const listed = ingredientsListed(NEWEST_LISTED);
  const names = listed.filter(({ kind }) => kind === 'ontology').map(({ name }) => name);
  const present = existsSync(join(folder, SHORT_FORMS)) ? readdirSync(join(folder, SHORT_FORMS)) : [];
  const others = present
    .filter((file) => file === shortNameOf(schema, nameIn(file, schema)))
    .map((file) => nameIn(file, schema));
  const ontologies = [...new Set([...names, ...others])].map((name): Ingredient => {
    return { kind: 'ontology', name, file: shortForm(schema, name), source: null };
  });
  return [...ontologies, ...listed.filter(({ kind }) => kind === 'genes')];
}

const shortNameOf = (schema: string, name: string): string => `${schema}-${name}.json.gz`;
const shortForm = (schema: string, name: string): string => `${SHORT_FORMS}/${shortNameOf(schema, name)}`;
const nameIn = (file: string, schema: string): string => file.slice(schema.length + 1, -'.json.gz'.length);

/** `…/CL-ontology-v2025-07-30.json.zst`, `…/genes_homo_sapiens.csv.gz` */
function ingredientOf(source: Source): Ingredient {
  const { file } = source;
  const [, ontology] = /\/(\w+)-ontology-[^/]*\.json\.zst$/.exec(file) ?? [];
  if (ontology) return { kind: 'ontology', name: ontology, file, source };
  const [, table] = /\/genes_(\w+)\.csv\.gz$/.exec(file) ?? [];
  const [organism] = Object.entries(editionOf(null).genes.tables).find(([, name]) => name === table) ?? [];
  if (organism) return { kind: 'genes', name: organism, file, source };
  throw new Error(`Nothing is known of a file named ${file}.`);
}
