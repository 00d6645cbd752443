/**
 * Which image does a DM3 or DM4 file of Gatan hold? A tree of tags, most of them of no interest here: of those that describe
 * images the numbers are kept, of arrays where they lie. Nothing in it is believed.
 */
import type { SourceFile } from '../check.js';
import { type Read, readAhead } from './read-ahead.js';

export interface DmHeader {
  readonly version: 3 | 4;
  /** Of the tree, without the header and the eight bytes behind it. */
  readonly rootBytes: number;
  /** Of the data: the tree itself is always big-endian. */
  readonly order: 'little' | 'big' | null;
  /** Of the whole file, as the header says. */
  readonly fileBytes: number;
}

export interface DmArray {
  readonly at: number;
  readonly bytes: number;
  readonly count: number;
  /** Of an element: 2 is a 16-bit integer, 6 a 32-bit float, …; 15 a record. */
  readonly type: number;
}

export interface DmImage {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** Columns, rows, sections, …. */
  readonly dimensions: readonly number[];
  readonly dataType: number | null;
  /** Bytes of a pixel. */
  readonly pixelDepth: number | null;
  readonly data: DmArray | null;
  readonly scale: number | null;
  readonly unit: string | null;
}

/** What is wrong with the tree, and where: a clause. */
export interface DmFault {
  readonly fault: string;
  readonly at: number;
  readonly isBeyondEnd: boolean;
}

export const DM_HEADER_BYTES = 16;
const MOST_TAGS = 2 ** 20;
const MOST_DEPTH = 64;
const MOST_INFO = 4096;
const MOST_IMAGES = 1024;
const MOST_LETTERS = 64;
/** Of a kind of number, by its type. */
const BYTES_OF_TYPE: Readonly<Record<number, number>> = {
  ...{ 2: 2, 3: 4, 4: 2, 5: 4, 6: 4, 7: 8, 8: 1, 9: 1, 10: 1, 11: 8, 12: 8 },
};
const [RECORD, TEXT, ARRAY] = [15, 18, 20];
const [GROUP_TAG, DATA_TAG] = [20, 21];

/** Null where it does not begin as one. */
export function dmHeaderOf(bytes: Uint8Array): DmHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes.length >= DM_HEADER_BYTES ? view.getUint32(0) : 0;
  if (version !== 3 && version !== 4) return null;
  const rootBytes = version === 4 ? Number(view.getBigUint64(4)) : view.getUint32(4);
  const flag = view.getUint32(version === 4 ? 12 : 8);
  const order = flag === 1 ? 'little' : flag === 0 ? 'big' : null;
  return { version, rootBytes, order, fileBytes: rootBytes + (version === 4 ? 24 : 20) };
}

/** The images, in the order of their list, and why reading stopped before the end. */
export async function dmImagesOf(
  file: Pick<SourceFile, 'read' | 'size'>,
  header: DmHeader,
): Promise<{ readonly images: readonly DmImage[]; readonly fault: DmFault | null }> {
  const found = new Map<number, Draft>();
  const tree = {
    ...header,
    size: file.size,
    read: readAhead(file, 2 ** 16),
    at: header.version === 4 ? 16 : 12,
    tags: 0,
    found,
  };
  let fault: DmFault | null = null;
  try {
    await readGroup(tree, [], 0);
  } catch (error) {
    if (!(error instanceof BrokenTree)) throw error;
    fault = { fault: error.message, at: error.at, isBeyondEnd: error.isBeyondEnd };
  }
  const images = Array.from(found, ([index, draft]) => ({
    index,
    ...draft,
    dimensions: [...draft.dimensions.values()],
  }));
  return { images: images.sort((a, b) => a.index - b.index), fault };
}

class BrokenTree extends Error {
  constructor(
    message: string,
    readonly at: number,
    readonly isBeyondEnd = false,
  ) {
    super(message);
  }
}

interface Tree {
  readonly version: 3 | 4;
  readonly order: 'little' | 'big' | null;
  readonly size: number;
  readonly read: Read;
  readonly found: Map<number, Draft>;
  /** Where reading goes on. */
  at: number;
  tags: number;
}

type Draft = { -readonly [Key in keyof Omit<DmImage, 'index' | 'dimensions'>]: DmImage[Key] } & {
  readonly dimensions: Map<number, number>;
};

