/** How do the schema's fields come into a contributor's file? By a recipe, into a copy. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { editBy, RecipeRefused } from '../checks/curation/apply.js';
import { recipeOf } from '../checks/curation/recipe.js';
import { withH5ad } from '../checks/curation/with-h5ad.js';
import { Hdf5Fault } from '../checks/readers/hdf5-library.js';
import { editAnnData } from '../checks/writers/anndata-edit.js';
import { argumentsOf } from './arguments.js';
import type { Command } from './command.js';
import { curatedFiles } from './curated-files.js';
import { EXIT, Stopped, UsageError } from './exit.js';

export const apply: Command = {
  usage: 'apply RECIPE.yaml IN.h5ad -o OUT.h5ad [--schema VERSION] [--force]',
  help: [
    'Write the fields of the schema into a copy of a file, as a recipe says: one value for all rows, or what stands in',
    'another column, as it is or by a map. Terms are looked up first. Nothing that is there is lost: a column whose name',
    'is needed is kept as author_NAME, and matrices are copied as they are.',
    '',
    '  obs:',
    '    assay_ontology_term_id: EFO:0009922        # for all cells',
    '    is_primary_data: true',
    '    donor_id: { from: patient }                # as it stands in another column',
    '    cell_type_ontology_term_id:',
    '      from: cluster',
    '      map: { B cells: CL:0000236, T cells: CL:0000084 }',
    '      default: unknown                         # for what the map lacks',
    '  uns:',
    '    title: Lungs of adults',
    '',
    '  -o, --output FILE  where to',
    '  --schema VERSION   the edition of the schema, as 7.0.0; the recipe may say `schema:`, too',
    '  --force            write over OUT.h5ad',
    '',
    'Exit status: 0 written, 1 the recipe does not fit the file, 2 usage, 5 OUT.h5ad is there.',
    '',
  ].join('\n'),

  async run(args, { out }) {
    const { values, positionals } = argumentsOf(args, {
      output: { type: 'string', short: 'o' },
      schema: { type: 'string' },
      force: { type: 'boolean' },
    });
    const [path, name] = positionals;
    if (!path || !name) throw new UsageError('Name a recipe and a file: apply RECIPE.yaml IN.h5ad -o OUT.h5ad.');
    const recipe = await recipeIn(path);
    const { input, output } = curatedFiles(name, values.output, values.force ?? false);
    try {
      const edit = await withH5ad(input, values.schema ?? recipe.schema ?? null, (h5ad) => editBy(recipe, h5ad));
      await editAnnData(input, output, edit);
      out(`${values.output}: written\n`);
      for (const [from, to] of edit.renamed) out(`  ${from} is kept as ${to}\n`);
    } catch (error) {
      if (error instanceof RecipeRefused) throw new Stopped(EXIT.blocked, `The recipe does not fit.\n${error.message}`);
      if (error instanceof Hdf5Fault) throw new Stopped(EXIT.blocked, `"${name}" cannot be read: ${error.message}.`);
      throw error;
    }
    return EXIT.sound;
  },
};

async function recipeIn(path: string) {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`There is no file "${path}".`);
  });
  let data: unknown;
  try {
    data = parse(text);
  } catch (error) {
    throw new UsageError(`"${path}" is no YAML: ${error instanceof Error ? error.message : error}`);
  }
  const read = recipeOf(data);
  if ('faults' in read) throw new UsageError(`"${path}" is no recipe.\n${read.faults.join('\n')}`);
  return read.recipe;
}
