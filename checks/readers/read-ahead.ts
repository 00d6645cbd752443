/** How are many small values read fast? From one piece of the file at a time: those beside them come with them. */
import type { SourceFile } from '../check.js';

/** Up to `length` bytes from `offset`, as `SourceFile.read`; fewer where the file ends, or where no file can have them. */
export type Read = (offset: number, length: number) => Promise<Uint8Array>;

/** Read `file` by pieces of `piece` bytes; what is longer is read by itself. */
export function readAhead(file: Pick<SourceFile, 'read' | 'size'>, piece: number): Read {
  let at = 0;
  let held: Uint8Array = new Uint8Array();
  return async (offset, length) => {
    if (!(offset >= 0 && offset < file.size && length > 0)) return new Uint8Array();
    const wanted = Math.min(length, file.size - offset);
    if (wanted > piece) return file.read(offset, wanted);
    if (offset < at || offset + wanted > at + held.length) {
      held = await file.read(offset, Math.min(piece, file.size - offset));
      at = offset;
    }
    return held.subarray(offset - at, offset - at + wanted);
  };
}
