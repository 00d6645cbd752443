/** Which rows are alike? Those of one number: numbers are compared sooner than strings. */
import { type Column, lengthOf } from './anndata.js';
import { categoriesOf, MOST_CATEGORIES, SLICE, valuesIn } from './column-values.js';
import type { Hdf5 } from './hdf5.js';

/** Rows as numbers: the same number for the same values. They say sooner than strings which rows are alike. */
export interface Numbering {
  /** Numbers of the rows from `first` to `end`, good until the next call; `BEYOND` where there are too many. */
  read(first: number, end: number): Int32Array;
  /** What a number stands for. */
  valuesOf(number: number): readonly (string | null)[];
  /** All numbers are below; null where that is not known before. */
  readonly limit: number | null;
}

export const BEYOND = -1;
export const MISSING = 0;

export function numberingOf(hdf5: Hdf5, column: Column, most: number): Numbering {
  const rows = lengthOf(column);
  const numbers = new Int32Array(SLICE);
  const { fill, ...numbering } = column.kind === 'categorical' ? byCode(hdf5, column) : byValue(hdf5, column, most);
  return {
    ...numbering,
    read(first, end) {
      // A column may be too short, which is told of its frame.
      numbers.fill(MISSING);
      if (first < rows) fill(numbers, first, Math.min(end, rows));
      return numbers.subarray(0, end - first);
    },
  };
}

type Filling = Omit<Numbering, 'read'> & { fill(numbers: Int32Array, first: number, end: number): void };

function byCode(hdf5: Hdf5, column: Column & { kind: 'categorical' }): Filling {
  const categories = categoriesOf(hdf5, column.categories);
  // Two categories of one name are one value.
  const ids = new Map<string, number>();
  for (const category of categories) if (!ids.has(category)) ids.set(category, ids.size + 1);
  const numberOf = Int32Array.from(categories, (category) => ids.get(category) ?? MISSING);
  const values = [null, ...ids.keys()];
  return {
    fill(numbers, first, end) {
      const codes = hdf5.numbers(column.codes, [first, end]);
      for (let i = 0; i < codes.length; i++) numbers[i] = numberOf[codes[i] ?? -1] ?? MISSING;
    },
    valuesOf: (number) => [values[number] ?? null],
    limit: values.length,
  };
}

function byValue(hdf5: Hdf5, column: Exclude<Column, { kind: 'categorical' }>, most: number): Filling {
  const ids = new Map<string | number | null, number>([[null, MISSING]]);
  // Of floats pandas takes the one that is not a number for a missing one.
  ids.set(Number.NaN, MISSING);
  const values: (string | null)[] = [null];
  const numberOf = (value: string | number | null): number => {
    const known = ids.get(value);
    if (known !== undefined) return known;
    if (values.length > most) return BEYOND;
    ids.set(value, values.length);
    return values.push(String(value)) - 1;
  };
  const read = valuesIn(hdf5, column);
  return {
    fill(numbers, first, end) {
      const slice = read(first, end);
      for (let i = 0; i < slice.length; i++) numbers[i] = numberOf(slice[i] ?? null);
    },
    valuesOf: (number) => [values[number] ?? null],
    limit: null,
  };
}

/** Pairs of numbers are looked up in a table, where it is not larger. */
const MOST_PAIRS = 2 ** 20;

export function joined(left: Numbering, right: Numbering, most: number): Numbering {
  const numbers = new Int32Array(SLICE);
  const pairs: { readonly left: number; readonly right: number }[] = [];
  const width = right.limit ?? MOST_CATEGORIES + 2;
  const size = (left.limit ?? MOST_CATEGORIES) * width;
  const table = size <= MOST_PAIRS ? new Int32Array(size).fill(BEYOND) : null;
  const others = new Map<number, number>();
  const numberOf = (one: number, other: number, pair: number): number => {
    const known = table ? (table[pair] ?? BEYOND) : (others.get(pair) ?? BEYOND);
    if (known !== BEYOND || pairs.length === most) return known;
    const number = pairs.push({ left: one, right: other }) - 1;
    if (table) table[pair] = number;
    else others.set(pair, number);
    return number;
  };
  return {
    read(first, end) {
      const ones = left.read(first, end);
      const many = right.read(first, end);
      let before = BEYOND;
      let number = BEYOND;
      for (let i = 0; i < ones.length; i++) {
        const one = ones[i] ?? MISSING;
        const other = many[i] ?? MISSING;
        const pair = one === BEYOND || other === BEYOND ? BEYOND : one * width + other;
        // Like rows often lie together.
        if (pair !== before) number = pair === BEYOND ? BEYOND : numberOf(one, other, pair);
        before = pair;
        numbers[i] = number;
      }
      return numbers.subarray(0, end - first);
    },
    valuesOf(number) {
      const pair = pairs[number];
      return pair ? [...left.valuesOf(pair.left), ...right.valuesOf(pair.right)] : [];
    },
    limit: null,
  };
}
