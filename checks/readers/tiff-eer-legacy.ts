/**
 * How many frames are in an EER file of before TIFF? It has no header: each frame is followed by its length in words of
 * 8 bytes and by a footer, so that one goes from the end of the file to its beginning.
 */
import type { SourceFile } from '../check.js';

const FOOTER = 'ThermoFisherECCompr';
const OK = `${FOOTER}OK000`;
const DETECTOR_ERROR = `${FOOTER}ERR00`;
const FOOTER_BYTES = 24;
const LENGTH_BYTES = 8;
const TAIL_BYTES = LENGTH_BYTES + FOOTER_BYTES;
export const MOST_FRAMES = 65_536;

export interface LegacyEer {
  readonly frames: number;
  /** Of frames that the detector marked as wrong: bytes at which they end. */
  readonly errors: readonly number[];
  /** Where the chain of frames breaks, going backwards; null where it reaches the beginning. */
  readonly brokenAt: number | null;
  readonly isTooLong: boolean;
}

/** Null where the file does not end as such a file does. */
export async function legacyEerOf({ read, size }: Pick<SourceFile, 'read' | 'size'>): Promise<LegacyEer | null> {
  const errors: number[] = [];
  let frames = 0;
  let end = size;
  while (end > 0) {
    if (frames === MOST_FRAMES) return { frames, errors, brokenAt: null, isTooLong: true };
    const tail = end >= TAIL_BYTES ? Buffer.from(await read(end - TAIL_BYTES, TAIL_BYTES)) : Buffer.alloc(0);
    const footer = tail.toString('latin1', LENGTH_BYTES);
    const isError = footer === DETECTOR_ERROR;
    if (footer !== OK && !isError) {
      if (frames === 0) return null;
      break;
    }
    const begin = end - TAIL_BYTES - 8 * Number(tail.readBigUInt64LE(0));
    frames++;
    if (isError) errors.push(end);
    if (begin < 0) break;
    end = begin;
  }
  return frames === 0 ? null : { frames, errors, brokenAt: end > 0 ? end : null, isTooLong: false };
}
