/**
 * How are the values of matrices read, each once and fast? Chunks are read from the file and inflated by two threads;
 * a small matrix by none; and what cannot be read that way by the HDF5 library, which knows all ways and says what is wrong.
 */
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type Matrix, storedIn } from '../../readers/anndata.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { type Located, locate } from '../../readers/hdf5-chunks.js';
import { FileBytes, Unknown } from '../../readers/hdf5-file-bytes.js';
import type { Dataset } from '../../readers/hdf5-tree.js';
import { type Lists, partsOf, pointersOf, slicesOf } from '../../readers/matrix.js';
import { type Counted, counterOf, noneCounted, type Rows, sumOf } from './matrix-count.js';
import { countParts, type Done, type Task } from './matrix-thread.js';

export interface Passed extends Counted {
  /** Null where it was not asked for. */
  readonly rows: Rows | null;
}

export interface Pass {
  /** Count the values of a matrix whose pointers are sound; `byRow`: whether each is a count, and by row as well. */
  count(matrix: Matrix, byRow: boolean): Promise<Passed>;
  end(): Promise<void>;
}

const THREADS = 2;
/** Values that are read sooner than threads begin. */
const FEW = 2 ** 21;
/** Of more rows their hashes, 8 bytes each and as much to compare them, would take too much memory. */
export const MOST_HASHED = 2 ** 23;

// The threads run what is built: Node cannot load the TypeScript that a test runs.
const THREAD = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/checks/formats/h5ad/matrix-thread.js', import.meta.url)
  : new URL('matrix-thread.js', import.meta.url);

/** `few`: up to how many values no threads are begun. End it in a `finally`. */
export function beginPass(hdf5: Hdf5, few = FEW): Pass {
  const fd = openSync(hdf5.local, 'r');
  let threads: readonly Worker[] | null = null;

  async function inThreads(task: Task): Promise<readonly (Counted | null)[]> {
    threads ??= Array.from({ length: THREADS }, () => threadOf(hdf5.local));
    return Promise.all(threads.map((thread) => answerOf(thread, task)));
  }

  return {
    async count(matrix, byRow) {
      const located = placesOf(hdf5, fd, matrix);
      const parts = located && partsOf(located, matrix.encoding === 'array' ? [] : pointersOf(hdf5, matrix).cuts);
      if (!located || !parts) return byLibrary(hdf5, matrix, byRow);

      const rows = byRow ? rowsOf(matrix) : null;
      const task = { lists: located, parts, next: new Int32Array(new SharedArrayBuffer(4)), rows };
      // By column, rows would be shared.
      const isAlone = storedIn(matrix) <= few || matrix.encoding === 'csc_matrix' || parts.length < THREADS;
      const counted = isAlone ? [countParts(fd, task)] : await inThreads(task);
      const whole = counted.filter((part) => part !== null);
      if (whole.length < counted.length) return byLibrary(hdf5, matrix, byRow);
      return { ...sumOf(whole, matrix.shape[1]), rows };
    },

    async end() {
      closeSync(fd);
      await Promise.all((threads ?? []).map((thread) => thread.terminate()));
    },
  };
}

function threadOf(local: string): Worker {
  const limits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };
  return new Worker(THREAD, { workerData: { isMatrixThread: true, local }, resourceLimits: limits });
}

async function answerOf(thread: Worker, task: Task): Promise<Counted | null> {
  thread.postMessage(task);
  const [done]: Done[] = await once(thread, 'message');
  if (!done || 'bug' in done) throw new Error(`A thread broke: ${done?.bug}`);
  return done.counted;
}

/** Where the lists of a matrix lie; null where only the library knows. */
function placesOf(hdf5: Hdf5, fd: number, matrix: Matrix): Lists<Located> | null {
  const file = new FileBytes(fd);
  const find = (dataset: Dataset) => locate(file, dataset, hdf5.addressOf(dataset));
  try {
    const { shape } = matrix;
    if (matrix.encoding === 'array') return { encoding: 'array', shape, data: find(matrix.data) };
    const { data, indices, indptr } = matrix;
    return { encoding: matrix.encoding, shape, data: find(data), indices: find(indices), indptr: find(indptr) };
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

function byLibrary(hdf5: Hdf5, matrix: Matrix, byRow: boolean): Passed {
  const rows = byRow ? rowsOf(matrix) : null;
  const counted = noneCounted(matrix.shape[1]);
  const count = counterOf(matrix.shape, counted, rows);
  for (const slice of slicesOf(hdf5, matrix)) count(slice);
  return { ...counted, rows };
}

function rowsOf({ shape: [rows] }: Matrix): Rows {
  const hashes = rows <= MOST_HASHED ? new Int32Array(new SharedArrayBuffer(8 * rows)) : null;
  return { filled: new Uint8Array(new SharedArrayBuffer(rows)), hashes };
}
