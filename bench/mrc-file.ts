/** What do large MRC files look like? A volume of noise about a mean, with the statistics of its header taken from its voxels. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { mrcBytes } from '../checks/samples/mrc.js';

export interface VolumeSize {
  readonly name: string;
  readonly dimensions: readonly [number, number, number];
  readonly dtype: 'float32' | 'int16';
}

export const VOLUMES: readonly VolumeSize[] = [
  { name: '512³ float32', dimensions: [512, 512, 512], dtype: 'float32' },
  { name: '1024 × 1024 × 400 int16', dimensions: [1024, 1024, 400], dtype: 'int16' },
];

const VOXEL = 7.84;

export function writeVolume(path: string, { dimensions, dtype }: VolumeSize): void {
  const [nx, ny, nz] = dimensions;
  const fd = openSync(path, 'w');
  try {
    const { sections, statistics } = noise(nx * ny, dtype);
    const header = mrcBytes({ nx: 1, ny: 1, nz: 1, mode: dtype === 'int16' ? 1 : 2, statistics }).subarray(0, 1024);
    const view = new DataView(header.buffer, header.byteOffset);
    for (const [i, n] of dimensions.entries()) {
      view.setInt32(4 * i, n, true);
      view.setInt32(28 + 4 * i, n, true);
      view.setFloat32(40 + 4 * i, n * VOXEL, true);
    }
    writeSync(fd, header);
    for (let z = 0; z < nz; z++) writeSync(fd, new Uint8Array(sections[z % sections.length] ?? new ArrayBuffer(0)));
  } finally {
    closeSync(fd);
  }
}

/** Four sections that are written again and again, so that their statistics are those of the volume. */
function noise(voxels: number, dtype: VolumeSize['dtype']): { sections: ArrayBuffer[]; statistics: number[] } {
  const random = randoms(2014);
  let [min, max, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  const sections = Array.from({ length: 4 }, () => {
    const values = dtype === 'int16' ? new Int16Array(voxels) : new Float32Array(voxels);
    for (let i = 0; i < voxels; i++) {
      values[i] = (random() + random() + random() + random() - 2) * 1_000;
      const value = values[i] ?? 0;
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
      squares += value * value;
    }
    return values.buffer;
  });
  const count = voxels * sections.length;
  const mean = sum / count;
  return { sections, statistics: [min, max, mean, Math.sqrt(squares / count - mean * mean)] };
}

/** The same numbers from 0 to 1 in every run. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
