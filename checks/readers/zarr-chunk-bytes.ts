/** What is in a chunk? Read, unpacked within bounds and counted; of a shard, each of the chunks in it. */

import type { Sharding } from './zarr-chain.js';
import { type Chunk, indexAt, sampleOf } from './zarr-chunks.js';
import { crc32cOf, unpack } from './zarr-codecs.js';
import type { ZarrArray } from './zarr-metadata.js';
import { KeyFault, type ZarrTree } from './zarr-tree.js';
import type { Voxels } from './zarr-voxels.js';

/** A chunk that takes more than this unpacked is not looked into: it could not be in the memory of a check. */
export const MOST_CHUNK_BYTES = 128 << 20;
const MOST_INDEX_BYTES = 16 << 20;
/** How many chunks of a shard are looked at between the first and the last, where not all are. */
const SAMPLES = 2;
const NOWHERE = 2n ** 64n - 1n;

export interface ChunkFault {
  readonly rule: 'chunk_size' | 'chunk_damaged' | 'checksum';
  readonly key: string;
  readonly why: string;
  readonly found?: string;
  readonly expected?: string;
}

/** Bytes of one chunk, or of one of those in a shard. */
export const bytesOf = ({ chunks, sharding, dtype }: ZarrArray): number =>
  (sharding?.chunks ?? chunks).reduce((a, b) => a * b, dtype.bytes);

/** Count what the chunk holds. @returns what is wrong with it, and then nothing of it is counted */
export async function lookInto(
  tree: ZarrTree,
  array: ZarrArray,
  { key, index }: Chunk,
  voxels: Voxels,
  isWhole: boolean,
): Promise<ChunkFault | null> {
  const origin = index.map((n, i) => n * (array.chunks[i] ?? 0));
  try {
    if (array.sharding) return await lookIntoShard(tree, array, array.sharding, key, origin, voxels, isWhole);
    const size = tree.sizes.get(key) ?? 0;
    // What is packed may be a little larger than what is in it, and no more.
    if (size > 2 * bytesOf(array) + 65_536) return sizeFault(key, size, bytesOf(array));
    const fault = await count(array, key, await tree.read(key, 0, size), array.chunks, origin, voxels);
    return fault && { ...fault, key };
  } catch (error) {
    if (!(error instanceof KeyFault)) throw error;
    return { rule: error.rule === 'checksum' ? 'checksum' : 'chunk_damaged', key, why: error.why };
  }
}

async function count(
  array: ZarrArray,
  key: string,
  packed: Uint8Array,
  lengths: readonly number[],
  origin: readonly number[],
  voxels: Voxels,
): Promise<ChunkFault | null> {
  const size = bytesOf(array);
  let bytes: Uint8Array;
  try {
    bytes = await unpack(array.codecs ?? [], packed, size);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { rule: 'chunk_damaged', key, why: why.replace(/^std::\w+,/, '').slice(0, 200) };
  }
  if (bytes.length !== size) return sizeFault(key, bytes.length, size);
  const valid = lengths.map((length, i) => Math.min(length, Math.max(0, (array.shape[i] ?? 0) - (origin[i] ?? 0))));
  const asStored = (list: readonly number[]) => array.stored.map((axis) => list[axis] ?? 0);
  voxels.add(bytes, asStored(lengths), asStored(valid));
  return null;
}

const sizeFault = (key: string, found: number, expected: number): ChunkFault => ({
  ...{ rule: 'chunk_size', key, why: `${found} bytes in place of ${expected}` },
  ...{ found: `${found} bytes`, expected: `${expected} bytes` },
});

async function lookIntoShard(
  tree: ZarrTree,
  array: ZarrArray,
  sharding: Sharding,
  key: string,
  origin: readonly number[],
  voxels: Voxels,
  isWhole: boolean,
): Promise<ChunkFault | null> {
  const damaged = (why: string): ChunkFault => ({ rule: 'chunk_damaged', key, why });
  const counts = array.chunks.map((n, i) => n / (sharding.chunks[i] ?? 1));
  const inner = counts.reduce((a, b) => a * b, 1);
  const indexBytes = 16 * inner + (sharding.hasChecksum ? 4 : 0);
  const size = tree.sizes.get(key) ?? 0;
  if (indexBytes > MOST_INDEX_BYTES) return damaged(`its index would take ${indexBytes} bytes`);
  if (indexBytes > size) return damaged(`its index takes ${indexBytes} bytes, and the shard has ${size}`);
  const raw = await tree.read(key, sharding.indexAt === 'start' ? 0 : size - indexBytes, indexBytes);
  if (raw.length < indexBytes) return damaged('its index cannot be read');
  const index = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (sharding.hasChecksum && crc32cOf(raw.subarray(0, -4)) !== index.getUint32(indexBytes - 4, true))
    return { rule: 'checksum', key, why: 'the CRC-32C of its index is another' };

  const startOf = (place: number) =>
    indexAt(place, counts).map((n, i) => (origin[i] ?? 0) + n * (sharding.chunks[i] ?? 0));
  const within = Array.from({ length: inner }, (_, place) => place).filter((place) =>
    startOf(place).every((n, i) => n < (array.shape[i] ?? 0)),
  );
  const places = within.filter((place) => index.getBigUint64(16 * place, true) !== NOWHERE);
  for (const place of isWhole ? places : sampleOf(places, SAMPLES)) {
    const [from, bytes] = [index.getBigUint64(16 * place, true), index.getBigUint64(16 * place + 8, true)];
    if (from + bytes > BigInt(size)) return damaged(`chunk ${place} of it would lie beyond its end`);
    if (bytes > BigInt(2 * bytesOf(array) + 65_536)) return sizeFault(key, Number(bytes), bytesOf(array));
    const packed = await tree.read(key, Number(from), Number(bytes));
    const fault = await count(array, key, packed, sharding.chunks, startOf(place), voxels);
    if (fault) return { ...fault, why: `chunk ${place} of it: ${fault.why}` };
  }
  if (isWhole) await tree.verify(key);
  if (places.length < within.length) voxels.addFill(array.fill);
  return null;
}
