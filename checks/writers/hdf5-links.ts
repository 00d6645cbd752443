/**
 * How is a name taken out of a group of an HDF5 file? By closing the gap in the table of the group's names, as the HDF5
 * File Format Specification (sections III.A.1, III.B, III.C) lays it out; h5wasm has no call for that. What the name led
 * to stays where it is, under the other names that it has.
 *
 * Known is the layout that h5py and AnnData write unless told otherwise: groups by symbol tables. Others are refused.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** A file that is laid out in another way, or is damaged: nothing was changed. */
export class LinkNotRemoved extends Error {
  constructor(path: string, why: string) {
    super(`${path} cannot be taken out of the file: ${why}`);
    this.name = 'LinkNotRemoved';
  }
}

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const SYMBOL_TABLE = 0x11;
const CONTINUATION = 0x10;
/** Of the entry of a name: offset of the name, address of its object, what is cached. */
const ENTRY_BYTES = 40;
/** Where the first superblocks keep the address of the root's object header, and the others. */
const ROOT_AT = { 0: 64, 1: 68, 2: 36, 3: 36 } as const;
/** More than any group of a data set has: a cycle ends here. */
const MOST_BLOCKS = 100_000;

interface Entry {
  /** Of its table of names. */
  readonly table: number;
  readonly index: number;
  readonly count: number;
  readonly object: number;
}

/**
 * Take the last name of `path` out of its group. The file must be closed.
 * @throws LinkNotRemoved where the layout is not known; the file is then as it was
 */
export function removeLink(local: string, path: string): void {
  const file = openSync(local, 'r+');
  try {
    const bytes = readerOf(file, path);
    const names = path.split('/').slice(1);
    let object = rootOf(bytes, path);
    let entry: Entry | null = null;
    for (const name of names) {
      entry = entryOf(bytes, object, name, path);
      object = entry.object;
    }
    if (entry) closeGap(file, bytes, entry);
  } finally {
    closeSync(file);
  }
}

type Read = (at: number, length: number) => Buffer;

function readerOf(file: number, path: string): Read {
  let blocks = 0;
  return (at, length) => {
    const buffer = Buffer.alloc(length);
    if (++blocks > MOST_BLOCKS || readSync(file, buffer, 0, length, at) !== length) {
      throw new LinkNotRemoved(path, 'its groups are damaged');
    }
    return buffer;
  };
}

const addressIn = (buffer: Buffer, at: number): number => Number(buffer.readBigUInt64LE(at));

function rootOf(read: Read, path: string): number {
  const superblock = read(0, 96);
  const version = superblock.readUInt8(8);
  const [offsets, lengths] = version < 2 ? [13, 14] : [9, 10];
  const base = version < 2 ? (version === 0 ? 24 : 28) : 12;
  const isKnown =
    superblock.subarray(0, 8).equals(SIGNATURE) &&
    version in ROOT_AT &&
    superblock.readUInt8(offsets) === 8 &&
    superblock.readUInt8(lengths) === 8 &&
    addressIn(superblock, base) === 0;
  if (!isKnown) throw new LinkNotRemoved(path, 'the beginning of the file is laid out in a way that is not known here');
  return addressIn(superblock, ROOT_AT[version as keyof typeof ROOT_AT]);
}

function entryOf(read: Read, group: number, name: string, path: string): Entry {
  const { tree, heap } = symbolTableOf(read, group, path);
  const header = read(heap, 32);
  if (header.toString('latin1', 0, 4) !== 'HEAP') throw new LinkNotRemoved(path, 'the names of a group are damaged');
  const namesAt = addressIn(header, 24);
  const wanted = Buffer.from(`${name}\0`);
  for (const table of tablesOf(read, tree, path)) {
    const count = read(table, 8).readUInt16LE(6);
    const entries = read(table + 8, count * ENTRY_BYTES);
    for (let index = 0; index < count; index++) {
      const at = index * ENTRY_BYTES;
      const nameAt = addressIn(entries, at);
      // A name may be the last in its heap.
      const room = Math.min(wanted.length, Math.max(0, addressIn(header, 8) - nameAt));
      if (room === wanted.length && read(namesAt + nameAt, room).equals(wanted)) {
        return { table, index, count, object: addressIn(entries, at + 8) };
      }
    }
  }
  throw new LinkNotRemoved(path, `there is no "${name}"`);
}

function symbolTableOf(read: Read, group: number, path: string): { tree: number; heap: number } {
  const header = read(group, 16);
  if (header.readUInt8(0) !== 1) {
    throw new LinkNotRemoved(path, 'its group is kept in a newer way (`libver="latest"`), which is not known here');
  }
  const blocks = [{ at: group + 16, length: header.readUInt32LE(8) }];
  for (const { at, length } of blocks) {
    const block = read(at, length);
    for (let offset = 0; offset + 8 <= length; ) {
      const [type, size] = [block.readUInt16LE(offset), block.readUInt16LE(offset + 2)];
      const body = offset + 8;
      if (type === SYMBOL_TABLE && size >= 16)
        return { tree: addressIn(block, body), heap: addressIn(block, body + 8) };
      if (type === CONTINUATION && size >= 16)
        blocks.push({ at: addressIn(block, body), length: addressIn(block, body + 8) });
      offset = body + size;
    }
  }
  throw new LinkNotRemoved(path, 'its group has no table of names');
}

/** The tables of names below a node of a B-tree, version 1, of groups. */
function* tablesOf(read: Read, node: number, path: string): Generator<number> {
  const header = read(node, 24);
  if (header.toString('latin1', 0, 4) !== 'TREE' || header.readUInt8(4) !== 0) {
    throw new LinkNotRemoved(path, 'the index of a group is damaged');
  }
  const [level, count] = [header.readUInt8(5), header.readUInt16LE(6)];
  const children = read(node + 24, count * 16 + 8);
  for (let i = 0; i < count; i++) {
    const child = addressIn(children, i * 16 + 8);
    if (level > 0) yield* tablesOf(read, child, path);
    else if (read(child, 4).toString('latin1') === 'SNOD') yield child;
    else throw new LinkNotRemoved(path, 'a table of names is damaged');
  }
}

/** The entries after it move up by one; first they, then their number. */
function closeGap(file: number, read: Read, { table, index, count }: Entry): void {
  const from = table + 8 + (index + 1) * ENTRY_BYTES;
  const after = read(from, (count - index - 1) * ENTRY_BYTES);
  writeSync(file, after, 0, after.length, from - ENTRY_BYTES);
  const number = Buffer.alloc(2);
  number.writeUInt16LE(count - 1);
  writeSync(file, number, 0, 2, table + 6);
}
