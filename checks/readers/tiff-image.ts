/** What image does a page of a TIFF file hold, and in which strips or tiles does it lie? */
import type { Page, Tiff } from './tiff.js';

export interface TiffImage {
  readonly width: number;
  readonly height: number;
  /** Of each sample of a pixel. */
  readonly bits: readonly number[];
  readonly samples: number;
  readonly dtype: string;
  readonly compression: number;
  /** A smaller copy of another page. */
  readonly isThumbnail: boolean;
  readonly grid: Grid | null;
}

/** How an image is cut into strips or tiles. */
interface Grid {
  readonly kind: 'strip' | 'tile';
  readonly count: number;
  /** Of a piece once it is unpacked; null where the samples are not stored one for one. */
  unpackedBytes(piece: number): number | null;
}

const TAG = {
  ...{ subfile: 254, width: 256, height: 257, bits: 258, compression: 259, photometric: 262, samples: 277 },
  ...{ stripOffsets: 273, rowsPerStrip: 278, stripBytes: 279, planar: 284, sampleFormat: 339 },
  ...{ tileWidth: 322, tileHeight: 323, tileOffsets: 324, tileBytes: 325 },
} as const;

const MOST_SAMPLES = 64;
const WITHOUT_END = 2 ** 32 - 1;
const SEPARATE = 2;
const YCBCR = 6;

/** Compression by its number: those that programs of the field write, and those that they know. */
export const COMPRESSIONS: Readonly<Record<number, string>> = {
  ...{ 1: 'none', 5: 'lzw', 8: 'deflate', 32946: 'deflate', 32773: 'packbits', 50000: 'zstd' },
  ...{ 65000: 'eer 8-bit', 65001: 'eer 7-bit', 65002: 'eer' },
};
/** Throws away what it cannot pack. */
export const LOSSY: Readonly<Record<number, string>> = { 6: 'JPEG', 7: 'JPEG', 34712: 'JPEG 2000', 50001: 'WebP' };

export const isEer = (compression: number): boolean => compression >= 65000 && compression <= 65002;

const FORMATS: Readonly<Record<number, string>> = {
  1: 'uint',
  2: 'int',
  3: 'float',
  5: 'complex int',
  6: 'complex float',
};

/** Null where the page does not say its width and height. */
export async function imageOf(tiff: Tiff, page: Page): Promise<TiffImage | null> {
  const all = async (tag: number) => {
    const field = page.fields.get(tag);
    return field ? tiff.numbers(field, MOST_SAMPLES) : null;
  };
  const one = async (tag: number) => (await all(tag))?.[0] ?? null;

  const [width, height] = [await one(TAG.width), await one(TAG.height)];
  const isThumbnail = (((await one(TAG.subfile)) ?? 0) & 1) === 1;
  const compression = (await one(TAG.compression)) ?? 1;
  if (!width || !height) return null;

  const samples = (await one(TAG.samples)) ?? 1;
  const bits = (await all(TAG.bits)) ?? [1];
  const format = FORMATS[(await one(TAG.sampleFormat)) ?? 1] ?? 'bits';
  const dtype = `${format}${bits[0]}${samples > 1 ? ` × ${samples}` : ''}`;
  const image = { width, height, bits, samples, dtype, compression, isThumbnail };

  const isSeparate = (await one(TAG.planar)) === SEPARATE;
  const planes = isSeparate ? samples : 1;
  const first = bits[0] ?? 1;
  const isListed = bits.length >= Math.min(samples, MOST_SAMPLES) && samples <= MOST_SAMPLES;
  const pixelBits = isSeparate ? first : isListed ? sum(bits.slice(0, samples)) : first * samples;
  const isPlain = (await one(TAG.photometric)) !== YCBCR;
  const bytesOf = (columns: number, rows: number) => (isPlain ? rows * Math.ceil((columns * pixelBits) / 8) : null);

  if (page.fields.has(TAG.tileOffsets)) {
    const [columns, rows] = [(await one(TAG.tileWidth)) ?? 0, (await one(TAG.tileHeight)) ?? 0];
    const count = planes * Math.ceil(width / columns) * Math.ceil(height / rows);
    return { ...image, grid: { kind: 'tile', count, unpackedBytes: () => bytesOf(columns, rows) } };
  }
  if (!page.fields.has(TAG.stripOffsets)) return { ...image, grid: null };
  const rows = Math.min((await one(TAG.rowsPerStrip)) ?? WITHOUT_END, height);
  const perPlane = Math.ceil(height / rows);
  const rowsOf = (piece: number) => Math.min(rows, height - (piece % perPlane) * rows);
  return {
    ...image,
    grid: { kind: 'strip', count: planes * perPlane, unpackedBytes: (piece) => bytesOf(width, rowsOf(piece)) },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** How many places the page lists, and the first `most` of them; null where a list is missing or cannot be read. */
export async function piecesOf(tiff: Tiff, page: Page, kind: Grid['kind'], most: number): Promise<Pieces | null> {
  const [atTag, bytesTag] = kind === 'tile' ? [TAG.tileOffsets, TAG.tileBytes] : [TAG.stripOffsets, TAG.stripBytes];
  const [at, bytes] = [page.fields.get(atTag), page.fields.get(bytesTag)];
  if (!at || !bytes) return null;
  const [offsets, lengths] = [await tiff.numbers(at, most), await tiff.numbers(bytes, most)];
  return offsets && lengths ? { listed: [at.count, bytes.count], offsets, lengths } : null;
}

export interface Pieces {
  /** How many offsets and how many lengths. */
  readonly listed: readonly [offsets: number, lengths: number];
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
}
