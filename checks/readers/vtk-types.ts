/** How wide are the values of VTK, and how are they read? By the names of legacy files and of XML files. */

export interface ValueType {
  readonly bytes: number;
  readonly read: (view: DataView, at: number, isLittle: boolean) => number;
}

const INT8: ValueType = { bytes: 1, read: (view, at) => view.getInt8(at) };
const UINT8: ValueType = { bytes: 1, read: (view, at) => view.getUint8(at) };
const INT16: ValueType = { bytes: 2, read: (view, at, isLittle) => view.getInt16(at, isLittle) };
const UINT16: ValueType = { bytes: 2, read: (view, at, isLittle) => view.getUint16(at, isLittle) };
const INT32: ValueType = { bytes: 4, read: (view, at, isLittle) => view.getInt32(at, isLittle) };
const UINT32: ValueType = { bytes: 4, read: (view, at, isLittle) => view.getUint32(at, isLittle) };
// Beyond 2^53, no index is meant.
const INT64: ValueType = { bytes: 8, read: (view, at, isLittle) => Number(view.getBigInt64(at, isLittle)) };
const UINT64: ValueType = { bytes: 8, read: (view, at, isLittle) => Number(view.getBigUint64(at, isLittle)) };
const FLOAT32: ValueType = { bytes: 4, read: (view, at, isLittle) => view.getFloat32(at, isLittle) };
const FLOAT64: ValueType = { bytes: 8, read: (view, at, isLittle) => view.getFloat64(at, isLittle) };

const LEGACY: Readonly<Record<string, ValueType>> = {
  ...{ char: INT8, signed_char: INT8, unsigned_char: UINT8, short: INT16, unsigned_short: UINT16 },
  ...{ int: INT32, unsigned_int: UINT32, long: INT64, unsigned_long: UINT64, float: FLOAT32, double: FLOAT64 },
  ...{ vtkidtype: INT32, vtktypeint64: INT64, vtktypeuint64: UINT64, vtktypeint32: INT32, vtktypeuint32: UINT32 },
};
const XML: Readonly<Record<string, ValueType>> = {
  ...{ int8: INT8, uint8: UINT8, int16: INT16, uint16: UINT16, int32: INT32, uint32: UINT32 },
  ...{ int64: INT64, uint64: UINT64, float32: FLOAT32, float64: FLOAT64 },
};

const typeIn = (types: typeof LEGACY, name: string): ValueType | null => {
  const lower = name.toLowerCase();
  return Object.hasOwn(types, lower) ? (types[lower] ?? null) : null;
};
export const legacyType = (name: string): ValueType | null => typeIn(LEGACY, name);
export const xmlType = (name: string): ValueType | null => typeIn(XML, name);

/** A count as a file writes it; null where it is none. */
export function countOf(word: string | undefined): number | null {
  const value = word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : null;
  return value;
}

/** As VTK writes numbers in text, `nan` and `inf` too; null where it is none. */
export function textNumber(word: string): number | null {
  if (/^[-+]?(nan|inf(inity)?)(\(\w*\))?$/i.test(word)) return Number.NaN;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,4})?$/i.test(word) ? Number(word) : null;
}

/** Of an unstructured grid, the types of cells that are surfaces: triangles, strips, polygons, pixels, quads, curved ones. */
export const SURFACE_CELLS: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 22, 23, 28, 30, 34]);
