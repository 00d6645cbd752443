/** What do the values of a column say? Read in slices, since a frame may have millions of rows. */
import { type Column, lengthOf } from './anndata.js';
import { readerOf, SLICE, slicesOf, textsIn } from './column-values.js';
import type { Hdf5 } from './hdf5.js';
import { Hdf5Fault } from './hdf5-library.js';
import { BEYOND, joined, MISSING, numberingOf } from './row-numbers.js';

export interface Texts {
  readonly first: number;
  /** Null where a value is missing. */
  readonly values: readonly (string | null)[];
}

/** All values as text, slice by slice. */
export function* textsOf(hdf5: Hdf5, column: Column): Generator<Texts> {
  const read = readerOf(hdf5, column);
  for (const [first, end] of slicesOf(lengthOf(column))) yield { first, values: read(first, end) };
}

/** One value as text; null where it is missing, or is not there. */
export function textAt(hdf5: Hdf5, column: Column, row: number): string | null {
  if (row >= lengthOf(column)) return null;
  if (column.kind !== 'categorical') return readerOf(hdf5, column)(row, row + 1)[0] ?? null;
  const [code = -1] = hdf5.numbers(column.codes, [row, row + 1]);
  const [count = 0] = column.categories.shape;
  return code >= 0 && code < count ? (textsIn(hdf5, column.categories, code, code + 1)[0] ?? null) : null;
}

/** Whether its values are strings, or categories that are. */
export function isText(column: Column): boolean {
  if (column.kind === 'closed') return false;
  return (column.kind === 'categorical' ? column.categories : column.values).text !== null;
}

/** The different values of a column, with the number of rows that have each; no more than `most` of them. */
export function valuesOf(hdf5: Hdf5, column: Column, most: number): ReadonlyMap<string, number> {
  const { read, valuesOf: textsOf } = numberingOf(hdf5, column, most);
  const counts: number[] = [];
  const order: number[] = [];
  for (const [first, end] of slicesOf(lengthOf(column))) {
    for (const number of read(first, end)) {
      if (number <= MISSING) continue;
      const count = counts[number] ?? 0;
      if (count === 0 && order.length === most) continue;
      if (count === 0) order.push(number);
      counts[number] = count + 1;
    }
  }
  return new Map(order.map((number) => [textsOf(number)[0] ?? '', counts[number] ?? 0]));
}

/** Rows that have the same values in some columns. */
export interface RowGroup {
  /** One for each column; null where a value is missing. */
  readonly values: readonly (string | null)[];
  count: number;
  /** The first few. */
  readonly rows: number[];
}

const ROWS_TOLD = 5;
/** All are held at once. */
const MOST_GROUPS = 2 ** 17;

/**
 * Which values come together in the rows of `columns`, all of one length, in the order in which they first do. Read in
 * slices side by side: what is kept grows with the number of groups, of which there may be `most`.
 */
export function groupsOf(hdf5: Hdf5, columns: readonly Column[], most = MOST_GROUPS): readonly RowGroup[] {
  const [left, ...others] = columns;
  if (!left) return [];
  const each = numberingOf(hdf5, left, most);
  const { read, valuesOf: textsOf } = others.reduce(
    (all, one) => joined(all, numberingOf(hdf5, one, most), most),
    each,
  );
  const groups: (RowGroup | undefined)[] = [];
  const order: RowGroup[] = [];
  for (const [first, end] of slicesOf(lengthOf(left))) {
    const numbers = read(first, end);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] ?? MISSING;
      let group = groups[number];
      if (!group) {
        if (number === BEYOND) throw new Hdf5Fault(left.path, `it has more than ${most} different values`);
        group = { values: textsOf(number), count: 0, rows: [] };
        groups[number] = group;
        order.push(group);
      }
      if (++group.count <= ROWS_TOLD) group.rows.push(first + i);
    }
  }
  return order;
}

