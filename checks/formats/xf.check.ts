/** Does each row of this IMOD file shift and turn one section, and by how much can be believed? */
import { defineCheck, type Pen, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { decimalOf, decimalsOf, tokensOf, wholeOf } from '../readers/decimal.js';
import { degreesOf, spreadOf } from '../readers/rotations.js';
import type { TextLine } from '../readers/small-text.js';
import { byLine, type LineFault } from './by-line.js';
import { judgeNumbers, NUMBER_RULES } from './number-rules.js';
import { textLines, textRules } from './text-rules.js';
import type { LocalXfFacts, XfFacts } from './tomography-facts.js';

const IMOD = 'https://bio3d.colorado.edu/imod/doc/man/xfinterp.html';
const TILT = 'https://bio3d.colorado.edu/imod/doc/man/tilt.html';
const EXPORT = 'Let `tiltalign` or `tiltxcorr` of IMOD write the file again.';
const LOOK = 'Look at the alignment of these sections: their tracking may have gone astray.';

const RULES = {
  ...textRules('list of transforms', EXPORT),
  ...NUMBER_RULES,
  no_rows: { severity: 'error', message: 'There is no transform in the file.', fix: EXPORT, docs: IMOD },
  row_arity: {
    severity: 'error',
    message: 'Some rows do not hold six numbers: A11 A12 A21 A22 DX DY.',
    fix: EXPORT,
    docs: IMOD,
  },
  singular: {
    severity: 'error',
    message: 'Some transforms fold the section onto a line: their determinant is nearly zero.',
    fix: EXPORT,
  },
  mirrored: {
    severity: 'warning',
    message: 'Some transforms mirror the section: their determinant is negative.',
    fix: 'Align the tilt series again, all sections from the same side.',
  },
  magnification: {
    severity: 'warning',
    message: 'Some transforms stretch or shrink the section by more than is usual between tilts.',
    fix: LOOK,
  },
  rotation_spread: {
    severity: 'warning',
    message: 'Some sections are turned more than 10 degrees otherwise than the rest; the tilt axis turns with them.',
    fix: LOOK,
  },
  shift: {
    severity: 'warning',
    message: 'Some sections are shifted by more pixels than any detector has.',
    fix: LOOK,
  },
  local_header: {
    severity: 'error',
    message: 'The first row does not say how many local areas there are, as that of a file of local alignments does.',
    fix: 'Upload the file that `tiltalign` of IMOD wrote, or, if this is no file of local alignments, rows of six numbers.',
    docs: TILT,
  },
  local_rows: {
    severity: 'warning',
    message: 'The {found} values after the first row cannot be shared out among {areas} local areas: some are missing.',
    fix: EXPORT,
    docs: TILT,
  },
} as const satisfies Record<string, Rule>;

type XfPen = Pen<keyof typeof RULES>;
type Row = XfFacts['rows'][number];
interface Placed {
  readonly line: number;
  readonly row: Row;
}

const LIMITS = { bytes: 4 << 20, lines: 60_000 };
const NEARLY_ZERO = 0.05;
const MOST_STRETCH = [0.9, 1.1] as const;
/** Degrees. */
const MOST_TURN = 10;
/** A K3 has 11,520 in its finest mode. What is larger than the images themselves is for the rules between files. */
const MOST_SHIFT = 16_384;

/** XF and TLTXF: shifts are in unbinned pixels, about the centre of the image. */
export const xfCheck = defineCheck<keyof typeof RULES>({
  id: 'xf',
  version: 1,
  title: 'Transforms of an alignment',
  extensions: ['.xf', '.tltxf'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    const lines = yield* textLines(file, pen, LIMITS);
    if (!lines) return;
    const [first] = lines;
    if (!first) return yield pen.report('no_rows');
    // Local alignments lie in files of the same name, and begin with a row that no transform can be.
    const columns = tokensOf(first.text).length;
    if (columns === 9 || columns === 10) return yield* judgeLocal(first, lines, pen);

    const rows = lines.flatMap(rowOf);
    if (rows.length < lines.length) return yield* judgeLines(lines, pen);
    const rotations = rows.map(rotationOf);
    yield pen.learn({ format: 'xf', rows: rows.map(({ row }) => row), rotations } satisfies XfFacts);
    yield* judgeRows(rows, pen);
    yield* judgeRotations(rows.filter(isTurn), pen);
  },
});

function rowOf({ number, text }: TextLine): Placed[] {
  const tokens = tokensOf(text);
  const [a11, a12, a21, a22, dx, dy] = (tokens.length === 6 && decimalsOf(tokens)) || [];
  if (a11 === undefined || a12 === undefined || a21 === undefined) return [];
  return a22 === undefined || dx === undefined || dy === undefined
    ? []
    : [{ line: number, row: [a11, a12, a21, a22, dx, dy] }];
}

function* judgeLines(lines: readonly TextLine[], pen: XfPen): Generator<Said, void> {
  const isWhole = ({ text }: TextLine) => tokensOf(text).length === 6;
  const uneven = lines.filter((line) => !isWhole(line));
  const arity = ({ number, text }: TextLine) => ({ line: number, value: `${tokensOf(text).length} values: ${text}` });
  if (uneven.length > 0) yield pen.report('row_arity', byLine(uneven.map(arity), '6 numbers'));
  yield* judgeNumbers(lines.filter(isWhole).flatMap(noNumbers), pen);
}

const noNumbers = ({ number, text }: TextLine): LineFault[] =>
  tokensOf(text).flatMap((value) => (decimalOf(value) === null ? [{ line: number, value }] : []));

const rotationOf = ({ row: [a11, , a21] }: Placed): number => degreesOf(a21, a11);
const determinantOf = ([a11, a12, a21, a22]: Row): number => a11 * a22 - a12 * a21;

/** Each row breaks the first of these that it breaks. */
const ROW_RULES: readonly (readonly [keyof typeof RULES, isBroken: (determinant: number) => boolean, string])[] = [
  ['singular', (d) => !(Math.abs(d) > NEARLY_ZERO && Number.isFinite(d)), 'a determinant near 1'],
  ['mirrored', (d) => d < 0, 'a determinant near 1'],
  [
    'magnification',
    (d) => d < MOST_STRETCH[0] || d > MOST_STRETCH[1],
    `a determinant from ${MOST_STRETCH.join(' to ')}`,
  ],
];

function* judgeRows(rows: readonly Placed[], pen: XfPen): Generator<Said, void> {
  const ruleOf = (row: Row) => ROW_RULES.find(([, isBroken]) => isBroken(determinantOf(row)))?.[0];
  for (const [rule, , expected] of ROW_RULES) {
    const broken = rows.filter(({ row }) => ruleOf(row) === rule);
    const faults = broken.map(({ line, row }) => ({ line, value: `determinant ${rounded(determinantOf(row))}` }));
    if (faults.length > 0) yield pen.report(rule, byLine(faults, expected));
  }
  const astray = rows.filter(({ row: [, , , , dx, dy] }) => Math.max(Math.abs(dx), Math.abs(dy)) > MOST_SHIFT);
  const shifts = astray.map(({ line, row: [, , , , dx, dy] }) => ({ line, value: `${dx} ${dy}` }));
  if (shifts.length > 0) yield pen.report('shift', byLine(shifts, `at most ${MOST_SHIFT} pixels`));
}

/** What folds a section onto a line turns it nowhere. */
const isTurn = ({ row }: Placed): boolean => Math.abs(determinantOf(row)) > NEARLY_ZERO;

function* judgeRotations(rows: readonly Placed[], pen: XfPen): Generator<Said, void> {
  const rotations = rows.map(rotationOf);
  const { median, width, deviations } = spreadOf(rotations);
  if (width <= MOST_TURN) return;
  const farthest = deviations.reduce((most, deviation) => Math.max(most, Math.abs(deviation)), 0);
  // Where none is that far from the median, but two are from one another, the farthest is named.
  const limit = Math.min(MOST_TURN, farthest);
  const faults = rows.flatMap(({ line }, i) => {
    const isFar = Math.abs(deviations[i] ?? 0) >= limit;
    return isFar ? [{ line, value: `${rounded(rotations[i] ?? 0)}°` }] : [];
  });
  yield pen.report('rotation_spread', byLine(faults, `about ${rounded(median)}°, the median`));
}

function* judgeLocal(first: TextLine, lines: readonly TextLine[], pen: XfPen): Generator<Said, void> {
  const told = { location: `line ${first.number}`, found: first.text.slice(0, 80) };
  const [x = null, y = null] = tokensOf(first.text).slice(0, 2).map(wholeOf);
  if (x === null || y === null || x < 1 || y < 1 || !decimalsOf(tokensOf(first.text)))
    return yield pen.report('local_header', { ...told, expected: 'two whole numbers from 1, and seven more numbers' });

  yield pen.learn({ format: 'local-xf', patches: [x, y] } satisfies LocalXfFacts);
  const rest = lines.slice(1);
  const wrong = rest.flatMap(noNumbers);
  if (wrong.length > 0) return yield* judgeNumbers(wrong, pen);
  // Each area has the same: angles of all sections, and a transform of each.
  const values = rest.reduce((sum, { text }) => sum + tokensOf(text).length, 0);
  if (values === 0 || values % (x * y) !== 0)
    yield pen.report('local_rows', {
      ...told,
      found: String(values),
      expected: `a multiple of ${x * y}`,
      areas: x * y,
    });
}

const rounded = (value: number): string => String(Number(value.toPrecision(5)));
