/** Is this a list of tilt angles, one a line, in an order that an assembled stack can have? */
import { defineCheck, type Pen, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { decimalOf } from '../readers/decimal.js';
import type { TextLine } from '../readers/small-text.js';
import { byLine, type LineFault } from './by-line.js';
import { judgeNumbers, NUMBER_RULES } from './number-rules.js';
import { textLines, textRules } from './text-rules.js';
import type { AnglesFacts } from './tomography-facts.js';

const IMOD = 'https://bio3d.colorado.edu/imod/doc/man/tilt.html';
const EXPORT = 'Export the angles again: `extracttilts` of IMOD, or the program that aligned the tilt series.';
const SORT =
  'Sort the stack and its angles by tilt: `newstack -reorder 1 -angle TS.rawtlt`, unless the order is meant.';

const RULES = {
  ...textRules('list of tilt angles', EXPORT),
  ...NUMBER_RULES,
  no_angles: { severity: 'error', message: 'There is no angle in the file.', fix: EXPORT, docs: IMOD },
  several_values: {
    severity: 'error',
    message: 'Some lines hold more than one value; every line is the angle of one section.',
    fix: 'Leave the column of the angles alone, one a line, without a header.',
    docs: IMOD,
  },
  angle_range: {
    severity: 'error',
    message: 'Some angles are outside of -90 to 90 degrees.',
    fix: 'Look whether the angles are in degrees and whether the column is the right one.',
  },
  x_tilt_range: {
    severity: 'warning',
    message: 'Some tilts about the X axis are above 45 degrees; alignments find a few degrees.',
    fix: 'Look whether these are the angles of the tilt series, which belong into the .tlt.',
  },
  constant: {
    severity: 'warning',
    message: 'Every one of the {sections} angles is {found}: nothing was tilted, or the file was never filled.',
    fix: EXPORT,
  },
  angle_repeated: {
    severity: 'warning',
    message: 'Some angles occur twice, within 0.01 degrees.',
    fix: 'Leave out the views that were taken again, of the stack too.',
  },
  order: {
    severity: 'warning',
    message: 'The angles neither rise nor fall throughout: the stack is not sorted by tilt.',
    fix: SORT,
  },
} as const satisfies Record<string, Rule>;

type AnglesPen = Pen<keyof typeof RULES>;

interface Angle {
  readonly line: number;
  readonly degrees: number;
}

const LIMITS = { bytes: 4 << 20, lines: 20_000 };
/** Degrees, with room for what binary fractions lack. */
const SAME = 0.01 + 1e-9;

/** RAWTLT as acquired, TLT as aligned, XTILT and TLTX about the X axis, where all may be zero. */
export const tiltAnglesCheck = defineCheck<keyof typeof RULES>({
  id: 'tilt-angles',
  version: 1,
  title: 'Tilt angles',
  extensions: ['.rawtlt', '.tlt', '.xtilt', '.tltx'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    const lines = yield* textLines(file, pen, LIMITS);
    if (!lines) return;
    if (lines.length === 0) return yield pen.report('no_angles');

    const angles = lines.flatMap(angleOf);
    // A list with a gap would be one angle short, and every rule between files would say so.
    if (angles.length < lines.length) return yield* judgeLines(lines, pen);
    yield pen.learn(factsOf(angles));
    yield* judgeRange(angles, pen);
    if (isAboutX(file.path)) yield* judgeTiltsAboutX(angles, pen);
    else yield* judgeSeries(angles, pen);
  },
});

const isAboutX = (path: string): boolean => /\.(xtilt|tltx)$/i.test(path);

function angleOf({ number, text }: TextLine): Angle[] {
  const degrees = decimalOf(text);
  return degrees === null ? [] : [{ line: number, degrees }];
}

function* judgeLines(lines: readonly TextLine[], pen: AnglesPen): Generator<Said, void> {
  const wrong = lines
    .filter((line) => angleOf(line).length === 0)
    .map(({ number, text }) => ({ line: number, value: text }));
  const [crowded, single] = [true, false].map((isCrowded) =>
    wrong.filter(({ value }) => /\s/.test(value) === isCrowded),
  );
  if (crowded && crowded.length > 0) yield pen.report('several_values', byLine(crowded, 'one number'));
  yield* judgeNumbers(single ?? [], pen);
}

function* judgeRange(angles: readonly Angle[], pen: AnglesPen): Generator<Said, void> {
  const beyond = angles.filter(({ degrees }) => Math.abs(degrees) > 90).map(shown);
  if (beyond.length > 0) yield pen.report('angle_range', byLine(beyond, 'from -90 to 90'));
}

function* judgeTiltsAboutX(angles: readonly Angle[], pen: AnglesPen): Generator<Said, void> {
  const beyond = angles.filter(({ degrees }) => Math.abs(degrees) > 45 && Math.abs(degrees) <= 90).map(shown);
  if (beyond.length > 0) yield pen.report('x_tilt_range', byLine(beyond, 'from -45 to 45'));
}

function* judgeSeries(angles: readonly Angle[], pen: AnglesPen): Generator<Said, void> {
  const [first] = angles;
  if (!first || angles.length === 1) return;
  if (angles.every(({ degrees }) => degrees === first.degrees))
    return yield pen.report('constant', {
      location: `line ${first.line}`,
      found: String(first.degrees),
      sections: angles.length,
    });

  const again = repeated(angles);
  if (again.length > 0) yield pen.report('angle_repeated', byLine(again));
  const turns = turnsOf(angles);
  if (turns.length > 0) yield pen.report('order', byLine(turns, 'all angles rising, or all falling'));
}

/** Angles that a neighbour in the sorted list has too, with the line of the other one. */
function repeated(angles: readonly Angle[]): LineFault[] {
  const sorted = angles.toSorted((a, b) => a.degrees - b.degrees || a.line - b.line);
  const pairs = sorted.flatMap((angle, i) => {
    const before = sorted[i - 1];
    return before && angle.degrees - before.degrees <= SAME ? [{ angle, before }] : [];
  });
  return pairs
    .map(({ angle, before }) => (angle.line > before.line ? ([angle, before] as const) : ([before, angle] as const)))
    .sort(([a], [b]) => a.line - b.line)
    .map(([later, earlier]) => ({ line: later.line, value: `${later.degrees}, as line ${earlier.line}` }));
}

/** Where the angles go against the way that most of them go. */
function turnsOf(angles: readonly Angle[]): LineFault[] {
  const steps = angles
    .slice(1)
    .map((angle, i) => ({ angle, before: angles[i], step: angle.degrees - (angles[i]?.degrees ?? 0) }));
  const rising = steps.filter(({ step }) => step > 0).length;
  const falling = steps.filter(({ step }) => step < 0).length;
  const against = rising >= falling ? -1 : 1;
  return steps
    .filter(({ step }) => Math.sign(step) === against)
    .map(({ angle, before }) => ({ line: angle.line, value: `${angle.degrees} after ${before?.degrees}` }));
}

const shown = ({ line, degrees }: Angle): LineFault => ({ line, value: String(degrees) });

function factsOf(angles: readonly Angle[]) {
  const degrees = angles.map((angle) => angle.degrees);
  const sorted = degrees.toSorted((a, b) => a - b);
  const steps = sorted
    .slice(1)
    .map((angle, i) => angle - (sorted[i] ?? 0))
    .sort((a, b) => a - b);
  return {
    ...{ format: 'angles', angles: degrees, lines: angles.map(({ line }) => line) },
    ...{ min: sorted[0] ?? null, max: sorted.at(-1) ?? null, medianStep: steps[steps.length >> 1] ?? null },
  } satisfies AnglesFacts;
}
