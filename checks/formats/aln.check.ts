/** Does this AreTomo alignment say of every section where it belongs, or that it was left out? Long for its table. */
import { defineCheck, type Pen, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { type AlnRow, type AlnText, readAln } from '../readers/aln.js';
import { decimalOf, decimalsOf, tokensOf, wholeOf } from '../readers/decimal.js';
import { spreadOf } from '../readers/rotations.js';
import { byLine, type LineFault, shortened } from './by-line.js';
import { judgeNumbers, NUMBER_RULES } from './number-rules.js';
import { textLines, textRules } from './text-rules.js';
import type { AlnFacts } from './tomography-facts.js';

const ARETOMO = 'https://github.com/czimaginginstitute/AreTomo3';
const EXPORT = 'Upload the .aln as AreTomo wrote it; where it was edited or cut off, run AreTomo again.';
const LOOK = 'Look at the aligned tilt series: these sections may have been aligned wrongly.';

const RULES = {
  ...textRules('AreTomo alignment', EXPORT),
  ...NUMBER_RULES,
  header_tag: {
    severity: 'error',
    message: 'The first line is not that of an AreTomo alignment.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  raw_size: {
    severity: 'error',
    message: 'RawSize does not tell the columns, rows and sections of the tilt series.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  patch_count: { severity: 'error', message: 'NumPatches is no number of patches.', fix: EXPORT, docs: ARETOMO },
  dark_frame: {
    severity: 'error',
    message: 'Some DarkFrame lines do not tell frame, section and tilt of what was left out.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  row_arity: {
    severity: 'error',
    message: 'Some rows do not hold the ten numbers SEC ROT GMAG TX TY SMEAN SFIT SCALE BASE TILT.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  row_count: {
    severity: 'error',
    message: 'There are {found} rows of sections, and RawSize without the dark frames leaves {expected}.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  section_number: {
    severity: 'error',
    message: 'Some SEC are no numbers of sections that RawSize has.',
    fix: EXPORT,
  },
  section_repeated: { severity: 'error', message: 'Some sections have two rows.', fix: EXPORT },
  section_dark: { severity: 'error', message: 'Some sections have a row, and are dark frames too.', fix: EXPORT },
  tilt_range: {
    severity: 'error',
    message: 'Some TILT are outside of -90 to 90 degrees.',
    fix: 'Run AreTomo again: some versions write numbers that were never set.',
  },
  rotation_spread: {
    severity: 'warning',
    message: 'The rotations ROT lie {found} degrees apart; the tilt axis does not turn that far within a series.',
    fix: LOOK,
  },
  magnification: { severity: 'warning', message: 'Some GMAG are not 1, which AreTomo writes in every row.', fix: LOOK },
  shift: {
    severity: 'warning',
    message: 'Some shifts TX, TY are larger than the image: nothing of the section is left.',
    fix: LOOK,
  },
  local_arity: {
    severity: 'error',
    message: 'Some rows of the local alignment do not hold seven numbers: section, patch, X, Y, DX, DY, good.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  local_count: {
    severity: 'error',
    message: 'There are {found} rows of local alignment, and {sections} sections of {patches} patches make {expected}.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  local_section: {
    severity: 'error',
    message: 'Some rows of the local alignment are of a section or a patch that is not there.',
    fix: EXPORT,
    docs: ARETOMO,
  },
} as const satisfies Record<string, Rule>;

type AlnPen = Pen<keyof typeof RULES>;
type Row = AlnFacts['rows'][number] & { readonly magnification: number; readonly sec: number };

const LIMITS = { bytes: 4 << 20, lines: 60_000 };
const MOST_TURN = 20;

/** AreTomo 1 to 3. */
export const alnCheck = defineCheck<keyof typeof RULES>({
  id: 'aln',
  version: 1,
  title: 'AreTomo alignment',
  extensions: ['.aln'],
  rules: RULES,

  async *run(file, pen) {
    const lines = yield* textLines(file, pen, LIMITS);
    if (!lines) return;
    const aln = readAln(lines);
    const told = { location: `line ${lines[0]?.number ?? 1}`, found: shortened(lines[0]?.text ?? '') };
    if (!aln.isTagged) yield pen.report('header_tag', { ...told, expected: '# AreTomo Alignment' });
    if (!aln.isTagged && aln.headers.size === 0) return;

    const alignment = alignmentOf(aln);
    if (alignment) yield pen.learn(factsOf(aln, alignment));
    yield* judgeHeaders(aln, pen);
    yield* judgeTable(aln.rows, 10, 'row_arity', pen);
    yield* judgeTable(aln.localRows, 7, 'local_arity', pen);
    yield* judgeCounts(aln, pen);
    if (alignment) yield* judgeSections(aln, alignment, pen);
    yield* judgeLocal(aln, pen);
  },
});

interface Alignment extends Pick<AlnFacts, 'dark' | 'countsFrom'> {
  readonly rows: readonly Row[];
}

/** All of its sections; null where one cannot be read, since the others alone would tell a wrong number. */
function alignmentOf(aln: AlnText): Alignment | null {
  const dark = aln.dark.flatMap(darkOf);
  const rows = aln.rows.flatMap(rowOf);
  if (dark.length < aln.dark.length || rows.length < aln.rows.length) return null;
  const countsFrom = firstNumberOf(rows, dark, rawSizeOf(aln)?.[2] ?? null);
  return { dark, countsFrom, rows: rows.map((row) => ({ ...row, section: row.sec - countsFrom })) };
}

function darkOf({ values }: AlnRow): AlnFacts['dark'][number][] {
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

function rawSizeOf({ headers }: AlnText): AlnFacts['rawSize'] {
  const [x = null, y = null, z = null, more] = tokensOf(headers.get('rawsize')?.value ?? '').map(wholeOf);
  return x === null || y === null || z === null || more !== undefined || Math.min(x, y, z) < 1 ? null : [x, y, z];
}

/** Null where it is no number of patches; 0 where nothing is said of patches. */
function patchesOf({ headers }: AlnText): number | null {
  const header = headers.get('numpatches');
  const patches = header ? wholeOf(header.value) : 0;
  return patches === null || patches < 0 ? null : patches;
}

const NUMBERS = ['alphaoffset', 'betaoffset', 'thickness'] as const;

function* judgeHeaders(aln: AlnText, pen: AlnPen): Generator<Said, void> {
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

function* judgeTable(
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

function* judgeCounts(aln: AlnText, pen: AlnPen): Generator<Said, void> {
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

function* judgeSections(aln: AlnText, { rows, dark, countsFrom }: Alignment, pen: AlnPen): Generator<Said, void> {
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

  const found: readonly (readonly [keyof typeof RULES, readonly Row[], (row: Row) => unknown, expected?: string])[] = [
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

function* judgeLocal(aln: AlnText, pen: AlnPen): Generator<Said, void> {
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

function factsOf(aln: AlnText, { dark, countsFrom, rows }: Alignment) {
  const numberOf = (name: (typeof NUMBERS)[number]) => decimalOf(aln.headers.get(name)?.value);
  return {
    ...{ format: 'aln', rawSize: rawSizeOf(aln), patches: patchesOf(aln) ?? 0, dark, countsFrom },
    rows: rows.map(({ section, rotation, shift, tilt, line }) => ({ section, rotation, shift, tilt, line })),
    localRows: aln.localRows.length,
    ...{ alphaOffset: numberOf('alphaoffset'), betaOffset: numberOf('betaoffset'), thickness: numberOf('thickness') },
  } satisfies AlnFacts;
}
