/** Which groups and datasets are in an HDF5 file? Its tree, as data; what leads elsewhere or asks for too much is closed. */
import { knowsFilter } from './hdf5-filters.js';
import { Hdf5Fault, hasPlugin, type Library } from './hdf5-library.js';
import { dtypeOf, isNumber, type Metadata, STRING } from './hdf5-values.js';

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
  /** Its chunks are read without the library, which has not its filter. */
  readonly isApart?: true;
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

/** Whether its values can be read as numbers. */
export const isNumeric = ({ dtype }: Dataset): boolean => isNumber(dtype);

/** What a file may ask of us. Beyond, it is refused before anything is allocated. */
const MOST_OBJECTS = 100_000;
const MOST_GROUPS_DEEP = 32;
/** One read, and one chunk, which HDF5 inflates as a whole: two or three of them must fit in the library's heap. */
export const MOST_BYTES = 32 * 2 ** 20;

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

/** Ends the reading of the whole tree. */
class Crowd extends Hdf5Fault {}

export function readTree(library: Library, id: bigint): { root: Group; closed: Closed[] } {
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
      if (++objects > MOST_OBJECTS) throw new Crowd('/', `it has more than ${MOST_OBJECTS} groups and datasets`);
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
        if (depth > MOST_GROUPS_DEEP) return close(path, 'depth', `it lies ${depth} groups deep`);
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
    if (chunks && chunkBytes > MOST_BYTES) {
      return close(path, 'chunk', `its chunks are ${chunks.join(' × ')} and take ${chunkBytes} bytes each`);
    }
    const filters = library.at(path, (h5) => h5.get_dataset_filters(id, path));
    const foreign = filters.find(({ id }) => id > BUILT_IN && !hasPlugin(id));
    const isApart = foreign !== undefined && filters.every(({ id }) => knowsFilter(id));
    if (foreign && !isApart) {
      const name = FILTERS[foreign.id] ?? (foreign.name || 'of no known name');
      return close(path, 'filter', `its filter is ${name} (${foreign.id})`);
    }
    return {
      ...{ kind: 'dataset', path, dtype: dtypeOf(metadata), shape: metadata.shape ?? [0], chunks, itemBytes: size },
      text: metadata.type === STRING ? (metadata.vlen ? 'variable' : 'fixed') : null,
      ...(isApart && { isApart }),
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
