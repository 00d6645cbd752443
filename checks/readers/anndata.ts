/**
 * How does AnnData lay its frames and matrices out in HDF5? Their parts, found by today's encodings and by those of
 * AnnData 0.7, and what keeps AnnData from reading them. Values are read elsewhere: `columns.ts`, `matrix.ts`.
 */
import type { Hdf5 } from './hdf5.js';
import { Hdf5Fault } from './hdf5-library.js';
import { type Dataset, type Group, isNumeric, type Node } from './hdf5-tree.js';

/** A part that AnnData would not take. */
export interface Fault {
  readonly place: string;
  /** A clause that names the place and ends without a full stop. */
  readonly why: string;
}

/** A column, or the index, of a frame. */
export type Column =
  | { readonly kind: 'plain'; readonly path: string; readonly values: Dataset }
  | { readonly kind: 'categorical'; readonly path: string; readonly codes: Dataset; readonly categories: Dataset }
  | { readonly kind: 'nullable'; readonly path: string; readonly values: Dataset; readonly mask: Dataset }
  /** HDF5 could not enter it, which is told of its node. */
  | { readonly kind: 'closed'; readonly path: string };

export interface Frame {
  readonly path: string;
  /** Null where there is none that can be read. */
  readonly index: Column | null;
  /** As `column-order` lists them: one twice where it does. */
  readonly names: readonly string[];
  readonly columns: ReadonlyMap<string, Column>;
  readonly faults: readonly Fault[];
}

interface Sized {
  readonly path: string;
  readonly shape: readonly [rows: number, columns: number];
  /** The values, of CSR and CSC those that are stored. */
  readonly data: Dataset;
}
export interface SparseMatrix extends Sized {
  readonly encoding: 'csr_matrix' | 'csc_matrix';
  readonly indices: Dataset;
  readonly indptr: Dataset;
}
export interface DenseMatrix extends Sized {
  readonly encoding: 'array';
}
export type Matrix = SparseMatrix | DenseMatrix;

/** A matrix whose values cannot be found. */
export interface Unread {
  readonly encoding: string | null;
  readonly path: string;
  /** Empty where HDF5 could not enter a part, which is told of its node. */
  readonly faults: readonly Fault[];
}

/** What lies in obsm, obsp, varm or varp. */
export type Entry = { readonly key: string; readonly path: string } & (
  | { readonly kind: 'array'; readonly values: Dataset }
  /** A data frame, a sparse matrix, or what has no encoding. */
  | { readonly kind: 'other'; readonly encoding: string | null }
  /** HDF5 could not enter it, which is told of its node. */
  | { readonly kind: 'closed' }
);

export interface AnnData {
  readonly obs: Frame | null;
  readonly var: Frame | null;
  readonly rawVar: Frame | null;
  readonly X: Matrix | Unread | null;
  readonly rawX: Matrix | Unread | null;
  readonly layers: readonly (Matrix | Unread)[];
  /** Keys of obsm. */
  readonly embeddings: readonly string[];
  readonly obsm: readonly Entry[];
  readonly obsp: readonly Entry[];
  readonly varm: readonly Entry[];
  readonly varp: readonly Entry[];
  readonly uns: Readonly<Record<'title' | 'schema_version' | 'organism_ontology_term_id', string | null>>;
  /** What could not be read on the way; the part is then null. */
  readonly faults: readonly Hdf5Fault[];
}

/** Rows, or columns of a matrix: of more, not even a byte each is kept. */
const MOST_ROWS = 2 ** 25;
const TOO_MANY = `no more than ${MOST_ROWS} are read`;

export const isRead = (matrix: Matrix | Unread | null): matrix is Matrix => matrix !== null && !('faults' in matrix);

