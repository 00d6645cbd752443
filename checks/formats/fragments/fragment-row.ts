/** What does a line of a fragment file say? Chromosome, start, stop, barcode and read support, found in bytes. */

/** Bounds of its parts in the bytes it was read from. One is used for all lines: there are millions. */
export interface FragmentRow {
  start: number;
  stop: number;
  support: number;
  /** Where the chromosome's name ends: it begins where the line does. */
  chromosomeEnd: number;
  barcodeFrom: number;
  barcodeEnd: number;
}

/** Why a line is no fragment. */
export type Misshape = 'comment' | 'columns' | 'numbers';

const TAB = 9;
const HASH = 0x23;
const MINUS = 0x2d;
const ZERO = 0x30;
/** More would not be exact, and no chromosome is that long. */
const MOST_DIGITS = 15;

export function readRow(bytes: Uint8Array, from: number, end: number, row: FragmentRow): Misshape | null {
  if (bytes[from] === HASH) return 'comment';
  const first = bytes.indexOf(TAB, from);
  const second = bytes.indexOf(TAB, first + 1);
  const third = bytes.indexOf(TAB, second + 1);
  const fourth = bytes.indexOf(TAB, third + 1);
  if (first === -1 || second === -1 || third === -1 || fourth === -1 || fourth >= end) return 'columns';
  for (let i = fourth + 1; i < end; i++) if (bytes[i] === TAB) return 'columns';

  row.chromosomeEnd = first;
  row.start = integerIn(bytes, first + 1, second);
  row.stop = integerIn(bytes, second + 1, third);
  row.barcodeFrom = third + 1;
  row.barcodeEnd = fourth;
  row.support = integerIn(bytes, fourth + 1, end);
  return Number.isNaN(row.start + row.stop + row.support) ? 'numbers' : null;
}

/** NaN where it is none. */
function integerIn(bytes: Uint8Array, from: number, end: number): number {
  const isNegative = bytes[from] === MINUS;
  const begin = isNegative ? from + 1 : from;
  if (end <= begin || end - begin > MOST_DIGITS) return Number.NaN;
  let value = 0;
  for (let i = begin; i < end; i++) {
    const digit = (bytes[i] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
}
