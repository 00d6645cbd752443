/** How is a suggested change told in a letter? A line for each operation. */
import { cut, oneLine } from '../notifications/letter.js';
import type { Operation } from './suggestions-patch.js';

const SHOWN = 200;

/** `/metadata/tissue: left lung` */
function lineOf({ op, path, value }: Operation): string {
  if (op === 'remove') return `${oneLine(path)}: leave it out`;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return `${oneLine(path)}: ${cut(oneLine(text), SHOWN)}`;
}

export const linesOf = (patch: readonly Operation[]): string[] => patch.filter(({ op }) => op !== 'test').map(lineOf);
