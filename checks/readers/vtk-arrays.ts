/** Which values does an array of an XML file of VTK hold? As text, in base64 or raw, and compressed or not. */
import { inflateSync } from 'node:zlib';
import type { SourceFile } from '../check.js';
import { piecesOf } from './long-text.js';
import { cursorOf } from './vtk-cursor.js';
import { textNumber, type ValueType, xmlType } from './vtk-types.js';
import type { VtkArray, VtkXml } from './vtk-xml.js';

/** Its values end early, or are none. `unread`: they are packed in a way that is not read. */
export type ArrayFault = 'truncated' | 'not_number' | 'type' | 'compressed' | 'unread';

export interface ArrayRead {
  readonly count: number;
  readonly fault: ArrayFault | null;
}

const MOST_BLOCK_BYTES = 64 << 20;
const MOST_BLOCKS = 1_000_000;
const VALUES_AT_ONCE = 1 << 16;

/** Hand over its values, at most `most` of them. */
export async function eachValue(
  file: SourceFile,
  xml: VtkXml,
  array: VtkArray,
  most: number,
  take: (value: number) => void,
): Promise<ArrayRead> {
  const type = xmlType(array.type);
  if (!type) return { count: 0, fault: 'type' };
  if (array.format === 'ascii') return fromText(sliceOf(file, array.from, array.end), most, take);
  const bytes = await bytesOf(file, xml, array);
  if (!bytes) return { count: 0, fault: 'truncated' };
  const header = { bytes: xml.headerBytes, isLittle: xml.isLittle };
  if (xml.compressor === null) return fromPlain(pulling(bytes), type, header, most, take);
  if (!/ZLib/i.test(xml.compressor)) return { count: 0, fault: 'unread' };
  return fromBlocks(pulling(bytes), type, header, most, take);
}

const sliceOf = (file: SourceFile, from: number, end: number): SourceFile => ({
  ...file,
  size: Math.max(0, end - from),
  read: (at, length) => file.read(from + at, Math.max(0, Math.min(length, end - from - at))),
});

async function fromText(file: SourceFile, most: number, take: (value: number) => void): Promise<ArrayRead> {
  let isBroken = false;
  const count = await cursorOf(file).words(most + 1, (word) => {
    const value = textNumber(word);
    isBroken = value === null;
    if (value !== null) take(value);
    return !isBroken;
  });
  return { count, fault: isBroken ? 'not_number' : null };
}

/** Null where the place of its bytes is not told, or is not there. */
async function bytesOf(file: SourceFile, xml: VtkXml, array: VtkArray): Promise<AsyncIterable<Buffer> | null> {
  if (array.format === 'binary') return fromBase64(piecesOf(file, array.from, array.end));
  if (array.format !== 'appended' || !xml.appended || array.offset === null) return null;
  const cursor = cursorOf(file, xml.appended.from);
  // The data begin behind an underscore.
  if (!(await cursor.skipTo(0x5f))) return null;
  const from = cursor.at + 1 + array.offset;
  if (from >= file.size) return null;
  const pieces = piecesOf(file, from);
  return xml.appended.encoding === 'raw' ? pieces : fromBase64(pieces);
}

/** Headers and values are encoded apart, so that padding may stand between them. */
async function* fromBase64(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + piece.toString('latin1').replaceAll(/\s+/g, '');
    const whole = text.length - (text.length % 4);
    rest = text.slice(whole);
    for (const [part] of text.slice(0, whole).matchAll(/[^=]+=*/g)) yield Buffer.from(part, 'base64');
  }
}

/** Null where fewer than `length` bytes are left. */
type Pull = (length: number) => Promise<Buffer | null>;

function pulling(pieces: AsyncIterable<Buffer>): Pull {
  const iterator = pieces[Symbol.asyncIterator]();
  let ready: Buffer[] = [];
  let size = 0;
  return async (length) => {
    while (size < length) {
      const next = await iterator.next();
      if (next.done) return null;
      ready.push(next.value);
      size += next.value.length;
    }
    const all = ready.length === 1 && ready[0] ? ready[0] : Buffer.concat(ready);
    ready = [all.subarray(length)];
    size -= length;
    return all.subarray(0, length);
  };
}

interface Header {
  readonly bytes: 4 | 8;
  readonly isLittle: boolean;
}

async function headerNumber(pull: Pull, { bytes, isLittle }: Header): Promise<number | null> {
  const word = await pull(bytes);
  if (!word) return null;
  const view = new DataView(word.buffer, word.byteOffset, bytes);
  return bytes === 8 ? Number(view.getBigUint64(0, isLittle)) : view.getUint32(0, isLittle);
}

function hand(bytes: Buffer, type: ValueType, isLittle: boolean, take: (value: number) => void): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.floor(bytes.length / type.bytes);
  for (let i = 0; i < count; i++) take(type.read(view, i * type.bytes, isLittle));
  return count;
}

async function fromPlain(
  pull: Pull,
  type: ValueType,
  header: Header,
  most: number,
  take: (value: number) => void,
): Promise<ArrayRead> {
  const bytes = await headerNumber(pull, header);
  if (bytes === null) return { count: 0, fault: 'truncated' };
  const promised = Math.floor(bytes / type.bytes);
  let count = 0;
  while (count < Math.min(promised, most)) {
    const next = await pull(Math.min(VALUES_AT_ONCE, promised - count, most - count) * type.bytes);
    if (!next) return { count, fault: 'truncated' };
    count += hand(next, type, header.isLittle, take);
  }
  return { count: promised, fault: null };
}

async function fromBlocks(
  pull: Pull,
  type: ValueType,
  header: Header,
  most: number,
  take: (value: number) => void,
): Promise<ArrayRead> {
  const blocks = await headerNumber(pull, header);
  const blockBytes = await headerNumber(pull, header);
  const lastBytes = await headerNumber(pull, header);
  if (blocks === null || blockBytes === null || lastBytes === null) return { count: 0, fault: 'truncated' };
  if (blocks > MOST_BLOCKS || blockBytes > MOST_BLOCK_BYTES) return { count: 0, fault: 'compressed' };
  const sizes: number[] = [];
  while (sizes.length < blocks) {
    const size = await headerNumber(pull, header);
    if (size === null) return { count: 0, fault: 'truncated' };
    sizes.push(size);
  }

  let count = 0;
  for (const size of sizes) {
    const packed = size > MOST_BLOCK_BYTES ? null : await pull(size);
    if (!packed) return { count, fault: 'truncated' };
    const bytes = inflated(packed, blockBytes);
    if (!bytes) return { count, fault: 'compressed' };
    count += hand(bytes, type, header.isLittle, take);
    if (count > most) break;
  }
  return { count, fault: null };
}

/** Null where it is not what it should be, or more. */
function inflated(packed: Buffer, most: number): Buffer | null {
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, most) });
  } catch {
    return null;
  }
}
