/** What does a thread do that reads voxels? It takes slice after slice of the data, until none is left, and counts what it reads. */
import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Range } from './mrc-bytes.js';
import { type Counted, counterOf, type Voxels, voxelBytes } from './mrc-voxels.js';

export interface ScanTask {
  readonly local: string;
  readonly data: Range;
  readonly voxels: Voxels;
  /** The number of the next slice: one entry, shared by the threads. */
  readonly next: Int32Array;
}

/** Little enough to stay in the processor's cache between reading and counting. */
const SLICE_BYTES = 3 << 17;
/** Slices between which a process may hear that it is to end. */
const PATIENCE = 256;

export async function countSlices({ local, data, voxels, next }: ScanTask): Promise<Counted> {
  const bytes = new Uint8Array(SLICE_BYTES);
  const perSlice = SLICE_BYTES / (voxelBytes(voxels) ?? 1);
  const counter = counterOf(voxels);
  const fd = openSync(local, 'r');
  try {
    for (let taken = 1; ; taken++) {
      const number = Atomics.add(next, 0, 1);
      const done = number * SLICE_BYTES;
      if (done >= data.length) return counter.counted();
      const wanted = Math.min(SLICE_BYTES, data.length - done);
      fill(fd, bytes.subarray(0, wanted), data.offset + done);
      counter.add(bytes.subarray(0, wanted), number * perSlice);
      if (taken % PATIENCE === 0) await pause();
    }
  } finally {
    closeSync(fd);
  }
}

function fill(fd: number, bytes: Uint8Array, offset: number): void {
  for (let filled = 0; filled < bytes.length; ) {
    const read = readSync(fd, bytes, filled, bytes.length - filled, offset + filled);
    if (read === 0) throw new Error('The file became shorter while it was read.');
    filled += read;
  }
}

if (parentPort && workerData?.isScanThread) parentPort.postMessage(await countSlices(workerData.task));