async function take(tree: Tree, length: number): Promise<DataView> {
  const bytes = await tree.read(tree.at, length);
  if (bytes.length < length) throw new BrokenTree('it goes on behind the end of the file', tree.at + length, true);
  tree.at += length;
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

/** A number of the tree: 64 bits in DM4, 32 in DM3. */
async function takeCount(tree: Tree): Promise<number> {
  return tree.version === 4 ? Number((await take(tree, 8)).getBigUint64(0)) : (await take(tree, 4)).getUint32(0);
}

async function readGroup(tree: Tree, path: readonly string[], depth: number): Promise<void> {
  if (depth > MOST_DEPTH) throw new BrokenTree(`groups lie more than ${MOST_DEPTH} deep in one another`, tree.at);
  await take(tree, 2);
  const count = await takeCount(tree);
  for (let i = 0; i < count; i++) {
    const at = tree.at;
    if (++tree.tags > MOST_TAGS) throw new BrokenTree(`it has more than ${MOST_TAGS} tags`, at);
    const head = await take(tree, 3);
    const kind = head.getUint8(0);
    if (kind === 0) return;
    if (kind !== GROUP_TAG && kind !== DATA_TAG) throw new BrokenTree(`a tag is of kind ${kind}`, at);
    const name = latin1(await take(tree, head.getUint16(1)));
    const inner = [...path, name || String(i)];
    // DM4 tells how long the tag is; what it holds tells it too.
    if (tree.version === 4) await take(tree, 8);
    if (kind === GROUP_TAG) await readGroup(tree, inner, depth + 1);
    else await readData(tree, inner);
  }
}

async function readData(tree: Tree, path: readonly string[]): Promise<void> {
  const at = tree.at;
  if (latin1(await take(tree, 4)) !== '%%%%') throw new BrokenTree('a tag does not begin with "%%%%"', at);
  const length = await takeCount(tree);
  if (length === 0 || length > MOST_INFO) throw new BrokenTree(`a tag is described by ${length} numbers`, at);
  const width = tree.version === 4 ? 8 : 4;
  const view = await take(tree, length * width);
  const info = Array.from({ length }, (_, i) =>
    width === 8 ? Number(view.getBigUint64(i * 8)) : view.getUint32(i * 4),
  );
  const [type = 0] = info;
  const { bytes, count } = sizeOf(info, at);
  if (tree.at + bytes > tree.size) throw new BrokenTree('it goes on behind the end of the file', tree.at + bytes, true);
  await keep(tree, path, { at: tree.at, bytes, count, type: type === ARRAY ? (info[1] ?? 0) : type }, type === ARRAY);
  tree.at += bytes;
}

/** By its description: a number, a record of numbers, a text, or an array of one of these. */
function sizeOf(info: readonly number[], at: number): { bytes: number; count: number } {
  const [type = 0] = info;
  const simple = BYTES_OF_TYPE[type];
  if (simple) return { bytes: simple, count: 1 };
  if (type === TEXT) return { bytes: 2 * (info[1] ?? 0), count: info[1] ?? 0 };
  if (type === RECORD) {
    const [, , fields = 0] = info;
    let bytes = 0;
    for (let i = 0; i < fields; i++) {
      const width = BYTES_OF_TYPE[info[4 + 2 * i] ?? 0];
      if (!width) throw new BrokenTree(`a field of a record is of type ${info[4 + 2 * i]}`, at);
      bytes += width;
    }
    return { bytes, count: 1 };
  }
  if (type === ARRAY && info.length > 2) {
    const count = info.at(-1) ?? 0;
    return { bytes: count * sizeOf(info.slice(1, -1), at).bytes, count };
  }
  throw new BrokenTree(`a tag is of type ${type}`, at);
}

/** `ImageList.1.ImageData.…`: everything else is passed over. */
async function keep(tree: Tree, path: readonly string[], place: DmArray, isArray: boolean): Promise<void> {
  const [list, index, data, name, ...rest] = path;
  if (list !== 'ImageList' || data !== 'ImageData' || !/^\d+$/.test(index ?? '') || Number(index) >= MOST_IMAGES)
    return;
  const draft = tree.found.get(Number(index)) ?? blank();
  tree.found.set(Number(index), draft);

  if (name === 'Data' && isArray) draft.data = place;
  const where = [name, ...rest].join('.');
  if (where === 'Calibrations.Dimension.0.Units' && isArray && place.type === 4) draft.unit = await textAt(tree, place);
  const number = isArray ? null : await numberAt(tree, place);
  if (number === null) return;
  if (where === 'DataType') draft.dataType = number;
  if (where === 'PixelDepth') draft.pixelDepth = number;
  if (where === 'Calibrations.Dimension.0.Scale') draft.scale = number;
  if (name === 'Dimensions' && rest.length === 1 && draft.dimensions.size < MOST_DEPTH)
    draft.dimensions.set(Number(rest[0]), number);
}

const blank = (): Draft => ({
  ...{ dimensions: new Map(), dataType: null, pixelDepth: null, data: null, scale: null, unit: null },
});

async function numberAt({ read, order }: Tree, { at, bytes, type }: DmArray): Promise<number | null> {
  const found = await read(at, bytes);
  if (found.length < bytes || bytes === 0) return null;
  const view = new DataView(found.buffer, found.byteOffset, bytes);
  const little = order !== 'big';
  const readers: Readonly<Record<number, () => number>> = {
    2: () => view.getInt16(0, little),
    3: () => view.getInt32(0, little),
    4: () => view.getUint16(0, little),
    5: () => view.getUint32(0, little),
    6: () => view.getFloat32(0, little),
    7: () => view.getFloat64(0, little),
    11: () => Number(view.getBigInt64(0, little)),
    12: () => Number(view.getBigUint64(0, little)),
  };
  return readers[type]?.() ?? null;
}

/** UTF-16, a letter for each number of the array. */
async function textAt({ read, order }: Tree, { at, bytes }: DmArray): Promise<string> {
  const found = await read(at, Math.min(bytes, 2 * MOST_LETTERS));
  return new TextDecoder(order === 'big' ? 'utf-16be' : 'utf-16le').decode(found);
}

const latin1 = ({ buffer, byteOffset, byteLength }: DataView): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
