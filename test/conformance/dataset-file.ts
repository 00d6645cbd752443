/** How does a data set become a file? As AnnData writes it. */

import type { Group } from 'h5wasm/node';
import type { ColumnParts, List } from '../../checks/samples/anndata-writer.js';
import { encode, writeAnnData, writeElements, writeFrame, writeMatrix } from '../../checks/samples/anndata-writer.js';
import { isFloat } from './cases.js';
import {
  CannotBeWritten,
  type Cell,
  type Column,
  type Dataset,
  elementsOf,
  type Frame,
  listOf,
  matrixPartsOf,
} from './dataset.js';

/** @throws CannotBeWritten before there is a file */
export async function writeDataset(path: string, dataset: Dataset): Promise<void> {
  const { obs, var: genes, X, raw, uns, obsm, obsp, varm, varp } = dataset;
  const [cells, features, rawFeatures] = [partsOf(obs), partsOf(genes), raw && partsOf(raw.var)];
  const unstructured = elementsOf(uns);
  await writeAnnData(path, (file) => {
    write(file, 'obs', obs, cells);
    write(file, 'var', genes, features);
    writeMatrix(file, 'X', matrixPartsOf(X));
    for (const [name, elements] of Object.entries({ uns: unstructured, obsm, obsp, varm, varp, layers: {} })) {
      writeElements(file, name, elements);
    }
    if (!raw || !rawFeatures) return;
    const group = encode(file.create_group('raw'), 'raw', '0.1.0');
    writeMatrix(group, 'X', matrixPartsOf(raw.X));
    write(group, 'var', raw.var, rawFeatures);
    writeElements(group, 'varm', {});
  });
}

type Columns = Readonly<Record<string, ColumnParts>>;

const write = (parent: Group, name: string, { index, repeated }: Frame, columns: Columns): void =>
  writeFrame(parent, name, index, columns, [...Object.keys(columns), ...repeated]);

export const partsOf = ({ columns }: Frame): Columns =>
  Object.fromEntries([...columns].map(([name, column]) => [name, columnPartsOf(column)]));

function columnPartsOf(column: Column): ColumnParts {
  const { dtype, values } = column;
  const hasMissing = values.includes(null);
  if (dtype === 'category' || (hasMissing && values.some((value) => typeof value === 'string'))) {
    return categoricalOf(column);
  }
  return plainOf(values, dtype);
}

function categoricalOf({ values, unused, categoryType }: Column): ColumnParts {
  const categories = [...new Set([...values, ...unused].filter((value) => value !== null))];
  const codes = values.map((value) => (value === null ? -1 : categories.indexOf(value)));
  return { categories: plainOf(categories, categoryType), codes: Int8Array.from(codes) };
}

/** The types of Python and NumPy that are one on disk. */
const DTYPES: Readonly<Record<string, string>> = { int: 'int64', float: 'float64', str: 'string', object: 'string' };

function plainOf(values: readonly Cell[], dtype: string | null): List {
  const type = dtype === null ? typeOf(values) : (DTYPES[dtype] ?? dtype);
  if (type === 'string') return values.map((value) => String(isFloat(value) ? value.$float : value));
  if (type === 'bool') return values.map(Boolean);
  return listOf(
    type,
    values.map((value) => (value === null ? Number.NaN : isFloat(value) ? value.$float : Number(value))),
  );
}

/** What pandas makes of the values; AnnData writes no column of objects of several types. */
function typeOf(values: readonly Cell[]): string {
  const types = new Set(values.map((value) => (value === null || isFloat(value) ? 'float64' : TYPES[typeof value])));
  const [type = 'string', ...more] = types;
  if (more.length === 0) return type;
  if ([...types].every((one) => one === 'float64' || one === 'int64')) return 'float64';
  throw new CannotBeWritten('AnnData writes no column of objects of several types');
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'int64',
  boolean: 'bool',
  object: 'object',
};
