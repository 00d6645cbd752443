/** What does a small, sound h5ad file look like? A writer with defaults: name only what to spoil. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import h5wasm, { type File, type Group } from 'h5wasm/node';

type Floats = Float32Array | Float64Array;
type Integers = Int8Array | Int16Array | Int32Array | BigInt64Array;

/** A column as AnnData holds one: strings, bools, numbers, or categories and their codes. */
export type ColumnParts =
  | readonly string[]
  | readonly boolean[]
  | Floats
  | Integers
  | { readonly categories: readonly string[] | Floats | Integers; readonly codes: ArrayLike<number> };

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

export interface H5adParts {
  readonly cells: number;
  readonly genes: number;
  readonly compression: 'gzip' | null;
  readonly cellNames: readonly string[];
  readonly geneIds: readonly string[];
  /** Of raw.var: those of var where not given. */
  readonly rawGeneIds: readonly string[];
  /** Columns beside or in place of the sound ones; null leaves one out. */
  readonly obs: Readonly<Record<string, ColumnParts | null>>;
  readonly var: Readonly<Record<string, ColumnParts | null>>;
  /** As `column-order` lists them: all that there are where not given. */
  readonly obsOrder: readonly string[];
  readonly uns: Readonly<Record<string, string | null>>;
  readonly X: Partial<MatrixParts> | null;
  /** What raw.X is like; null leaves raw out. */
  readonly raw: Partial<MatrixParts> | null;
  readonly layers: Readonly<Record<string, Partial<MatrixParts>>>;
  /** The last hand at the file before it is closed. */
  readonly spoil: (file: File) => void;
}

/** Human genes, of the gene table of schema 7.0.0; beyond these, ids are made up. */
const GENE_IDS = (
  '167286 198851 010610 153563 172116 168685 126353 090382 170458 203747 156738 105369 007312 105374 115523 163736 ' +
  '163737 179639 101439 143546 163220 119888 111057 168484 204305 261371 110799 108821 011465 075624'
)
  .split(' ')
  .map((digits) => `ENSG00000${digits}`);

const CELL_TYPES = ['CL:0000084', 'CL:0000236', 'CL:0000583', 'CL:0002062'];

/** Write a file of 40 cells and 30 genes that no rule has anything to say about, but for what `parts` spoils. */
export async function writeH5ad(path: string, parts: Partial<H5adParts> = {}): Promise<void> {
  const { activate_throwing_error_handler } = await h5wasm.ready;
  activate_throwing_error_handler();
  // The layout that h5py writes, whose headers have no checksums: see `writeBools`.
  const file = new h5wasm.File(path, 'w', { libver: ['earliest', 'latest'] });
  try {
    writeParts(file, parts);
    parts.spoil?.(file);
  } finally {
    file.close();
  }
  writeBools(path);
}

function writeParts(file: File, parts: Partial<H5adParts>): void {
  const { cells = 40, genes = 30, compression = null, uns = {}, layers = {} } = parts;
  const { cellNames = cellNamesOf(cells), geneIds = geneIdsOf(genes), rawGeneIds = geneIds } = parts;
  const size = { rows: cells, columns: genes };
  const counts = (row: number, column: number) => countAt(row, column, genes);
  const logarithm = (row: number, column: number) => Math.log1p(counts(row, column));

  encode(file, 'anndata', '0.1.0');
  writeFrame(file, 'obs', cellNames, { ...soundObs(cells), ...parts.obs }, parts.obsOrder);
  writeFrame(file, 'var', geneIds, { feature_is_filtered: Array(genes).fill(false), ...parts.var });
  if (parts.X !== null) writeMatrix(file, 'X', { ...size, value: logarithm, ...parts.X }, compression);

  const empty = (parent: Group, name: string) => encode(parent.create_group(name), 'dict', '0.1.0');
  for (const name of ['obsp', 'varm', 'varp']) empty(file, name);
  const others = empty(file, 'layers');
  for (const [name, matrix] of Object.entries(layers)) {
    writeMatrix(others, name, { ...size, value: logarithm, ...matrix }, compression);
  }
  const umap = Float32Array.from({ length: cells * 2 }, (_, i) => Math.fround(4 * Math.sin(i * i)));
  const embedding = empty(file, 'obsm').create_dataset({ name: 'X_umap', data: umap, shape: [cells, 2] });
  encode(embedding, 'array', '0.2.0');

  const strings: Record<string, string | null> = {
    title: 'A small sample of lung cells',
    organism_ontology_term_id: 'NCBITaxon:9606',
    default_embedding: 'X_umap',
    ...uns,
  };
  const unstructured = empty(file, 'uns');
  for (const [name, text] of Object.entries(strings)) if (text !== null) writeString(unstructured, name, text);

  if (parts.raw === null) return;
  const raw = encode(file.create_group('raw'), 'raw', '0.1.0');
  writeMatrix(raw, 'X', { ...size, value: counts, ...parts.raw }, compression);
  writeFrame(raw, 'var', rawGeneIds, {});
  empty(raw, 'varm');
}

