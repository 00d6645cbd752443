/** Which tilt angles and pixel size does the extended header of an MRC file hold? By the layouts of SerialEM, Agard and FEI. */
import type { SourceFile } from '../check.js';
import { type ByteOrder, HEADER_BYTES, type MrcHeader } from './mrc.js';

/** More than any tilt series or movie has sections. */
const MOST_SECTIONS = 10_000;
/** The angle lies before this byte of what belongs to a section, in every layout. */
const ENOUGH_BYTES = 1 << 18;

/** How a type lays out what belongs to one section; null where it holds nothing by section. */
interface ByteLayout {
  readonly bytes: number;
  readonly angleAt: ((view: DataView, at: number, little: boolean) => number) | null;
}

/** What SerialEM's flags say is there for each section, and its bytes. */
const SERIAL_EM: readonly (readonly [flag: number, bytes: number])[] = [
  [1, 2],
  [2, 6],
  [4, 4],
  [8, 2],
  [16, 2],
  [32, 4],
];
const TILT = 1;

function layoutOf({ extendedType: type, serialEm: { bytes, flags } }: MrcHeader, first: DataView): ByteLayout | null {
  if (type === 'FEI1' || type === 'FEI2') {
    const said = first.byteLength >= 4 ? first.getInt32(0, true) : 0;
    const least = type === 'FEI1' ? 768 : 888;
    return { bytes: Math.max(said, least), angleAt: (view, at) => view.getFloat64(at + 100, true) };
  }
  if (type !== 'SERI' && type !== 'AGAR' && type !== '') return null;

  const sum = SERIAL_EM.reduce((total, [flag, size]) => total + (flags & flag ? size : 0), 0);
  if (type !== 'AGAR' && bytes > 0 && sum === bytes)
    return { bytes, angleAt: flags & TILT ? (view, at, little) => view.getInt16(at, little) / 100 : null };

  if (type === '' || bytes < 0 || flags <= 0) return null;
  const integers = 4 * bytes;
  return { bytes: integers + 4 * flags, angleAt: (view, at, little) => view.getFloat32(at + integers, little) };
}

/** Bytes that belong to each section; null where the extended header is not by section. */
export async function bytesPerSection(file: SourceFile, header: MrcHeader): Promise<number | null> {
  const { extendedBytes } = header;
  const first = viewOf(await file.read(HEADER_BYTES, Math.min(4, extendedBytes)));
  return layoutOf(header, first)?.bytes ?? null;
}

/** In degrees, one a section; null where there are none, or where they are no angles. */
export async function tiltAnglesOf(file: SourceFile, header: MrcHeader, order: ByteOrder): Promise<number[] | null> {
  const [, , sections] = header.dimensions;
  const first = viewOf(await file.read(HEADER_BYTES, Math.min(4, header.extendedBytes)));
  const layout = layoutOf(header, first);
  if (!layout?.angleAt || sections > MOST_SECTIONS) return null;

  const { bytes, angleAt } = layout;
  const angles: number[] = [];
  for (let section = 0; section < sections; section++) {
    const view = viewOf(await file.read(HEADER_BYTES + section * bytes, Math.min(bytes, ENOUGH_BYTES)));
    angles.push(angleAt(view, 0, order === 'little'));
  }
  return angles.every((angle) => Math.abs(angle) <= 180) ? angles : null;
}

/** What an FEI microscope measured for the first section, in ångström; null where nothing of the kind is there. */
export async function feiOf(
  file: SourceFile,
  { extendedType, extendedBytes }: MrcHeader,
): Promise<{ readonly pixelSize: number | null }> {
  if (extendedBytes < 768 || (extendedType !== 'FEI1' && extendedType !== 'FEI2')) return { pixelSize: null };
  const metres = viewOf(await file.read(HEADER_BYTES + 156, 8)).getFloat64(0, true);
  return { pixelSize: Number.isFinite(metres) && metres > 0 ? metres * 1e10 : null };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
