/**
 * Is a PNG, JPEG or GIF whole, and how large is it? Its blocks are walked from the first to the last; of PNG the pixels are
 * inflated, too. Of the pixels of the others nothing is said.
 */
import { crc32, createInflate } from 'node:zlib';
import { imageSize } from 'image-size';

export type PhotoType = 'png' | 'jpeg' | 'gif';

export interface Photo {
  readonly width: number;
  readonly height: number;
  readonly isAnimated: boolean;
  readonly fault: PhotoFault | null;
}

/** `message` is a clause. */
export interface PhotoFault {
  readonly kind: 'truncated' | 'damaged';
  readonly message: string;
  readonly at: number;
}

const MAGIC: readonly (readonly [PhotoType, string])[] = [
  ['png', '\x89PNG\r\n\x1a\n'],
  ['jpeg', '\xff\xd8\xff'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a'],
];

/** By how it begins. */
export function photoTypeOf(bytes: Uint8Array): PhotoType | null {
  const text = String.fromCharCode(...bytes.subarray(0, 8));
  return MAGIC.find(([, magic]) => text.startsWith(magic))?.[0] ?? null;
}

/** More are inflated by nobody. */
export const MOST_PIXELS = 2 ** 28;

/** What a walk along the blocks tells; sizes are 0 where it did not come so far. */
interface Walked extends Photo {
  /** Of PNG: what the pixels are inflated from, and to how many bytes. */
  readonly pixels?: { readonly packed: readonly Uint8Array[]; readonly bytes: number };
}

export async function readPhoto(bytes: Uint8Array, type: PhotoType): Promise<Photo> {
  const { pixels, ...photo } = WALKS[type](bytes);
  if (photo.fault) return photo;
  const told = sizeAsTold(bytes);
  if (told !== `${photo.width} × ${photo.height}`)
    return { ...photo, fault: damaged(`its size is told as ${told} and as ${photo.width} × ${photo.height}`, 0) };
  const isHuge = photo.width * photo.height > MOST_PIXELS;
  return pixels && !isHuge ? { ...photo, fault: await inflated(pixels) } : photo;
}

/** By image-size, as a second opinion. */
function sizeAsTold(bytes: Uint8Array): string {
  try {
    const { width, height } = imageSize(bytes);
    return `${width} × ${height}`;
  } catch (error) {
    return `unreadable (${error instanceof Error ? error.message : 'no reason is given'})`;
  }
}

const damaged = (message: string, at: number): PhotoFault => ({ kind: 'damaged', message, at });
const cut = (message: string, at: number): PhotoFault => ({ kind: 'truncated', message, at });
const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const WALKS: Readonly<Record<PhotoType, (bytes: Uint8Array) => Walked>> = {
  png: walkPng,
  jpeg: walkJpeg,
  gif: walkGif,
};

/** Samples of a pixel, by the type of colour. */
const PNG_SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Where Adam7 begins, and its steps. */
const PASSES = [
  ...[
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ],
] as const;

function walkPng(bytes: Uint8Array): Walked {
  const view = viewOf(bytes);
  const packed: Uint8Array[] = [];
  let [width, height, expected, isAnimated, at] = [0, 0, 0, false, 8];
  const ended = (fault: PhotoFault | null): Walked => ({
    ...{ width, height, isAnimated, fault },
    pixels: { packed, bytes: expected },
  });
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (!/^[A-Za-z]{4}$/.test(name)) return ended(damaged('a chunk has no name', at));
    if (end > bytes.length) return ended(cut(`its chunk ${name} is not whole`, at));
    const body = bytes.subarray(at + 8, end - 4);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4))
      return ended(damaged(`the checksum of its chunk ${name} is wrong`, at));
    if (at === 8) {
      if (name !== 'IHDR' || length !== 13) return ended(damaged('it does not begin with its header', at));
      const samples = PNG_SAMPLES[body[9] ?? 0];
      if (!samples) return ended(damaged(`its type of colour is ${body[9]}`, at));
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      expected = pngBytes(width, height, samples * (body[8] ?? 0), body[12] === 1);
    }
    if (name === 'acTL') isAnimated = true;
    if (name === 'IDAT') packed.push(body);
    if (name === 'IEND') return ended(packed.length > 0 ? null : damaged('it has no pixels', at));
    at = end;
  }
  return ended(cut('its end is missing', bytes.length));
}