function soundObs(cells: number): Record<string, ColumnParts> {
  const same = (value: string): ColumnParts => ({ categories: [value], codes: new Int8Array(cells) });
  const turns = (values: readonly string[], length = 1): ColumnParts => ({
    categories: values.slice(0, cells),
    codes: Int8Array.from({ length: cells }, (_, row) => Math.floor(row / length) % values.length),
  });
  return {
    cell_type_ontology_term_id: turns(CELL_TYPES),
    assay_ontology_term_id: same('EFO:0009922'),
    disease_ontology_term_id: same('PATO:0000461'),
    sex_ontology_term_id: turns(['PATO:0000383', 'PATO:0000384']),
    tissue_ontology_term_id: same('UBERON:0002048'),
    tissue_type: same('tissue'),
    is_primary_data: Array<boolean>(cells).fill(true),
    self_reported_ethnicity_ontology_term_id: same('unknown'),
    development_stage_ontology_term_id: same('HsapDv:0000258'),
    donor_id: turns(['donor_1', 'donor_2']),
    suspension_type: same('cell'),
  };
}

/** The raw count of a cell and gene: in a quarter of all places, and in at least one of each row and column. */
export function countAt(row: number, column: number, genes = 30): number {
  let hash = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return (hash & 3) === 0 || row % genes === column ? 1 + ((hash >>> 8) % 9) : 0;
}

function cellNamesOf(cells: number): string[] {
  const letter = (row: number, place: number) => 'ACGT'.charAt((row >>> (2 * place)) & 3);
  const barcode = (row: number) => Array.from({ length: 16 }, (_, i) => letter(row, 15 - i)).join('');
  return Array.from({ length: cells }, (_, row) => `${barcode(row)}-1`);
}

function geneIdsOf(genes: number): string[] {
  return Array.from({ length: genes }, (_, i) => GENE_IDS[i] ?? `ENSG${String(90_000_000_000 + i)}`);
}

type Encoded = Pick<Group, 'create_attribute'>;

function encode<Node extends Encoded>(node: Node, type: string | null, version: string): Node {
  if (type === null) return node;
  node.create_attribute('encoding-type', type);
  node.create_attribute('encoding-version', version);
  return node;
}

function writeFrame(
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

function writeList(
  parent: Group,
  name: string,
  values: readonly string[] | readonly boolean[] | Floats | Integers,
): void {
  if (ArrayBuffer.isView(values)) {
    encode(parent.create_dataset({ name, data: values }), 'array', '0.2.0');
  } else if (typeof values[0] === 'boolean') {
    const bytes = new Map([[BOOL, Int8Array.from(values, Number)]]);
    const shape = [values.length];
    encode(parent.create_dataset({ name, data: bytes, shape, dtype: [[BOOL, '<b']] }), 'array', '0.2.0');
  } else {
    const data = values.map(String);
    encode(parent.create_dataset({ name, data, shape: [data.length], dtype: 'S' }), 'string-array', '0.2.0');
  }
}

function writeString(parent: Group, name: string, text: string): void {
  encode(parent.create_dataset({ name, data: text, shape: [], dtype: 'S' }), 'string', '0.2.0');
}

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;

function numbersOf(dtype: MatrixParts['dtype'], values: readonly number[]): Floats | Integers {
  return dtype === 'int64' ? BigInt64Array.from(values, BigInt) : ARRAYS[dtype].from(values);
}

type Sized = Partial<MatrixParts> & Pick<MatrixParts, 'rows' | 'columns' | 'value'>;

function writeMatrix(parent: Group, name: string, parts: Sized, compression: 'gzip' | null): void {
  const { rows, columns, value, encoding = 'csr_matrix', dtype = 'float32', indexDtype = 'int32', chunk } = parts;
  const {
    encodingType = encoding,
    shape = [rows, columns],
    isStored = (row, column) => value(row, column) !== 0,
  } = parts;
  const packed = (chunks: number[]) => (compression || chunk ? { chunks, ...(compression && { compression }) } : {});

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
