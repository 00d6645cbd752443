/**
 * How are the values of matrices read, each once and fast? Chunks are read from the file and inflated by a thread, from the
 * moment that the file is open, and here, as soon as the rest is judged; a small matrix is read here alone; and what cannot be
 * read that way is read by the HDF5 library, which knows all ways and says what is wrong.
 */
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { PROCESSES } from '../../processes.js';
import { isRead, type Matrix, storedIn } from '../../readers/anndata.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { type Located, locate } from '../../readers/hdf5-chunks.js';
import { FileBytes, Unknown } from '../../readers/hdf5-file-bytes.js';
import { Hdf5Fault } from '../../readers/hdf5-library.js';
import type { Dataset } from '../../readers/hdf5-tree.js';
import { type Lists, partsOf, pointersOf, slicesOf } from '../../readers/matrix.js';
import type { H5ad } from './h5ad.js';
import { type Counted, counterOf, noneCounted, type Rows, rowHashesOf, sumOf } from './matrix-count.js';
import { countParts, type Done, type Order, partsCounted, type Task } from './matrix-thread.js';

export interface Passed extends Counted {
  /** Null where it was not asked for. */
  readonly rows: Rows | null;
}

export interface Pass {
  /** Count the values of a matrix whose pointers are sound. */
  count(matrix: Matrix): Promise<Passed>;
}

/** Values that are read sooner than a thread begins. */
const FEW = 2 ** 21;
/** Of more rows their hashes, 8 bytes each and as much to compare them, would take too much memory. */
export const MOST_HASHED = 2 ** 23;
/** Numbers that indices may be: two lists of so many entries are kept by each thread. */
export const MOST_INDICES = 2 ** 22;

const THREAD = new URL('matrix-thread.js', PROCESSES);

const passes = new WeakMap<H5ad, Pass>();

/** The pass over the matrices of a file: begun when it is first asked for. */
export function passOver(h5ad: H5ad): Pass {
  const pass = passes.get(h5ad) ?? beginPass(h5ad.hdf5, askedOf(h5ad));
  passes.set(h5ad, pass);
  return pass;
}

interface Asked {
  readonly matrix: Matrix;
  /** Whether each value is a count, and what each row has. */
  readonly byRow: boolean;
}

/** The matrices that can be read, that of raw counts first. */
function askedOf({ hdf5, anndata: { X, rawX, layers } }: H5ad): Asked[] {
  const raw = hdf5.root.children.has('raw') ? rawX : X;
  const all = [...new Set([raw, X, rawX, ...layers])];
  return all.filter(isRead).map((matrix) => ({ matrix, byRow: matrix === raw }));
}

/** How far indices may go: what they count is kept for each. */
export const indicesOf = ({ encoding, shape }: Matrix): number => (encoding === 'csc_matrix' ? shape[0] : shape[1]);

/** `few`: up to how many values no thread is begun. */
export function beginPass(hdf5: Hdf5, asked: readonly Asked[], few = FEW): Pass {
  const tasks = new Map<Matrix, Task>();
  withFile(hdf5, (fd) => {
    for (const { matrix, byRow } of asked) {
      if (indicesOf(matrix) > MOST_INDICES) continue;
      const task = taskOf(hdf5, fd, matrix, byRow);
      if (task) tasks.set(matrix, task);
    }
  });
  // By columns, the two would count in the same rows.
  const isLarge = (matrix: Matrix, { parts }: Task) =>
    matrix.encoding !== 'csc_matrix' && storedIn(matrix) > few && parts.length > 1;
  const large = together([...tasks].filter(([matrix, task]) => isLarge(matrix, task)));
  const answers = new Map(sideBySide(hdf5, large));

  return {
    async count(matrix) {
      const task = tasks.get(matrix);
      const byRow = asked.some((one) => one.matrix === matrix && one.byRow);
      const counted = task && (await (answers.get(matrix)?.() ?? withFile(hdf5, (fd) => [countParts(fd, task)?.[0]])));
      const sound = (counted ?? []).filter((part) => part !== undefined);
      if (!task || sound.length < (counted?.length ?? 1)) return byLibrary(hdf5, matrix, byRow);
      return { ...sumOf(sound, matrix.shape[1]), rows: task.matrices[0]?.rows ?? null };
    },
  };
}

/** A task, and the matrices that it is about, in its order. */
type Joint = readonly [matrices: readonly Matrix[], Task];

/** The second is read with the first where most of what their indices say may be the same. */
function together(tasks: readonly (readonly [Matrix, Task])[]): Joint[] {
  const [first, second, ...others] = tasks;
  const alone = ([matrix, task]: readonly [Matrix, Task]): Joint => [[matrix], task];
  if (!first || !second || !areTwins(first[1], second[1])) return tasks.map(alone);
  const matrices = [...first[1].matrices, ...second[1].matrices];
  return [[[first[0], second[0]], { ...first[1], matrices }], ...others.map(alone)];
}

