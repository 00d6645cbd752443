/** What does a small, sound tomogram or tilt series look like? Builders of bytes and text: name only what to spoil. */

export type ByteOrder = 'little' | 'big';

export interface MrcParts {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly mode: number;
  readonly order: ByteOrder;
  /** In ångström, along all three axes. */
  readonly voxel: number;
  /** MX, MY, MZ: NX, NY, NZ where not given. */
  readonly grid: readonly number[];
  /** In ångström: of cubic voxels where not given. */
  readonly cell: readonly number[];
  readonly axes: readonly number[];
  readonly start: readonly number[];
  readonly origin: readonly number[];
  readonly spaceGroup: number;
  readonly version: number;
  readonly magic: string;
  readonly stamp: readonly number[];
  readonly labels: readonly string[];
  readonly labelCount: number;
  /** Minimum, maximum, mean, RMS: of the values where not given. */
  readonly statistics: readonly number[];
  readonly extended: Uint8Array;
  readonly extendedType: string;
  /** NSYMBT: the length of `extended` where not given. */
  readonly extendedBytes: number;
  readonly value: (index: number) => number;
  /** Bytes that are missing at the end. */
  readonly trim: number;
  /** Bytes that follow the last voxel. */
  readonly append: number;
}

/** An MRC2014 volume of 6 x 5 x 4 voxels that no rule has anything to say about. */
export function mrcBytes(parts: Partial<MrcParts> = {}): Uint8Array {
  const { nx = 6, ny = 5, nz = 4, mode = 2, order = 'little', voxel = 13.5, value = (i) => i % 19 } = parts;
  const { axes = [1, 2, 3], start = [0, 0, 0], origin = [0, 0, 0], extended = new Uint8Array() } = parts;
  const { labels = ['A volume that is sound'], stamp = order === 'little' ? [0x44, 0x44] : [0x11, 0x11] } = parts;
  const grid = parts.grid ?? [nx, ny, nz];
  const cell = parts.cell ?? grid.map((intervals) => intervals * voxel);
  const voxels = voxelsOf({ nx, ny, nz, mode, order, value });

  const header = new DataView(new ArrayBuffer(1024));
  const little = order === 'little';
  const ints = (at: number, values: readonly number[]) => {
    for (const [i, int] of values.entries()) header.setInt32(at + 4 * i, int, little);
  };
  const floats = (at: number, values: readonly number[]) => {
    for (const [i, float] of values.entries()) header.setFloat32(at + 4 * i, float, little);
  };
  const text = (at: number, length: number, letters: string) =>
    new TextEncoder().encodeInto(letters, new Uint8Array(header.buffer, at, length));

  ints(0, [nx, ny, nz, mode, ...start, ...grid]);
  floats(40, [...cell, 90, 90, 90]);
  ints(64, axes);
  const [min = 0, max = 0, mean = 0, rms = 0] = parts.statistics ?? voxels.statistics;
  floats(76, [min, max, mean]);
  ints(88, [parts.spaceGroup ?? 1, parts.extendedBytes ?? extended.length]);
  text(104, 4, parts.extendedType ?? '');
  ints(108, [parts.version ?? 20141]);
  floats(196, origin);
  text(208, 4, parts.magic ?? 'MAP ');
  for (const [i, byte] of stamp.entries()) header.setUint8(212 + i, byte);
  floats(216, [rms]);
  ints(220, [parts.labelCount ?? labels.length]);
  for (const [i, label] of labels.entries()) text(224 + 80 * i, 80, label);

  const whole = joined(new Uint8Array(header.buffer), extended, voxels.bytes, new Uint8Array(parts.append ?? 0));
  return whole.subarray(0, whole.length - (parts.trim ?? 0));
}

type Grid = Pick<MrcParts, 'nx' | 'ny' | 'nz' | 'mode' | 'order' | 'value'>;

/** How one value is written, by MODE: `write` puts it at byte `at`. */
const MODES: Readonly<
  Record<number, { bytes: number; write: (view: DataView, at: number, value: number, little: boolean) => void }>
