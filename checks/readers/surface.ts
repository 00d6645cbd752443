/** How large is a surface? Its corners are counted and its extremes kept, however many there are. */
import type { MeshFacts } from '../formats/tomography-facts.js';

export interface Surface {
  vertices: number;
  triangles: number;
  /** False where a coordinate is no finite number: the vertex counts, and moves no extreme. */
  add(x: number, y: number, z: number): boolean;
  /** Null where there is no vertex with numbers. */
  facts(): (MeshFacts & Record<string, unknown>) | null;
}

export function surfaceOf(): Surface {
  const min: [number, number, number] = [Infinity, Infinity, Infinity];
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  return {
    vertices: 0,
    triangles: 0,
    add(x, y, z) {
      this.vertices++;
      if (!Number.isFinite(x) || !Number.isFinite(y) || !Number.isFinite(z)) return false;
      if (x < min[0]) min[0] = x;
      if (y < min[1]) min[1] = y;
      if (z < min[2]) min[2] = z;
      if (x > max[0]) max[0] = x;
      if (y > max[1]) max[1] = y;
      if (z > max[2]) max[2] = z;
      return true;
    },
    facts() {
      const { vertices, triangles } = this;
      // Facts go through JSON, which has no zero below zero.
      const plain = ([x, y, z]: typeof min) => [x + 0, y + 0, z + 0] as const;
      return min[0] === Infinity ? null : { format: 'mesh', vertices, triangles, min: plain(min), max: plain(max) };
    },
  };
}
