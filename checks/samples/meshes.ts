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

/** A GLB file of `json`, with a chunk of binary data where there is one. */
export function glbOf(json: unknown, binary: Buffer = glbBinary()): Buffer {
  const text = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
  const chunks = [
    chunk(0x4e4f534a, Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, ' ')])),
    ...(binary.length > 0 ? [chunk(0x004e4942, binary)] : []),
  ];
  const header = Buffer.alloc(12);
  header.writeUInt32LE(0x46546c67, 0);
  header.writeUInt32LE(2, 4);
  header.writeUInt32LE(12 + chunks.reduce((sum, { length }) => sum + length, 0), 8);
  return Buffer.concat([header, ...chunks]);
}

function chunk(type: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(bytes.length, 0);
  head.writeUInt32LE(type, 4);
  return Buffer.concat([head, bytes]);
}

const floats = (values: readonly number[]) => Buffer.from(Float32Array.from(values).buffer);
const glbBinary = () => Buffer.concat([floats(CORNERS.flat()), Buffer.from(Uint16Array.from(FACES.flat()).buffer)]);

/** What a GLB file of the tetrahedron says of itself. */
export const glbJson = () => ({
  asset: { version: '2.0' },
  buffers: [{ byteLength: 72 }],
  bufferViews: [
    { buffer: 0, byteLength: 48, target: 34962 },
    { buffer: 0, byteOffset: 48, byteLength: 24, target: 34963 },
  ],
  accessors: [
    { bufferView: 0, componentType: 5126, count: 4, type: 'VEC3', min: [0, 0, 0], max: [10, 20, 30.5] },
    { bufferView: 1, componentType: 5123, count: 12, type: 'SCALAR' },
  ],
  meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
  nodes: [{ mesh: 0 }],
  scenes: [{ nodes: [0] }],
  scene: 0,
});