> = {
  0: { bytes: 1, write: (view, at, value) => view.setInt8(at, value) },
  1: { bytes: 2, write: (view, at, value, little) => view.setInt16(at, value, little) },
  2: { bytes: 4, write: (view, at, value, little) => view.setFloat32(at, value, little) },
  3: { bytes: 4, write: (view, at, value, little) => view.setInt16(at, value, little) },
  4: { bytes: 8, write: (view, at, value, little) => view.setFloat32(at, value, little) },
  6: { bytes: 2, write: (view, at, value, little) => view.setUint16(at, value, little) },
  12: { bytes: 2, write: (view, at, value, little) => view.setUint16(at, half(value), little) },
  16: { bytes: 3, write: (view, at, value) => view.setUint8(at, value) },
};

function voxelsOf({ nx, ny, nz, mode, order, value }: Grid): { bytes: Uint8Array; statistics: number[] } {
  const count = Math.max(0, nx * ny * nz);
  const values = Array.from({ length: count }, (_, i) => value(i));
  const mean = values.reduce((sum, v) => sum + v, 0) / count || 0;
  const rms = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count || 0);
  const statistics = [
    values.reduce((a, b) => Math.min(a, b), values[0] ?? 0),
    values.reduce((a, b) => Math.max(a, b), 0),
    mean,
    rms,
  ];

  if (mode === 101) return { bytes: nibbles(values, nx), statistics };
  const { bytes, write } = MODES[mode] ?? { bytes: 4, write: () => undefined };
  const view = new DataView(new ArrayBuffer(count * bytes));
  for (const [i, v] of values.entries()) write(view, i * bytes, v, order === 'little');
  return { bytes: new Uint8Array(view.buffer), statistics };
}

/** Two voxels a byte; each row begins with a byte of its own. */
function nibbles(values: readonly number[], nx: number): Uint8Array {
  const rowBytes = Math.ceil(nx / 2);
  const packed = new Uint8Array(rowBytes * Math.ceil(values.length / nx));
  for (const [i, v] of values.entries()) {
    const at = Math.floor(i / nx) * rowBytes + Math.floor((i % nx) / 2);
    packed[at] = (packed[at] ?? 0) | ((v & 15) << ((i % nx) & 1 ? 4 : 0));
  }
  return packed;
}

/** A 16-bit float, for numbers that one can hold exactly. */
function half(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === 0) return sign;
  if (size > 65504) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const fraction = size / 2 ** exponent;
  return sign | (fraction < 1 ? fraction * 1024 : ((exponent + 15) << 10) | ((fraction - 1) * 1024));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export interface MdocParts {
  /** Lines before the first section. */
  readonly globals: readonly string[];
  readonly angles: readonly (number | string)[];
  /** Further or other lines of every section; `''` leaves a key out. */
  readonly keys: Readonly<Record<string, string>>;
  readonly section: (index: number) => string;
}

/** The SerialEM metadata of a tilt series of seven views that no rule has anything to say about. */
export function mdocText(parts: Partial<MdocParts> = {}): string {
  const { angles = [0, 3, -3, 6, -6, 9, -9], keys = {}, section = (i) => `[ZValue = ${i}]` } = parts;
  const { globals = GLOBALS } = parts;
  const sections = angles.map((angle, i) => {
    const values: Record<string, string> = {
      TiltAngle: String(angle),
      ExposureDose: '3.1',
      PixelSpacing: '1.35',
      SubFramePath: `D:\\frames\\TS_001_${String(i).padStart(3, '0')}_${angle}.tif`,
      NumSubFrames: '10',
      DateTime: `06-Jun-23  23:${String(i).padStart(2, '0')}:46`,
      ...keys,
    };
    const lines = Object.entries(values).filter(([, value]) => value !== '');
    return [section(i), ...lines.map(([key, value]) => `${key} = ${value}`), ''].join('\n');
  });
  return [...globals, '', ...sections].join('\n');
}

const GLOBALS = [
  'PixelSpacing = 1.35',
  'Voltage = 300',
  'ImageFile = TS_001.mrc',
  'ImageSize = 4096 4096',
  'DataMode = 1',
  '',
  '[T = SerialEM: Sample scope                 06-Jun-23  23:00:46    ]',
  '',
  '[T =     Tilt axis angle = 84.7, binning = 1  spot = 5  camera = 1]',
];
