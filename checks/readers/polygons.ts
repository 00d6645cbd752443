/** Which surface do polygons make, and are they of points that are there? Told value by value, as files list them. */
import { surfaceOf } from './surface.js';

export type PolygonFault = 'not_finite' | 'index' | 'polygon_short' | 'offsets';

interface Extreme {
  count: number;
  sample: string;
}

export interface Polygons {
  /** The next coordinate: x, y, z, x, … */
  coordinate(value: number): void;
  /** The next corner of a polygon, among the points of this piece. */
  corner(point: number): void;
  /** How many corners the next polygon or strip has: of both come two triangles less. */
  size(corners: number): void;
  /** Offsets that follow begin at 0 again; among cells that are `isMixed`, some may be points and lines. */
  begin(isMixed?: boolean): void;
  /** Where the next polygon ends among the corners; the first may be told as beginning at 0. */
  offset(end: number): void;
  note(fault: PolygonFault, sample: string): void;
  /** Points and corners that follow are of another piece, which counts from 0 again. */
  endPiece(): void;
  readonly surface: ReturnType<typeof surfaceOf>;
  readonly faults: ReadonlyMap<PolygonFault, Readonly<Extreme>>;
}

export function polygonsOf(): Polygons {
  const surface = surfaceOf();
  const faults = new Map<PolygonFault, Extreme>();
  const waiting: number[] = [];
  let points = 0;
  let highest = -1;
  let end = 0;
  let isMixed = false;

  function note(fault: PolygonFault, sample: string): void {
    const before = faults.get(fault);
    if (before) before.count++;
    else faults.set(fault, { count: 1, sample });
  }

  function size(corners: number): void {
    if (corners < 3 && !isMixed) note('polygon_short', `${corners} corners`);
    else if (corners > 2) surface.triangles += corners - 2;
  }

  return {
    ...{ surface, faults, note, size },
    coordinate(value) {
      waiting.push(value);
      if (waiting.length < 3) return;
      const [x = 0, y = 0, z = 0] = waiting;
      waiting.length = 0;
      points++;
      if (!surface.add(x, y, z)) note('not_finite', `point ${points - 1}: ${x}, ${y}, ${z}`);
    },
    corner(point) {
      if (!Number.isSafeInteger(point) || point < 0) note('index', String(point));
      else if (point > highest) highest = point;
    },
    offset(next) {
      if (!Number.isSafeInteger(next) || next < end) note('offsets', `${next} after ${end}`);
      else if (next > 0) size(next - end);
      end = Math.max(end, Number.isSafeInteger(next) ? next : end);
    },
    begin(mixed = false) {
      end = 0;
      isMixed = mixed;
    },
    endPiece() {
      // Points may come after the polygons that are made of them.
      if (highest >= points) note('index', `${highest}, of ${points} points`);
      points = 0;
      highest = -1;
    },
  };
}
