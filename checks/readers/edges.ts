/** Is a surface closed: does every edge belong to two triangles? Corners are the same where their coordinates are. */
import type { Corners } from './stl.js';

/** Of more triangles, it is not asked: their edges would take more memory than the check is given. */
const MOST_TRIANGLES = 200_000;

export interface Edges {
  add(corners: Corners): void;
  /** How many belong to one triangle, or to more than two; null where it was not asked. */
  open(): number | null;
}

export function edgesOf(): Edges {
  const corners = new Map<string, number>();
  const edges = new Map<number, number>();
  let triangles = 0;

  function idOf(at: string): number {
    const known = corners.get(at);
    if (known !== undefined) return known;
    corners.set(at, corners.size);
    return corners.size - 1;
  }

  function count(a: number, b: number): void {
    const key = Math.min(a, b) * 4 * MOST_TRIANGLES + Math.max(a, b);
    edges.set(key, (edges.get(key) ?? 0) + 1);
  }

  return {
    add(of) {
      if (++triangles > MOST_TRIANGLES) {
        edges.clear();
        corners.clear();
        return;
      }
      const [a, b, c] = [0, 3, 6].map((at) => idOf(`${of[at]},${of[at + 1]},${of[at + 2]}`));
      if (a === undefined || b === undefined || c === undefined) return;
      count(a, b);
      count(b, c);
      count(c, a);
    },
    open: () => (triangles > MOST_TRIANGLES ? null : [...edges.values()].filter((uses) => uses !== 2).length),
  };
}
