/** How does AnnData write columns, frames, matrices and what lies in uns to HDF5? As it does, or as `parts` spoil it. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import h5wasm, { type File, type Group } from 'h5wasm/node';

export type Floats = Float32Array | Float64Array;
export type Integers = Int8Array | Uint8Array | Int16Array | Int32Array | Uint32Array | BigInt64Array;
export type List = readonly string[] | readonly boolean[] | Floats | Integers;

/** A column as AnnData holds one: strings, bools, numbers, or categories and their codes. */
export type ColumnParts = List | { readonly categories: List; readonly codes: ArrayLike<number> };

export interface MatrixParts {
  readonly encoding: 'csr_matrix' | 'csc_matrix' | 'array';
  /** What `encoding-type` says: `encoding` where not given, nothing where null. */
  readonly encodingType: string | null;
  readonly dtype: 'float32' | 'float64' | 'int32' | 'int64';
  /** Of indices and indptr. */
  readonly indexDtype: 'int32' | 'int64';
  readonly value: (row: number, column: number) => number;
  /** Of sparse encodings: all that are not zero where not given. */
  readonly isStored: (row: number, column: number) => boolean;
  /** What the attribute says: the true lengths where not given. */
  readonly shape: readonly [rows: number, columns: number];
  readonly rows: number;
  readonly columns: number;
  /** Values, by row (of a dense one: rows), that make a chunk. */
  readonly chunk: number;
  /** The last hand at the lists before they are written. */
  readonly spoil: (lists: SparseLists) => void;
}

export interface SparseLists {
  data: number[];
  indices: number[];
  indptr: number[];
}

/** An array of any number of dimensions. */
export class NdArray {
  constructor(
    readonly shape: readonly number[],
    readonly values: List,
  ) {}
}

/** A sparse or dense matrix elsewhere than in X, raw.X and layers. */
export class MatrixElement {
  constructor(readonly parts: SizedMatrix) {}
}

export class DataFrame {
  constructor(
    readonly index: readonly string[],
    readonly columns: Readonly<Record<string, ColumnParts>>,
  ) {}
}

/** What may lie in uns or obsm: a number is a float64, a bigint an int64, a list an array of one dimension. */
export type Element = string | number | bigint | boolean | List | NdArray | MatrixElement | DataFrame | Elements;
/** A dictionary; null leaves one out. */
export interface Elements {
  readonly [name: string]: Element | null;
}

const PLUGINS = fileURLToPath(new URL('./plugins', import.meta.resolve('h5wasm-plugins')));

/** Write a file with `write` as its hand. */
export async function writeAnnData(path: string, write: (file: File) => void): Promise<void> {
  const module = await h5wasm.ready;
  module.activate_throwing_error_handler();
  module.insert_plugin_search_path(PLUGINS, 0);
  // The layout that h5py writes, whose headers have no checksums: see `writeBools`.
  const file = new h5wasm.File(path, 'w', { libver: ['earliest', 'latest'] });
  try {
    encode(file, 'anndata', '0.1.0');
    write(file);
  } finally {
    file.close();
  }
  writeBools(path);
}

type Encoded = Pick<Group, 'create_attribute'>;

export function encode<Node extends Encoded>(node: Node, type: string | null, version: string): Node {
  if (type === null) return node;
  node.create_attribute('encoding-type', type);
  node.create_attribute('encoding-version', version);
  return node;
}

export function writeElements(parent: Group, name: string, elements: Elements): Group {
  const group = encode(parent.create_group(name), 'dict', '0.1.0');
  for (const [key, element] of Object.entries(elements)) if (element !== null) writeElement(group, key, element);
  return group;
}

function writeElement(parent: Group, name: string, element: Element): void {
  if (typeof element === 'string') {
    encode(parent.create_dataset({ name, data: element, shape: [], dtype: 'S' }), 'string', '0.2.0');
  } else if (typeof element !== 'object') {
    writeScalar(parent, name, element);
  } else if (Array.isArray(element) || ArrayBuffer.isView(element)) {
    writeList(parent, name, element as List);
  } else if (element instanceof NdArray) {
    writeList(parent, name, element.values, element.shape);
  } else if (element instanceof MatrixElement) {
    writeMatrix(parent, name, element.parts);
  } else if (element instanceof DataFrame) {
    writeFrame(parent, name, element.index, element.columns);
  } else {
    writeElements(parent, name, element as Elements);
  }
}

function writeScalar(parent: Group, name: string, value: number | bigint | boolean): void {
  const dataset = { name, shape: [] };
  const scalar =
    typeof value === 'boolean'
      ? parent.create_dataset({ ...dataset, ...boolsOf([value]) })
      : parent.create_dataset({
          ...dataset,
          data: typeof value === 'bigint' ? BigInt64Array.of(value) : Float64Array.of(value),
        });
  encode(scalar, 'numeric-scalar', '0.2.0');
}

export function writeFrame(
  parent: Group,
  name: string,
  index: readonly string[],
  columns: Readonly<Record<string, ColumnParts | null>>,
  order?: readonly string[],
): void {
  const frame = encode(parent.create_group(name), 'dataframe', '0.2.0');
  const names = order ?? Object.keys(columns).filter((column) => columns[column] !== null);
  frame.create_attribute('_index', '_index');
  if (names.length > 0) frame.create_attribute('column-order', [...names], [names.length], 'S');
  else frame.create_attribute('column-order', new Float64Array(), [0]);
  writeList(frame, '_index', index);
  for (const [column, values] of Object.entries(columns)) if (values) writeColumn(frame, column, values);
}

