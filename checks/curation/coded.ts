/** How are the values of a column held for writing? Each different one once, and a number for each row. */
import { type Column, lengthOf } from '../readers/anndata.js';
import { textsOf } from '../readers/columns.js';
import type { Hdf5 } from '../readers/hdf5.js';
import type { NewColumn } from '../writers/anndata-edit.js';

export interface Coded {
  /** In the order in which they first come. */
  readonly values: readonly string[];
  /** -1 where a value is missing. */
  readonly codes: Int32Array;
}

export function codedOf(hdf5: Hdf5, column: Column): Coded {
  const codes = new Int32Array(lengthOf(column));
  const numbers = new Map<string, number>();
  for (const { first, values } of textsOf(hdf5, column)) {
    values.forEach((value, i) => {
      if (value !== null && !numbers.has(value)) numbers.set(value, numbers.size);
      codes[first + i] = value === null ? -1 : (numbers.get(value) ?? -1);
    });
  }
  return { values: [...numbers.keys()], codes };
}

/** A column of categories, sorted as AnnData sorts them, in which what `name` calls alike is one. */
export function categorical({ values, codes }: Coded, name: (value: string) => string): NewColumn {
  const named = values.map(name);
  const categories = [...new Set(named)].sort((a, b) => (a < b ? -1 : 1));
  const places = new Map(categories.map((category, i) => [category, i]));
  const numbers = named.map((category) => places.get(category) ?? -1);
  return { kind: 'categorical', categories, codes: codes.map((code) => numbers[code] ?? -1) };
}
