/** How is an HDF5 file read? Its tree first, then its numbers and strings in slices, whatever the file tries. */
import { type Apart, apartFrom } from './hdf5-apart.js';
import { Hdf5Fault, type Library, loadLibrary, THE_FILE } from './hdf5-library.js';
import { type Closed, type Dataset, type Group, isNumeric, MOST_BYTES, readTree } from './hdf5-tree.js';
import {
  dtypeOf,
  fixedStringsAt,
  type H5,
  indicesAt,
  isNumber,
  type Metadata,
  type Numbers,
  numbersAt,
  type Range,
  STRING,
  STRING_BYTES,
  stringsAt,
} from './hdf5-values.js';

export interface Hdf5 {
  /** Path of the file, for who reads it without the library. */
  readonly local: string;
  readonly root: Group;
  /** Everything that was not entered, in the order of the tree. */
  readonly closed: readonly Closed[];
  /** Numbers as they are, texts as strings, lists of either; null where there is none. */
  attribute(node: Group | Dataset, name: string): string | readonly string[] | Numbers | null;
  /** A slice, row by row; 64-bit integers come as doubles. */
  numbers(dataset: Dataset, ...ranges: Range[]): Numbers;
  /** A slice of row or column numbers; -1 for what is none. */
  indices(dataset: Dataset, range: Range): Int32Array;
  strings(dataset: Dataset, ...ranges: Range[]): string[];
  /** Where in the file its header lies. */
  addressOf(dataset: Dataset): number;
  close(): void;
}

const MOST_ATTRIBUTE_BYTES = 8 * 2 ** 20;
/** Columns of cells are asked for by many rules: those that are short enough are read once. */
const MOST_KEPT_BYTES = 2 ** 20;
const ROOM_BYTES = 12 * 2 ** 20;
/** Strings that are worth finding their places in the file. */
const MANY = 256;

/** Open the file at `local`; throws `Hdf5Fault` where not even its root can be read. Close it in a `finally`. */
export async function openHdf5(local: string): Promise<Hdf5> {
  const library = await loadLibrary(local);
  try {
    const id = library.at('/', (h5) => h5.open(THE_FILE, h5.H5F_ACC_RDONLY, false, -1, -1));
    const apart = apartFrom(local, (dataset) => addressIn(library, id, dataset));
    const close = () => {
      apart.close();
      library.close();
    };
    return { local, ...readTree(library, id), ...readersOf(library, id, apart), close };
  } catch (error) {
    library.close();
    throw error;
  }
}

/** Where the header of a dataset lies: that is what a reference to an object holds. */
function addressIn(library: Library, id: bigint, { path }: Dataset): number {
  const reference = library.at(path, (h5): Uint8Array => h5.create_object_reference(id, path));
  return Number(Buffer.from(reference).readBigUInt64LE(0));
}