/** Whether chunks of the indices of two matrices may be equal: of the same kind, and half of them of the same length. */
function areTwins(one: Task, other: Task): boolean {
  const [a, b] = [one, other].map(({ matrices: [matrix] }) => matrix?.lists);
  if (a?.encoding !== 'csr_matrix' || b?.encoding !== 'csr_matrix') return false;
  if (a.shape[0] !== b.shape[0] || a.shape[1] !== b.shape[1]) return false;
  const [left, right] = [a.indices, b.indices];
  if (left.layout.kind !== 'chunked' || right.layout.kind !== 'chunked') return false;
  const kindOf = ({ itemBytes, dtype, layout }: Located) =>
    JSON.stringify([itemBytes, dtype, layout.kind === 'chunked' && [layout.lengths, layout.filters]]);
  if (kindOf(left) !== kindOf(right)) return false;
  const { table } = right.layout;
  const isPlain = [left.layout.table, table].every(({ masks }) => masks.every((mask) => mask === 0));
  const alike = left.layout.table.sizes.reduce((sum, size, i) => sum + (size === table.sizes[i] ? 1 : 0), 0);
  return isPlain && 2 * alike > left.layout.table.sizes.length;
}

function withFile<T>({ local }: Hdf5, use: (fd: number) => T): T {
  const fd = openSync(local, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** What the thread has counted of one matrix, and what was counted here; undefined where it could not be read. */
type Answer = () => Promise<readonly (Counted | undefined)[]>;

/**
 * Give a thread all tasks at once: it begins beside whoever judges the rest, and ends when it has done them, whether or not
 * anybody waits for it. Who waits takes a hand: there are two cores.
 */
function sideBySide(hdf5: Hdf5, tasks: readonly Joint[]): (readonly [Matrix, Answer])[] {
  if (tasks.length === 0) return [];
  const thread = beginThread(hdf5.local, tasks);
  const here = new Map<number, Promise<readonly Counted[] | null>>();
  const answersOf = async (number: number, task: Task) => {
    const mine = here.get(number) ?? countHere(hdf5.local, task);
    here.set(number, mine);
    return [await mine, await thread.answer(number)];
  };
  return tasks.flatMap(([matrices, task], number) =>
    matrices.map((matrix, i) => {
      const answer = async () => (await answersOf(number, task)).map((counted) => counted?.[i]);
      return [matrix, answer] as const;
    }),
  );
}

async function countHere(local: string, task: Task): Promise<readonly Counted[] | null> {
  const fd = openSync(local, 'r');
  try {
    const counting = partsCounted(fd, task);
    for (;;) {
      const { done, value } = counting.next();
      if (done) return value;
      await setImmediate();
    }
  } finally {
    closeSync(fd);
  }
}

/** One that has no file yet. */
let spare: Worker | null = null;

/** Do what the first file would wait for. */
export function prepareThread(): void {
  spare ??= newThread();
}

function newThread(): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };
  const thread = new Worker(THREAD, { workerData: { isMatrixThread: true }, resourceLimits });
  thread.unref();
  return thread;
}

function beginThread(local: string, tasks: readonly Joint[]) {
  const thread = spare ?? newThread();
  spare = null;
  thread.postMessage({ local, tasks: tasks.map(([, task]) => task) } satisfies Order);
  const done: Done[] = [];
  thread.on('message', (next: Done) => done.push(next));
  const end = once(thread, 'exit').then(() => 'end' as const);
  // Told to whoever waits.
  end.catch(() => undefined);
  return {
    async answer(number: number): Promise<readonly Counted[] | null> {
      thread.ref();
      while (done.length <= number) if ((await Promise.race([once(thread, 'message'), end])) === 'end') break;
      const found = done[number];
      if (!found || 'bug' in found) throw new Error(`A thread broke: ${found?.bug}`);
      return found.counted;
    },
  };
}

/** What to read of a matrix; null where only the library knows how, or its pointers are wrong. */
function taskOf(hdf5: Hdf5, fd: number, matrix: Matrix, byRow: boolean): Task | null {
  try {
    const pointers = matrix.encoding === 'array' ? { wrong: [], cuts: [] } : pointersOf(hdf5, matrix);
    if (pointers.wrong.length > 0) return null;
    const lists = placesOf(hdf5, fd, matrix);
    const parts = partsOf(lists, pointers.cuts);
    const matrices = [{ lists, rows: byRow ? rowsOf(matrix) : null }];
    return { matrices, parts, next: new Int32Array(new SharedArrayBuffer(4)) };
  } catch (error) {
    if (error instanceof Unknown || error instanceof Hdf5Fault) return null;
    throw error;
  }
}

/** Where the lists of a matrix lie. */
function placesOf(hdf5: Hdf5, fd: number, matrix: Matrix): Lists<Located> {
  const file = new FileBytes(fd);
  const find = (dataset: Dataset) => locate(file, dataset, hdf5.addressOf(dataset));
  const { shape } = matrix;
  if (matrix.encoding === 'array') return { encoding: 'array', shape, data: find(matrix.data) };
  const { encoding, data, indices, indptr } = matrix;
  return { encoding, shape, data: find(data), indices: find(indices), indptr: find(indptr) };
}

function byLibrary(hdf5: Hdf5, matrix: Matrix, byRow: boolean): Passed {
  const rows = byRow ? rowsOf(matrix) : null;
  const counted = noneCounted(matrix.shape[1]);
  const counter = counterOf(matrix.shape, counted, rows);
  for (const slice of slicesOf(hdf5, matrix)) counter.count(slice);
  return { ...counted, rows };
}

function rowsOf({ shape }: Matrix): Rows {
  const [rows] = shape;
  const hashes = rows <= MOST_HASHED ? rowHashesOf(shape) : null;
  return { filled: new Uint8Array(new SharedArrayBuffer(rows)), hashes };
}
