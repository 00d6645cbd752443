/**
 * Where in the file do the values of a dataset lie? Read from its object header by the HDF5 File Format Specification
 * (version 3.0), so that chunks can be read and inflated without the library. Whatever is not known here, and whatever
 * looks wrong, is `Unknown`: the library then reads the dataset, and says what is the matter with it.
 */
import { chunksByArray } from './hdf5-chunk-arrays.js';
import { type Chunks, type ChunkTable, type Index, put } from './hdf5-chunk-table.js';
import { chunksByTree1, chunksByTree2 } from './hdf5-chunk-trees.js';
import { type Bytes, type FileBytes, superblockOf, UNDEFINED, Unknown } from './hdf5-file-bytes.js';
import type { Filter } from './hdf5-filters.js';
import { REFERENCE_BYTES } from './hdf5-heaps.js';
import type { Dataset } from './hdf5-tree.js';

/** Plain data: it is sent to threads. */
export interface Located extends Pick<Dataset, 'path' | 'dtype' | 'itemBytes' | 'shape' | 'chunks'> {
  readonly layout: Layout;
}
type Layout =
  /** One after another, from here on. */
  | { readonly kind: 'contiguous'; readonly address: number }
  | {
      readonly kind: 'chunked';
      readonly lengths: readonly number[];
      readonly filters: readonly Filter[];
      readonly table: Chunks;
    };

/** Of more, their addresses alone would take too much memory. */
const MOST_CHUNKS = 2 ** 20;
const MOST_MESSAGES = 1_000;
const MOST_BLOCKS = 64;
const MOST_HEADER_BYTES = 2 ** 16;

const MESSAGE = { datatype: 0x03, oldFill: 0x04, fill: 0x05, layout: 0x08, filters: 0x0b, continuation: 0x10 } as const;

/** @throws Unknown where this reader does not know the way */
export function locate(file: FileBytes, dataset: Dataset, headerAddress: number): Located {
  const messages = messagesOf(file, headerAddress + superblockOf(file).base);
  const only = (type: number): Bytes | null => {
    const found = messages.filter((message) => message.type === type);
    if (found.length > 1) throw new Unknown('a message comes twice');
    return found[0]?.body ?? null;
  };
  const datatype = only(MESSAGE.datatype);
  const layout = only(MESSAGE.layout);
  if (!datatype || !layout) throw new Unknown('there is no layout');
  const itemBytes = itemBytesOf(datatype, dataset);

  const { path, dtype, shape } = dataset;
  const filters = filtersIn(only(MESSAGE.filters));
  const fill = only(MESSAGE.fill);
  const hasZeroFill = fill ? isZeroFill(fill) : !only(MESSAGE.oldFill);
  const found = layoutIn(file, layout, { dataset: { shape, itemBytes }, filters, hasZeroFill });
  return { path, dtype, itemBytes, shape, layout: found, chunks: found.kind === 'chunked' ? found.lengths : null };
}

interface Message {
  readonly type: number;
  readonly body: Bytes;
}

/** All messages of an object header, of version 1 or 2, whose blocks may lie anywhere. */
function messagesOf(file: FileBytes, address: number): Message[] {
  const start = file.at(address, 16);
  const isNew = start.text(0, 4) === 'OHDR';
  const messages: Message[] = [];
  const blocks: { at: number; length: number }[] = [];
  let flags = 0;

  if (isNew) {
    if (start.u8(4) !== 2) throw new Unknown('the version of its header');
    flags = start.u8(5);
    const sizeAt = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const sizeBytes = 1 << (flags & 3);
    const length = file.at(address + sizeAt, sizeBytes).uint(0, sizeBytes);
    blocks.push({ at: address + sizeAt + sizeBytes, length });
  } else {
    if (start.u8(0) !== 1) throw new Unknown('the version of its header');
    blocks.push({ at: address + 16, length: start.u32(8) });
  }

  for (let number = 0; number < blocks.length; number++) {
    if (number === MOST_BLOCKS) throw new Unknown('its header is in too many parts');
    const { at, length } = blocks[number] ?? { at: 0, length: 0 };
    if (length > MOST_HEADER_BYTES) throw new Unknown('its header is too long');
    const body = file.at(at, length);
    // Of a continuation of version 2, signature and checksum are part of its length.
    const isContinuation = isNew && number > 0;
    if (isContinuation && body.text(0, 4) !== 'OCHK') throw new Unknown('a part of its header');
    const end = isContinuation ? length - 4 : length;
    for (const message of messagesIn(body, isContinuation ? 4 : 0, end, isNew, flags)) {
      if (messages.length === MOST_MESSAGES) throw new Unknown('its header has too many messages');
      messages.push(message);
      if (message.type !== MESSAGE.continuation) continue;
      blocks.push({ at: file.base + message.body.address(0), length: message.body.uint(8, 8) });
    }
  }
  return messages;
}

