/** What does a legacy VTK file hold? A header of four lines, then keywords, each with its values as text or in binary. */
import type { SourceFile } from '../check.js';
import type { Polygons } from './polygons.js';
import { type Cursor, cursorOf } from './vtk-cursor.js';
import { countOf, legacyType, SURFACE_CELLS, textNumber } from './vtk-types.js';

export type LegacyFault =
  | 'header'
  | 'title'
  | 'dataset'
  | 'keyword'
  | 'type'
  | 'truncated'
  | 'counts'
  | 'not_number'
  | 'other_cells';

export interface LegacyTold {
  readonly location: string;
  readonly found?: string;
  readonly expected?: string;
}

export type Hear = (fault: LegacyFault, told: LegacyTold) => void;

/** Values for each point or cell, by the keyword of an attribute. */
const ATTRIBUTES: Readonly<Record<string, { readonly perTuple: number; readonly type: number }>> = {
  VECTORS: { perTuple: 3, type: 2 },
  NORMALS: { perTuple: 3, type: 2 },
  TENSORS: { perTuple: 9, type: 2 },
  TENSORS6: { perTuple: 6, type: 2 },
  GLOBAL_IDS: { perTuple: 1, type: 2 },
  PEDIGREE_IDS: { perTuple: 1, type: 2 },
  EDGE_FLAGS: { perTuple: 1, type: 2 },
};

interface Reading {
  readonly cursor: Cursor;
  readonly isBinary: boolean;
  readonly version: number;
  readonly polygons: Polygons;
  readonly hear: Hear;
  points: number;
  /** How many values an attribute has: as many as points, or as cells. */
  tuples: number;
  surfaceCells: number | null;
}

/** Read to the end, or to what cannot be read past. */
export async function readLegacy(file: SourceFile, polygons: Polygons, hear: Hear): Promise<void> {
  const cursor = cursorOf(file);
  const [, major] = /^# vtk DataFile Version (\d{1,3})\.\d{1,3}\s*$/i.exec((await cursor.line()) ?? '') ?? [];
  if (major === undefined) return hear('header', { location: 'line 1', expected: '# vtk DataFile Version 3.0' });
  if (((await cursor.line()) ?? '').length > 256) hear('title', { location: 'line 2', expected: '256 characters' });
  const mode = ((await cursor.line()) ?? '').trim().toUpperCase();
  if (mode !== 'ASCII' && mode !== 'BINARY')
    return hear('header', { location: 'line 3', found: mode.slice(0, 80), expected: 'ASCII or BINARY' });

  const reading: Reading = {
    ...{ cursor, polygons, hear, isBinary: mode === 'BINARY', version: Number(major) },
    ...{ points: 0, tuples: 0, surfaceCells: null },
  };
  while (await readPart(reading));
  polygons.endPiece();
  if (reading.surfaceCells === 0) polygons.surface.triangles = 0;
}

const tell = ({ cursor, hear }: Reading, fault: LegacyFault, found?: string, expected?: string): false => {
  hear(fault, { location: `byte ${cursor.at}`, found: found?.slice(0, 80), expected });
  return false;
};

/** A keyword and its values; false at the end, or where it cannot be read past. */
async function readPart(reading: Reading): Promise<boolean> {
  const line = await nextLine(reading);
  if (line === null) return false;
  const words = line.split(/\s+/);
  const keyword = (words[0] ?? '').toUpperCase();
  const read = Object.hasOwn(PARTS, keyword) ? PARTS[keyword] : undefined;
  if (read) return read(reading, words);
  const attribute = Object.hasOwn(ATTRIBUTES, keyword) ? ATTRIBUTES[keyword] : undefined;
  if (attribute) return array(reading, reading.tuples * attribute.perTuple, words[attribute.type]);
  return tell(reading, 'keyword', line);
}

async function nextLine({ cursor }: Reading): Promise<string | null> {
  let line = await cursor.line();
  while (line !== null && line.trim() === '') line = await cursor.line();
  return line?.trim() ?? null;
}

type Part = (reading: Reading, words: readonly string[]) => Promise<boolean>;

