/**
 * What pages are in a TIFF or BigTIFF file, and what does each say of itself? A chain of directories, each read in one go.
 * Nothing in it is believed: an offset may lead out of the file or back, a count may be any number.
 */
import type { SourceFile } from '../check.js';
import { type Read, readAhead } from './read-ahead.js';

export interface TiffHeader {
  readonly order: 'little' | 'big';
  readonly isBig: boolean;
  /** Of BigTIFF, which says it: 8. */
  readonly offsetBytes: number;
  readonly firstPage: number;
}

/** A tag of a page: how many values of which type, and where they lie. */
export interface Field {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Of all values; null where the type is none that TIFF knows. */
  readonly bytes: number | null;
  readonly at: number;
}

export interface Page {
  /** From 1. */
  readonly number: number;
  readonly fields: ReadonlyMap<number, Field>;
  /** Of tags whose type nobody knows. */
  readonly strangeTags: readonly number[];
}

/** Why the chain of pages ends before its end; `page` is the one that cannot be read. */
export interface Broken {
  readonly broken: 'outside' | 'loop' | 'tags' | 'many';
  readonly page: number;
  /** What was wanted of the file: the byte after the directory, or the number of its tags. */
  readonly found: number;
}

export interface Tiff {
  readonly header: TiffHeader;
  readonly size: number;
  pages(): AsyncGenerator<Page | Broken, void>;
  /** The first `most` values of a field of whole numbers; null where it has none, or they lie outside of the file. */
  numbers(field: Field, most: number): Promise<number[] | null>;
  /** The first `most` bytes of a field of any type; null as in `numbers`. */
  bytes(field: Field, most: number): Promise<Uint8Array | null>;
}

export const HEADER_BYTES = 16;

/** Movies have some thousands of frames at most; a page has some dozens of tags. */
export const MOST_PAGES = 65_536;
export const MOST_TAGS = 4096;
/** A directory and the lists that libtiff writes behind it, but not the pixels. */
const PIECE = 4096;

const BYTES_OF_TYPE: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4 },
  ...{ 16: 8, 17: 8, 18: 8 },
};

/** Null where the file does not begin as TIFF. */
export function tiffHeaderOf(bytes: Uint8Array): TiffHeader | null {
  const mark = String.fromCharCode(...bytes.subarray(0, 2));
  if (bytes.length < 8 || (mark !== 'II' && mark !== 'MM')) return null;
  const order = mark === 'II' ? 'little' : 'big';
  const view = viewOf(bytes);
  const magic = view.getUint16(2, order === 'little');
  if (magic === 42) return { order, isBig: false, offsetBytes: 4, firstPage: view.getUint32(4, order === 'little') };
  if (magic !== 43 || bytes.length < 16) return null;
  const offsetBytes = view.getUint16(4, order === 'little');
  return { order, isBig: true, offsetBytes, firstPage: Number(view.getBigUint64(8, order === 'little')) };
}

export function openTiff(file: SourceFile, header: TiffHeader): Tiff {
  const read = readAhead(file, PIECE);
  const numberAt = numberReader(header.order === 'little');
  const whole = async ({ at, bytes }: Field, most: number) => {
    if (bytes === null || bytes === 0 || !(at + bytes <= file.size)) return null;
    const length = Math.min(bytes, most);
    const found = await read(at, length);
    return found.length === length ? found : null;
  };
  return {
    ...{ header, size: file.size, bytes: whole },
    pages: () => pagesOf(file.size, read, header),
    async numbers(field, most) {
      const width = WHOLE_TYPES.has(field.type) ? (BYTES_OF_TYPE[field.type] ?? 0) : 0;
      if (width === 0) return null;
      const bytes = await whole(field, most * width);
      if (!bytes) return null;
      const view = viewOf(bytes);
      return Array.from({ length: bytes.length / width }, (_, i) => numberAt(view, i * width, width));
    },
  };
}

/** BYTE, SHORT, LONG, IFD, LONG8, IFD8. */
const WHOLE_TYPES = new Set([1, 3, 4, 13, 16, 18]);

async function* pagesOf(size: number, read: Read, header: TiffHeader): AsyncGenerator<Page | Broken, void> {
  const seen = new Set<number>();
  for (let at = header.firstPage, number = 1; at !== 0; number++) {
    if (seen.has(at)) return yield { broken: 'loop', page: number, found: at };
    if (number > MOST_PAGES) return yield { broken: 'many', page: number, found: at };
    seen.add(at);
    const directory = await directoryAt(at, number, read, header);
    if ('broken' in directory) return yield directory;
    yield directory.page;
    at = directory.next;
    if (at >= size) return yield { broken: 'outside', page: number + 1, found: at };
  }
}

async function directoryAt(
  at: number,
  number: number,
  read: Read,
  header: TiffHeader,
): Promise<{ page: Page; next: number } | Broken> {
  const [countBytes, entryBytes, wordBytes] = header.isBig ? [8, 20, 8] : [2, 12, 4];
  const numberAt = numberReader(header.order === 'little');
  const outside: Broken = { broken: 'outside', page: number, found: at + countBytes };

  const head = await read(at, countBytes);
  if (head.length < countBytes) return outside;
  const count = numberAt(viewOf(head), 0, countBytes);
  if (count === 0 || count > MOST_TAGS) return { broken: 'tags', page: number, found: count };

  const length = count * entryBytes + wordBytes;
  const bytes = await read(at + countBytes, length);
  if (bytes.length < length) return { ...outside, found: at + countBytes + length };

  const view = viewOf(bytes);
  const fields = new Map<number, Field>();
  const strangeTags: number[] = [];
  for (let i = 0; i < count; i++) {
    const field = fieldAt(i * entryBytes);
    if (field.bytes === null) strangeTags.push(field.tag);
    if (!fields.has(field.tag)) fields.set(field.tag, field);
  }
  return { page: { number, fields, strangeTags }, next: numberAt(view, count * entryBytes, wordBytes) };

  function fieldAt(start: number): Field {
    const [tag, type] = [numberAt(view, start, 2), numberAt(view, start + 2, 2)];
    const values = numberAt(view, start + 4, wordBytes);
    const width = BYTES_OF_TYPE[type];
    const bytes = width === undefined ? null : width * values;
    const place = start + 4 + wordBytes;
    const isInside = bytes !== null && bytes <= wordBytes;
    return {
      tag,
      type,
      count: values,
      bytes,
      at: isInside ? at + countBytes + place : numberAt(view, place, wordBytes),
    };
  }
}

/** Numbers of 64 bits become what is nearest: above 2^53 that is beyond every file, which is all that matters. */
const numberReader = (little: boolean) => (view: DataView, at: number, width: number) => {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, little);
  return width === 4 ? view.getUint32(at, little) : Number(view.getBigUint64(at, little));
};

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
