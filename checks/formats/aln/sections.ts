/** Can an AreTomo alignment be right about each of its sections? */
import type { Said } from '../../check.js';
import type { AlnText } from '../../readers/aln.js';
import { spreadOf } from '../../readers/rotations.js';
import { byLine } from '../by-line.js';
import { type Alignment, type Row, rawSizeOf } from './alignment.js';
import type { AlnPen, AlnRule } from './rules.js';

/** Degrees. */
const MOST_TURN = 20;

export function* judgeSections(
  aln: AlnText,
  { rows, dark, countsFrom }: Alignment,
  pen: AlnPen,
): Generator<Said, void> {
  const size = rawSizeOf(aln);
  const last = size ? size[2] - 1 : Number.MAX_SAFE_INTEGER;
  const range = size ? `from ${countsFrom} to ${last + countsFrom}` : `from ${countsFrom}`;
  const isOff = ({ section }: Row) => !Number.isSafeInteger(section) || section < 0 || section > last;
  // The section of a dark frame is 0 where old versions left it unset.
  const left = new Set(dark.filter(({ frame, section }) => section > 0 || frame === 0).map(({ section }) => section));
  const seen = new Set<number>();
  const again = rows.filter(({ sec }) => seen.has(sec) || !seen.add(sec));
  const limits = { x: size?.[0] ?? Number.POSITIVE_INFINITY, y: size?.[1] ?? Number.POSITIVE_INFINITY };
  const isAway = ({ shift: [x, y] }: Row) => Math.abs(x) > limits.x || Math.abs(y) > limits.y;

  const found: readonly (readonly [AlnRule, readonly Row[], (row: Row) => unknown, expected?: string])[] = [
    ['section_number', rows.filter(isOff), ({ sec }) => sec, range],
    ['section_repeated', again, ({ sec }) => sec, 'each section once'],
    ['section_dark', rows.filter(({ sec }) => left.has(sec)), ({ sec }) => sec, 'a row or a DarkFrame line'],
    ['tilt_range', rows.filter(({ tilt }) => Math.abs(tilt) > 90), ({ tilt }) => tilt, 'from -90 to 90'],
    ['magnification', rows.filter((row) => Math.abs(row.magnification - 1) > 0.01), (row) => row.magnification, '1'],
    ['shift', rows.filter(isAway), ({ shift }) => shift.join(' '), `within ${limits.x} and ${limits.y} pixels`],
  ];
  for (const [rule, some, value, expected] of found) {
    const faults = some.map((row) => ({ line: row.line, value: String(value(row)) }));
    if (faults.length > 0) yield pen.report(rule, byLine(faults, expected));
  }
  yield* judgeRotations(rows, pen);
}

function* judgeRotations(rows: readonly Row[], pen: AlnPen): Generator<Said, void> {
  const { width, median, deviations } = spreadOf(rows.map(({ rotation }) => rotation));
  if (width <= MOST_TURN) return;
  const farthest = deviations.reduce((most, deviation) => Math.max(most, Math.abs(deviation)), 0);
  const faults = rows
    .filter((_, i) => Math.abs(deviations[i] ?? 0) >= Math.min(farthest, MOST_TURN))
    .map(({ line, rotation }) => ({ line, value: String(rotation) }));
  const told = byLine(faults, `at most ${MOST_TURN} degrees, about ${median.toFixed(1)}`);
  yield pen.report('rotation_spread', { ...told, found: width.toFixed(1) });
}
