/** What do the pages of a TIFF file hold, and which rules do they break? One walk along them; nothing of a page is kept. */
import type { Pen, Said, SourceFile, Told } from '../check.js';
import { type Read, readAhead } from '../readers/read-ahead.js';
import {
  type Broken,
  type Field,
  MOST_PAGES,
  MOST_TAGS,
  openTiff,
  type Page,
  type Tiff,
  type TiffHeader,
} from '../readers/tiff.js';
import { COMPRESSIONS, imageOf, LOSSY, type Pieces, piecesOf, type TiffImage } from '../readers/tiff-image.js';
import { unpackedLength } from '../readers/tiff-unpacked.js';
import type { TiffCode } from './tiff-rules.js';
import type { TiffFacts } from './tomography-facts.js';

/** No camera is larger. */
const MOST_PIXELS = 2 ** 20;
/** Of one page, and of the file: ten times the movies that have one strip a row. */
const MOST_PIECES = 2 ** 20;
const MOST_PIECES_OF_FILE = 2 ** 22;
const MOST_SAMPLES = 5;
/** Strips are read by the way they lie: one after another. */
const PIECE = 2 ** 18;
/** Unpacked of a movie of which not everything is read. */
const SAMPLED_BYTES = 2 ** 26;

export interface Walk {
  readonly tiff: Tiff;
  /** The first page that counts: what all others are compared with. */
  readonly first: TiffImage | null;
  readonly page: Page | null;
  /** Pages that count, and those that do not. */
  readonly counted: number;
  readonly others: number;
  /** The first field there is of the tag that was asked for. */
  readonly field: Field | null;
  readonly faults: Faults;
}

interface Wanted {
  readonly full: boolean;
  /** Is it a frame? Others, as thumbnails and sums, are not compared with the first. */
  counts(image: TiffImage): boolean;
  /** A tag whose first field is wanted. */
  readonly tag?: number;
}

export async function walkPages(file: SourceFile, header: TiffHeader, wanted: Wanted): Promise<Walk> {
  const tiff = openTiff(file, header);
  const left = { pieces: MOST_PIECES_OF_FILE, packed: wanted.full ? file.size : Math.min(file.size, SAMPLED_BYTES) };
  const judge = { tiff, data: readAhead(file, PIECE), faults: faultsOf(), left, listed: { bytes: 0 } };
  let [first, field, last]: [Located | null, Field | null, Located | null] = [null, null, null];
  let [counted, others] = [0, 0];
  for await (const page of tiff.pages()) {
    if ('broken' in page) {
      noteBroken(page, tiff, judge.faults);
      break;
    }
    field ??= (wanted.tag && page.fields.get(wanted.tag)) || null;
    const located = await judgePage(page, judge);
    if (!located) continue;
    const counts = wanted.counts(located.image);
    counted += counts ? 1 : 0;
    others += counts ? 0 : 1;
    if (counts) first ??= located;
    if (counts && first) compare(located.image, first.image, page, judge.faults);

    if (wanted.full) await unpack(located, located.pieces?.offsets.keys() ?? [], judge);
    else if (isPowerOfTwo(page.number)) await unpack(located, [0], judge);
    last = located;
  }
  if (last?.pieces && !wanted.full) await unpack(last, [last.pieces.offsets.length - 1], judge);
  const { image = null, page = null } = first ?? {};
  return { tiff, first: image, page, counted, others, field, faults: judge.faults };
}

interface Judge {
  readonly tiff: Tiff;
  readonly data: Read;
  readonly faults: Faults;
  /** How many pieces may still be looked at, and how many bytes unpacked: pieces that lie upon others have no end. */
  readonly left: { pieces: number; packed: number };
  readonly listed: { bytes: number };
}

/** An image, and where its pieces lie as far as they are right. */
interface Located {
  readonly page: Page;
  readonly image: TiffImage;
  readonly pieces: Pieces | null;
}

const BROKEN: Readonly<Record<Broken['broken'], (broken: Broken, size: number) => [TiffCode, Told]>> = {
  outside: ({ page, found }, size) => [
    'truncated',
    { what: `the directory of page ${page}`, found: String(size), expected: String(found) },
  ],
  loop: ({ page }) => ['page_loop', { last: page - 1 }],
  tags: ({ page, found }) => ['page_tags', { what: `Page ${page}`, found: String(found), expected: String(MOST_TAGS) }],
  many: () => ['page_count', { expected: String(MOST_PAGES) }],
};

function noteBroken(broken: Broken, { size }: Tiff, faults: Faults): void {
  const [code, told] = BROKEN[broken.broken](broken, size);
  faults.note(code, broken.page, told);
}

async function judgePage(page: Page, judge: Judge): Promise<Located | null> {
  const { tiff, faults } = judge;
  const { number } = page;
  if (page.strangeTags.length > 0) faults.note('field_type', number, { found: `tag ${page.strangeTags[0]}` });

  const image = await imageOf(tiff, page);
  if (!image || image.width > MOST_PIXELS || image.height > MOST_PIXELS) {
    const found = image ? `${image.width} × ${image.height}` : 'none';
    faults.note('dimensions', number, { found, expected: String(MOST_PIXELS) });
    return null;
  }
  const { compression } = image;
  const lossy = LOSSY[compression];
  if (lossy) faults.note('compression_lossy', number, { found: lossy });
  else if (!COMPRESSIONS[compression]) faults.note('compression_unknown', number, { found: String(compression) });
  return { page, image, pieces: await judgePieces(page, image, judge) };
}