export function annDataOf(hdf5: Hdf5): AnnData {
  const { root } = hdf5;
  const faults: Hdf5Fault[] = [];
  const attempt = <T>(node: Group | Dataset | null, read: (node: Group | Dataset) => T): T | null => {
    try {
      return node && read(node);
    } catch (error) {
      if (!(error instanceof Hdf5Fault)) throw error;
      faults.push(error);
      return null;
    }
  };
  const frame = (node: Group | Dataset | null) => attempt(node, (found) => frameOf(hdf5, found));
  const matrix = (node: Group | Dataset | null) => attempt(node, (found) => matrixOf(hdf5, found));
  const raw = groupIn(root, 'raw');
  const layers = groupIn(root, 'layers');
  const uns = groupIn(root, 'uns');
  const entries = (name: string) =>
    [...(groupIn(root, name)?.children ?? [])].map(([key, node]) => {
      const { path } = node;
      if (node.kind === 'dataset') return { key, path, kind: 'array' as const, values: node };
      if (node.kind === 'closed') return { key, path, kind: 'closed' as const };
      return { key, path, kind: 'other' as const, encoding: attempt(node, (found) => encodingOf(hdf5, found)) };
    });
  const string = (name: string) => attempt(uns && childOf(uns, name), (found) => stringOf(hdf5, found));

  return {
    obs: frame(childOf(root, 'obs')),
    var: frame(childOf(root, 'var')),
    rawVar: frame(raw && childOf(raw, 'var')),
    X: matrix(childOf(root, 'X')),
    rawX: matrix(raw && childOf(raw, 'X')),
    layers: [...(layers?.children.keys() ?? [])].flatMap((name) => matrix(layers && childOf(layers, name)) ?? []),
    embeddings: [...(groupIn(root, 'obsm')?.children.keys() ?? [])],
    ...{ obsm: entries('obsm'), obsp: entries('obsp'), varm: entries('varm'), varp: entries('varp') },
    uns: {
      title: string('title'),
      schema_version: string('schema_version'),
      organism_ontology_term_id: string('organism_ontology_term_id'),
    },
    faults,
  };
}

function stringOf(hdf5: Hdf5, node: Group | Dataset): string | null {
  if (node.kind === 'group' || node.text === null || node.shape.length > 0) return null;
  return hdf5.strings(node)[0] ?? null;
}

function groupIn(group: Group, name: string): Group | null {
  const child = group.children.get(name);
  return child?.kind === 'group' ? child : null;
}

/** The child of that name, if there is one that was entered. */
function childOf(group: Group, name: string): Group | Dataset | null {
  const child = group.children.get(name);
  return child && child.kind !== 'closed' ? child : null;
}

/** The list of values of that name. */
function listIn(group: Group, name: string): Dataset | null {
  const child = childOf(group, name);
  return child?.kind === 'dataset' && child.shape.length === 1 ? child : null;
}

export function encodingOf(hdf5: Hdf5, node: Group | Dataset): string | null {
  const encoding = hdf5.attribute(node, 'encoding-type');
  return typeof encoding === 'string' ? encoding : null;
}

/** How many rows a column has. */
export function lengthOf(column: Column): number {
  if (column.kind === 'closed') return 0;
  const [length = 0] = (column.kind === 'categorical' ? column.codes : column.values).shape;
  return length;
}

function frameOf(hdf5: Hdf5, node: Group | Dataset): Frame {
  const { path } = node;
  if (node.kind === 'dataset') {
    const why = `${path} is one compound table, as AnnData wrote it before version 0.7`;
    return { path, index: null, names: [], columns: new Map(), faults: [{ place: path, why }] };
  }

  const faults: Fault[] = [];
  const take = (name: string): Column | null => {
    const child = node.children.get(name);
    const place = `${path}/${name}`;
    const taken = child ? columnOf(hdf5, child, node, name) : `${path} names "${name}", and there is no ${place}`;
    const rows = typeof taken === 'string' ? 0 : lengthOf(taken);
    if (typeof taken !== 'string' && rows <= MOST_ROWS) return taken;
    faults.push({ place, why: typeof taken === 'string' ? taken : `${place} has ${rows} rows, and ${TOO_MANY}` });
    return null;
  };

  const listed = hdf5.attribute(node, 'column-order');
  const names = typeof listed === 'string' ? [listed] : Array.from(listed ?? [], String);
  const named = hdf5.attribute(node, '_index');
  const index = take(typeof named === 'string' ? named : node.children.has('index') ? 'index' : '_index');
  const columns = new Map<string, Column>();
  for (const name of new Set(names)) {
    const column = take(name);
    if (column) columns.set(name, column);
  }

  if (index && index.kind !== 'closed') {
    const rows = lengthOf(index);
    for (const column of columns.values()) {
      if (column.kind === 'closed' || lengthOf(column) === rows) continue;
      faults.push({
        place: column.path,
        why: `${column.path} has ${lengthOf(column)} values, and ${path} ${rows} rows`,
      });
    }
  }
  return { path, index, names, columns, faults };
}

