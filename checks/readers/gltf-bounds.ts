/** Where does a glTF scene lie? The bounds of its meshes, each moved as the nodes above it say. */
import type { Gltf } from './gltf.js';
import { type Surface, surfaceOf } from './surface.js';

/** Of 4 x 4 numbers, by columns. */
type Matrix = readonly number[];

const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
/** A scene of more nodes is no surface. */
const MOST_NODES = 100_000;

type Corner = readonly [x: number, y: number, z: number];

/** Corners of the boxes of its meshes: null where no position tells its bounds. */
export function boundsOf(gltf: Gltf): ReturnType<Surface['facts']> {
  const surface = surfaceOf();
  const roots = gltf.scenes[gltf.scene ?? 0]?.nodes;
  if (!roots) for (const mesh of gltf.meshes.keys()) addMesh(surface, gltf, mesh, IDENTITY);

  const stack = (roots ?? []).map((node) => ({ node, above: IDENTITY }));
  const seen = new Set<number>();
  for (let next = stack.pop(); next && seen.size < MOST_NODES; next = stack.pop()) {
    const node = gltf.nodes[next.node];
    if (!node || seen.has(next.node)) continue;
    seen.add(next.node);
    const matrix = product(next.above, matrixOf(node));
    if (node.mesh !== undefined) addMesh(surface, gltf, node.mesh, matrix);
    for (const child of node.children) stack.push({ node: child, above: matrix });
  }
  return surface.facts();
}

function addMesh(surface: Surface, { meshes, accessors }: Gltf, mesh: number, matrix: Matrix): void {
  for (const { attributes } of meshes[mesh]?.primitives ?? []) {
    const { min, max } = accessors[attributes.POSITION ?? -1] ?? {};
    if (!min || !max) continue;
    for (let corner = 0; corner < 8; corner++) {
      const at = [0, 1, 2].map((axis) => ((corner >> axis) & 1 ? max[axis] : min[axis]) ?? 0);
      surface.add(...moved([at[0] ?? 0, at[1] ?? 0, at[2] ?? 0], matrix));
    }
  }
}

function matrixOf({ matrix, translation, rotation, scale }: Gltf['nodes'][number]): Matrix {
  if (matrix) return matrix;
  const [x = 0, y = 0, z = 0, w = 1] = rotation ?? [];
  const [sx = 1, sy = 1, sz = 1] = scale ?? [];
  const [tx = 0, ty = 0, tz = 0] = translation ?? [];
  return [
    ...[sx * (1 - 2 * (y * y + z * z)), sx * 2 * (x * y + z * w), sx * 2 * (x * z - y * w), 0],
    ...[sy * 2 * (x * y - z * w), sy * (1 - 2 * (x * x + z * z)), sy * 2 * (y * z + x * w), 0],
    ...[sz * 2 * (x * z + y * w), sz * 2 * (y * z - x * w), sz * (1 - 2 * (x * x + y * y)), 0],
    ...[tx, ty, tz, 1],
  ];
}

const product = (a: Matrix, b: Matrix): Matrix =>
  IDENTITY.map((_, i) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + (a[(i % 4) + 4 * k] ?? 0) * (b[k + 4 * Math.floor(i / 4)] ?? 0), 0),
  );

function moved([x, y, z]: Corner, matrix: Matrix): Corner {
  const along = (axis: number) =>
    (matrix[axis] ?? 0) * x + (matrix[axis + 4] ?? 0) * y + (matrix[axis + 8] ?? 0) * z + (matrix[axis + 12] ?? 0);
  return [along(0), along(1), along(2)];
}
