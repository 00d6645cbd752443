/**
 * What is inside a packed file, as a file of its own? Its beginning in memory; where every byte is asked for, or it is a text,
 * all of it on the disk for as long as it is looked at, and never more than a sound file unpacks to.
 */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { SourceFile } from '../check.js';
import { isNoCharacter } from './long-text.js';
import { type Packed, PackFault } from './pack.js';

export const HEAD_BYTES = 1 << 20;
/** No check reads a longer text. */
const MOST_TEXT_BYTES = 512 << 20;

/** What unpacking may cost. */
export interface UnpackLimits {
  /** How much larger than the file around it; not asked of the first MiB. */
  readonly ratio: number;
  readonly bytes: number;
  readonly ms: number;
}

export const UNPACK_LIMITS: UnpackLimits = { ratio: 100, bytes: 2 ** 36, ms: 30 * 60_000 };

/** Whoever reads on than what was unpacked can say nothing more. */
export class BeyondHead extends Error {}

export interface Unpacked {
  readonly file: SourceFile;
  /** All of it is there. */
  readonly isWhole: boolean;
  readonly fault: PackFault | null;
  /** Bytes of the file around it that belong to nothing. */
  readonly trailing: number;
  /** Take what was written away. */
  remove(): Promise<void>;
}

/** `path` is the name under which what is inside is checked. */
export async function unpack(
  packed: Packed,
  outer: SourceFile,
  path: string,
  { full, limits }: { readonly full: boolean; readonly limits: UnpackLimits },
): Promise<Unpacked> {
  const head = Buffer.alloc(HEAD_BYTES);
  let scratch = full ? await scratchFor(path) : null;
  const remove = async () => scratch?.remove();
  const until = performance.now() + limits.ms;
  const largest = Math.max(HEAD_BYTES, limits.ratio * outer.size);
  let [length, trailing] = [0, 0];
  let [isWhole, fault] = [false, null as PackFault | null];
  const unpacking = packed.unpack();
  try {
    refuse(packed.size ?? 0);
    for (;;) {
      const next = await unpacking.next();
      isWhole = next.done === true;
      if (next.done) trailing = next.value;
      if (next.done) break;
      if (length < HEAD_BYTES) head.set(next.value.subarray(0, HEAD_BYTES - length), length);
      length += next.value.length;
      refuse(length);
      const known = Math.max(0, HEAD_BYTES - (length - next.value.length));
      if (!full && length > HEAD_BYTES && !scratch) {
        // What a text says stands in all of it: its check reads it whole, however much is asked for.
        if (head.some(isNoCharacter)) break;
        scratch = await scratchFor(path);
        await scratch.write(head);
        await scratch.write(next.value.subarray(known));
      } else await scratch?.write(next.value);
      if (!full && length > MOST_TEXT_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof PackFault)) {
      await remove();
      throw error;
    }
    fault = error;
  } finally {
    await unpacking.return(0);
  }
  const inside = { path, head: head.subarray(0, Math.min(length, HEAD_BYTES)) };
  const size = fault ? null : isWhole ? length : packed.size;
  const file = isWhole && scratch ? scratch.file(length) : headOf({ ...inside, size });
  return { file, isWhole, fault, trailing, remove };

  function refuse(size: number): void {
    const found = `${size} bytes`;
    if (size > limits.bytes) throw new PackFault('pack_too_large', { found });
    if (size > largest) throw new PackFault('pack_bomb', { found });
    if (performance.now() > until) throw new PackFault('pack_too_slow', { found });
  }
}

/** Only its beginning is there; null: nobody knows its size, and whoever asks can say nothing more. */
function headOf({ path, head, size }: { path: string; head: Uint8Array; size: number | null }): SourceFile {
  const isAll = size !== null && size <= head.length;
  return {
    path,
    local: '/dev/null',
    get size() {
      if (size === null) throw new BeyondHead();
      return size;
    },
    async read(offset, length) {
      if (offset + length > head.length && !isAll) throw new BeyondHead();
      return head.subarray(offset, offset + length);
    },
  };
}

async function scratchFor(path: string) {
  const folder = await mkdtemp(join(tmpdir(), 'accession-unpacked-'));
  const local = join(
    folder,
    `unpacked${basename(path)
      .slice(-32)
      .replaceAll(/[^\w.-]/g, '_')}`,
  );
  const remove = async () => {
    await handle?.close();
    await rm(folder, { recursive: true, force: true });
  };
  let handle: FileHandle | null = null;
  try {
    handle = await open(local, 'wx+');
  } catch (error) {
    await remove();
    throw error;
  }
  const file = handle;
  return {
    remove,
    write: (bytes: Uint8Array) => file.appendFile(bytes),
    file: (size: number): SourceFile => ({
      ...{ path, local, size },
      async read(offset, length) {
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      },
    }),
  };
}
