/** Are the tables of an AreTomo alignment whole, and as long as its head says? */
import type { Said } from '../../check.js';
import type { AlnRow, AlnText } from '../../readers/aln.js';
import { decimalOf, wholeOf } from '../../readers/decimal.js';
import { byLine, type LineFault, shortened } from '../by-line.js';
import { judgeNumbers } from '../number-rules.js';
import { darkOf, NUMBERS, patchesOf, rawSizeOf } from './alignment.js';
import type { AlnPen } from './rules.js';

export function* judgeHeaders(aln: AlnText, pen: AlnPen): Generator<Said, void> {
  const toldOf = (name: string) => {
    const header = aln.headers.get(name);
    return header ? { location: `line ${header.line}`, found: shortened(header.value) } : { found: 'nothing' };
  };
  if (!rawSizeOf(aln)) yield pen.report('raw_size', { ...toldOf('rawsize'), expected: 'three whole numbers from 1' });
  if (patchesOf(aln) === null)
    yield pen.report('patch_count', { ...toldOf('numpatches'), expected: 'a number from 0' });

  const headers = NUMBERS.flatMap((name) => aln.headers.get(name) ?? []);
  yield* judgeNumbers(
    headers.filter(({ value }) => decimalOf(value) === null),
    pen,
  );
  const faults = aln.dark.filter((row) => darkOf(row).length === 0).map(shown);
  if (faults.length > 0) yield pen.report('dark_frame', byLine(faults, 'two whole numbers and an angle'));
}

export function* judgeTable(
  rows: readonly AlnRow[],
  columns: number,
  arity: 'row_arity' | 'local_arity',
  pen: AlnPen,
): Generator<Said, void> {
  const uneven = rows.filter(({ values }) => values.length !== columns);
  const faults = uneven.map(({ line, values }) => ({ line, value: `${values.length} values: ${values.join(' ')}` }));
  if (faults.length > 0) yield pen.report(arity, byLine(faults, `${columns} numbers`));
  const whole = rows.filter(({ values }) => values.length === columns);
  const wrong = whole.flatMap(({ line, values }) =>
    values.filter((value) => decimalOf(value) === null).map((value) => ({ line, value })),
  );
  yield* judgeNumbers(wrong, pen);
}

export function* judgeCounts(aln: AlnText, pen: AlnPen): Generator<Said, void> {
  const sections = aln.rows.length;
  const size = rawSizeOf(aln);
  const expected = size && size[2] - aln.dark.length;
  const location = aln.headers.get('rawsize')?.line;
  if (size && expected !== sections)
    yield pen.report('row_count', {
      ...{ location: `line ${location}`, found: String(sections), expected: String(expected) },
      samples: [`RawSize has ${size[2]} sections`, `${aln.dark.length} dark frames`, `${sections} rows`],
    });

  const patches = patchesOf(aln);
  const local = aln.localRows.length;
  const place = aln.headers.get('numpatches')?.line ?? aln.localRows[0]?.line;
  if (patches !== null && patches * sections !== local)
    yield pen.report('local_count', {
      ...{ location: `line ${place}`, found: String(local), expected: String(patches * sections), sections, patches },
    });
}

export function* judgeLocal(aln: AlnText, pen: AlnPen): Generator<Said, void> {
  const patches = patchesOf(aln);
  if (!patches) return;
  const isThere = (value: string | undefined, count: number) => {
    const number = wholeOf(value);
    return number === null || (number >= 0 && number < count);
  };
  const whole = aln.localRows.filter(({ values }) => values.length === 7);
  const lost = whole.filter(({ values: [t, p] }) => !isThere(t, aln.rows.length) || !isThere(p, patches));
  const faults = lost.map(({ line, values: [t, p] }) => ({ line, value: `section ${t}, patch ${p}` }));
  const expected = `sections from 0 to ${aln.rows.length - 1}, patches from 0 to ${patches - 1}`;
  if (faults.length > 0) yield pen.report('local_section', byLine(faults, expected));
}

const shown = ({ line, values }: AlnRow): LineFault => ({ line, value: values.join(' ') });
