/** What do small sound OME-Zarr images look like? Made here, so that a test names only what is different; as a folder or zipped. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { indexAt } from '../readers/zarr-chunks.js';
import { crc32cOf } from '../readers/zarr-codecs.js';

/** Bytes by key. */
export type Entries = Map<string, Uint8Array>;

export interface ZarrParts {
  readonly version: '0.4' | '0.5';
  /** Of the finest level; each that follows is half as large. */
  readonly shape: readonly number[];
  readonly levels: number;
  /** Voxels along each axis. */
  readonly chunk: number;
  readonly dtype: 'float32' | 'uint8';
  /** Å, of the finest level. */
  readonly voxelSize: number;
  readonly packed: 'gzip' | 'shards' | null;
  readonly value: (place: number) => number;
  /** Changes metadata before they are written. */
  readonly spoil: (json: Spoiled) => void;
}

// biome-ignore lint/suspicious/noExplicitAny: a test may write anything there
export type Spoiled = Record<string, any>;

const BYTES = { float32: 4, uint8: 1 } as const;

export function zarrEntries(parts: Partial<ZarrParts> = {}): Entries {
  const { version = '0.4', shape = [8, 8, 8], levels = 2, voxelSize = 10, spoil = () => undefined } = parts;
  const json: Spoiled = {};
  const entries: Entries = new Map();
  const datasets = Array.from({ length: levels }, (_, level) => ({
    path: String(level),
    coordinateTransformations: [{ type: 'scale', scale: shape.map(() => voxelSize * 2 ** level) }],
  }));
  const axes = ['z', 'y', 'x'].map((name) => ({ name, type: 'space', unit: 'angstrom' }));
  const image = { name: '/', type: 'mean', metadata: {}, axes, datasets };
  if (version === '0.4') {
    json['.zgroup'] = { zarr_format: 2 };
    json['.zattrs'] = { multiscales: [{ version, ...image }] };
  } else
    json['zarr.json'] = {
      ...{ zarr_format: 3, node_type: 'group' },
      attributes: { ome: { version, multiscales: [image] } },
    };
  for (let level = 0; level < levels; level++)
    addLevel(json, entries, String(level), { ...parts, shape: shape.map((n) => Math.ceil(n / 2 ** level)) });
  spoil(json);
  for (const [key, what] of Object.entries(json))
    if (what !== undefined) entries.set(key, Buffer.from(typeof what === 'string' ? what : JSON.stringify(what)));
  return entries;
}

function addLevel(json: Spoiled, entries: Entries, path: string, parts: Partial<ZarrParts>): void {
  const { version = '0.4', shape = [], chunk = 4, dtype = 'float32', packed = null } = parts;
  const { value = (place) => place % 7 } = parts;
  const chunks = shape.map((n) => Math.min(n, chunk));
  const codecs = [{ name: 'bytes', configuration: { endian: 'little' } }];
  if (version === '0.4')
    json[`${path}/.zarray`] = {
      ...{ zarr_format: 2, shape, chunks, dtype: dtype === 'float32' ? '<f4' : '|u1', order: 'C', fill_value: 0 },
      ...{ compressor: packed === 'gzip' ? { id: 'gzip', level: 5 } : null, filters: null, dimension_separator: '/' },
    };
  else
    json[`${path}/zarr.json`] = {
      ...{ zarr_format: 3, node_type: 'array', shape, data_type: dtype, fill_value: 0, attributes: {} },
      chunk_grid: { name: 'regular', configuration: { chunk_shape: chunks } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
      codecs:
        packed === 'shards'
          ? [{ name: 'sharding_indexed', configuration: shardConfiguration(chunks, codecs) }]
          : [...codecs, ...(packed === 'gzip' ? [{ name: 'gzip', configuration: { level: 5 } }] : [])],
      dimension_names: ['z', 'y', 'x'],
    };
  const counts = shape.map((n, i) => Math.ceil(n / (chunks[i] ?? 1)));
  const length = chunks.reduce((a, b) => a * b, 1);
  for (let place = 0; place < counts.reduce((a, b) => a * b, 1); place++) {
    const at = Array.from({ length }, (_, i) => value(place * length + i));
    const bytes = dtype === 'float32' ? new Uint8Array(Float32Array.from(at).buffer) : Uint8Array.from(at);
    const key = `${path}/${version === '0.5' ? 'c/' : ''}${indexAt(place, counts).join('/')}`;
    entries.set(
      key,
      packed === 'gzip' ? gzipSync(bytes) : packed === 'shards' ? shardOf(bytes, 2, BYTES[dtype]) : bytes,
    );
  }
}

const shardConfiguration = (chunks: readonly number[], codecs: object[]) => ({
  chunk_shape: [Math.ceil((chunks[0] ?? 1) / 2), ...chunks.slice(1)],
  codecs: [...codecs, { name: 'gzip', configuration: { level: 5 } }],
  index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, { name: 'crc32c' }],
  index_location: 'end',
});

/** `count` chunks in one file, and then where each lies. */
function shardOf(bytes: Uint8Array, count: number, voxelBytes: number): Uint8Array {
  if (bytes.length / voxelBytes < count) throw new Error('A shard of so few voxels has no two chunks.');
  const step = bytes.length / count;
  const inner = Array.from({ length: count }, (_, i) => gzipSync(bytes.subarray(i * step, (i + 1) * step)));
  const index = Buffer.alloc(16 * count + 4);
  let at = 0;
  for (const [i, chunk] of inner.entries()) {
    index.writeBigUInt64LE(BigInt(at), 16 * i);
    index.writeBigUInt64LE(BigInt(chunk.length), 16 * i + 8);
    at += chunk.length;
  }
  index.writeUInt32LE(crc32cOf(index.subarray(0, -4)), index.length - 4);
  return Buffer.concat([...inner, index]);
}

export function writeZarr(folder: string, entries: Entries): void {
  for (const [key, bytes] of entries) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), bytes);
  }
}

export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isPacked?: boolean;
  /** Bit 0: encrypted. */
  readonly flags?: number;
  /** Of Unix, in the upper half: 0o120000 is a link. */
  readonly mode?: number;
  readonly method?: number;
  /** In place of that of `bytes`. */
  readonly sum?: number;
}

export const membersOf = (entries: Entries, isPacked = false): ZipMember[] =>
  [...entries].map(([name, bytes]) => ({ name, bytes, isPacked }));

/** A zip, member by member, so that each can be spoiled. */
export function zipBytes(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const {
    name,
    bytes,
    isPacked = false,
    flags = 0x800,
    mode = 0o100644,
    method = isPacked ? 8 : 0,
    sum,
  } of members) {
    const packed = isPacked ? deflateRawSync(bytes) : Buffer.from(bytes);
    const written = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(sum ?? crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(written.length, 22);
    parts.push(Buffer.from('PK\x03\x04'), common, written, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, rest, written);
    at += 30 + written.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}