const PARTS: Readonly<Record<string, Part>> = {
  DATASET: async (reading, [, kind = '']) =>
    /^(POLYDATA|UNSTRUCTURED_GRID)$/i.test(kind) || tell(reading, 'dataset', kind, 'POLYDATA'),
  POINTS: async (reading, [, count, type]) => {
    const points = countOf(count);
    if (points === null) return tell(reading, 'counts', count);
    reading.points += points;
    return array(reading, 3 * points, type, reading.polygons.coordinate);
  },
  POLYGONS: (reading, words) => cells(reading, words, 'surfaces'),
  TRIANGLE_STRIPS: (reading, words) => cells(reading, words, 'surfaces'),
  CELLS: (reading, words) => cells(reading, words, 'mixed'),
  VERTICES: (reading, words) => cells(reading, words, 'lines'),
  LINES: (reading, words) => cells(reading, words, 'lines'),
  CELL_TYPES: async (reading, [, count]) => {
    const all = countOf(count);
    if (all === null) return tell(reading, 'counts', count);
    let others = 0;
    const isRead = await array(reading, all, 'int', (type) => {
      if (!SURFACE_CELLS.has(type)) others++;
    });
    if (others > 0) tell(reading, 'other_cells', String(others));
    reading.surfaceCells = all - others;
    return isRead;
  },
  POINT_DATA: async (reading, [, count]) => {
    reading.tuples = countOf(count) ?? -1;
    return reading.tuples === reading.points || tell(reading, 'counts', count, String(reading.points));
  },
  CELL_DATA: async (reading, [, count]) => {
    reading.tuples = countOf(count) ?? -1;
    return reading.tuples >= 0 || tell(reading, 'counts', count);
  },
  METADATA: async ({ cursor }) => {
    for (let line = await cursor.line(); line !== null && line.trim() !== ''; ) line = await cursor.line();
    return true;
  },
  SCALARS: async (reading, [, , type, components = '1']) => {
    const table = await nextLine(reading);
    if (!/^LOOKUP_TABLE\b/i.test(table ?? '')) return tell(reading, 'keyword', table ?? '', 'LOOKUP_TABLE');
    return array(reading, reading.tuples * (countOf(components) ?? 1), type);
  },
  LOOKUP_TABLE: async (reading, [, , size]) => colours(reading, 4 * (countOf(size) ?? 0)),
  COLOR_SCALARS: async (reading, [, , components]) => colours(reading, reading.tuples * (countOf(components) ?? 0)),
  TEXTURE_COORDINATES: async (reading, [, , dimensions, type]) =>
    array(reading, reading.tuples * (countOf(dimensions) ?? 0), type),
  FIELD: async (reading, [, , count]) => {
    for (let left = countOf(count) ?? 0; left > 0; left--) {
      const line = await nextLine(reading);
      if (line === null) return tell(reading, 'truncated');
      const [name, components, tuples, type] = line.split(/\s+/);
      // What describes the array before it is none of them.
      if (name === 'METADATA') {
        left++;
        await PARTS.METADATA?.(reading, []);
      } else if (name !== 'NULL_ARRAY') {
        const values = (countOf(components) ?? -1) * (countOf(tuples) ?? -1);
        if (values < 0 || !type) return tell(reading, 'keyword', line);
        if (!(await array(reading, values, type))) return false;
      }
    }
    return true;
  },
};

const colours = (reading: Reading, count: number) =>
  array(reading, count, reading.isBinary ? 'unsigned_char' : 'float');

/** Values of one type; `take` ends them with false. False where they end early, which is then said. */
async function array(
  reading: Reading,
  count: number,
  name: string | undefined,
  take: (value: number) => unknown = () => true,
): Promise<boolean> {
  const { cursor, isBinary, hear } = reading;
  const type = legacyType(name ?? '');
  if (!type) return tell(reading, 'type', name);
  let isStopped = false;
  const location = `byte ${cursor.at}`;
  const hand = (value: number | null, word?: string): boolean => {
    if (value === null) hear('not_number', { location, found: word?.slice(0, 80) });
    isStopped = value === null || take(value) === false;
    return !isStopped;
  };
  const there = isBinary
    ? await cursor.values(count, type.bytes, (view, many) => {
        for (let i = 0; i < many; i++) if (!hand(type.read(view, i * type.bytes, false))) return false;
        return true;
      })
    : await cursor.words(count, (word) => hand(textNumber(word), word));
  if (isStopped) return false;
  if (there < count) hear('truncated', { location, found: String(there), expected: String(count) });
  return there === count;
}

/** Lines and vertices have corners and no area; of cells, some may be such. */
type CellKind = 'surfaces' | 'mixed' | 'lines';

async function cells(reading: Reading, [, first, second]: readonly string[], kind: CellKind): Promise<boolean> {
  const [many, size] = [countOf(first), countOf(second)];
  if (many === null || size === null) return tell(reading, 'counts', `${first} ${second}`);
  return reading.version >= 5 ? cellsByOffset(reading, many, size, kind) : cellsBySize(reading, many, size, kind);
}

/** Before version 5: each with the number of its corners before them. */
async function cellsBySize(reading: Reading, many: number, size: number, kind: CellKind): Promise<boolean> {
  const { polygons } = reading;
  let used = 0;
  let begun = 0;
  let left = 0;
  let isBroken = false;
  polygons.begin(kind === 'mixed');
  const isRead = await array(reading, many === 0 ? 0 : size, 'int', (value) => {
    used++;
    if (left > 0) polygons.corner(value);
    else {
      begun++;
      isBroken = !Number.isSafeInteger(value) || value < 0;
      if (kind !== 'lines' && !isBroken) polygons.size(value);
    }
    left = left > 0 ? left - 1 : value;
    // Once all are there, the rest is of the next part.
    return !isBroken && (begun < many || left > 0 || used === size);
  });
  const areAll = begun === many && left === 0;
  if (!isBroken && (areAll ? used === size : used < size)) return isRead;
  return tell(reading, 'counts', `${begun} cells in ${used} numbers`, `${many} cells in ${size} numbers`);
}

/** Since version 5: where each ends, then the corners of all. */
async function cellsByOffset(reading: Reading, offsets: number, corners: number, kind: CellKind): Promise<boolean> {
  const { polygons } = reading;
  if (offsets === 0) return true;
  const [offsetsWord, offsetType] = ((await nextLine(reading)) ?? '').split(/\s+/);
  if (offsetsWord?.toUpperCase() !== 'OFFSETS') return tell(reading, 'keyword', offsetsWord, 'OFFSETS');
  let end = 0;
  polygons.begin(kind === 'mixed');
  const areOffsets = await array(reading, offsets, offsetType, (value) => {
    end = value;
    if (kind !== 'lines') polygons.offset(value);
  });
  if (!areOffsets) return false;
  if (end !== corners) tell(reading, 'counts', String(end), String(corners));
  const [connectivity, type] = ((await nextLine(reading)) ?? '').split(/\s+/);
  if (connectivity?.toUpperCase() !== 'CONNECTIVITY') return tell(reading, 'keyword', connectivity, 'CONNECTIVITY');
  return array(reading, corners, type, polygons.corner);
}
