/** What does a case change in its base? Each operation of the cases, done to a data set in memory. */
import { type Element, NdArray } from '../../checks/samples/anndata-writer.js';
import { isFloat, isObject, type Json, type JsonObject, type Mutation, numberOf } from './cases.js';
import {
  arrayOf,
  asFrame,
  CannotBeWritten,
  type Cell,
  columnOf,
  type Dataset,
  type DenseMatrix,
  datasetOf,
  elementOf,
  type Frame,
  NotUnderstood,
  numbersOf,
  sparseOf,
} from './dataset.js';

type Change = (dataset: Dataset, mutation: Mutation, bases: JsonObject) => void;

/** Do what `mutations` say, in their order. */
export function changed(dataset: Dataset, mutations: readonly Mutation[], bases: JsonObject): Dataset {
  for (const mutation of mutations) {
    const change = CHANGES[mutation.op];
    if (!change) throw new NotUnderstood(`the operation "${mutation.op}" is not known`);
    change(dataset, mutation, bases);
  }
  return dataset;
}

const WHOLE: Readonly<Record<string, Change>> = {
  'adata.dropGenes': (dataset, { genes }) => {
    dropGenes(dataset.X, dataset.var, genes);
  },
  'obs.replaceWith': (dataset, { value }, bases) => {
    dataset.obs = datasetOf(String(value).replace(/ obs$/, ''), bases).obs;
  },
  'raw.delete': (dataset) => {
    dataset.raw = null;
  },
  'raw.dropGenes': (dataset, { genes }) => {
    const { X, var: features } = rawOf(dataset);
    dropGenes(X, features, genes);
  },
  'raw.copyFromX': (dataset, { dropCol }) => {
    const features = structuredClone(dataset.var);
    features.columns.delete(String(dropCol));
    dataset.raw = { X: structuredClone(dataset.X), var: features };
  },
  'X.replaceWith': (dataset, { value }) => {
    if (value === 'raw.X') dataset.X = structuredClone(rawOf(dataset).X);
    else if (value === 'normalized X') setIn(dataset.X, 0, 0, 1.5);
    else throw new NotUnderstood(`what "${value}" is for X is not known`);
  },
  'uns.set': (dataset, { path, value }, bases) => {
    const visium = value === '(spatial of base visium)';
    setUns(dataset.uns, pathOf(path), visium ? (datasetOf('visium', bases).uns.spatial ?? null) : (value ?? null));
  },
  'uns.delete': (dataset, { path }) => {
    setUns(dataset.uns, pathOf(path), undefined);
  },
  /** One value that is checked for itself. */
  term: ({ obs }, { column, value }) => {
    setColumn(obs, String(column), '*', value);
  },
};

function dropGenes(X: DenseMatrix, { index, columns }: Frame, genes: Json | undefined): void {
  const dropped = new Set((genes as readonly Json[]).map(numberOf));
  const isKept = (_: unknown, at: number) => !dropped.has(at);
  X.dense = X.dense.map((row) => row.filter(isKept));
  for (const column of columns.values()) column.values = column.values.filter(isKept);
  index.splice(0, index.length, ...index.filter(isKept));
}

function rawOf({ raw }: Dataset): NonNullable<Dataset['raw']> {
  if (!raw) throw new NotUnderstood('there is no raw to change');
  return raw;
}

const pathOf = (path: Json | undefined): string[] => (path as readonly Json[]).map(String);

function setUns(uns: Record<string, Json>, [key = '', ...deeper]: string[], value: Json | undefined): void {
  if (deeper.length > 0) {
    const inner = { ...(isObject(uns[key]) ? uns[key] : {}) };
    setUns(inner, deeper, value);
    uns[key] = inner;
  } else if (value === undefined) {
    delete uns[key];
  } else {
    uns[key] = value;
  }
}

/** Of obs, var and raw.var: what they are, and how a case names the row. */
const FRAMES: Readonly<Record<string, (dataset: Dataset) => Frame>> = {
  obs: ({ obs }) => obs,
  var: (dataset) => dataset.var,
  'raw.var': (dataset) => rawOf(dataset).var,
};

