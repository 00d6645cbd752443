/** Are these bytes of a file all alike? Read some at a time, and no further than the first that is not. */
import type { SourceFile } from '../check.js';

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** The first bytes nearly always tell; where they do not, it is read in larger pieces. Multiples of the bytes of every voxel. */
const FIRST_BYTES = 12 << 10;
const MOST_BYTES = 3 << 20;

/** Are all voxels of `range` the same? */
export async function isConstant(file: SourceFile, range: Range, voxelBytes: number): Promise<boolean> {
  let first: Uint8Array | null = null;
  for await (const bytes of slices(file, range)) {
    first ??= bytes.slice(0, voxelBytes);
    for (let i = 0; i < voxelBytes; i++) if (bytes[i] !== first[i]) return false;
    for (let i = voxelBytes; i < bytes.length; i++) if (bytes[i] !== bytes[i - voxelBytes]) return false;
  }
  return true;
}

/** Is every byte of `range` zero? */
export async function isZero(file: SourceFile, range: Range): Promise<boolean> {
  for await (const bytes of slices(file, range)) if (bytes.some((byte) => byte !== 0)) return false;
  return true;
}

export async function* slices(file: SourceFile, { offset, length }: Range): AsyncGenerator<Uint8Array, void> {
  for (let done = 0, most = FIRST_BYTES; done < length; most = Math.min(2 * most, MOST_BYTES)) {
    const wanted = Math.min(most, length - done);
    const bytes = await file.read(offset + done, wanted);
    if (bytes.length < wanted) throw new Error(`${file.path} became shorter while it was read.`);
    yield bytes;
    done += wanted;
  }
}