function writeColumn(frame: Group, name: string, values: ColumnParts): void {
  if (!('categories' in values)) {
    writeList(frame, name, values);
    return;
  }
  const group = encode(frame.create_group(name), 'categorical', '0.2.0');
  group.create_attribute('ordered', new Map([[BOOL, Int8Array.of(0)]]), [], [[BOOL, '<b']]);
  writeList(group, 'categories', values.categories);
  writeList(group, 'codes', Int8Array.from(values.codes));
}

function writeList(parent: Group, name: string, values: List, shape: readonly number[] = [values.length]): void {
  const dataset = { name, shape: [...shape] };
  if (ArrayBuffer.isView(values)) {
    encode(parent.create_dataset({ ...dataset, data: values }), 'array', '0.2.0');
  } else if (typeof values[0] === 'boolean') {
    encode(parent.create_dataset({ ...dataset, ...boolsOf(values.map(Boolean)) }), 'array', '0.2.0');
  } else {
    encode(parent.create_dataset({ ...dataset, data: values.map(String), dtype: 'S' }), 'string-array', '0.2.0');
  }
}

const boolsOf = (values: readonly boolean[]) => ({
  data: new Map([[BOOL, Int8Array.from(values, Number)]]),
  dtype: [[BOOL, '<b'] as [string, string]],
});

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;

function numbersOf(dtype: MatrixParts['dtype'], values: readonly number[]): Floats | Integers {
  return dtype === 'int64' ? BigInt64Array.from(values, BigInt) : ARRAYS[dtype].from(values);
}

export type SizedMatrix = Partial<MatrixParts> & Pick<MatrixParts, 'rows' | 'columns' | 'value'>;

/** What is met in the wild: by the library itself, or by the number of a filter that its plugins have, and its options. */
const COMPRESSIONS = {
  gzip: { compression: 'gzip' },
  blosc: { compression: 32_001, compression_opts: [0, 0, 0, 0, 5, 1, 1] },
  lz4: { compression: 32_004, compression_opts: [0] },
  bitshuffle: { compression: 32_008, compression_opts: [0, 2] },
  zstd: { compression: 32_015, compression_opts: [3] },
} as const;
export type Compression = keyof typeof COMPRESSIONS;

export function writeMatrix(parent: Group, name: string, parts: SizedMatrix, compression: Compression | null = null) {
  const { rows, columns, value, encoding = 'csr_matrix', dtype = 'float32', indexDtype = 'int32', chunk } = parts;
  const {
    encodingType = encoding,
    shape = [rows, columns],
    isStored = (row, column) => value(row, column) !== 0,
  } = parts;
  const packed = (chunks: number[]) =>
    compression || chunk ? { chunks, ...(compression && COMPRESSIONS[compression]) } : {};

  if (encoding === 'array') {
    const all = Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns));
    const data = numbersOf(dtype, all);
    const dataset = { name, data, shape: [rows, columns], ...packed([Math.min(chunk ?? rows, rows), columns]) };
    encode(parent.create_dataset(dataset), encodingType, '0.2.0');
    return;
  }

  const group = encode(parent.create_group(name), encodingType, '0.1.0');
  group.create_attribute('shape', BigInt64Array.from(shape, BigInt), [2]);
  const lists: SparseLists = { data: [], indices: [], indptr: [0] };
  const isByRow = encoding === 'csr_matrix';
  for (let line = 0; line < (isByRow ? rows : columns); line++) {
    for (let index = 0; index < (isByRow ? columns : rows); index++) {
      const [row, column] = isByRow ? [line, index] : [index, line];
      if (!isStored(row, column)) continue;
      lists.data.push(value(row, column));
      lists.indices.push(index);
    }
    lists.indptr.push(lists.data.length);
  }
  parts.spoil?.(lists);
  for (const [list, type] of [
    ['data', dtype],
    ['indices', indexDtype],
    ['indptr', indexDtype],
  ] as const) {
    const data = numbersOf(type, lists[list]);
    const shapes = packed([Math.max(1, Math.min(chunk ?? 37_527, data.length))]);
    group.create_dataset({ name: list, data, shape: [data.length], ...(data.length > 0 && shapes) });
  }
}

/**
 * AnnData's bools are an HDF5 enumeration of FALSE and TRUE, and h5wasm writes no enumerations. They are written as a
 * compound of one byte with this name, and where it stands in the closed file its type is made the enumeration.
 */
const BOOL = 'a byte that is to be a bool';
const ENUMERATION = Buffer.concat([
  // Class 8, version 1, two members, of one byte; their type: a signed integer of 8 bits.
  Buffer.from([0x18, 2, 0, 0, 1, 0, 0, 0, 0x10, 8, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]),
  Buffer.from('FALSE\0\0\0TRUE\0\0\0\0'),
  Buffer.from([0, 1]),
]);
/** The name follows class, version and size. */
const TYPE_BEFORE_NAME = 8;
const WINDOW = 2 ** 20;

function writeBools(path: string): void {
  const file = openSync(path, 'r+');
  try {
    const window = Buffer.alloc(WINDOW);
    for (let start = 0, length = WINDOW; length === WINDOW; start += WINDOW - BOOL.length) {
      length = readSync(file, window, 0, WINDOW, start);
      for (let at = window.indexOf(BOOL); at !== -1 && at < length; at = window.indexOf(BOOL, at + 1)) {
        writeSync(file, ENUMERATION, 0, ENUMERATION.length, start + at - TYPE_BEFORE_NAME);
      }
    }
  } finally {
    closeSync(file);
  }
}
