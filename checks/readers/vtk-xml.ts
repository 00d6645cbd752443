/** What does an XML file of VTK hold: which pieces, of how many points, and where do their values lie? */
import type { SourceFile } from '../check.js';
import { countOf } from './vtk-types.js';
import { readMarkup, type XmlFault } from './xml-markup.js';

export interface VtkArray {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  /** Among the appended data. */
  readonly offset: number | null;
  /** Its own text, by bytes. */
  readonly from: number;
  end: number;
}

export interface VtkPiece {
  readonly points: number | null;
  /** By the element that holds them: `Points`, `Polys`, `Strips`, `Lines`, `Verts`, `Cells`. */
  readonly arrays: ReadonlyMap<string, readonly VtkArray[]>;
  /** How many cells are in each of them, as the piece says. */
  readonly cells: Readonly<Record<string, number | null>>;
}

export interface VtkXml {
  readonly type: string;
  readonly isLittle: boolean;
  /** Of the number of bytes that stands before binary values. */
  readonly headerBytes: 4 | 8;
  readonly compressor: string | null;
  readonly pieces: readonly VtkPiece[];
  readonly appended: { readonly encoding: string; readonly from: number } | null;
}

type Piece = VtkPiece & { readonly arrays: Map<string, VtkArray[]> };

const GROUPS = ['Points', 'Verts', 'Lines', 'Strips', 'Polys', 'Cells'];
const MOST_PIECES = 10_000;

export async function readVtkXml(
  file: SourceFile,
): Promise<VtkXml | { readonly fault: XmlFault; readonly what: string }> {
  let root: Readonly<Record<string, string>> = {};
  let rootName = '';
  let group: string | null = null;
  let appended: VtkXml['appended'] = null;
  const pieces: Piece[] = [];

  const fault = await readMarkup(file, {
    open(name, attributes, end) {
      if (rootName === '') [rootName, root] = [name, attributes];
      if (name === 'Piece' && pieces.length < MOST_PIECES) pieces.push(pieceOf(attributes));
      else if (GROUPS.includes(name)) group = name;
      else if (name === 'DataArray') addArray(attributes, end);
      else if (name === 'AppendedData') appended = { encoding: attributes.encoding ?? 'base64', from: end };
      return name !== 'AppendedData';
    },
    close(name, at) {
      const last = group === null ? undefined : pieces.at(-1)?.arrays.get(group)?.at(-1);
      if (name === 'DataArray' && last && last.end === 0) last.end = at;
      if (name === group) group = null;
    },
  });
  if (fault) return fault;
  if (rootName !== 'VTKFile') return { fault: 'not_well_formed', what: `the root is <${rootName}> and not <VTKFile>` };
  return {
    type: root.type ?? '',
    isLittle: root.byte_order !== 'BigEndian',
    headerBytes: root.header_type === 'UInt64' ? 8 : 4,
    compressor: root.compressor ?? null,
    ...{ pieces, appended },
  };

  function addArray(attributes: Readonly<Record<string, string>>, from: number): void {
    const arrays = pieces.at(-1)?.arrays;
    if (!arrays || group === null) return;
    const { Name: name = '', type = '', format = 'ascii', offset } = attributes;
    const array = {
      name: name.toLowerCase(),
      type,
      format: format.toLowerCase(),
      offset: countOf(offset),
      from,
      end: 0,
    };
    arrays.set(group, [...(arrays.get(group) ?? []), array]);
  }
}

const pieceOf = (attributes: Readonly<Record<string, string>>): Piece => ({
  points: countOf(attributes.NumberOfPoints),
  arrays: new Map(),
  cells: {
    Verts: countOf(attributes.NumberOfVerts ?? '0'),
    Lines: countOf(attributes.NumberOfLines ?? '0'),
    Strips: countOf(attributes.NumberOfStrips ?? '0'),
    Polys: countOf(attributes.NumberOfPolys ?? '0'),
    Cells: countOf(attributes.NumberOfCells ?? '0'),
  },
});
