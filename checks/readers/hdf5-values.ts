/** What do values of HDF5 say, as they lie in the library's memory? Numbers by their type, strings by their pointers. */
import type { Library } from './hdf5-library.js';

export type H5 = Parameters<Parameters<Library['at']>[1]>[0];

export type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** First and last, exclusive, along each dimension. */
export type Range = readonly [first: number, end: number];

/** What `get_dataset_metadata` and `get_attribute_metadata` of h5wasm tell. */
export interface Metadata {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly vlen: boolean;
  readonly shape: readonly number[] | null;
  readonly total_size: number;
  readonly chunks?: readonly number[] | null;
  readonly enum_type?: { readonly members: Readonly<Record<string, number>> };
  readonly virtual_sources?: readonly unknown[];
}

/** H5T_class_t, by its numbers. */
const INTEGER = 0;
const FLOAT = 1;
export const STRING = 3;
const ENUM = 8;
const CLASSES = 'integer float time string bitfield opaque compound reference enum vlen array complex'.split(' ');

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
  bool: Uint8Array,
} as const;
/** 64 bits: read as doubles, which are exact up to 2^53. */
const WIDE: readonly string[] = ['int64', 'uint64'];

/** Read as singles: Node 20 has no array of them. */
const HALF = 'float16';

/** Whether `numbersAt` knows a type by that name. */
export const isNumber = (dtype: string): boolean => dtype in ARRAYS || WIDE.includes(dtype) || dtype === HALF;

/** As NumPy calls it; the HDF5 class where NumPy has no word. */
export function dtypeOf({ type, size, signed, enum_type }: Metadata): string {
  if (type === INTEGER) return `${signed ? 'int' : 'uint'}${size * 8}`;
  if (type === FLOAT) return `float${size * 8}`;
  if (type !== ENUM) return CLASSES[type] ?? 'unknown';
  // As h5py writes a bool.
  const members = enum_type?.members ?? {};
  const isBool = size === 1 && Object.keys(members).length === 2 && members.FALSE === 0 && members.TRUE === 1;
  return isBool ? 'bool' : 'enum';
}

/** Longer strings are cut; no id, term or title is as long. */
export const STRING_BYTES = 65_536;

/** A copy of `items` numbers; `dtype` passed `isNumber`. */
export function numbersAt(h5: H5, at: number, items: number, dtype: string): Numbers {
  const numbers = numbersOf(bytesAt(h5, at, items, dtype), dtype);
  return numbers.buffer === h5.HEAPU8.buffer ? numbers.slice() : numbers;
}

/** A copy, as `indicesOf` has them. */
export function indicesAt(h5: H5, at: number, items: number, dtype: string): Int32Array {
  const indices = indicesOf(bytesAt(h5, at, items, dtype), dtype);
  return indices.buffer === h5.HEAPU8.buffer ? indices.slice() : indices;
}

/** Memory of WebAssembly that is not shared. */
const bytesAt = (h5: H5, at: number, items: number, dtype: string): Uint8Array =>
  new Uint8Array(h5.HEAPU8.buffer as ArrayBuffer, at, items * bytesOf(dtype));

const bytesOf = (dtype: string): number =>
  WIDE.includes(dtype) ? 8 : dtype === HALF ? 2 : ARRAYS[dtype as keyof typeof ARRAYS].BYTES_PER_ELEMENT;

/** As numbers, in place where there is an array of the type; `bytes` begin where such a number may. */
export function numbersOf(bytes: Uint8Array, dtype: string): Numbers {
  const { byteOffset } = bytes;
  const buffer = bytes.buffer as ArrayBuffer; // neither the library's memory nor a chunk's is shared
  const items = bytes.length / bytesOf(dtype);
  if (dtype === HALF) return singlesOf(new Uint16Array(buffer, byteOffset, items));
  if (!WIDE.includes(dtype)) return new ARRAYS[dtype as keyof typeof ARRAYS](buffer, byteOffset, items);

  // Half by half: a list of BigInts takes ten times as long.
  const low = new Uint32Array(buffer, byteOffset, 2 * items);
  const high = dtype === 'int64' ? new Int32Array(buffer, byteOffset, 2 * items) : low;
  const doubles = new Float64Array(items);
  for (let i = 0; i < items; i++) doubles[i] = (high[2 * i + 1] ?? 0) * 2 ** 32 + (low[2 * i] ?? 0);
  return doubles;
}

/** As numbers of a row or a column, which ours have in 32 bits: what is not among those is -1, which is no place. */
export function indicesOf(bytes: Uint8Array, dtype: string): Int32Array {
  const isWide = WIDE.includes(dtype);
  const items = bytes.length / bytesOf(dtype);
  const values = isWide ? new Int32Array(bytes.buffer, bytes.byteOffset, 2 * items) : numbersOf(bytes, dtype);
  if (values instanceof Int32Array && !isWide) return values;

  const indices = new Int32Array(items);
  for (let i = 0; i < items; i++) {
    const index = (isWide ? values[2 * i] : values[i]) ?? -1;
    const isBeyond = isWide && (values[2 * i + 1] !== 0 || index < 0);
    indices[i] = isBeyond || index !== (index | 0) ? -1 : index;
  }
  return indices;
}

// `Float32Array.from` with a function would first make a list of all.
function singlesOf(halves: Uint16Array): Float32Array {
  const singles = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) singles[i] = singleOf(halves[i] ?? 0);
  return singles;
}

/** Of a sign, five bits of exponent and ten of fraction. */
function singleOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

export function stringsAt(h5: H5, at: number, items: number): string[] {
  const pointers = new Uint32Array(h5.HEAPU8.buffer, at, items);
  const bytes = Buffer.from(h5.HEAPU8.buffer);
  return Array.from(pointers, (pointer) => (pointer === 0 ? '' : textIn(bytes, pointer)));
}

/** Up to a zero. Most are ids and names, short and plain: those are made without a decoder. */
export function textIn(bytes: Buffer, start: number, length = STRING_BYTES): string {
  const most = Math.min(start + Math.min(length, STRING_BYTES), bytes.length);
  let end = start;
  let all = 0;
  for (; end < most; end++) {
    const byte = bytes[end] as number; // within its bounds
    if (byte === 0) break;
    all |= byte;
  }
  return bytes.toString(all < 0x80 ? 'latin1' : 'utf8', start, end);
}

export function fixedStringsAt(h5: H5, at: number, items: number, itemBytes: number): string[] {
  const bytes = Buffer.from(h5.HEAPU8.buffer, at, items * itemBytes);
  return Array.from({ length: items }, (_, i) => textIn(bytes, i * itemBytes, itemBytes));
}
