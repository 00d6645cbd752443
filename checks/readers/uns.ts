/**
 * What does a value in `uns` say? One node of the tree at a time: a dictionary gives the nodes of its keys, so that
 * however large uns is, no more of it is held than what somebody asks for.
 */
import { encodingOf } from './anndata.js';
import type { Hdf5 } from './hdf5.js';
import { Hdf5Fault } from './hdf5-library.js';
import { type Dataset, type Group, isNumeric, type Node } from './hdf5-tree.js';

export type UnsValue =
  /** Python's None. */
  | { readonly kind: 'null' }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly dtype: string; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  /** A list of Python, too: h5ad has no lists. */
  | { readonly kind: 'array'; readonly dtype: string; readonly shape: readonly number[]; readonly values: Dataset }
  | { readonly kind: 'sparse'; readonly encoding: string; readonly stored: number }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Node> }
  /** A data frame, categories, or what is not known; `length` as Python's `len` has it, null where that is not known. */
  | { readonly kind: 'other'; readonly encoding: string; readonly length: number | null }
  | { readonly kind: 'unreadable'; readonly path: string; readonly why: string };

const NOTHING: ReadonlyMap<string, Node> = new Map();

/** The nodes of the keys of uns; none where there is no uns. */
export function unsNodes({ root }: Hdf5): ReadonlyMap<string, Node> {
  const uns = root.children.get('uns');
  return uns?.kind === 'group' ? uns.children : NOTHING;
}

/** The value under these keys, one within the other; null where there is none. */
export function unsAt(hdf5: Hdf5, ...keys: readonly string[]): UnsValue | null {
  let nodes = unsNodes(hdf5);
  let node: Node | undefined;
  for (const key of keys) {
    node = nodes.get(key);
    nodes = node?.kind === 'group' ? node.children : NOTHING;
  }
  return node ? unsValueOf(hdf5, node) : null;
}

export function unsValueOf(hdf5: Hdf5, node: Node): UnsValue {
  if (node.kind === 'closed') return { kind: 'unreadable', path: node.path, why: node.detail };
  try {
    return node.kind === 'group' ? groupValue(hdf5, node) : datasetValue(hdf5, node);
  } catch (error) {
    if (error instanceof Hdf5Fault) return { kind: 'unreadable', path: node.path, why: error.why };
    throw error;
  }
}

function datasetValue(hdf5: Hdf5, node: Dataset): UnsValue {
  const { path, dtype, shape, text } = node;
  if (encodingOf(hdf5, node) === 'null') return { kind: 'null' };
  if (shape.length > 0) return { kind: 'array', dtype, shape, values: node };
  if (text) return { kind: 'string', text: hdf5.strings(node)[0] ?? '' };
  if (!isNumeric(node)) return { kind: 'unreadable', path, why: `its value is of type ${dtype}` };
  const [value = Number.NaN] = hdf5.numbers(node);
  return dtype === 'bool' ? { kind: 'bool', value: value === 1 } : { kind: 'number', dtype, value };
}

const SPARSE = ['csr_matrix', 'csc_matrix', 'coo_matrix'];
/** By encoding: the child that is as long as the whole. */
const LENGTHS: Readonly<Record<string, string>> = {
  categorical: 'codes',
  'nullable-integer': 'values',
  'nullable-boolean': 'values',
  'nullable-string-array': 'values',
};

function groupValue(hdf5: Hdf5, node: Group): UnsValue {
  const encoding = encodingOf(hdf5, node) ?? 'dict';
  if (encoding === 'dict') return { kind: 'dict', entries: node.children };
  if (SPARSE.includes(encoding)) {
    const stored = lengthIn(node, 'data');
    if (stored !== null) return { kind: 'sparse', encoding, stored };
  }
  return { kind: 'other', encoding, length: lengthIn(node, LENGTHS[encoding] ?? indexOf(hdf5, node)) };
}

function indexOf(hdf5: Hdf5, node: Group): string {
  const name = hdf5.attribute(node, '_index');
  return typeof name === 'string' ? name : '_index';
}

function lengthIn({ children }: Group, name: string): number | null {
  const child = children.get(name);
  return child?.kind === 'dataset' ? (child.shape[0] ?? null) : null;
}

/** Whether `len` of it is 0, or no value of it is stored. None, bools and numbers are something. */
export function isEmpty(value: UnsValue): boolean {
  switch (value.kind) {
    case 'string':
      return value.text === '';
    case 'array':
      return value.shape[0] === 0;
    case 'sparse':
      return value.stored === 0;
    case 'dict':
      return value.entries.size === 0;
    case 'other':
      return value.length === 0;
    default:
      return false;
  }
}

const MOST_TOLD = 80;
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** In words: `the number 4`, `an array of 1 × 2 float64`, `a dictionary of 3 keys`. */
export function inWords(value: UnsValue): string {
  switch (value.kind) {
    case 'null':
      return 'None';
    case 'string':
      return value.text.length > MOST_TOLD ? `"${value.text.slice(0, MOST_TOLD)}…"` : `"${value.text}"`;
    case 'number':
      return `the number ${value.value}`;
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'array':
      return `an array of ${value.shape.join(' × ')} ${value.dtype === 'string' ? 'strings' : value.dtype}`;
    case 'sparse':
      return `a sparse matrix (${value.encoding}) of ${counted(value.stored, 'value')}`;
    case 'dict':
      return `a dictionary of ${counted(value.entries.size, 'key')}`;
    case 'other':
      return `a ${value.encoding}${value.length === null ? '' : ` of ${counted(value.length, 'row')}`}`;
    case 'unreadable':
      return 'not readable';
  }
}
