/** Which sections does an AreTomo alignment keep, and which does it leave out? Counted from 0, whatever the file does. */
import { type AlnRow, type AlnText } from '../../readers/aln.js';
import { decimalOf, decimalsOf, tokensOf, wholeOf } from '../../readers/decimal.js';
import type { AlnFacts } from '../tomography-facts.js';

export type Row = AlnFacts['rows'][number] & { readonly magnification: number; readonly sec: number };

export interface Alignment extends Pick<AlnFacts, 'dark' | 'countsFrom'> {
  readonly rows: readonly Row[];
}

/** All of its sections; null where one cannot be read, since the others alone would tell a wrong number. */
export function alignmentOf(aln: AlnText): Alignment | null {
  const dark = aln.dark.flatMap(darkOf);
  const rows = aln.rows.flatMap(rowOf);
  if (dark.length < aln.dark.length || rows.length < aln.rows.length) return null;
  const countsFrom = firstNumberOf(rows, dark, rawSizeOf(aln)?.[2] ?? null);
  return { dark, countsFrom, rows: rows.map((row) => ({ ...row, section: row.sec - countsFrom })) };
}

export function darkOf({ values }: AlnRow): AlnFacts['dark'][number][] {
  const [frame = null, section = null] = values.slice(0, 2).map(wholeOf);
  const tilt = decimalOf(values[2]);
  return values.length !== 3 || frame === null || section === null || tilt === null ? [] : [{ frame, section, tilt }];
}

function rowOf({ line, values }: AlnRow): Omit<Row, 'section'>[] {
  const [sec, rotation, magnification, tx, ty, , , , , tilt] = (values.length === 10 && decimalsOf(values)) || [];
  if (sec === undefined || rotation === undefined || magnification === undefined) return [];
  if (tx === undefined || ty === undefined || tilt === undefined) return [];
  return [{ sec, rotation, magnification, shift: [tx, ty], tilt, line }];
}

/** Old files count sections from 0, newer ones from 1. Rows tell it better than dark frames, whose section may be unset. */
function firstNumberOf(rows: readonly { sec: number }[], dark: AlnFacts['dark'], sections: number | null): 0 | 1 {
  if (rows.some(({ sec }) => sec === 0)) return 0;
  if (rows.some(({ sec }) => sec === sections)) return 1;
  if (dark.some(({ section }) => section === 0)) return 0;
  if (dark.some(({ section }) => section === sections)) return 1;
  const [first] = dark;
  return first && first.frame === first.section ? 0 : 1;
}

export function rawSizeOf({ headers }: AlnText): AlnFacts['rawSize'] {
  const [x = null, y = null, z = null, more] = tokensOf(headers.get('rawsize')?.value ?? '').map(wholeOf);
  return x === null || y === null || z === null || more !== undefined || Math.min(x, y, z) < 1 ? null : [x, y, z];
}

/** Null where it is no number of patches; 0 where nothing is said of patches. */
export function patchesOf({ headers }: AlnText): number | null {
  const header = headers.get('numpatches');
  const patches = header ? wholeOf(header.value) : 0;
  return patches === null || patches < 0 ? null : patches;
}

/** Headers that are numbers. */
export const NUMBERS = ['alphaoffset', 'betaoffset', 'thickness'] as const;

export function factsOf(aln: AlnText, { dark, countsFrom, rows }: Alignment) {
  const numberOf = (name: (typeof NUMBERS)[number]) => decimalOf(aln.headers.get(name)?.value);
  return {
    ...{ format: 'aln', rawSize: rawSizeOf(aln), patches: patchesOf(aln) ?? 0, dark, countsFrom },
    rows: rows.map(({ section, rotation, shift, tilt, line }) => ({ section, rotation, shift, tilt, line })),
    localRows: aln.localRows.length,
    ...{ alphaOffset: numberOf('alphaoffset'), betaOffset: numberOf('betaoffset'), thickness: numberOf('thickness') },
  } satisfies AlnFacts;
}