function* messagesIn(body: Bytes, start: number, end: number, isNew: boolean, flags: number): Generator<Message> {
  const prefix = isNew ? (flags & 4 ? 6 : 4) : 8;
  for (let at = start; at + prefix <= end; ) {
    const type = isNew ? body.u8(at) : body.u16(at);
    const size = body.u16(at + (isNew ? 1 : 2));
    const messageFlags = body.u8(at + (isNew ? 3 : 4));
    const isWanted = (Object.values(MESSAGE) as number[]).includes(type);
    if (isWanted && messageFlags & 2) throw new Unknown('a message is shared with other objects');
    if (at + prefix + size > end) throw new Unknown('a message goes beyond its block');
    if (isWanted) yield { type, body: body.part(at + prefix, size) };
    at += prefix + size;
  }
}

/** Classes of HDF5's types. */
const CLASS = { integer: 0, float: 1, string: 3, enum: 8, variable: 9 } as const;

/**
 * What a value takes in the file. What the library says of the type holds; here it counts that numbers lie as this machine
 * has them.
 */
function itemBytesOf(message: Bytes, { dtype, text, itemBytes }: Dataset): number {
  const kind = message.u8(0) & 0x0f;
  const bytes = message.u32(4);
  if (text === 'variable') {
    if (kind !== CLASS.variable || bytes !== REFERENCE_BYTES) throw new Unknown('its type');
    return REFERENCE_BYTES;
  }
  if (bytes !== itemBytes) throw new Unknown('its type');
  // Of one byte each, or of as many as the string has: there is no order.
  if (text === 'fixed' ? kind === CLASS.string : dtype === 'bool' && kind === CLASS.enum && bytes === 1) return bytes;

  if (kind !== CLASS.integer && kind !== CLASS.float) throw new Unknown('its type');
  if (message.u8(1) & 1 || (kind === CLASS.float && message.u8(1) & 0x40)) throw new Unknown('the order of its bytes');
  if (message.u16(8) !== 0 || message.u16(10) !== 8 * itemBytes) throw new Unknown('its type');
  // Where the exponent lies and how long it is, then the fraction: there are others of 16 bits.
  if (dtype === 'float16' && message.u32(12) !== 0x0a_00_05_0a) throw new Unknown('its type');
  return bytes;
}

function filtersIn(message: Bytes | null): Filter[] {
  if (!message) return [];
  const version = message.u8(0);
  const count = message.u8(1);
  if ((version !== 1 && version !== 2) || count > 8) throw new Unknown('its filters');
  const filters: Filter[] = [];
  for (let at = version === 1 ? 8 : 2; filters.length < count; ) {
    const id = message.u16(at);
    const hasName = version === 1 || id >= 256;
    const nameBytes = hasName ? message.u16(at + 2) : 0;
    const countAt = at + (hasName ? 6 : 4);
    const values = message.u16(countAt);
    const valuesAt = countAt + 2 + nameBytes;
    filters.push({ id, values: Array.from({ length: values }, (_, i) => message.u32(valuesAt + 4 * i)) });
    at = valuesAt + 4 * values + (version === 1 && values % 2 === 1 ? 4 : 0);
  }
  return filters;
}

/** Whether what was never written reads as zeros. */
function isZeroFill(message: Bytes): boolean {
  const version = message.u8(0);
  if (version === 3) return (message.u8(1) & 0x20) === 0 || isZero(message.part(6, message.u32(2)));
  if (version === 2 && message.u8(3) === 0) return true;
  if (version !== 1 && version !== 2) return false;
  return isZero(message.part(8, message.u32(4)));
}

const isZero = (bytes: Bytes): boolean => bytes.all.every((byte) => byte === 0);

interface Of {
  readonly dataset: Pick<Dataset, 'shape' | 'itemBytes'>;
  readonly filters: readonly Filter[];
  readonly hasZeroFill: boolean;
}

