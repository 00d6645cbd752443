/** How are all voxels of a file looked at, each once and fast? By this thread and another, which begins meanwhile. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SourceFile } from '../check.js';
import { PROCESSES } from '../processes.js';
import { type Range, slices } from './mrc-bytes.js';
import { countSlices, type ScanTask } from './mrc-scan-thread.js';
import { type Counted, counterOf, type Tally, tallyOf, type Voxels, voxelBytes } from './mrc-voxels.js';

/** Bytes that are read sooner than another thread begins. */
const FEW_BYTES = 32 << 20;

const THREAD = new URL('mrc-scan-thread.js', PROCESSES);

/** Look at every voxel of `ranges`; null where voxels of this dtype cannot be compared. `few`: up to how many bytes alone. */
export async function scan(
  file: SourceFile,
  ranges: readonly [Range, ...Range[]],
  voxels: Voxels,
  few = FEW_BYTES,
): Promise<Tally | null> {
  const size = voxelBytes(voxels);
  if (size === null) return null;
  const [data] = ranges;
  const { dtype, order } = voxels;
  const isLarge = ranges.length === 1 && data.length > few;
  const counted = await (isLarge
    ? byTwo({ local: file.local, data, voxels: { dtype, order }, next: new Int32Array(new SharedArrayBuffer(4)) })
    : byOne(file, ranges, voxels, size));
  return tallyOf(counted, voxels);
}

async function byOne(file: SourceFile, ranges: readonly Range[], voxels: Voxels, size: number): Promise<Counted[]> {
  const counter = counterOf(voxels);
  let at = 0;
  for (const range of ranges) {
    for await (const bytes of slices(file, range)) {
      counter.add(bytes, at);
      at += bytes.length / size;
    }
  }
  return [counter.counted()];
}

async function byTwo(task: ScanTask): Promise<Counted[]> {
  const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 };
  const thread = new Worker(THREAD, { workerData: { isScanThread: true, task }, resourceLimits });
  try {
    const theirs = once(thread, 'message').then(([counted]: Counted[]) => counted);
    const both = await Promise.all([countSlices(task), theirs]);
    return both.filter((counted) => counted !== undefined);
  } finally {
    await thread.terminate();
  }
}
