/** What is in an HDF5 file? Its tree, as data, then its numbers and strings in slices, whatever the file tries. */
import { Hdf5Fault, type Library, loadLibrary, THE_FILE } from './hdf5-library.js';

export interface Group {
  readonly kind: 'group';
  readonly path: string;
  readonly children: ReadonlyMap<string, Node>;
}

export interface Dataset {
  readonly kind: 'dataset';
  readonly path: string;
  /** As NumPy calls it: `float32`, `int64`, `bool`, `string`; the HDF5 class where NumPy has no word. */
  readonly dtype: string;
  /** Empty for a single value. */
  readonly shape: readonly number[];
  readonly chunks: readonly number[] | null;
  readonly itemBytes: number;
  readonly text: 'fixed' | 'variable' | null;
}

/** What was found and not entered. */
export interface Closed {
  readonly kind: 'closed';
  readonly path: string;
  readonly because: Because;
  readonly detail: string;
}
export type Because = 'link' | 'cycle' | 'depth' | 'filter' | 'chunk' | 'virtual' | 'kind' | 'damage';

export type Node = Group | Dataset | Closed;

export type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** First and last, exclusive, along each dimension. */
export type Range = readonly [first: number, end: number];

export interface Hdf5 {
  readonly root: Group;
  /** Everything that was not entered, in the order of the tree. */
  readonly closed: readonly Closed[];
  /** Numbers as they are, texts as strings, lists of either; null where there is none. */
  attribute(node: Group | Dataset, name: string): string | readonly string[] | Numbers | null;
  /** A slice, row by row; 64-bit integers come as doubles. */
  numbers(dataset: Dataset, ...ranges: Range[]): Numbers;
  strings(dataset: Dataset, ...ranges: Range[]): string[];
  close(): void;
}

/** What a file may ask of us. Beyond, it is refused before anything is allocated. */
const LIMITS = {
  depth: 32,
  objects: 20_000,
  /** One read, and one chunk, which HDF5 inflates as a whole: two or three of them must fit in the library's heap. */
  bytes: 32 * 2 ** 20,
  attributeBytes: 8 * 2 ** 20,
  /** Longer strings are cut; no id, term or title is as long. */
  stringBytes: 65_536,
} as const;

/** HDF5's registered filters that are met in h5ad files; the first six are part of the library. */
const FILTERS: Readonly<Record<number, string>> = {
  1: 'gzip',
  2: 'shuffle',
  3: 'fletcher32',
  4: 'szip',
  5: 'nbit',
  6: 'scaleoffset',
  32000: 'lzf',
  32001: 'blosc',
  32004: 'lz4',
  32008: 'bitshuffle',
  32013: 'zfp',
  32015: 'zstd',
  32026: 'blosc2',
};
const BUILT_IN = 6;

/** What `get_type` answers. */
const H5G_GROUP = 0;
const H5G_DATASET = 1;

/** H5T_class_t, by its numbers. */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const ENUM = 8;
const CLASSES = 'integer float time string bitfield opaque compound reference enum vlen array complex'.split(' ');

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
  bool: Uint8Array,
} as const;
/** 64 bits: read as doubles, which are exact up to 2^53. */
const WIDE: readonly string[] = ['int64', 'uint64'];

const isNumber = (dtype: string): boolean => dtype in ARRAYS || WIDE.includes(dtype);

/** Whether `numbers` can read it. */
export const isNumeric = ({ dtype }: Dataset): boolean => isNumber(dtype);

/** What `get_dataset_metadata` and `get_attribute_metadata` of h5wasm tell. */
interface Metadata {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly vlen: boolean;
  readonly shape: readonly number[] | null;
  readonly total_size: number;
  readonly chunks?: readonly number[] | null;
  readonly enum_type?: { readonly members: Readonly<Record<string, number>> };
  readonly virtual_sources?: readonly unknown[];
}

