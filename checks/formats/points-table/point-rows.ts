/** Which points does a table list? */
import { decimalOf } from '../../readers/decimal.js';
import { type PointTally, pointTally } from '../../readers/point-tally.js';
import type { PointColumns } from '../../readers/table-kind.js';
import type { RowFaults, TableRows } from './table-rows.js';

const MOST_BAD_ANGLES = 1000;
const DECIMAL_COMMA = /^[-+]?\d*,\d+(e[-+]?\d+)?$/i;

export function pointRows(columns: PointColumns, faults: RowFaults): TableRows & { readonly points: PointTally } {
  const points = pointTally();
  const badAngles: number[] = [];

  function numberOf(cell: string, line: number): number | null {
    const isComma = DECIMAL_COMMA.test(cell);
    if (isComma) faults.note('decimal_comma', line, cell);
    const value = decimalOf(isComma ? cell.replace(',', '.') : cell);
    if (value === null) faults.note('not_number', line, cell === '' ? 'nothing' : cell);
    return value;
  }

  function judgeAngles(cells: readonly string[], line: number): void {
    const bad = columns.angles.find((column) => decimalOf(cells[column]) === null);
    if (bad === undefined) return;
    faults.note('angle', line, cells[bad]);
    if (badAngles.length < MOST_BAD_ANGLES) badAngles.push(line);
  }

  return {
    points,
    take(cells, line) {
      const [x = null, y = null, z = null] = columns.coordinates.map((column) => numberOf(cells[column] ?? '', line));
      judgeAngles(cells, line);
      if (x === null || y === null || z === null) return;
      const tomogram = cells[columns.tomogram] ?? null;
      const instance = cells[columns.instance] ?? null;
      if (!points.add({ tomogram, at: [x, y, z], line, instance })) faults.note('repeated', line, `${x}, ${y}, ${z}`);
    },
    facts: () => ({
      ...{ format: 'csv', flavour: columns.flavour, unit: columns.unit, isOriented: columns.angles.length > 0 },
      ...{ groups: points.groups(), opticsPixelSizes: [], binnings: [], badAngles },
    }),
  };
}
