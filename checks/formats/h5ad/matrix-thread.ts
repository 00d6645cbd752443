/** What does whoever takes part in the pass do? They take part after part of a matrix, until none is left, and count what they read. */
import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Located } from '../../readers/hdf5-chunks.js';
import { type DirectValues, directValues } from '../../readers/hdf5-direct.js';
import { Unknown } from '../../readers/hdf5-file-bytes.js';
import type { Range } from '../../readers/hdf5-values.js';
import { type Lists, type Slice, slicesOf } from '../../readers/matrix.js';
import { type Counted, counterBeside, counterOf, noneCounted, type Rows } from './matrix-count.js';

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
  const counted = matrices.map(({ lists }) => noneCounted(lists.shape[1]));
  const countPart = partCounter(values, matrices, counted);
  try {
    for (let number = Atomics.add(next, 0, 1); number < parts.length; number = Atomics.add(next, 0, 1)) {
      countPart.count(parts[number] ?? [0, 0]);
      yield;
    }
    countPart.end();
    return counted;
  } catch (error) {
    // The others need not go on.
    Atomics.store(next, 0, parts.length);
    if (error instanceof Unknown) return null;
    throw error;
  }
}

/** Count some lines of all matrices, of which there are one or two. */
function partCounter(
  values: DirectValues,
  [first, second]: readonly TaskMatrix[],
  [counted, countedBeside]: readonly Counted[],
): { count(lines: Range): void; end(): void } {
  if (!first || !counted) throw new Error('There is no matrix.');
  // Of two, chunk by chunk, so that the second finds what the first has unpacked.
  const size = second ? chunkOf(first) : SLICE;
  const slices = ({ lists }: TaskMatrix, lines: Range) => slicesOf(values, lists, { lines, size });
  const { count } = counterOf(first.lists.shape, counted, first.rows);
  if (!second || !countedBeside) {
    return {
      count(lines) {
        for (const slice of slices(first, lines)) count(slice);
      },
      end: () => undefined,
    };
  }
  const beside = counterBeside(counted, second.lists.shape, countedBeside);
  /** Whether its values are all other than zero, and none of them is out of place. */
  const countFirst = (slice: Slice): boolean => {
    const [before, wrong] = [counted.nonZeros, counted.strays.count + counted.repeats.count];
    count(slice);
    const isRight = counted.strays.count + counted.repeats.count === wrong;
    return isRight && counted.nonZeros - before === slice.data.length;
  };
  return {
    count(lines) {
      const others = slices(second, lines);
      for (const slice of slices(first, lines)) {
        const isPlain = countFirst(slice);
        beside.count(others.next().value ?? null, { slice, isPlain });
      }
      for (const slice of others) beside.count(slice, null);
    },
    end: beside.end,
  };
}

const chunkOf = ({ lists }: TaskMatrix): number =>
  (lists.encoding === 'array' ? null : lists.indices.chunks?.[0]) ?? SLICE;

/** The indices of each further matrix are looked for among those of the first. */
function twinsIn([first, ...others]: readonly TaskMatrix[]): ReadonlyMap<Located, Located> {
  const indices = ({ lists }: TaskMatrix) => (lists.encoding === 'array' ? [] : [lists.indices]);
  const [twin] = first ? indices(first) : [];
  return new Map(twin ? others.flatMap(indices).map((one) => [one, twin]) : []);
}

/** What the thread is asked for: once, and then it ends. */
export interface Order {
  readonly local: string;
  readonly tasks: readonly Task[];
}

if (parentPort && workerData?.isMatrixThread) {
  const port = parentPort;
  port.once('message', ({ local, tasks }: Order) => {
    const fd = openSync(local, 'r');
    for (const task of tasks) {
      let done: Done;
      try {
        done = { counted: countParts(fd, task) };
      } catch (error) {
        done = { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      }
      port.postMessage(done);
    }
    closeSync(fd);
  });
}
