/** What does a small, sound movie in TIFF or EER look like? Builders of bytes: name only what to spoil. */
import { deflateSync } from 'node:zlib';

export interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly samples: number;
  /** SampleFormat: 1 is unsigned, 2 signed, 3 floating. */
  readonly format: number;
  readonly compression: number;
  readonly rowsPerStrip: number;
  /** Width and height of a tile, in place of strips. */
  readonly tile: readonly [number, number] | null;
  /** What the file holds in place of its packed strips or tiles. */
  readonly strips: (packed: readonly Uint8Array[]) => readonly Uint8Array[];
  /** Further or other tags; null leaves one out. */
  readonly tags: Readonly<Record<number, TiffValues | null>>;
}

export interface TiffValues {
  /** 3 is SHORT, 4 LONG, 7 UNDEFINED, 16 LONG8. */
  readonly type: number;
  readonly values: readonly number[];
  /** As the tag tells it. */
  readonly count?: number;
}

export interface TiffParts {
  readonly order: 'little' | 'big';
  readonly isBig: boolean;
  readonly pages: readonly Partial<TiffPage>[];
  /** Where the last page says that the next one is. */
  readonly next: number;
  /** Bytes that are missing at the end. */
  readonly trim: number;
}

const WIDTHS: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 16: 8 };

/** Three frames of 20 × 10 pixels of 16 bits, that no rule has anything to say about. */
export function tiffBytes(parts: Partial<TiffParts> = {}): Buffer {
  const { order = 'little', isBig = false, pages = [{}, {}, {}], next = 0, trim = 0 } = parts;
  const word = isBig ? 8 : 4;
  const out: Buffer[] = [];
  let size = 0;
  const put = (bytes: Uint8Array): number => {
    // Words begin at even places.
    const at = size;
    const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
    out.push(padded);
    size += padded.length;
    return at;
  };
  const numbers = (values: readonly number[], width: number): Buffer => {
    const bytes = Buffer.alloc(values.length * width);
    for (const [i, value] of values.entries()) {
      const at = i * width;
      if (width === 8)
        order === 'little' ? bytes.writeBigUInt64LE(BigInt(value), at) : bytes.writeBigUInt64BE(BigInt(value), at);
      else order === 'little' ? bytes.writeUIntLE(value, at, width) : bytes.writeUIntBE(value, at, width);
    }
    return bytes;
  };

  const magic = isBig ? [numbers([43, 8, 0], 2), numbers([0], 8)] : [numbers([42], 2), numbers([0], 4)];
  const header = Buffer.concat([Buffer.from(order === 'little' ? 'II' : 'MM'), ...magic]);
  put(header);
  let link: { readonly of: Buffer; readonly at: number } = { of: out[0] ?? header, at: isBig ? 8 : 4 };
  for (const page of pages) {
    const tags = tagsOf(page, put, isBig);
    const entries = tags.map(([tag, { type, values, count }]) => {
      const bytes = numbers(values, WIDTHS[type] ?? 1);
      const inline =
        bytes.length <= word ? Buffer.concat([bytes, Buffer.alloc(word - bytes.length)]) : numbers([put(bytes)], word);
      return Buffer.concat([numbers([tag, type], 2), numbers([count ?? values.length], word), inline]);
    });
    const directory = Buffer.concat([numbers([entries.length], isBig ? 8 : 2), ...entries, numbers([next], word)]);
    const at = put(directory);
    numbers([at], word).copy(link.of, link.at);
    link = { of: out.at(-1) ?? header, at: directory.length - word };
  }
  const bytes = Buffer.concat(out);
  return bytes.subarray(0, bytes.length - trim);
}

