/** How are the values of a column read? In slices, as text, or as numbers where they are. */
import type { Column } from './anndata.js';
import type { Hdf5 } from './hdf5.js';
import { Hdf5Fault } from './hdf5-library.js';
import type { Dataset } from './hdf5-tree.js';

/** Rows that are read at once. */
export const SLICE = 16_384;
/** All are held at once. */
export const MOST_CATEGORIES = 2 ** 20;

export function* slicesOf(rows: number): Generator<readonly [first: number, end: number]> {
  for (let first = 0; first < rows; first += SLICE) yield [first, Math.min(first + SLICE, rows)];
}

/** Values as text, from one row to another; null where one is missing. */
export function readerOf(hdf5: Hdf5, column: Column): (first: number, end: number) => (string | null)[] {
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
    for (const text of textsIn(hdf5, categories, first, Math.min(first + SLICE, count))) all.push(text);
  }
  return all;
}

export function textsIn(hdf5: Hdf5, dataset: Dataset, first: number, end: number): string[] {
  if (dataset.text) return keptStrings(hdf5, dataset)?.slice(first, end) ?? hdf5.strings(dataset, [first, end]);
  return Array.from(hdf5.numbers(dataset, [first, end]), String);
}

/** Strings, or numbers as they are. */
export function valuesIn(
  hdf5: Hdf5,
  column: Exclude<Column, { kind: 'categorical' }>,
): (first: number, end: number) => ArrayLike<string | number | null> {
  if (column.kind === 'plain' && column.values.text === null) {
    return (first, end) => hdf5.numbers(column.values, [first, end]);
  }
  return readerOf(hdf5, column);
}

/** Strings of a file that are kept: the names of genes are asked for again and again, those of cells are too many. */
const MOST_KEPT = 2 ** 17;
const LONGEST_KEPT = 2 ** 16;
/** Characters: longer ones are not ids. */
const MOST_LETTERS = 2 ** 22;

interface Kept {
  /** Null: too long to be kept. */
  readonly strings: Map<string, readonly string[] | null>;
  room: number;
}

const keptOf = new WeakMap<Hdf5, Kept>();

/** All strings of a short list, read once; null where they are not kept. */
function keptStrings(hdf5: Hdf5, dataset: Dataset): readonly string[] | null {
  const { path, shape } = dataset;
  const [count = 0] = shape;
  if (shape.length !== 1 || count > LONGEST_KEPT) return null;
  const kept = keptOf.get(hdf5) ?? { strings: new Map(), room: MOST_KEPT };
  keptOf.set(hdf5, kept);
  const known = kept.strings.get(path);
  if (known !== undefined) return known;
  const all = count > kept.room ? null : shortStrings(hdf5, dataset, count);
  kept.strings.set(path, all);
  kept.room -= all?.length ?? 0;
  return all;
}

function shortStrings(hdf5: Hdf5, dataset: Dataset, count: number): readonly string[] | null {
  const all: string[] = [];
  let letters = 0;
  for (const range of slicesOf(count)) {
    for (const string of hdf5.strings(dataset, range)) {
      all.push(string);
      letters += string.length;
    }
    if (letters > MOST_LETTERS) return null;
  }
  return all;
}