async function judgePieces(
  page: Page,
  image: TiffImage,
  { tiff, faults, left, listed: sums }: Judge,
): Promise<Pieces | null> {
  const { number } = page;
  if (!image.grid) return faults.note('no_data', number);
  const { count, kind } = image.grid;
  const most = Math.min(MOST_PIECES, left.pieces);
  if (most <= 0) return faults.note('piece_limit', number, { expected: String(MOST_PIECES_OF_FILE) });

  const pieces = await piecesOf(tiff, page, kind, most);
  const listed = pieces?.listed ?? [0, 0];
  if (listed.some((length) => length !== count)) {
    const found = pieces ? `${Math.min(...listed)} ${kind}s` : `no list of ${kind}s that can be read`;
    faults.note('piece_count', number, { found, expected: `${count} ${kind}s` });
  }
  if (!pieces) return null;
  if (count > most) faults.note('piece_limit', number, { expected: String(most) });
  left.pieces -= pieces.lengths.length;
  judgeRanges(page, image, pieces, { tiff, faults, listed: sums });
  return pieces;
}

function judgeRanges(
  { number }: Page,
  image: TiffImage,
  { offsets, lengths }: Pieces,
  { tiff, faults, listed }: Pick<Judge, 'tiff' | 'faults' | 'listed'>,
): void {
  let [bytes, end, short] = [0, 0, -1];
  for (const [i, length] of lengths.entries()) {
    bytes += length;
    if (length > 0) end = Math.max(end, (offsets[i] ?? 0) + length);
    const needed = image.compression === 1 ? (image.grid?.unpackedBytes(i) ?? 0) : 1;
    if (length < needed && short < 0) short = i;
  }
  const what = `page ${number}`;
  if (bytes === 0) return void faults.note('no_data', number);
  if (end > tiff.size) faults.note('truncated', number, { what, found: String(tiff.size), expected: String(end) });
  if (short >= 0) {
    const needed = image.compression === 1 ? (image.grid?.unpackedBytes(short) ?? 1) : 1;
    faults.note('piece_short', number, { found: inBytes(lengths[short] ?? 0), expected: inBytes(needed) });
  }
  listed.bytes += bytes;
  if (listed.bytes > tiff.size && end <= tiff.size)
    faults.note('pieces_shared', number, { found: String(listed.bytes), expected: String(tiff.size) });
}

function compare(image: TiffImage, first: TiffImage, { number }: Page, faults: Faults): void {
  const [found, expected] = [kindOf(image), kindOf(first)];
  if (found !== expected) faults.note('page_differs', number, { found, expected });
}

const kindOf = ({ width, height, dtype, bits }: TiffImage): string =>
  `${width} × ${height} of ${dtype}${new Set(bits).size > 1 ? ` (${bits.join(', ')} bits)` : ''}`;

async function unpack({ page, image, pieces }: Located, which: Iterable<number>, judge: Judge): Promise<void> {
  const { tiff, data, faults, left } = judge;
  const { grid, compression } = image;
  if (!grid || !pieces) return;
  for (const i of which) {
    const [offset, length] = [pieces.offsets[i] ?? 0, pieces.lengths[i] ?? 0];
    const expected = grid.unpackedBytes(i);
    const isThere = length > 0 && offset + length <= tiff.size && i < grid.count;
    if (!isThere || !expected || compression === 1 || length > left.packed) continue;
    left.packed -= length;
    const unpacked = await unpackedLength(data, { offset, length, compression }, expected);
    if (!unpacked) return;
    const { bytes, isDamaged } = unpacked;
    const told = { found: inBytes(bytes), expected: inBytes(expected) };
    if (isDamaged || bytes < expected) faults.note('data_damaged', page.number, told);
    // Programs that fill the last strip up to its full height are many.
    else if (bytes > expected && i < grid.count - 1) faults.note('data_surplus', page.number, told);
  }
}

/** Faults of pages, each told once, with how many pages have it and which are the first. */
export interface Faults {
  note(code: TiffCode, page: number, told?: Told): null;
  report(pen: Pen<TiffCode>): Generator<Said, void>;
}

function faultsOf(): Faults {
  const noted = new Map<TiffCode, { told: Told; pages: number[]; count: number }>();
  return {
    note(code, page, told = {}) {
      const fault = noted.get(code) ?? { told, pages: [], count: 0 };
      noted.set(code, fault);
      if (fault.pages.at(-1) === page) return null;
      fault.count++;
      if (fault.pages.length < MOST_SAMPLES) fault.pages.push(page);
      return null;
    },
    *report(pen) {
      for (const [code, { told, pages, count }] of noted)
        yield pen.report(code, {
          location: `page ${pages[0]}`,
          count,
          samples: pages.map((n) => `page ${n}`),
          ...told,
        });
    },
  };
}

/** What is told of the file to the rules between files. */
export const factsOf = ({ tiff, first, counted }: Walk, format: 'tiff' | 'eer'): TiffFacts | null =>
  first && {
    ...{ format, isBig: tiff.header.isBig },
    dimensions: [first.width, first.height, counted],
    dtype: first.dtype,
    ...{ compression: COMPRESSIONS[first.compression] ?? LOSSY[first.compression] ?? String(first.compression) },
    pixelSize: null,
  };

const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;
const inBytes = (count: number): string => `${count} ${count === 1 ? 'byte' : 'bytes'}`;