/** Open the file at `local`; throws `Hdf5Fault` where not even its root can be read. Close it in a `finally`. */
export async function openHdf5(local: string): Promise<Hdf5> {
  const library = await loadLibrary(local);
  try {
    const id = library.at('/', (h5) => h5.open(THE_FILE, h5.H5F_ACC_RDONLY, false, -1, -1));
    return { ...readTree(library, id), ...readersOf(library, id), close: library.close };
  } catch (error) {
    library.close();
    throw error;
  }
}

/** Ends the reading of the whole tree. */
class Crowd extends Hdf5Fault {}

function readTree(library: Library, id: bigint): { root: Group; closed: Closed[] } {
  const closed: Closed[] = [];
  const groups = new Map<string, string>();
  let objects = 0;

  const close = (path: string, because: Because, detail: string): Closed => {
    const node: Closed = { kind: 'closed', path, because, detail };
    closed.push(node);
    return node;
  };

  function group(path: string, depth: number): Group {
    // An object's reference is its address: the same group under another name is not entered twice.
    groups.set(String(library.at(path, (h5) => h5.create_object_reference(id, path))), path);
    const children = new Map<string, Node>();
    for (const name of library.at(path, (h5) => h5.get_names(id, path, false))) {
      const child = path === '/' ? `/${name}` : `${path}/${name}`;
      if (++objects > LIMITS.objects) throw new Crowd('/', `it has more than ${LIMITS.objects} groups and datasets`);
      children.set(name, entered(child, depth + 1));
    }
    return { kind: 'group', path, children };
  }

  function entered(path: string, depth: number): Node {
    try {
      const target = linkAt(library, id, path);
      if (target) return close(path, 'link', target);
      const type = library.at(path, (h5) => h5.get_type(id, path));
      if (type === H5G_GROUP) {
        const twin = groups.get(String(library.at(path, (h5) => h5.create_object_reference(id, path))));
        if (twin) return close(path, 'cycle', `it is the group ${twin} again`);
        if (depth > LIMITS.depth) return close(path, 'depth', `it lies ${depth} groups deep`);
        return group(path, depth);
      }
      return type === H5G_DATASET ? dataset(path) : close(path, 'kind', 'it is neither a group nor a dataset');
    } catch (error) {
      if (error instanceof Hdf5Fault && !(error instanceof Crowd)) return close(path, 'damage', error.why);
      throw error;
    }
  }

  function dataset(path: string): Node {
    const metadata: Metadata = library.at(path, (h5) => h5.get_dataset_metadata(id, path));
    if (metadata.virtual_sources) return close(path, 'virtual', 'it is put together from other datasets');
    const { chunks = null, size } = metadata;
    const chunkBytes = (chunks ?? []).reduce((bytes, length) => bytes * length, size);
    if (chunks && chunkBytes > LIMITS.bytes) {
      return close(path, 'chunk', `its chunks are ${chunks.join(' × ')} and take ${chunkBytes} bytes each`);
    }
    const filters = library.at(path, (h5) => h5.get_dataset_filters(id, path));
    const foreign = filters.find((filter) => filter.id > BUILT_IN);
    if (foreign) {
      const name = FILTERS[foreign.id] ?? (foreign.name || 'of no known name');
      return close(path, 'filter', `its filter is ${name} (${foreign.id})`);
    }
    return {
      ...{ kind: 'dataset', path, dtype: dtypeOf(metadata), shape: metadata.shape ?? [0], chunks, itemBytes: size },
      text: metadata.type === STRING ? (metadata.vlen ? 'variable' : 'fixed') : null,
    };
  }

  return { root: group('/', 0), closed };
}

/** Where a soft or external link leads, in words; null for what lies here. Neither of the calls follows it. */
function linkAt(library: Library, id: bigint, path: string): string | null {
  const soft = library.at(path, (h5): string | null => h5.get_symbolic_link(id, path));
  if (soft !== null) return `it is a soft link to "${soft}"`;
  const external = library.at(path, (h5): { filename?: string; obj_path?: string } => h5.get_external_link(id, path));
  if (external.filename === undefined) return null;
  return `it is an external link to "${external.obj_path}" in the file "${external.filename}"`;
}

