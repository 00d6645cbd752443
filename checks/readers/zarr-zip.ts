/** What lies in a zip that holds a Zarr store? Its members, once their names are safe and their sizes believable. */
import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import type { SourceFile } from '../check.js';
import { KeyFault, type Listed, MOST_KEYS, type TreeFault, type ZarrTree } from './zarr-tree.js';

/** More bytes than these for one that was packed are a trap; small members pack better than that. */
const MOST_RATIO = 100;
const SMALL_BYTES = 65_536;
/** A packed member is unpacked as a whole, and no larger one is. */
const MOST_UNPACKED = 512 << 20;
const SLICE_BYTES = 4 << 20;

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;
/** Of Unix modes, in the upper half of the external attributes. */
const TYPE_MASK = 0xf000;
const LINK_TYPE = 0xa000;

/** What tells that the keys begin here, and not in a folder below. */
const ROOT_KEYS = ['.zgroup', '.zattrs', '.zarray', 'zarr.json'];
/** What operating systems add when they pack a folder. */
const ADDED = /^__MACOSX\/|(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/i;

class Bytes extends RandomAccessReader {
  constructor(private readonly file: SourceFile) {
    super();
  }
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.file.read(position, length).then((bytes) => {
      buffer.set(bytes, offset);
      callback(null, bytes.length);
    }, callback);
  }
  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}

export async function openZip(file: SourceFile): Promise<Listed> {
  const members = new Map<string, Entry>();
  const faults: TreeFault[] = [];
  let zip: ZipFile;
  let unpacked = 0;
  try {
    const options = { lazyEntries: true, decodeStrings: false, validateEntrySizes: true, autoClose: false };
    zip = await fromRandomAccessReaderPromise(new Bytes(file), file.size, options);
    if (zip.entryCount > MOST_KEYS) return { tree: null, faults: [{ rule: 'too_many_keys' }] };
    for await (const entry of zip.eachEntry()) {
      unpacked += entry.uncompressedSize;
      const key = nameOf(entry);
      const fault = faultOf(key, entry) ?? (members.has(key) ? { rule: 'duplicate_name' as const, key } : null);
      if (fault) faults.push(fault);
      if ((!fault || fault.rule === 'ratio') && !key.endsWith('/')) members.set(key, entry);
    }
  } catch (error) {
    return { tree: null, faults: [...faults, { rule: 'zip', why: told(error) }] };
  }
  const ratio = Math.round(unpacked / Math.max(1, file.size));
  if (ratio > MOST_RATIO) faults.push({ rule: 'zip_bomb', bytes: unpacked, ratio });
  const isRefused = faults.some(({ rule }) => rule === 'zip_bomb' || rule === 'encrypted');
  return { tree: isRefused ? null : treeOf(file, zip, withoutParent(members)), faults };
}

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');

/** In UTF-8, as tools write names since 2006, whatever they say. */
const nameOf = (entry: Entry): string => new TextDecoder().decode(entry.fileNameRaw);

function faultOf(key: string, entry: Entry): TreeFault | null {
  const { compressionMethod: method, compressedSize, uncompressedSize } = entry;
  const segments = key.replace(/\/$/, '').split('/');
  if (/^(\/|[a-z]:)|[\\\0]/i.test(key) || segments.some((part) => part === '' || part === '.' || part === '..'))
    return { rule: 'unsafe_path', key };
  if (((entry.externalFileAttributes >>> 16) & TYPE_MASK) === LINK_TYPE)
    return { rule: 'link', key, why: 'it is a symbolic link' };
  if (entry.generalPurposeBitFlag & ENCRYPTED_FLAG) return { rule: 'encrypted', key };
  if (method !== STORED && method !== DEFLATED)
    return { rule: 'unreadable', key, why: `it is packed by method ${method}, and only 0 and 8 are read` };
  if (uncompressedSize > SMALL_BYTES && uncompressedSize > MOST_RATIO * compressedSize) return { rule: 'ratio', key };
  return null;
}

/** A folder may have been packed from within or from above. */
function withoutParent(members: ReadonlyMap<string, Entry>): ReadonlyMap<string, Entry> {
  if (ROOT_KEYS.some((key) => members.has(key))) return members;
  const inside = [...members.keys()].filter((key) => !ADDED.test(key));
  const parent = inside[0]?.slice(0, inside[0].indexOf('/') + 1) ?? '';
  if (parent === '' || !inside.every((key) => key.startsWith(parent))) return members;
  return new Map([...members].map(([key, entry]) => [key.startsWith(parent) ? key.slice(parent.length) : key, entry]));
}

function treeOf(file: SourceFile, zip: ZipFile, members: ReadonlyMap<string, Entry>): ZarrTree {
  /** The member that was unpacked last: shards are read in parts. */
  let last: { key: string; bytes: Uint8Array } | null = null;

  const startOf = (key: string, entry: Entry) =>
    zip.readLocalFileHeaderPromise(entry, { minimal: true }).then(
      ({ fileDataStart }) => fileDataStart,
      (error: Error) => Promise.reject(new KeyFault('unreadable', key, error.message)),
    );
  const entryOf = (key: string) => {
    const entry = members.get(key);
    if (!entry) throw new KeyFault('unreadable', key, 'there is no such member');
    return entry;
  };
  const unpack = async (key: string, entry: Entry) => {
    if (last?.key === key) return last.bytes;
    const { compressedSize, uncompressedSize } = entry;
    if (uncompressedSize > MOST_UNPACKED || compressedSize > MOST_UNPACKED)
      throw new KeyFault('unreadable', key, `it is larger than ${MOST_UNPACKED >> 20} MiB, and packed once more`);
    const packed = await file.read(await startOf(key, entry), compressedSize);
    const bytes = inflated(key, packed, uncompressedSize);
    if (crc32(bytes) !== entry.crc32) throw new KeyFault('checksum', key, 'its CRC-32 is another');
    last = { key, bytes };
    return bytes;
  };
  const verify = async (key: string) => {
    const entry = entryOf(key);
    if (entry.compressionMethod === DEFLATED) return void (await unpack(key, entry));
    const start = await startOf(key, entry);
    let sum = 0;
    for (let done = 0; done < entry.uncompressedSize; done += SLICE_BYTES)
      sum = crc32(await file.read(start + done, Math.min(SLICE_BYTES, entry.uncompressedSize - done)), sum);
    if (sum !== entry.crc32) throw new KeyFault('checksum', key, 'its CRC-32 is another');
  };

  return {
    ...{ container: 'zip', verify },
    sizes: new Map([...members].map(([key, { uncompressedSize }]) => [key, uncompressedSize])),
    read: async (key, offset, length) => {
      const entry = entryOf(key);
      if (entry.compressionMethod === DEFLATED) return (await unpack(key, entry)).subarray(offset, offset + length);
      const bytes = await file.read(
        (await startOf(key, entry)) + offset,
        Math.max(0, Math.min(length, entry.uncompressedSize - offset)),
      );
      const isWhole = offset === 0 && bytes.length === entry.uncompressedSize;
      if (isWhole && crc32(bytes) !== entry.crc32) throw new KeyFault('checksum', key, 'its CRC-32 is another');
      return bytes;
    },
  };
}

function inflated(key: string, packed: Uint8Array, size: number): Uint8Array {
  try {
    const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
    if (bytes.length === size) return bytes;
  } catch {
    // told below
  }
  throw new KeyFault('unreadable', key, `it does not unpack to ${size} bytes`);
}
