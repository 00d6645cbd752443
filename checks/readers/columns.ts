/** What do the values of a column say? Read in slices, since a frame may have millions of rows. */
import { type Column, lengthOf } from './anndata.js';
import type { Hdf5 } from './hdf5.js';
import { Hdf5Fault } from './hdf5-library.js';
import type { Dataset } from './hdf5-tree.js';

/** Rows that are read at once. */
const SLICE = 16_384;
/** All are held at once. */
const MOST_CATEGORIES = 2 ** 20;

export interface Texts {
  readonly first: number;
  /** Null where a value is missing. */
  readonly values: readonly (string | null)[];
}

/** All values as text, slice by slice. */
export function* textsOf(hdf5: Hdf5, column: Column): Generator<Texts> {
  const read = readerOf(hdf5, column);
  const rows = lengthOf(column);
  for (let first = 0; first < rows; first += SLICE) {
    yield { first, values: read(first, Math.min(first + SLICE, rows)) };
  }
}

/** One value as text; null where it is missing, or is not there. */
export function textAt(hdf5: Hdf5, column: Column, row: number): string | null {
  if (row >= lengthOf(column)) return null;
  if (column.kind !== 'categorical') return readerOf(hdf5, column)(row, row + 1)[0] ?? null;
  const [code = -1] = hdf5.numbers(column.codes, [row, row + 1]);
  const [count = 0] = column.categories.shape;
  return code >= 0 && code < count ? (textsIn(hdf5, column.categories, code, code + 1)[0] ?? null) : null;
}

function readerOf(hdf5: Hdf5, column: Column): (first: number, end: number) => (string | null)[] {
  switch (column.kind) {
    case 'closed':
      return () => [];
    case 'plain':
      return (first, end) => textsIn(hdf5, column.values, first, end);
    case 'nullable':
      return (first, end) => {
        const mask = hdf5.numbers(column.mask, [first, end]);
        return textsIn(hdf5, column.values, first, end).map((text, i) => (mask[i] ? null : text));
      };
    case 'categorical': {
      const categories = categoriesOf(hdf5, column.categories);
      return (first, end) => Array.from(hdf5.numbers(column.codes, [first, end]), (code) => categories[code] ?? null);
    }
  }
}

/** All categories. */
export function categoriesOf(hdf5: Hdf5, categories: Dataset): string[] {
  const [count = 0] = categories.shape;
  if (count > MOST_CATEGORIES) throw new Hdf5Fault(categories.path, `it has ${count} categories`);
  const all: string[] = [];
  for (let first = 0; first < count; first += SLICE) {
    all.push(...textsIn(hdf5, categories, first, Math.min(first + SLICE, count)));
  }
  return all;
}

function textsIn(hdf5: Hdf5, dataset: Dataset, first: number, end: number): string[] {
  if (dataset.text) return hdf5.strings(dataset, [first, end]);
  return Array.from(hdf5.numbers(dataset, [first, end]), String);
}

/** The different values of a column, with the number of rows that have each; no more than `most` of them. */
export function valuesOf(hdf5: Hdf5, column: Column, most: number): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  for (const { values } of textsOf(hdf5, column)) {
    for (const value of values) {
      if (value === null || (rows.size === most && !rows.has(value))) continue;
      rows.set(value, (rows.get(value) ?? 0) + 1);
    }
  }
  return rows;
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

/**
 * Which values come together in the rows of `columns`, all of one length, in the order in which they first do. Read in
 * slices side by side: what is kept grows with the number of groups, of which there may be `most`.
 */
export function groupsOf(hdf5: Hdf5, columns: readonly Column[], most = MOST_CATEGORIES): readonly RowGroup[] {
  const groups = new Map<string, RowGroup>();
  const [first, ...others] = columns.map((column) => textsOf(hdf5, column));
  for (const slice of first ?? []) {
    const beside = others.map((texts) => texts.next().value?.values ?? []);
    slice.values.forEach((value, i) => {
      const values = [value, ...beside.map((column) => column[i] ?? null)];
      const key = JSON.stringify(values);
      let group = groups.get(key);
      if (!group) {
        if (groups.size === most)
          throw new Hdf5Fault(columns[0]?.path ?? '/', `it has more than ${most} different values`);
        group = { values, count: 0, rows: [] };
        groups.set(key, group);
      }
      if (++group.count <= ROWS_TOLD) group.rows.push(slice.first + i);
    });
  }
  return [...groups.values()];
}

export interface Strays {
  readonly count: number;
  readonly rows: readonly { readonly row: number; readonly code: number }[];
}

/** Rows of a categorical column whose code stands for no category; -1 is a missing value. */
export function straysIn(hdf5: Hdf5, column: Column & { kind: 'categorical' }): Strays {
  const [categories = 0] = column.categories.shape;
  const length = lengthOf(column);
  const rows: { row: number; code: number }[] = [];
  let count = 0;
  for (let first = 0; first < length; first += SLICE) {
    const codes = hdf5.numbers(column.codes, [first, Math.min(first + SLICE, length)]);
    codes.forEach((code, i) => {
      if (code >= -1 && code < categories) return;
      if (++count <= 5) rows.push({ row: first + i, code });
    });
  }
  return { count, rows };
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
