/**
 * What is in a gzip file? All of its members, one after the other, as they are inflated by another thread. BGZF, which
 * bgzip writes, is gzip in blocks, and ends with an empty one: where that is missing, the file was cut off between two.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { SourceFile } from '../check.js';
import { END_OF_BGZF } from '../writers/bgzf.js';

/** It cannot be read to its end: a fault of the file. `message` is a clause. */
export class GzipFault extends Error {}

export type Compression = 'gzip' | 'bgzf';

const PIECE = 2 ** 18;
/** Inflated ahead of whoever reads, that both may work at once. */
const AHEAD = 2 ** 20;
/** Of RFC 1952, and the subfield that tells BGZF. */
const MAGIC = [0x1f, 0x8b, 8];
const HAS_EXTRA = 4;

/** How it is compressed; null where it is not. */
export async function compressionOf(file: Pick<SourceFile, 'read'>): Promise<Compression | null> {
  const head = await file.read(0, 18);
  if (MAGIC.some((byte, i) => head[i] !== byte)) return null;
  const isBgzf = ((head[3] ?? 0) & HAS_EXTRA) !== 0 && head[12] === 0x42 && head[13] === 0x43;
  return isBgzf ? 'bgzf' : 'gzip';
}

/** Whether the last block of a BGZF file is the empty one. */
export async function endsAsBgzf({ read, size }: Pick<SourceFile, 'read' | 'size'>): Promise<boolean> {
  const { length } = END_OF_BGZF;
  return size >= length && END_OF_BGZF.equals(await read(size - length, length));
}

/** @throws GzipFault as soon as it cannot go on */
export async function* gunzipped(file: SourceFile): AsyncGenerator<Buffer, void> {
  const options = { chunkSize: PIECE, readableHighWaterMark: AHEAD };
  const gunzip = createGunzip(options);
  const feeding = pipeline(Readable.from(pieces(file), { highWaterMark: 2 }), gunzip);
  feeding.catch(() => undefined); // told by `gunzip`, too
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    throw faultOf(error) ?? error;
  } finally {
    gunzip.destroy();
  }
}

async function* pieces({ read, size }: SourceFile): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < size; at += PIECE) yield await read(at, PIECE);
}

const FAULTS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: 'it is cut off: its gzip data end within a block',
  Z_DATA_ERROR: 'its gzip data are damaged',
};

function faultOf(error: unknown): GzipFault | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = FAULTS[code];
  if (!why || !(error instanceof Error)) return null;
  return new GzipFault(code === 'Z_DATA_ERROR' ? `${why} (${error.message})` : why, { cause: error });
}
