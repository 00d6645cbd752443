/** Can each value of an MDOC be right by itself? */
import type { Said } from '../../check.js';
import { decimalOf } from '../../readers/decimal.js';
import { type Mdoc, type MdocSection, timeOf } from '../../readers/mdoc.js';
import { byLine, shortened } from '../by-line.js';
import type { MdocPen } from './rules.js';
import { faultOf, imageSizeOf, placeOf } from './views.js';

export function* judgeLines({ strange, halfTitles, repeated }: Mdoc, pen: MdocPen): Generator<Said, void> {
  for (const [rule, lines, expected] of [
    ['strange_lines', strange, 'key = value'],
    ['title_bracket', halfTitles, '[T = …]'],
    ['key_repeated', repeated, 'each key once in a section'],
  ] as const) {
    const faults = lines.map(({ number, text }) => ({ line: number, value: text }));
    if (faults.length > 0) yield pen.report(rule, byLine(faults, expected));
  }
}

export function* judgeGlobals({ globals, globalLines }: Mdoc, pen: MdocPen): Generator<Said, void> {
  const told = (key: string) => ({
    location: `line ${globalLines.get(key)}`,
    found: shortened(globals.get(key) ?? ''),
  });
  const voltage = decimalOf(globals.get('Voltage'));
  if (globals.get('Voltage') && (voltage === null || voltage < 10 || voltage > 2000))
    yield pen.report('voltage', { ...told('Voltage'), expected: 'from 10 to 2000 kilovolts' });
  if (globals.has('ImageSize') && !imageSizeOf(globals))
    yield pen.report('image_size', { ...told('ImageSize'), expected: 'two whole numbers from 1' });
}

type Value = readonly [is: (value: number) => boolean, expected: string];
const ABOVE_ZERO: Value = [(value) => value > 0, 'a number above 0'];
const COUNT: Value = [(value) => Number.isSafeInteger(value) && value >= 0, 'a whole number'];

/** Keys that are read further on; those that are sought in every section are judged below. */
const KEYS: Readonly<Record<string, Value>> = {
  PixelSpacing: ABOVE_ZERO,
  Magnification: ABOVE_ZERO,
  Binning: ABOVE_ZERO,
  NumSubFrames: COUNT,
  PriorRecordDose: [(value) => value >= 0, 'a number from 0'],
  RotationAngle: [(value) => Math.abs(value) <= 360, 'degrees'],
};

/** Programs leave a value empty or write NaN where they do not know it: that is no fault. */
const isUnknown = (value: string | undefined): boolean => !value || /^[-+]?nan$/i.test(value);

export function* judgeValues(
  { globals, globalLines }: Mdoc,
  views: readonly MdocSection[],
  pen: MdocPen,
): Generator<Said, void> {
  const head = { where: `line ${globalLines.get('PixelSpacing')}`, line: globalLines.get('PixelSpacing') ?? 1 };
  const places = [{ ...head, values: globals }, ...views.map((view) => ({ ...view, where: placeOf(view) }))];
  const wrong = Object.entries(KEYS).flatMap(([key, [is, expected]]) =>
    places.flatMap(({ where, line, values }) => {
      const value = values.get(key);
      const number = decimalOf(value);
      const isFine = isUnknown(value) || (number !== null && is(number));
      return isFine ? [] : [{ key, expected, where, line, value: `${key} = ${value}` }];
    }),
  );
  if (wrong.length === 0) return;
  const keys = [...new Set(wrong.map(({ key }) => key))].join(', ');
  const expected = [...new Set(wrong.map((fault) => `${fault.key}: ${fault.expected}`))].join('; ');
  yield pen.report('key_value', { ...byLine(wrong, expected), keys });
}

export function* judgeSections(views: readonly MdocSection[], pen: MdocPen): Generator<Said, void> {
  const lacking = (isRight: (section: MdocSection) => boolean, key: string) =>
    views.filter((section) => !isRight(section)).map((section) => faultOf(section, section.values.get(key)));

  const angles = lacking(({ values }) => Math.abs(decimalOf(values.get('TiltAngle')) ?? 91) <= 90, 'TiltAngle');
  if (angles.length > 0) yield pen.report('tilt_angle', byLine(angles, 'from -90 to 90'));

  const paths = lacking(({ values }) => Boolean(values.get('SubFramePath')), 'SubFramePath');
  if (paths.length > 0) yield pen.report('frame_path', byLine(paths, 'SubFramePath = …'));

  const doses = lacking(({ values }) => (decimalOf(values.get('ExposureDose')) ?? 0) > 0, 'ExposureDose');
  if (doses.length > 0) yield pen.report('dose', byLine(doses, 'a number above 0'));

  const dates = lacking(({ values }) => !values.get('DateTime') || timeOf(values.get('DateTime')) !== null, 'DateTime');
  if (dates.length > 0) yield pen.report('date_time', byLine(dates, '06-Jun-23  23:19:47'));
}
