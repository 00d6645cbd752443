/** Which tilts does a table describe? It stands in for an MDOC, and its facts are as those of one. */
import { decimalOf, wholeOf } from '../../readers/decimal.js';
import type { TiltColumns } from '../../readers/table-kind.js';
import type { RowFaults, TableRows } from './table-rows.js';

interface Tilt {
  readonly line: number;
  readonly frame: string | null;
  readonly angle: number | null;
  readonly order: number | null;
  readonly dose: number | null;
}

/** A tilt series has some hundred. */
const MOST_ROWS = 10_000;
const LONGEST_PATH = 1000;

export function tiltRows(columns: TiltColumns, faults: RowFaults): TableRows {
  const tilts: Tilt[] = [];
  const frames = new Set<string>();
  const orders = new Set<number>();

  function judge({ line, frame, angle, order, dose }: Tilt, cells: readonly string[]): void {
    if (angle === null || Math.abs(angle) > 90) faults.note('tilt_angle', line, cells[columns.angle]);
    if (columns.order !== -1 && order === null) faults.note('tilt_order', line, cells[columns.order]);
    if (order !== null && orders.has(order)) faults.note('tilt_order_repeated', line, String(order));
    if (columns.dose !== -1 && !((dose ?? 0) > 0)) faults.note('tilt_dose', line, cells[columns.dose]);
    if (frame === null) faults.note('frame_missing', line);
    else if (frames.has(frame)) faults.note('frame_repeated', line, frame);
  }

  return {
    take(cells, line) {
      if (tilts.length === MOST_ROWS) {
        faults.note('too_many_rows', line);
        return;
      }
      const tilt = {
        line,
        frame: cells[columns.frame]?.slice(0, LONGEST_PATH) || null,
        angle: decimalOf(cells[columns.angle]),
        order: wholeOf(cells[columns.order]),
        dose: decimalOf(cells[columns.dose]),
      };
      judge(tilt, cells);
      tilts.push(tilt);
      if (tilt.frame !== null) frames.add(tilt.frame);
      if (tilt.order !== null) orders.add(tilt.order);
    },
    facts: () => factsOf(inOrder(tilts)),
  };
}

/** As they were acquired, where every one says when: an MDOC lists its sections so. */
const inOrder = (tilts: readonly Tilt[]): readonly Tilt[] =>
  tilts.some(({ order }) => order === null) ? tilts : [...tilts].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));

function factsOf(tilts: readonly Tilt[]): ReturnType<TableRows['facts']> {
  const untold = tilts.map(() => null);
  return {
    ...{ format: 'mdoc', kind: 'table', sections: tilts.length },
    lines: tilts.map(({ line }) => line),
    zValues: tilts.map(({ order }) => order),
    tiltAngles: tilts.map(({ angle }) => angle),
    doses: tilts.map(({ dose }) => dose),
    framePaths: tilts.map(({ frame }) => frame),
    ...{ priorDoses: untold, subFrames: untold, times: untold, magnifications: untold, binnings: untold },
    ...{ pixelSpacing: null, rotationAngle: null, voltage: null, imageFile: null, imageSize: null },
    ...{ tiltAxisAngle: null, titles: [] },
  };
}
