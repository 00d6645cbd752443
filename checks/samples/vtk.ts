/** What does the tetrahedron look like in the formats of VTK? Name only what to spoil. */
import { deflateSync } from 'node:zlib';
import { CORNERS, FACES } from './meshes.js';

const HEAD = (version: string, mode: string) =>
  `# vtk DataFile Version ${version}\na tetrahedron\n${mode}\nDATASET POLYDATA\n`;
const POINTS = CORNERS.map((at) => at.join(' ')).join('\n');

export const vtkText = `${HEAD('3.0', 'ASCII')}POINTS 4 float
${POINTS}
POLYGONS 4 16
${FACES.map((face) => `3 ${face.join(' ')}`).join('\n')}

POINT_DATA 4
SCALARS height double 1
LOOKUP_TABLE default
0 0 0 30.5
FIELD FieldData 1
label 1 4 int
1 2 3 4
METADATA
INFORMATION 0

CELL_DATA 4
NORMALS n float
0 0 1 0 1 0 1 0 0 1 1 1
`;

export const vtkText5 = `${HEAD('5.1', 'ASCII')}POINTS 4 float
${POINTS}
METADATA
INFORMATION 0

POLYGONS 5 12
OFFSETS vtktypeint64
0 3 6 9 12
CONNECTIVITY vtktypeint64
${FACES.flat().join(' ')}
`;

export const vtkGrid = `${HEAD('3.0', 'ASCII').replace('POLYDATA', 'UNSTRUCTURED_GRID')}POINTS 4 double
${POINTS}
CELLS 4 16
${FACES.map((face) => `3 ${face.join(' ')}`).join('\n')}
CELL_TYPES 4
5 5 5 5
`;

const bigEndian = (values: readonly number[], write: (bytes: Buffer, value: number, at: number) => void) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) write(bytes, value, 4 * i);
  return bytes;
};

export const vtkBinary = (): Buffer =>
  Buffer.concat([
    Buffer.from(`${HEAD('3.0', 'BINARY')}POINTS 4 float\n`),
    bigEndian(CORNERS.flat(), (bytes, value, at) => bytes.writeFloatBE(value, at)),
    Buffer.from('\nPOLYGONS 4 16\n'),
    bigEndian(
      FACES.flatMap((face) => [3, ...face]),
      (bytes, value, at) => bytes.writeInt32BE(value, at),
    ),
    Buffer.from('\n'),
  ]);

/** How values of an XML file are packed. */
export type Packing = 'ascii' | 'binary' | 'zlib' | 'raw' | 'base64';

const float32 = (values: readonly number[]) => Buffer.from(Float32Array.from(values).buffer);
const int64 = (values: readonly number[]) => Buffer.from(BigInt64Array.from(values.map(BigInt)).buffer);
const uint32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);

/** An XML file of polygons. */
export function vtpBytes(packing: Packing = 'ascii'): Buffer {
  const appended: Buffer[] = [];
  let offset = 0;
  const array = (attributes: string, values: readonly number[], bytes: Buffer) => {
    if (packing === 'ascii') return `<DataArray ${attributes} format="ascii">${values.join(' ')}</DataArray>`;
    const packed = packing === 'zlib' ? deflateSync(bytes) : bytes;
    const head = packing === 'zlib' ? uint32(1, bytes.length, bytes.length, packed.length) : uint32(bytes.length);
    const text =
      packing === 'zlib'
        ? head.toString('base64') + packed.toString('base64')
        : Buffer.concat([head, bytes]).toString('base64');
    if (packing === 'binary' || packing === 'zlib')
      return `<DataArray ${attributes} format="binary">\n ${text}\n</DataArray>`;
    const block = packing === 'raw' ? Buffer.concat([head, bytes]) : Buffer.from(text);
    appended.push(block);
    offset += block.length;
    return `<DataArray ${attributes} format="appended" offset="${offset - block.length}"/>`;
  };
  const points = array('type="Float32" NumberOfComponents="3"', CORNERS.flat(), float32(CORNERS.flat()));
  const connectivity = array('type="Int64" Name="connectivity"', FACES.flat(), int64(FACES.flat()));
  const ends = FACES.map((_, i) => 3 * (i + 1));
  const offsets = array('type="Int64" Name="offsets"', ends, int64(ends));
  const compressor = packing === 'zlib' ? ' compressor="vtkZLibDataCompressor"' : '';
  const xml = `<?xml version="1.0"?>
<!-- a tetrahedron > -->
<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt32"${compressor}>
  <PolyData>
    <Piece NumberOfPoints="4" NumberOfVerts="0" NumberOfLines="0" NumberOfStrips="0" NumberOfPolys="4">
      <PointData></PointData>
      <Points>${points}</Points>
      <Polys>${connectivity}${offsets}</Polys>
    </Piece>
  </PolyData>`;
  const encoding = packing === 'raw' ? 'raw' : 'base64';
  const tail =
    appended.length > 0
      ? [
          Buffer.from(`\n  <AppendedData encoding="${encoding}">\n   _`),
          ...appended,
          Buffer.from('\n  </AppendedData>'),
        ]
      : [];
  return Buffer.concat([Buffer.from(xml), ...tail, Buffer.from('\n</VTKFile>\n')]);
}