function layoutIn(file: FileBytes, message: Bytes, of: Of): Layout {
  const version = message.u8(0);
  if (version < 3 || version > 5) throw new Unknown('the version of its layout');
  const kind = message.u8(1);
  if (kind === 0) return { kind: 'contiguous', address: message.start + 4 };
  if (kind === 1) return { kind: 'contiguous', address: contiguousAt(file, message, of) };
  if (kind !== 2) throw new Unknown('its layout');

  const parts = version === 3 ? partsOf3(message) : partsOf4(message);
  const { chunk, elementBytes } = parts;
  const { shape, itemBytes } = of.dataset;
  if (elementBytes !== itemBytes || chunk.length !== shape.length || chunk.some((length) => length < 1)) {
    throw new Unknown('its chunks are not of its shape');
  }
  const grid = shape.map((length, i) => Math.ceil(length / (chunk[i] ?? 1)));
  const count = grid.reduce((product, length) => product * length, 1);
  if (!(count <= MOST_CHUNKS)) throw new Unknown('it has too many chunks');

  const chunkBytes = chunk.reduce((product, length) => product * length, itemBytes);
  const table: ChunkTable = {
    ...{ grid, chunk, count, chunkBytes, isFiltered: of.filters.length > 0 },
    // Shared, so that threads have no copies of them.
    addresses: new Float64Array(new SharedArrayBuffer(8 * count)).fill(-1),
    sizes: new Float64Array(new SharedArrayBuffer(8 * count)),
    masks: new Uint32Array(new SharedArrayBuffer(4 * count)),
  };
  if (parts.address !== UNDEFINED) parts.fill(file, table, parts.address);
  if (!of.hasZeroFill && table.addresses.includes(-1)) throw new Unknown('it is filled with something');
  const { addresses, sizes, masks } = table;
  return { kind: 'chunked', lengths: chunk, filters: of.filters, table: { addresses, sizes, masks } };
}

function contiguousAt(file: FileBytes, message: Bytes, { dataset, filters }: Of): number {
  const { shape, itemBytes } = dataset;
  const address = message.address(2);
  const bytes = shape.reduce((product, length) => product * length, itemBytes);
  if (address === UNDEFINED || filters.length > 0 || bytes > message.uint(10, 8))
    throw new Unknown('it was not written');
  if (address + file.base + bytes > file.size) throw new Unknown('it goes beyond the end of the file');
  return address + file.base;
}

interface ChunkedParts {
  readonly chunk: readonly number[];
  readonly elementBytes: number;
  readonly address: number;
  readonly fill: Index;
}

function partsOf3(message: Bytes): ChunkedParts {
  const dimensions = message.u8(2);
  if (dimensions < 2 || dimensions > 3) throw new Unknown('its dimensions');
  const lengths = Array.from({ length: dimensions }, (_, i) => message.u32(11 + 4 * i));
  const [elementBytes = 0] = lengths.splice(-1);
  return { chunk: lengths, elementBytes, address: message.address(3), fill: chunksByTree1 };
}

function partsOf4(message: Bytes): ChunkedParts {
  const flags = message.u8(2);
  const dimensions = message.u8(3);
  const width = message.u8(4);
  if (dimensions < 2 || dimensions > 3 || width < 1 || width > 8) throw new Unknown('its dimensions');
  // Chunks at the edge are then left as they are.
  if (flags & 1) throw new Unknown('its edge');
  const lengths = Array.from({ length: dimensions }, (_, i) => message.uint(5 + i * width, width));
  const [elementBytes = 0] = lengths.splice(-1);
  const indexAt = 5 + dimensions * width;
  const of = { chunk: lengths, elementBytes };
  const at = indexAt + 1;

  switch (message.u8(indexAt)) {
    case 1: {
      const isFiltered = (flags & 2) !== 0;
      const single = isFiltered ? { size: message.uint(at, 8), mask: message.u32(at + 8) } : null;
      return { ...of, address: message.address(isFiltered ? at + 12 : at), fill: chunkAlone(single) };
    }
    case 2:
      return { ...of, address: message.address(at), fill: chunksInRow };
    case 3:
      return { ...of, address: message.address(at + 1), fill: chunksByArray('fixed') };
    case 4:
      return { ...of, address: message.address(at + 5), fill: chunksByArray('extensible') };
    case 5:
      return { ...of, address: message.address(at + 6), fill: chunksByTree2 };
    default:
      throw new Unknown('the index of its chunks');
  }
}

const chunkAlone =
  (single: { size: number; mask: number } | null): Index =>
  (file, table, address) => {
    if (table.count !== 1) throw new Unknown('it has more than one chunk');
    put(file, table, 0, { address, size: single?.size ?? table.chunkBytes, mask: single?.mask ?? 0 });
  };

/** One after another, all of them, as they are. */
const chunksInRow: Index = (file, table, address) => {
  for (let i = 0; i < table.count; i++) {
    put(file, table, i, { address: address + i * table.chunkBytes, size: table.chunkBytes, mask: 0 });
  }
};