/** Each row begins with a byte for its filter. */
function pngBytes(width: number, height: number, bits: number, isInterlaced: boolean): number {
  const bytesOf = (columns: number, rows: number) => (columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0);
  if (!isInterlaced) return bytesOf(width, height);
  return PASSES.map(([x, y, dx, dy]) => bytesOf(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)))
    .map((bytes) => Math.max(0, bytes))
    .reduce((total, bytes) => total + bytes, 0);
}

/** Counted, and no further than they should come. */
async function inflated({
  packed,
  bytes: expected,
}: {
  packed: readonly Uint8Array[];
  bytes: number;
}): Promise<PhotoFault | null> {
  const inflate = createInflate();
  let bytes = 0;
  try {
    inflate.end(Buffer.concat(packed));
    for await (const chunk of inflate) {
      bytes += chunk.length;
      if (bytes >= expected) return null;
    }
  } catch {
    return damaged(`its pixels cannot be unpacked after ${bytes} of ${expected} bytes`, 0);
  } finally {
    inflate.destroy();
  }
  return damaged(`its pixels are ${bytes} bytes in place of ${expected}`, 0);
}

/** Without a length: RST0 to RST7 and TEM. */
const isBare = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01;
/** SOF0 to SOF15, but for DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const [END_OF_IMAGE, START_OF_SCAN] = [0xd9, 0xda];

function walkJpeg(bytes: Uint8Array): Walked {
  const view = viewOf(bytes);
  let [width, height, hasScan, at] = [0, 0, false, 2];
  const ended = (fault: PhotoFault | null): Walked => ({ width, height, isAnimated: false, fault });
  while (at + 1 < bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0) return ended(damaged('there is no marker where one must be', at));
    // Any number of them may stand before a marker.
    if (marker === 0xff) at += 1;
    else if (isBare(marker)) at += 2;
    else if (marker === END_OF_IMAGE) return ended(hasScan ? null : damaged('it has no pixels', at));
    else {
      const length = at + 4 <= bytes.length ? view.getUint16(at + 2) : 0;
      const end = at + 2 + length;
      if (at + 4 > bytes.length || end > bytes.length) return ended(cut('a segment is not whole', at));
      if (length < 2) return ended(damaged('a segment has no length', at));
      if (isFrame(marker) && length >= 8) [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      at = end;
      if (marker !== START_OF_SCAN) continue;
      if (width === 0) return ended(damaged('its pixels come before their size', at));
      hasScan = true;
      at = endOfScan(bytes, at);
    }
  }
  return ended(cut('its end is missing', bytes.length));
}

/** Where the next marker is that is neither a stuffed FF nor a restart. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== 0 && next !== undefined && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

const [EXTENSION, IMAGE, TRAILER] = [0x21, 0x2c, 0x3b];

function walkGif(bytes: Uint8Array): Walked {
  if (bytes.length < 13) return { width: 0, height: 0, isAnimated: false, fault: cut('its header is not whole', 0) };
  const view = viewOf(bytes);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const tableBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let [images, at] = [0, 13 + tableBytes(bytes[10] ?? 0)];
  const ended = (fault: PhotoFault | null): Walked => ({ width, height, isAnimated: images > 1, fault });
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === TRAILER) return ended(images > 0 ? null : damaged('it has no pixels', at));
    if (kind === IMAGE) images++;
    // The pixels begin with the width of their codes.
    if (kind === IMAGE) at += 10 + tableBytes(bytes[at + 9] ?? 0) + 1;
    else if (kind === EXTENSION) at += 2;
    else return ended(damaged('there is no block where one must be', at));
    for (let length = bytes[at++]; length; length = bytes[at++]) at += length;
  }
  return ended(cut('its end is missing', bytes.length));
}