const FRAME_CHANGES: Readonly<Record<string, (frame: Frame, mutation: Mutation) => void>> = {
  set: (frame, { row, pos, col, value, dtype }) => {
    setColumn(frame, String(col), row ?? pos, value, dtype);
  },
  addColumn: (frame, { col, value, values, dtype, categoryType }) => {
    const all = Array.isArray(values) ? values.map(cellOf) : frame.index.map(() => cellOf(value));
    frame.columns.set(String(col), columnOf(all, textOr(dtype), textOr(categoryType)));
  },
  addCategory: (frame, { col, category }) => {
    columnIn(frame, String(col)).unused.push(cellOf(category));
  },
  drop: (frame, { col }) => {
    frame.columns.delete(String(col));
  },
  duplicateColumn: (frame, { col }) => {
    const name = String(col);
    if (!frame.columns.has(name)) frame.columns.set(name, columnOf(frame.index.map(() => false)));
    frame.repeated.push(name);
  },
  swapRows: ({ index }, { a, b }) => {
    const [first, second] = [numberOf(a), numberOf(b)];
    [index[first], index[second]] = [index[second] ?? '', index[first] ?? ''];
  },
  'index.set': ({ index }, { pos, row, value }) => {
    const same = /^\(same as pos (\d+)\)$/.exec(String(value))?.[1];
    const at = typeof row === 'string' ? index.indexOf(row) : numberOf(pos ?? row);
    index[at] = same === undefined ? String(value) : (index[Number(same)] ?? '');
  },
};

const textOr = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

function columnIn({ columns }: Frame, name: string) {
  const column = columns.get(name);
  if (!column) throw new NotUnderstood(`there is no column "${name}"`);
  return column;
}

function cellOf(value: Json | undefined): Cell {
  if (value === undefined || Array.isArray(value) || isObject(value)) {
    throw new CannotBeWritten('no column of a file has lists or dictionaries for values');
  }
  return isFloat(value) || value === null || typeof value !== 'object' ? value : null;
}

function setColumn(frame: Frame, name: string, row: Json | undefined, value: Json | undefined, dtype?: Json): void {
  const { index, columns } = frame;
  if (row === '*') {
    const values = Array.isArray(value) ? value.map(cellOf) : index.map(() => cellOf(value));
    const { dtype: old = null, unused = [] } = columns.get(name) ?? {};
    columns.set(name, { ...columnOf(values, textOr(dtype) ?? (dtype === undefined ? old : null)), unused });
    return;
  }
  const column = columnIn(frame, name);
  const at = typeof row === 'string' ? index.indexOf(row) : numberOf(row);
  if (!(at in column.values)) throw new NotUnderstood(`there is no row ${JSON.stringify(row)}`);
  column.values[at] = cellOf(value);
  column.dtype = textOr(dtype) ?? column.dtype;
}

const MATRICES: Readonly<Record<string, (dataset: Dataset) => DenseMatrix>> = {
  X: ({ X }) => X,
  'raw.X': (dataset) => rawOf(dataset).X,
};

const MATRIX_CHANGES: Readonly<Record<string, (matrix: DenseMatrix, mutation: Mutation) => void>> = {
  set: (matrix, { row, col, value }) => {
    setIn(matrix, numberOf(row), numberOf(col), typeof value === 'string' ? Number(value) : numberOf(value));
  },
  cast: (matrix, { dtype }) => {
    matrix.dtype = String(dtype);
  },
  zeroAll: (matrix) => {
    matrix.dense = matrix.dense.map((row) => row.map(() => 0));
  },
  zeroRow: (matrix, { row }) => {
    matrix.dense[numberOf(row)]?.fill(0);
  },
  setColumn: (matrix, { col, values }) => {
    (values as readonly Json[]).forEach((value, row) => {
      setIn(matrix, row, numberOf(col), numberOf(value));
    });
  },
  encode: (matrix, { encoding, dtype, dense }) => {
    matrix.encoding = String(encoding);
    matrix.dtype = textOr(dtype) ?? matrix.dtype;
    if (Array.isArray(dense)) matrix.dense = numbersOf(dense);
    else if (typeof dense === 'string') matrix.dense = wordsOf(dense, matrix.dense);
  },
};

function setIn({ dense }: DenseMatrix, row: number, column: number, value: number): void {
  const values = dense[row];
  if (!values || column >= values.length) throw new NotUnderstood(`there is no value at (${row}, ${column})`);
  values[column] = value;
}

/** `all 0 except (0,1)=1,(1,1)=1` */
function wordsOf(words: string, dense: number[][]): number[][] {
  if (!words.startsWith('all 0 except ')) throw new NotUnderstood(`what "${words}" is for a matrix is not known`);
  const zeros = dense.map((row) => row.map(() => 0));
  for (const [, row, column, value] of words.matchAll(/\((\d+),\s*(\d+)\)=(-?[\d.]+)/g)) {
    const values = zeros[Number(row)];
    if (values) values[Number(column)] = Number(value);
  }
  return zeros;
}

