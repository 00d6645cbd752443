/** What is the least that a check of matrices can take? All chunks of X and raw.X read and inflated, by two threads, and nothing more. */
import { closeSync, openSync, readSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { inflateSync } from 'node:zlib';
import { openHdf5 } from '../checks/readers/hdf5.js';
import { type Located, locate } from '../checks/readers/hdf5-chunks.js';
import { FileBytes } from '../checks/readers/hdf5-file-bytes.js';
import type { Node } from '../checks/readers/hdf5-tree.js';

const LISTS = ['X/data', 'X/indices', 'raw/X/data', 'raw/X/indices'];
const THREADS = 2;

interface Work {
  readonly local: string;
  readonly lists: readonly Located[];
  readonly next: Int32Array;
}

/** Seconds from the first thread's beginning to the last one's end. */
export async function inflateAll(local: string): Promise<number> {
  const lists = await listsIn(local);
  const work: Work = { local, lists, next: new Int32Array(new SharedArrayBuffer(4)) };
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: THREADS }, () => endOf(new Worker(new URL(import.meta.url), { workerData: work }))),
  );
  return (performance.now() - begun) / 1_000;
}

const endOf = (thread: Worker) =>
  new Promise<void>((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', () => resolve());
  });

async function listsIn(local: string): Promise<Located[]> {
  const hdf5 = await openHdf5(local);
  const fd = openSync(local, 'r');
  try {
    return LISTS.map((path) => {
      const dataset = path
        .split('/')
        .reduce<Node | undefined>(
          (node, name) => (node?.kind === 'group' ? node.children.get(name) : undefined),
          hdf5.root,
        );
      if (dataset?.kind !== 'dataset') throw new Error(`There is no ${path}.`);
      return locate(new FileBytes(fd), dataset, hdf5.addressOf(dataset));
    });
  } finally {
    closeSync(fd);
    hdf5.close();
  }
}

function inflateSome({ local, lists, next }: Work): void {
  const fd = openSync(local, 'r');
  const chunks = lists.flatMap(({ layout }) => {
    if (layout.kind !== 'chunked') return [];
    const { addresses, sizes } = layout.table;
    return Array.from(addresses, (address, i) => ({ address, size: sizes[i] ?? 0 }));
  });
  const packed = Buffer.alloc(Math.max(...chunks.map(({ size }) => size)));
  // As long as a chunk is, so that none is put together from pieces.
  const chunkSize = 4 * 37_527 + 64;
  for (let i = Atomics.add(next, 0, 1); i < chunks.length; i = Atomics.add(next, 0, 1)) {
    const { address, size } = chunks[i] ?? { address: 0, size: 0 };
    readSync(fd, packed, 0, size, address);
    inflateSync(packed.subarray(0, size), { chunkSize });
  }
  closeSync(fd);
}

if (!isMainThread && parentPort && workerData?.lists) inflateSome(workerData);
