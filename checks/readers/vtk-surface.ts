/** Which surface does an XML file of VTK describe? The arrays of its pieces, read one after another. */
import type { SourceFile } from '../check.js';
import type { Polygons } from './polygons.js';
import { type ArrayFault, type ArrayRead, eachValue } from './vtk-arrays.js';
import { SURFACE_CELLS } from './vtk-types.js';
import type { VtkArray, VtkPiece, VtkXml } from './vtk-xml.js';

export type XmlSurfaceFault = ArrayFault | 'counts' | 'other_cells' | 'too_many_values';

export type HearXml = (fault: XmlSurfaceFault, told: { location: string; found?: string; expected?: string }) => void;

/** All pieces together: more would take minutes. */
const MOST_VALUES = 300_000_000;

export async function readXmlSurface(file: SourceFile, xml: VtkXml, polygons: Polygons, hear: HearXml): Promise<void> {
  let left = MOST_VALUES;
  let surfaceCells = 0;
  const isGrid = xml.type === 'UnstructuredGrid';
  for (const [i, piece] of xml.pieces.entries()) {
    if (!(await readPiece(piece, `piece ${i + 1}`))) break;
    polygons.endPiece();
  }
  if (isGrid && surfaceCells === 0) polygons.surface.triangles = 0;

  async function readPiece(piece: VtkPiece, where: string): Promise<boolean> {
    const points = piece.arrays.get('Points')?.[0];
    const isTold = piece.points !== null && (points !== undefined || piece.points === 0);
    if (!isTold) hear('counts', { location: where, found: 'no points' });
    else if (points && !(await read(points, 3 * (piece.points ?? 0), `${where}, Points`, polygons.coordinate)))
      return false;
    for (const group of isGrid ? ['Cells'] : ['Polys', 'Strips', 'Lines', 'Verts'])
      if (!(await readCells(piece, group, `${where}, ${group}`))) return false;
    return true;
  }

  async function readCells(piece: VtkPiece, group: string, where: string): Promise<boolean> {
    const count = piece.cells[group];
    if (count === 0) return true;
    const named = (name: string) => piece.arrays.get(group)?.find((array) => array.name === name);
    const [offsets, connectivity, types] = [named('offsets'), named('connectivity'), named('types')];
    if (!offsets || !connectivity || count === null || count === undefined || (isGrid && !types)) {
      hear('counts', { location: where, found: 'no offsets, connectivity or types' });
      return true;
    }
    let end = 0;
    const isSurface = group === 'Polys' || group === 'Strips' || isGrid;
    polygons.begin(isGrid);
    const areOffsets = await read(offsets, count, `${where}, offsets`, (value) => {
      end = value;
      if (isSurface) polygons.offset(value);
    });
    if (!areOffsets || !(await read(connectivity, end, `${where}, connectivity`, polygons.corner))) return false;
    return !types || readTypes(types, count, `${where}, types`);
  }

  async function readTypes(types: VtkArray, count: number, where: string): Promise<boolean> {
    let others = 0;
    const isRead = await read(types, count, where, (type) => {
      if (!SURFACE_CELLS.has(type)) others++;
    });
    surfaceCells += count - others;
    if (others > 0) hear('other_cells', { location: where, found: String(others) });
    return isRead;
  }

  /** False where nothing can be read on. */
  async function read(
    array: VtkArray,
    expected: number,
    location: string,
    take: (value: number) => void,
  ): Promise<boolean> {
    if (!(expected >= 0 && expected <= left)) {
      hear('too_many_values', { location, found: String(expected), expected: `at most ${MOST_VALUES}` });
      return false;
    }
    left -= expected;
    const { count, fault }: ArrayRead = await eachValue(file, xml, array, expected, take);
    if (fault) hear(fault, { location, found: fault === 'type' ? array.type.slice(0, 80) : String(count) });
    else if (count !== expected) {
      const found = array.format === 'ascii' && count > expected ? `more than ${expected}` : String(count);
      hear('counts', { location, found, expected: String(expected) });
    }
    return fault === null || fault === 'unread';
  }
}
