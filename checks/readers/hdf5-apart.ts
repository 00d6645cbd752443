/** How are datasets read that the library cannot, or would take long for? Their chunks and strings come from the file, without it. */
import { closeSync, openSync } from 'node:fs';
import { type Located, locate } from './hdf5-chunks.js';
import { directValues } from './hdf5-direct.js';
import { FileBytes, Unknown } from './hdf5-file-bytes.js';
import { fixedTexts, heapsOf } from './hdf5-heaps.js';
import { Hdf5Fault } from './hdf5-library.js';
import { type Dataset, MOST_BYTES } from './hdf5-tree.js';
import type { Numbers, Range } from './hdf5-values.js';

export interface Apart {
  numbers(dataset: Dataset, ranges: readonly Range[]): Numbers;
  indices(dataset: Dataset, range: Range): Int32Array;
  strings(dataset: Dataset, ranges: readonly Range[]): string[];
  close(): void;
}

/** Of each, the places of its chunks and the last chunk are kept, which may take 50 MB. */
const MOST_OPEN = 3;

/** `addressOf` tells where the header of a dataset lies. The file is opened with the first dataset that is read. */
export function apartFrom(local: string, addressOf: (dataset: Dataset) => number): Apart {
  let fd: number | null = null;
  const opened = new Map<string, Opened>();

  function openedAt(dataset: Dataset): Opened {
    fd ??= openSync(local, 'r');
    const { path } = dataset;
    const one = opened.get(path) ?? open(fd, dataset, addressOf(dataset));
    // The one that was asked for last stands last.
    opened.delete(path);
    opened.set(path, one);
    const [oldest] = opened.keys();
    if (opened.size > MOST_OPEN && oldest !== undefined) opened.delete(oldest);
    return one;
  }

  function read<T>(dataset: Dataset, ranges: readonly Range[], take: (opened: Opened) => T): T {
    const { path, itemBytes } = dataset;
    const bytes = ranges.reduce((product, [first, end]) => product * (end - first), itemBytes);
    if (bytes > MOST_BYTES) throw new Hdf5Fault(path, `it would take ${bytes} bytes at once`);
    try {
      return take(openedAt(dataset));
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      throw new Hdf5Fault(
        path,
        `${dataset.isApart ? 'it is compressed with LZF, and there' : 'there'} is something wrong with it: ${error.message}`,
      );
    }
  }

  return {
    // What is read is a view of the chunk, and the next read makes another of it.
    numbers: (dataset, ranges) =>
      read(dataset, ranges, ({ located, values }) => values.numbers(located, ...ranges).slice()),
    indices: (dataset, range) =>
      read(dataset, [range], ({ located, values }) => values.indices(located, range).slice()),
    strings: (dataset, ranges) =>
      read(dataset, ranges, ({ located, values, heaps }) => {
        const bytes = values.bytes(located, ...ranges);
        return dataset.text === 'fixed' ? fixedTexts(bytes, located.itemBytes) : heaps.texts(bytes);
      }),
    close: () => {
      if (fd !== null) closeSync(fd);
    },
  };
}

type Opened = ReturnType<typeof open>;

function open(fd: number, dataset: Dataset, address: number) {
  const file = new FileBytes(fd);
  const located: Located = locate(file, dataset, address);
  const chunkBytes = (located.chunks ?? []).reduce((product, length) => product * length, located.itemBytes);
  if (chunkBytes > MOST_BYTES) throw new Unknown(`its chunks take ${chunkBytes} bytes each`);
  return { located, values: directValues(fd), heaps: heapsOf(fd, file.base) };
}