function tagsOf(page: Partial<TiffPage>, put: (bytes: Uint8Array) => number, isBig: boolean): [number, TiffValues][] {
  const { width = 20, height = 10, bits = 16, samples = 1, format = 1, compression = 1, rowsPerStrip = 4 } = page;
  const { tile = null, tags = {}, strips = (pieces) => pieces } = page;
  const [columns, rows] = tile ?? [width, rowsPerStrip];
  const count = Math.ceil(height / rows) * Math.ceil(width / columns);
  const bytesOf = (i: number) =>
    (tile ? rows : Math.min(rows, height - i * rows)) * Math.ceil((columns * bits * samples) / 8);
  const valuesOf = (i: number) => Uint8Array.from({ length: bytesOf(i) }, (_, n) => (n * 7 + i) % 251);
  // A frame in which nothing was seen.
  const pieceOf = (i: number) => (compression >= 65000 ? new Uint8Array(64) : packed(valuesOf(i), compression));
  const pieces = strips(Array.from({ length: count }, (_, i) => pieceOf(i)));
  const places = { type: isBig ? 16 : 4, values: pieces.map(put) };
  const lengths = { type: isBig ? 16 : 4, values: pieces.map(({ length }) => length) };
  const short = (...values: number[]): TiffValues => ({ type: 3, values });
  const all: Record<number, TiffValues | null> = {
    ...{ 254: { type: 4, values: [0] }, 256: { type: 4, values: [width] }, 257: { type: 4, values: [height] } },
    ...{
      258: short(...Array<number>(samples).fill(bits)),
      259: short(compression),
      262: short(1),
      277: short(samples),
    },
    ...(tile
      ? { 322: short(columns), 323: short(rows), 324: places, 325: lengths }
      : { 273: places, 278: short(rows), 279: lengths }),
    ...{ 339: short(...Array<number>(samples).fill(format)), ...tags },
  };
  return Object.entries(all).flatMap(([tag, values]) =>
    values ? [[Number(tag), values] as [number, TiffValues]] : [],
  );
}

/** As TIFF packs it. */
function packed(bytes: Uint8Array, compression: number): Uint8Array {
  if (compression === 5) return lzw(bytes);
  if (compression === 8 || compression === 32946) return deflateSync(bytes);
  if (compression !== 32773) return bytes;
  const runs: number[] = [];
  for (let at = 0; at < bytes.length; at += 128) {
    const run = bytes.subarray(at, at + 128);
    runs.push(run.length - 1, ...run);
  }
  return Uint8Array.from(runs);
}

/** In codes that stand for what came before, so that they grow to 12 bits. */
function lzw(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let [held, bits, width] = [0, 0, 9];
  let table = new Map<string, number>();
  const emit = (code: number) => {
    held = (held << width) | code;
    for (bits += width; bits >= 8; bits -= 8) out.push((held >> (bits - 8)) & 255);
    held &= (1 << bits) - 1;
  };
  const codeOf = (text: string) => (text.length === 1 ? text.charCodeAt(0) : (table.get(text) ?? 0));
  emit(256);
  let text = '';
  for (const byte of bytes) {
    const longer = text + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      text = longer;
      continue;
    }
    emit(codeOf(text));
    table.set(longer, 258 + table.size);
    if (258 + table.size === 4095) {
      emit(256);
      [table, width] = [new Map(), 9];
    } else if (258 + table.size === 1 << width) width++;
    text = String.fromCharCode(byte);
  }
  if (text) emit(codeOf(text));
  emit(257);
  if (bits > 0) out.push((held << (8 - bits)) & 255);
  return Uint8Array.from(out);
}

const XML = '<metadata><item name="exposureTime" unit="s">1.5</item><item name="numberOfFrames">3</item></metadata>';

/** A frame of a Falcon camera in which nothing was seen, and what it says of its acquisition. */
export function eerPage({ xml = XML, ...page }: Partial<TiffPage> & { readonly xml?: string } = {}): Partial<TiffPage> {
  const values = [...new TextEncoder().encode(xml)];
  const side = { width: 4096, height: 4096, rowsPerStrip: 4096, bits: 1, compression: 65001 };
  return { ...side, ...page, tags: { 65001: { type: 7, values }, ...page.tags } };
}

/** As it was before TIFF: frames from the end to the beginning. */
export function legacyEerBytes({ frames = 3, footer = 'OK000', before = 0 } = {}): Buffer {
  const frame = Buffer.concat([
    Buffer.alloc(40, 7),
    Buffer.from([5, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from('ThermoFisherECComprOK000'),
  ]);
  const last = Buffer.from(frame);
  last.write(`ThermoFisherECCompr${footer}`, 48, 'latin1');
  return Buffer.concat([Buffer.alloc(before, 1), ...Array<Buffer>(frames - 1).fill(frame), last]);
}
