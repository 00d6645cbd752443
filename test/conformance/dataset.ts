/** What is a data set before it is written? What AnnData holds in memory, as far as the conformance cases speak of it. */

import type { Floats, Integers, List, MatrixParts } from '../../checks/samples/anndata-writer.js';
import { DataFrame, type Element, type Elements, MatrixElement, NdArray } from '../../checks/samples/anndata-writer.js';
import { type Float, isFloat, isObject, type Json, type JsonObject, numberOf } from './cases.js';

/** No h5ad file can hold it. */
export class CannotBeWritten extends Error {}
/** What a case says is not understood. */
export class NotUnderstood extends Error {}

export type Cell = string | number | boolean | Float | null;

/** In Python's words; `string` is a column of plain strings. */
export interface Column {
  dtype: string | null;
  values: Cell[];
  /** Of a category, beside those that the rows have. */
  unused: Cell[];
  /** Of a category's categories. */
  categoryType: string | null;
}

export interface Frame {
  index: string[];
  columns: Map<string, Column>;
  /** As `column-order` lists them, beside their own: for one that comes twice. */
  repeated: string[];
}

export interface DenseMatrix {
  encoding: string;
  dtype: string;
  dense: number[][];
}

export interface Dataset {
  obs: Frame;
  var: Frame;
  X: DenseMatrix;
  raw: { X: DenseMatrix; var: Frame } | null;
  uns: Record<string, Json>;
  obsm: Record<string, Element>;
  obsp: Record<string, Element>;
  varm: Record<string, Element>;
  varp: Record<string, Element>;
}

const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  donor_id: [],
  suspension_type: [],
  tissue_type: ['tissue', 'organoid', 'primary cell culture', 'cell line'],
};

/** @throws NotUnderstood where `base` is none that is known */
export function datasetOf(base: string, bases: JsonObject): Dataset {
  const preAnalysis = base === 'humanPreAnalysis';
  const isHuman = preAnalysis || base === '(single term check)';
  const says = bases[isHuman ? 'human' : base] ?? MATRICES[base];
  if (!isObject(says)) throw new NotUnderstood(`there is no base "${base}"`);
  if (base in MATRICES) return matrixOnly(numbersOf(says.dense), bases);

  const raw = isObject(says.raw) ? says.raw : null;
  const dataset: Dataset = {
    obs: frameOf(says.obs),
    var: frameOf(says.var),
    X: matrixOf(says.X),
    raw: raw && { X: matrixOf(raw.X), var: frameOf(raw.var) },
    uns: { ...objectOf(says.uns) },
    obsm: Object.fromEntries(Object.entries(objectOf(says.obsm)).map(([key, rows]) => [key, arrayOf(rows)])),
    ...{ obsp: {}, varm: {}, varp: {} },
  };
  if (preAnalysis) {
    dataset.obsm = {};
    dataset.obs.columns.delete('cell_type_ontology_term_id');
    delete dataset.uns.default_embedding;
  }
  return dataset;
}