function dtypeOf({ type, size, signed, enum_type }: Metadata): string {
  if (type === INTEGER) return `${signed ? 'int' : 'uint'}${size * 8}`;
  if (type === FLOAT) return `float${size * 8}`;
  if (type !== ENUM) return CLASSES[type] ?? 'unknown';
  // As h5py writes a bool.
  const members = enum_type?.members ?? {};
  const isBool = size === 1 && Object.keys(members).length === 2 && members.FALSE === 0 && members.TRUE === 1;
  return isBool ? 'bool' : 'enum';
}

function readersOf(library: Library, id: bigint): Pick<Hdf5, 'attribute' | 'numbers' | 'strings'> {
  const attributeNames = new Map<string, ReadonlySet<string>>();

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
    if (items * itemBytes > LIMITS.bytes) throw new Hdf5Fault(path, `it would take ${items * itemBytes} bytes at once`);
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

  return {
    numbers(dataset, ...ranges) {
      if (!isNumeric(dataset)) throw new Hdf5Fault(dataset.path, `its values are ${dataset.dtype} and not numbers`);
      return selected(dataset, ranges, (_, items) => (h5, at) => numbersAt(h5, at, items, dataset.dtype));
    },

    strings(dataset, ...ranges) {
      const { path, text, itemBytes } = dataset;
      if (text === null) throw new Hdf5Fault(path, `its values are ${dataset.dtype} and not strings`);
      if (text === 'fixed' && itemBytes > LIMITS.stringBytes) {
        throw new Hdf5Fault(path, `each of its strings takes ${itemBytes} bytes`);
      }
      return selected(dataset, ranges, (count, items) => (h5, at) => {
        if (text === 'fixed') return fixedStringsAt(h5, at, items, itemBytes);
        const strings = stringsAt(h5, at, items);
        h5.reclaim_vlen_memory_count(id, path, '', BigInt(at), count);
        return strings;
      });
    },

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
      if (items * size > LIMITS.attributeBytes) {
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

type H5 = Parameters<Parameters<Library['at']>[1]>[0];
type Take<T> = (h5: H5, at: number) => T;

/** `dtype` is one of `ARRAYS` or `WIDE`. */
function numbersAt(h5: H5, at: number, items: number, dtype: string): Numbers {
  // Memory of WebAssembly that is not shared.
  const buffer = h5.HEAPU8.buffer as ArrayBuffer;
  if (!WIDE.includes(dtype)) return new ARRAYS[dtype as keyof typeof ARRAYS](buffer, at, items).slice();

  // Half by half: a list of BigInts takes ten times as long.
  const low = new Uint32Array(buffer, at, 2 * items);
  const high = dtype === 'int64' ? new Int32Array(buffer, at, 2 * items) : low;
  const doubles = new Float64Array(items);
  for (let i = 0; i < items; i++) doubles[i] = (high[2 * i + 1] ?? 0) * 2 ** 32 + (low[2 * i] ?? 0);
  return doubles;
}

function stringsAt(h5: H5, at: number, items: number): string[] {
  const pointers = new Uint32Array(h5.HEAPU8.buffer, at, items);
  // The types of h5wasm leave out the second parameter.
  const read = h5.UTF8ToString as (pointer: number, maxBytes: number) => string;
  return Array.from(pointers, (pointer) => read(pointer, LIMITS.stringBytes));
}

function fixedStringsAt(h5: H5, at: number, items: number, itemBytes: number): string[] {
  const bytes = Buffer.from(h5.HEAPU8.buffer, at, items * itemBytes);
  return Array.from({ length: items }, (_, i) => {
    const item = bytes.subarray(i * itemBytes, (i + 1) * itemBytes);
    const end = item.indexOf(0);
    return item.toString('utf8', 0, end === -1 ? itemBytes : end);
  });
}