/** The column, or why it is none. */
function columnOf(hdf5: Hdf5, node: Node, frame: Group, name: string): Column | string {
  const { path } = node;
  if (node.kind === 'closed') return { kind: 'closed', path };
  if (node.kind === 'dataset') {
    if (node.shape.length !== 1) return `${path} has ${node.shape.length} dimensions, and a column has one`;
    const categories = legacyCategories(frame, name);
    if (categories && isNumeric(node)) return { kind: 'categorical', path, codes: node, categories };
    if (node.text === null && !isNumeric(node)) return `${path} holds values of type ${node.dtype}, which is not known`;
    return { kind: 'plain', path, values: node };
  }

  const encoding = encodingOf(hdf5, node);
  if (encoding === 'categorical') {
    const codes = listIn(node, 'codes');
    const categories = listIn(node, 'categories');
    if (codes && isNumeric(codes) && categories) return { kind: 'categorical', path, codes, categories };
  } else if (encoding?.startsWith('nullable-')) {
    const values = listIn(node, 'values');
    const mask = listIn(node, 'mask');
    if (values && mask && isNumeric(mask)) return { kind: 'nullable', path, values, mask };
  } else {
    return `${path} is a group ${encoding ? `of the encoding "${encoding}", which is not known` : 'of no encoding'}`;
  }
  return hasClosed(node) ? { kind: 'closed', path } : `${path} is ${encoding} and lacks a part of it`;
}

/** Until AnnData 0.8 the categories of a column lay in `__categories`, and the column held their numbers. */
function legacyCategories(frame: Group, name: string): Dataset | null {
  const all = frame.children.get('__categories');
  return all?.kind === 'group' ? listIn(all, name) : null;
}

const hasClosed = (group: Group): boolean => [...group.children.values()].some(({ kind }) => kind === 'closed');

function matrixOf(hdf5: Hdf5, node: Group | Dataset): Matrix | Unread {
  const matrix = node.kind === 'group' ? sparseMatrixOf(hdf5, node) : denseMatrixOf(hdf5, node);
  const { path, encoding } = matrix;
  if (!isRead(matrix) || Math.max(...matrix.shape) <= MOST_ROWS) return matrix;
  return { path, encoding, faults: [{ place: path, why: `${path} is ${matrix.shape.join(' × ')}, and ${TOO_MANY}` }] };
}

function denseMatrixOf(hdf5: Hdf5, node: Dataset): DenseMatrix | Unread {
  const { path, shape, dtype } = node;
  const encoding = encodingOf(hdf5, node) ?? 'array';
  const unread = (why: string): Unread => ({ encoding, path, faults: [{ place: path, why: `${path} ${why}` }] });
  const [rows, columns, ...more] = shape;

  if (encoding !== 'array') return unread(`has the encoding "${encoding}", which is not known`);
  if (rows === undefined || columns === undefined || more.length > 0) {
    return unread(`has ${shape.length} dimensions, and a matrix has two`);
  }
  if (!isNumeric(node)) return unread(`holds values of type ${dtype}`);
  return { encoding, path, shape: [rows, columns], data: node };
}

function sparseMatrixOf(hdf5: Hdf5, node: Group): SparseMatrix | Unread {
  const { path } = node;
  // Before AnnData 0.7: `h5sparse_format` was "csr".
  const format = hdf5.attribute(node, 'h5sparse_format');
  const encoding = encodingOf(hdf5, node) ?? (typeof format === 'string' ? `${format}_matrix` : null);
  const unread = (why: string): Unread => ({ encoding, path, faults: [{ place: path, why: `${path} ${why}` }] });

  if (encoding !== 'csr_matrix' && encoding !== 'csc_matrix') {
    return unread(encoding ? `has the encoding "${encoding}", which is not known` : 'is a group of no encoding');
  }
  const [data, indices, indptr] = ['data', 'indices', 'indptr'].map((name) => listIn(node, name));
  if (!data || !indices || !indptr) {
    return hasClosed(node) ? { encoding, path, faults: [] } : unread('lacks one of data, indices and indptr');
  }
  const odd = [data, indices, indptr].find((part) => !isNumeric(part));
  if (odd) return unread(`keeps values of type ${odd.dtype} in ${odd.path}`);

  const shape = hdf5.attribute(node, 'shape') ?? hdf5.attribute(node, 'h5sparse_shape');
  const [rows = -1, columns = -1, ...more] =
    shape === null || typeof shape === 'string' ? [] : Array.from(shape, Number);
  if (![rows, columns].every((length) => Number.isSafeInteger(length) && length >= 0) || more.length > 0) {
    return unread('has no attribute "shape" of two lengths');
  }
  return { encoding, path, shape: [rows, columns], data, indices, indptr };
}

/** How many values are stored, zeros among them. */
export const storedIn = ({ data }: Matrix): number => data.shape.reduce((product, length) => product * length, 1);