/** Bases that are a matrix and nothing else, which a file cannot be. */
const MATRICES: Readonly<Record<string, JsonObject>> = {
  '(2x3 matrix only)': {
    dense: [
      [1, 0, 3],
      [0, 5, 0],
    ],
  },
  '(3 obs x 3 genes, X=[[1..3],[4..6],[7..9]] float32)': {
    dense: [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
  },
  '(3x3)': {
    dense: [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
  },
};

/** The base "human" with `dense` for X, and as many cells and genes. */
function matrixOnly(dense: number[][], bases: JsonObject): Dataset {
  const human = datasetOf('human', bases);
  const { obs, var: genes, X } = human;
  const [rows, columns] = [dense.length, dense[0]?.length ?? 0];
  obs.index = Array.from({ length: rows }, (_, i) => `cell ${i}`);
  for (const column of obs.columns.values()) {
    column.values = Array.from({ length: rows }, () => column.values[0] ?? null);
  }
  genes.index.length = columns;
  for (const column of genes.columns.values()) column.values.length = columns;
  return { ...human, X: { ...X, dense }, raw: null, obsm: { X_umap: arrayOf(dense.map(() => [0, 0])) } };
}

function frameOf(says: Json | undefined): Frame {
  const { index, columns } = objectOf(says);
  return {
    index: (index as readonly string[]).slice(),
    columns: new Map(
      Object.entries(objectOf(columns)).map(([name, values]) => {
        const categories = CATEGORIES[name];
        const column = columnOf((values as readonly Cell[]).slice(), categories ? 'category' : null);
        return [name, { ...column, unused: [...(categories ?? [])] }];
      }),
    ),
    repeated: [],
  };
}

export const columnOf = (values: Cell[], dtype: string | null = null, categoryType: string | null = null): Column => ({
  ...{ dtype, values, categoryType, unused: [] },
});

function matrixOf(says: Json | undefined): DenseMatrix {
  const { encoding, dtype, dense } = objectOf(says);
  return { encoding: String(encoding), dtype: String(dtype), dense: numbersOf(dense) };
}

export const numbersOf = (rows: Json | undefined): number[][] =>
  (rows as readonly (readonly Json[])[]).map((row) => row.map(numberOf));

const objectOf = (says: Json | undefined): JsonObject => {
  if (!isObject(says)) throw new TypeError(`${JSON.stringify(says)} is no object`);
  return says;
};

const ARRAYS: Readonly<Record<string, (values: readonly number[]) => Floats | Integers>> = {
  uint8: (values) => Uint8Array.from(values),
  uint32: (values) => Uint32Array.from(values),
  int8: (values) => Int8Array.from(values),
  int16: (values) => Int16Array.from(values),
  int32: (values) => Int32Array.from(values),
  int64: (values) => BigInt64Array.from(values, BigInt),
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
};

export function listOf(dtype: string, values: readonly number[]): Floats | Integers {
  const list = ARRAYS[dtype];
  if (!list) throw new NotUnderstood(`no array of ${dtype} is written here`);
  return list(values);
}

/** The shape of nested lists; ragged ones are none that NumPy would make. */
function shapeOf(value: Json): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}

const itemsOf = (value: Json): Json[] => (Array.isArray(value) ? value.flatMap(itemsOf) : [value]);

/** A NumPy array of nested lists. */
export function arrayOf(value: Json, dtype?: string): NdArray {
  const shape = shapeOf(value);
  const items = itemsOf(value);
  const isText = items.length > 0 && items.every((item) => typeof item === 'string');
  if (isText && items.every((item) => item === 'NaN')) return new NdArray(shape, Float64Array.from(items, Number));
  if (isText) return new NdArray(shape, items.map(String));
  if (items.some((item) => typeof item !== 'number' && !isFloat(item))) {
    throw new CannotBeWritten('AnnData writes no array of objects of several types');
  }
  const isInteger = items.length > 0 && items.every((item) => typeof item === 'number');
  return new NdArray(shape, listOf(dtype ?? (isInteger ? 'int64' : 'float64'), items.map(numberOf)));
}

const filled = (shape: readonly number[], dtype: string): NdArray =>
  new NdArray(shape, listOf(dtype, Array<number>(shape.reduce((product, length) => product * length, 1)).fill(0)));

/** What uns holds, as AnnData writes it. */
export function elementOf(value: Json): Element {
  if (value === null) throw new NotUnderstood('None is not written here');
  if (typeof value === 'number') return BigInt(value);
  if (isFloat(value)) return value.$float;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return arrayOf(value);
  if (!isObject(value)) throw new TypeError('Everything else is told apart above.');
  const { dtype = 'float64' } = value;
  if ('$array' in value) return arrayOf(value.$array ?? [], typeof value.dtype === 'string' ? value.dtype : undefined);
  if ('$bool' in value) return Boolean(value.$bool);
  const shape = value.$zeros ?? value.$empty;
  if (shape !== undefined) return filled((shape as readonly Json[]).map(numberOf), String(dtype));
  if ('$sparse' in value) return sparseOf(String(value.$sparse), numbersOf(value.dense));
  const other = Object.keys(value).find((key) => key.startsWith('$'));
  if (other) throw new NotUnderstood(`what ${other} means is not known`);
  return elementsOf(value);
}

export const elementsOf = (values: JsonObject): Elements =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, elementOf(value)]));

export function matrixPartsOf({ encoding, dtype, dense }: DenseMatrix) {
  const known = (['csr_matrix', 'csc_matrix', 'array'] as const).find((name) => name === encoding);
  return {
    rows: dense.length,
    columns: dense[0]?.length ?? 0,
    value: (row: number, column: number) => dense[row]?.[column] ?? 0,
    ...(known ? { encoding: known } : { encoding: 'csr_matrix' as const, encodingType: encoding }),
    dtype: dtype as MatrixParts['dtype'],
  };
}

export const sparseOf = (encoding: string, dense: number[][]): MatrixElement =>
  new MatrixElement(matrixPartsOf({ encoding, dtype: 'float64', dense }));

export function asFrame({ shape: [rows = 0, columns = 0], values }: NdArray, index: readonly string[]): DataFrame {
  const column = (at: number): List =>
    Float64Array.from({ length: rows }, (_, row) => Number(values[row * columns + at] ?? 0));
  return new DataFrame(index, Object.fromEntries(Array.from({ length: columns }, (_, at) => [String(at), column(at)])));
}
