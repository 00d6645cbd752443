/** What does a small, sound surface look like? A tetrahedron, in each format: name only what to spoil. */

type Vector = readonly [number, number, number];
type Face = readonly [number, number, number];

export const CORNERS: readonly Vector[] = [
  [0, 0, 0],
  [10, 0, 0],
  [0, 20, 0],
  [0, 0, 30.5],
];
export const FACES: readonly Face[] = [
  [0, 2, 1],
  [0, 1, 3],
  [1, 2, 3],
  [0, 3, 2],
];
export const TETRAHEDRON = { format: 'mesh', vertices: 4, triangles: 4, min: [0, 0, 0], max: [10, 20, 30.5] } as const;

/** Of each face, its three corners. */
const triangles = (corners = CORNERS, faces = FACES) => faces.map((face) => face.map((i) => corners[i] ?? [0, 0, 0]));

export interface StlParts {
  readonly header: string;
  readonly corners: readonly Vector[];
  readonly faces: readonly Face[];
  /** What the header promises. */
  readonly count: number;
}

export function stlBytes(parts: Partial<StlParts> = {}): Buffer {
  const { header = 'a tetrahedron', corners = CORNERS, faces = FACES } = parts;
  const bytes = Buffer.alloc(84 + 50 * faces.length);
  bytes.write(header, 0, 'latin1');
  bytes.writeUInt32LE(parts.count ?? faces.length, 80);
  for (const [i, triangle] of triangles(corners, faces).entries())
    for (const [c, value] of triangle.flat().entries()) bytes.writeFloatLE(value, 84 + 50 * i + 12 + 4 * c);
  return bytes;
}

export function stlText(corners = CORNERS, faces = FACES): string {
  const facets = triangles(corners, faces).map((triangle) => {
    const vertices = triangle.map((at) => `      vertex ${at.join(' ')}`);
    return ['  facet normal 0 0 1', '    outer loop', ...vertices, '    endloop', '  endfacet'].join('\n');
  });
  return ['solid s', ...facets, 'endsolid s', ''].join('\n');
}

export const objText = (
  vertices: readonly string[] = CORNERS.map((at) => `v ${at.join(' ')}`),
  faces: readonly string[] = FACES.map((face) => `f ${face.map((i) => i + 1).join(' ')}`),
): string => `${['# a tetrahedron', 'o tetrahedron', ...vertices, ...faces].join('\n')}\n`;