const DICTIONARIES = ['obsm', 'obsp', 'varm', 'varp'] as const;
type Dictionary = Record<string, Element>;

const DICTIONARY_CHANGES: Readonly<
  Record<string, (elements: Dictionary, mutation: Mutation, index: readonly string[]) => void>
> = {
  set: (elements, { key, value }, index) => {
    elements[String(key)] = embeddingOf(elements, String(key), value ?? null, index);
  },
  delete: (elements, { key }) => {
    delete elements[String(key)];
  },
  rename: (elements, { from, to }) => {
    const element = elements[String(from)];
    if (element === undefined) throw new NotUnderstood(`there is no "${from}"`);
    delete elements[String(from)];
    elements[String(to)] = element;
  },
};

function embeddingOf(elements: Dictionary, key: string, value: Json, index: readonly string[]): Element {
  if (Array.isArray(value)) return arrayOf(value, 'float64');
  if (!isObject(value)) return elementOf(value);
  const array = (name: string): NdArray => {
    const element = elements[name] ?? elements.X_umap;
    if (element instanceof NdArray) return element;
    throw new NotUnderstood(`there is no array "${name}"`);
  };
  if ('$copy' in value) return array(String(value.$copy));
  if ('$dataframe' in value) return asFrame(array(String(value.$dataframe).replace(/^copy of /, '')), index);
  if ('$fill' in value) return filledWith(array(key), String(value.$fill));
  if ('$edit' in value) return edited(array(key), String(value.$edit));
  if ('$sparse' in value && !('dense' in value)) {
    return sparseOf(
      String(value.$sparse).replace(/^csr$|^csc$/, '$&_matrix'),
      index.map(() => [1, 1]),
    );
  }
  return elementOf(value);
}

function filledWith({ shape, values }: NdArray, word: string): NdArray {
  const number = numberIn(word);
  const list =
    number === null
      ? Array.from<unknown, string>(values, () => word)
      : Float64Array.from<unknown>(values, () => number);
  return new NdArray(shape, list);
}

/** Null of a word that is no number. */
function numberIn(word: string): number | null {
  if (word === 'NaN') return Number.NaN;
  const number = Number(word.replace(/inf$/, 'Infinity'));
  return Number.isNaN(number) ? null : number;
}

/** `column 1 = +inf`, `[0,1] = NaN`, `keep 1 column` */
function edited({ shape, values }: NdArray, words: string): NdArray {
  const [rows = 0, columns = 0] = shape;
  const numbers = Array.from<unknown, number>(values, Number);
  const kept = /^keep (\d+) columns?$/.exec(words)?.[1];
  if (kept !== undefined) {
    const fewer = numbers.filter((_, i) => i % columns < Number(kept));
    return new NdArray([rows, Number(kept)], Float64Array.from(fewer));
  }
  const [, column, row, at, word = ''] = /^(?:column (\d+)|\[(\d+), ?(\d+)\]|all) = (\S+)$/.exec(words) ?? [];
  const number = numberIn(word);
  if (word === '' || number === null) throw new NotUnderstood(`what "${words}" is for an array is not known`);
  const isMeant = (i: number): boolean => {
    if (column !== undefined) return i % columns === Number(column);
    return row === undefined || i === Number(row) * columns + Number(at);
  };
  return new NdArray(
    shape,
    Float64Array.from(numbers, (old, i) => (isMeant(i) ? number : old)),
  );
}

/** `obs.set`: the whole that is changed, and how. */
const CHANGES: Readonly<Record<string, Change>> = {
  ...changesOf(FRAMES, FRAME_CHANGES),
  ...changesOf(MATRICES, MATRIX_CHANGES),
  ...Object.fromEntries(
    DICTIONARIES.flatMap((part) =>
      Object.entries(DICTIONARY_CHANGES).map(([name, change]): [string, Change] => [
        `${part}.${name}`,
        (dataset, mutation) => {
          change(dataset[part], mutation, (part.startsWith('obs') ? dataset.obs : dataset.var).index);
        },
      ]),
    ),
  ),
  ...WHOLE,
};

function changesOf<Part>(
  parts: Readonly<Record<string, (dataset: Dataset) => Part>>,
  changes: Readonly<Record<string, (part: Part, mutation: Mutation) => void>>,
): Record<string, Change> {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([part, of]) =>
      Object.entries(changes).map(([name, change]): [string, Change] => [
        `${part}.${name}`,
        (dataset, mutation) => {
          change(of(dataset), mutation);
        },
      ]),
    ),
  );
}
