/** What does a small, sound picture look like as PNG, JPEG or GIF? Builders of bytes: name only what to spoil. */
import { crc32, deflateSync } from 'node:zlib';

export interface PictureParts {
  readonly width: number;
  readonly height: number;
  readonly isAnimated: boolean;
  /** Of PNG: bits of a sample, the type of colour, Adam7. */
  readonly bits: number;
  readonly colour: number;
  readonly isInterlaced: boolean;
  /** Of PNG: what the pixels are, before they are packed. */
  readonly pixels: (sound: Buffer) => Buffer;
}

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function pngBytes(parts: Partial<PictureParts> = {}): Buffer {
  const { width = 600, height = 400, isAnimated = false, bits = 8, colour = 0, isInterlaced = false } = parts;
  const { pixels = (sound) => sound } = parts;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colour, 0, 0, isInterlaced ? 1 : 0], 8);
  const row = (columns: number) => 1 + Math.ceil((columns * bits * (SAMPLES[colour] ?? 1)) / 8);
  const bytes = isInterlaced ? adam7(width, height, row) : height * row(width);
  const packed = deflateSync(pixels(Buffer.alloc(bytes)));
  const half = packed.length >> 1;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(isAnimated ? [chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))] : []),
    chunk('IDAT', packed.subarray(0, half)),
    chunk('IDAT', packed.subarray(half)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Counted pixel by pixel, otherwise than the reader does. */
function adam7(width: number, height: number, row: (columns: number) => number): number {
  const pass = (x: number, y: number) => {
    if (y % 8 === 0 && x % 8 === 0) return 1;
    if (y % 8 === 0 && x % 8 === 4) return 2;
    if (y % 8 === 4 && x % 4 === 0) return 3;
    if (y % 4 === 0 && x % 4 === 2) return 4;
    if (y % 4 === 2 && x % 2 === 0) return 5;
    return y % 2 === 0 ? 6 : 7;
  };
  let bytes = 0;
  for (let y = 0; y < height; y++) {
    const columns = new Map<number, number>();
    for (let x = 0; x < width; x++) columns.set(pass(x, y), (columns.get(pass(x, y)) ?? 0) + 1);
    for (const count of columns.values()) bytes += row(count);
  }
  return bytes;
}

function chunk(name: string, body: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(name), body, Buffer.alloc(4)]);
  bytes.writeUInt32BE(body.length, 0);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4);
  return bytes;
}

/** A progressive one: two scans, with stuffed bytes, a restart, and fill bytes before a marker. */
export function jpegBytes({ width = 600, height = 400 }: Partial<PictureParts> = {}): Buffer {
  const segment = (marker: number, ...body: readonly number[]) =>
    Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255, ...body]);
  const scan = [segment(0xda, 1, 1, 0, 0, 63, 0), Buffer.from([1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 5])];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, ...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0),
    segment(0xe1, ...Buffer.from('a thumbnail that ends: \xff\xd9', 'latin1')),
    segment(0xdb, 0, ...Array<number>(64).fill(1)),
    segment(0xc2, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0),
    ...scan,
    Buffer.from([0xff, 0xff]),
    ...scan,
    Buffer.from([0xff, 0xd9]),
  ]);
}

export function gifBytes({ width = 600, height = 400, isAnimated = false }: Partial<PictureParts> = {}): Buffer {
  const sides = [width & 255, width >> 8, height & 255, height >> 8];
  const image = Buffer.from([
    0x2c,
    0,
    0,
    0,
    0,
    ...sides,
    0x80,
    0,
    0,
    0,
    255,
    255,
    255,
    2,
    3,
    0x44,
    1,
    5,
    2,
    0x3b,
    0x2c,
    0,
  ]);
  return Buffer.concat([
    Buffer.from('GIF89a'),
    Buffer.from([...sides, 0x91, 0, 0, ...Array<number>(12).fill(9)]),
    Buffer.from([0x21, 0xfe, 3, ...Buffer.from('!,;'), 0]),
    ...Array<Buffer>(isAnimated ? 2 : 1).fill(image),
    Buffer.from([0x3b]),
  ]);
}