/** Rows without a value, and the first of them. */
export function missingIn(hdf5: Hdf5, column: Column): { readonly count: number; readonly rows: readonly number[] } {
  // A string is always there.
  if (column.kind === 'plain' && column.values.text !== null) return { count: 0, rows: [] };
  const isCode = column.kind === 'categorical';
  const rows: number[] = [];
  let count = 0;
  for (const [first, end] of slicesOf(lengthOf(column))) {
    if (isCode && !hdf5.numbers(column.codes, [first, end]).includes(-1)) continue;
    const values = isCode ? hdf5.numbers(column.codes, [first, end]) : readerOf(hdf5, column)(first, end);
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      // Of floats pandas takes the one that is not a number for a missing one.
      if (isCode ? value !== -1 : value !== null && value !== 'NaN') continue;
      if (++count <= ROWS_TOLD) rows.push(first + i);
    }
  }
  return { count, rows };
}

export interface Use {
  /** Rows whose code stands for no category; -1 is a missing value. */
  readonly strays: number;
  /** The first of them. */
  readonly rows: readonly { readonly row: number; readonly code: number }[];
  /** Categories that no row has. */
  readonly idle: number;
  /** The first of them. */
  readonly names: readonly string[];
}

/** More are not looked at one by one. */
const MOST_FLAGS = 2 ** 25;

/** What the codes of a categorical column use of its categories. */
export function useOf(hdf5: Hdf5, column: Column & { kind: 'categorical' }): Use {
  const [categories = 0] = column.categories.shape;
  const isUsed = new Uint8Array(Math.min(categories, MOST_FLAGS));
  const rows: { row: number; code: number }[] = [];
  let strays = 0;
  for (const [first, end] of slicesOf(lengthOf(column))) {
    const codes = hdf5.numbers(column.codes, [first, end]);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] ?? -1;
      if (code >= 0 && code < categories) isUsed[code] = 1;
      else if (code !== -1 && ++strays <= ROWS_TOLD) rows.push({ row: first + i, code });
    }
  }

  const places: number[] = [];
  let idle = 0;
  for (let at = isUsed.indexOf(0); at !== -1; at = isUsed.indexOf(0, at + 1)) if (++idle <= ROWS_TOLD) places.push(at);
  const names = places.flatMap((at) => textsIn(hdf5, column.categories, at, at + 1));
  return { strays, rows, idle, names };
}

export interface Repeats {
  /** Rows that share their value with another. */
  readonly count: number;
  /** The first values that come more than once, with the first two rows that have each. */
  readonly values: readonly { readonly value: string; readonly rows: readonly number[] }[];
}

/**
 * Values that come more than once. Only their hashes are kept, eight bytes a row; the first few that agree are read
 * again to see whether the values do.
 */
export function repeatsIn(hdf5: Hdf5, column: Column): Repeats {
  if (areFewAndDifferent(hdf5, column)) return { count: 0, values: [] };
  const hashes = new Float64Array(lengthOf(column));
  for (const { first, values } of textsOf(hdf5, column)) {
    values.forEach((value, i) => {
      hashes[first + i] = hashOf(value ?? '');
    });
  }

  const { count, suspects } = agreeing(hashes.sort());
  if (count === 0) return { count, values: [] };
  const found = new Map<string, number[]>();
  for (const { first, values } of textsOf(hdf5, column)) {
    values.forEach((value, i) => {
      if (!suspects.has(hashOf(value ?? ''))) return;
      const rows = found.get(value ?? '') ?? [];
      if (rows.length < 2) found.set(value ?? '', [...rows, first + i]);
    });
  }
  const values = [...found].filter(([, rows]) => rows.length > 1).map(([value, rows]) => ({ value, rows }));
  return { count: values.length === 0 ? 0 : count, values };
}

/** A short list is sooner told from its strings than from their hashes. */
function areFewAndDifferent(hdf5: Hdf5, column: Column): boolean {
  const rows = lengthOf(column);
  if (rows > SLICE * 2) return false;
  const seen = new Set<string>();
  for (const { values } of textsOf(hdf5, column)) for (const value of values) seen.add(value ?? '');
  return seen.size === rows;
}

function agreeing(sorted: Float64Array): { count: number; suspects: ReadonlySet<number> } {
  const suspects = new Set<number>();
  let count = 0;
  for (let first = 0, end = 1; first < sorted.length; first = end++) {
    while (end < sorted.length && sorted[end] === sorted[first]) end++;
    if (end - first === 1) continue;
    count += end - first;
    if (suspects.size < 5) suspects.add(sorted[first] ?? 0);
  }
  return { count, suspects };
}

/** 53 bits, of two multiplicative hashes. */
function hashOf(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}
