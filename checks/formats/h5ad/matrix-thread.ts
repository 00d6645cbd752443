/** What does whoever takes part in the pass do? They take part after part of a matrix, until none is left, and count what they read. */
import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Located } from '../../readers/hdf5-chunks.js';
import { directValues } from '../../readers/hdf5-direct.js';
import { Unknown } from '../../readers/hdf5-file-bytes.js';
import type { Range } from '../../readers/hdf5-values.js';
import { type Lists, slicesOf } from '../../readers/matrix.js';
import { type Counted, counterOf, noneCounted, type Rows } from './matrix-count.js';

/** One matrix, or two whose indices have the same chunks, as normalised values beside raw counts: read side by side. */
export interface Task {
  readonly matrices: readonly TaskMatrix[];
  readonly parts: readonly Range[];
  /** The number of the next part: one entry, shared by the threads. */
  readonly next: Int32Array;
}

export interface TaskMatrix {
  readonly lists: Lists<Located>;
  readonly rows: Rows | null;
}

/** One for each matrix; `null`: there is something in the file that cannot be read this way. */
export type Done = { readonly counted: readonly Counted[] | null } | { readonly bug: string };

/** Values that are read at once, unless a chunk is longer: little enough to stay in the processor's cache. */
const SLICE = 2 ** 15;

/** Count the parts that are left; null where something is unknown. */
export function countParts(fd: number, task: Task): readonly Counted[] | null {
  const counting = partsCounted(fd, task);
  for (;;) {
    const { done, value } = counting.next();
    if (done) return value;
  }
}

/** `countParts` that stops after each part, of some 50 ms: whoever has other things to do sees to them. */
export function* partsCounted(
  fd: number,
  { matrices, parts, next }: Task,
): Generator<undefined, readonly Counted[] | null> {
  const values = directValues(fd, twinsIn(matrices));
  const counters = matrices.map(({ lists, rows }) => {
    const counted = noneCounted(lists.shape[1]);
    return { lists, counted, count: counterOf(lists.shape, counted, rows) };
  });
  try {
    for (let number = Atomics.add(next, 0, 1); number < parts.length; number = Atomics.add(next, 0, 1)) {
      const lines = parts[number] ?? [0, 0];
      let left = counters.map(({ lists, count }) => ({
        count,
        slices: slicesOf(values, lists, { lines, size: SLICE }),
      }));
      while (left.length > 0) {
        left = left.filter(({ count, slices }) => {
          const { done, value } = slices.next();
          if (!done) count(value);
          return !done;
        });
      }
      yield;
    }
    return counters.map(({ counted }) => counted);
  } catch (error) {
    // The others need not go on.
    Atomics.store(next, 0, parts.length);
    if (error instanceof Unknown) return null;
    throw error;
  }
}

/** The indices of each further matrix are looked for among those of the first. */
function twinsIn([first, ...others]: readonly TaskMatrix[]): ReadonlyMap<Located, Located> {
  const indices = ({ lists }: TaskMatrix) => (lists.encoding === 'array' ? [] : [lists.indices]);
  const [twin] = first ? indices(first) : [];
  return new Map(twin ? others.flatMap(indices).map((one) => [one, twin]) : []);
}

if (parentPort && workerData?.isMatrixThread) {
  const fd = openSync(workerData.local, 'r');
  for (const task of workerData.tasks as readonly Task[]) {
    let done: Done;
    try {
      done = { counted: countParts(fd, task) };
    } catch (error) {
      done = { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    parentPort.postMessage(done);
  }
  closeSync(fd);
}