function readersOf(library: Library, id: bigint, apart: Apart): Omit<Hdf5, 'local' | 'root' | 'closed' | 'close'> {
  const attributeNames = new Map<string, ReadonlySet<string>>();
  const kept = new Map<string, Numbers | null>();
  let room = ROOM_BYTES;

  /** Let the library put `bytes` bytes somewhere, and hand them to `take` before they go. */
  function withBytes<T>(path: string, bytes: number, read: (h5: H5, at: bigint) => number, take: Take<T>): T {
    return library.at(path, (h5) => {
      const at = h5._malloc(Math.max(bytes, 8));
      if (at === 0) throw new Error('no memory');
      try {
        if (read(h5, BigInt(at)) < 0) throw new Error('the read failed');
        return take(h5, at);
      } finally {
        h5._free(at);
      }
    });
  }

  function selected<T>(
    dataset: Dataset,
    ranges: readonly Range[],
    take: (count: bigint[], items: number) => Take<T>,
  ): T {
    const { path, itemBytes, shape } = dataset;
    if (ranges.length !== shape.length) throw new Hdf5Fault(path, `it is ${shape.length}-dimensional`);
    const counts = ranges.map(([first, end]) => end - first);
    const items = counts.reduce((product, count) => product * count, 1);
    if (items * itemBytes > MOST_BYTES) throw new Hdf5Fault(path, `it would take ${items * itemBytes} bytes at once`);
    const count = counts.map(BigInt);
    const isScalar = count.length === 0;
    const offset = ranges.map(([first]) => BigInt(first));
    const stride = ranges.map(() => 1n);
    const read = (h5: H5, at: bigint) =>
      isScalar
        ? h5.get_dataset_data(id, path, null, null, null, at)
        : h5.get_dataset_data(id, path, count, offset, stride, at);
    return withBytes(path, items * itemBytes, read, take(count, items));
  }

  const refuseTexts = (dataset: Dataset) => {
    if (!isNumeric(dataset)) throw new Hdf5Fault(dataset.path, `its values are ${dataset.dtype} and not numbers`);
  };

  const freshNumbers = (dataset: Dataset, ranges: readonly Range[]): Numbers =>
    dataset.isApart
      ? apart.numbers(dataset, ranges)
      : selected(dataset, ranges, (_, items) => (h5, at) => numbersAt(h5, at, items, dataset.dtype));

  /** A part of a list that is kept whole; null where it is too long for that, or damaged: some of it may be read. */
  function keptNumbers(dataset: Dataset, ranges: readonly Range[]): Numbers | null {
    const { path, shape, itemBytes } = dataset;
    const [length = 0] = shape;
    const [[first, end] = [0, 0]] = ranges;
    const bytes = length * itemBytes;
    if (shape.length !== 1 || ranges.length !== 1 || bytes > MOST_KEPT_BYTES || first < 0 || end > length) return null;
    let whole = kept.get(path);
    if (whole === undefined) {
      whole = bytes > room ? null : unlessDamaged(() => freshNumbers(dataset, [[0, length]]));
      kept.set(path, whole);
      if (whole) room -= bytes;
    }
    return whole?.slice(first, end) ?? null;
  }

  /** Strings of variable length cost the library four times as long; null where they are few, or only it can read them. */
  function manyStrings(dataset: Dataset, ranges: readonly Range[]): string[] | null {
    const [[first, end] = [0, 0]] = ranges;
    if (ranges.length !== 1 || end - first < MANY) return null;
    return unlessDamaged(() => apart.strings(dataset, ranges));
  }

  return {
    indices(dataset, range) {
      refuseTexts(dataset);
      if (dataset.isApart) return apart.indices(dataset, range);
      return selected(dataset, [range], (_, items) => (h5, at) => indicesAt(h5, at, items, dataset.dtype));
    },

    numbers(dataset, ...ranges) {
      refuseTexts(dataset);
      return keptNumbers(dataset, ranges) ?? freshNumbers(dataset, ranges);
    },

    strings(dataset, ...ranges) {
      const { path, text, itemBytes } = dataset;
      if (text === null) throw new Hdf5Fault(path, `its values are ${dataset.dtype} and not strings`);
      if (text === 'fixed' && itemBytes > STRING_BYTES) {
        throw new Hdf5Fault(path, `each of its strings takes ${itemBytes} bytes`);
      }
      if (dataset.isApart) return apart.strings(dataset, ranges);
      const direct = text === 'variable' ? manyStrings(dataset, ranges) : null;
      if (direct) return direct;
      return selected(dataset, ranges, (count, items) => (h5, at) => {
        if (text === 'fixed') return fixedStringsAt(h5, at, items, itemBytes);
        const strings = stringsAt(h5, at, items);
        h5.reclaim_vlen_memory_count(id, path, '', BigInt(at), count);
        return strings;
      });
    },

    addressOf: (dataset) => addressIn(library, id, dataset),

    attribute({ path }, name) {
      let names = attributeNames.get(path);
      if (!names) {
        names = new Set(library.at(path, (h5): string[] => h5.get_attribute_names(id, path)));
        attributeNames.set(path, names);
      }
      if (!names.has(name)) return null;
      const metadata: Metadata = library.at(path, (h5) => h5.get_attribute_metadata(id, path, name));
      const { size, total_size: items, vlen, shape } = metadata;
      if (!shape) return null;
      if (items * size > MOST_ATTRIBUTE_BYTES) {
        throw new Hdf5Fault(path, `its attribute "${name}" takes ${items * size} bytes`);
      }
      const read = (h5: H5, at: bigint) => h5.get_attribute_data(id, path, name, at);
      const dtype = dtypeOf(metadata);
      return withBytes(path, items * size, read, (h5, at) => {
        if (metadata.type !== STRING) return isNumber(dtype) ? numbersAt(h5, at, items, dtype) : null;
        const strings = vlen ? stringsAt(h5, at, items) : fixedStringsAt(h5, at, items, size);
        if (vlen) h5.reclaim_vlen_memory(id, path, name, BigInt(at));
        return shape.length === 0 ? (strings[0] ?? '') : strings;
      });
    },
  };
}

function unlessDamaged<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Hdf5Fault) return null;
    throw error;
  }
}

/** Makes something of what lies at `at`. */
type Take<T> = (h5: H5, at: number) => T;
