/** Do the sections of an MDOC make one tilt series together? */
import type { Said } from '../../check.js';
import { decimalOf, wholeOf } from '../../readers/decimal.js';
import { type Mdoc, type MdocSection, tiltAxisOf, timeOf } from '../../readers/mdoc.js';
import { byLine, type LineFault, shortened } from '../by-line.js';
import type { MdocPen } from './rules.js';
import { faultOf, isTilt } from './views.js';

/** Of tilts: each file of frames counts its own sets from 0. */
export function* judgeNumbering(views: readonly MdocSection[], pen: MdocPen): Generator<Said, void> {
  const tilts = views.filter(isTilt);
  const again = repeated(tilts, ({ name }) => name);
  if (again.length > 0) return yield pen.report('z_value_repeated', byLine(again, 'each ZValue once'));
  const off = tilts.filter(({ name }) => {
    const z = wholeOf(name);
    return z === null || z < 0 || z >= tilts.length;
  });
  const last = tilts.length - 1;
  const faults = off.map((section) => faultOf(section, section.name));
  if (off.length > 0) yield pen.report('z_value_gap', { ...byLine(faults, `the numbers from 0 to ${last}`), last });
}

export function* judgeSeries(mdoc: Mdoc, views: readonly MdocSection[], pen: MdocPen): Generator<Said, void> {
  const isSeries = views.some(isTilt);
  const spacing = decimalOf(mdoc.globals.get('PixelSpacing')) ?? spacingOf(views.find(spacingOf));
  const different = views.filter((view) => (spacingOf(view) ?? spacing) !== spacing);
  const spacings = different.map((view) => faultOf(view, String(spacingOf(view))));
  if (spacings.length > 0) yield pen.report('pixel_spacing', byLine(spacings, String(spacing)));

  const shared = repeated(views, ({ values }) => values.get('SubFramePath')?.replaceAll('\\', '/') ?? '');
  if (shared.length > 0) yield pen.report('frame_path_repeated', byLine(shared, 'each path once'));

  if (tiltAxisOf(mdoc.titles) === null && isSeries)
    yield pen.report('tilt_axis', { expected: '[T = Tilt axis angle = …]' });

  const twice = repeated(views, ({ values }) => String(decimalOf(values.get('TiltAngle')) ?? ''));
  if (twice.length > 0) yield pen.report('angle_repeated', byLine(twice));

  const timed = views.filter(({ values }) => timeOf(values.get('DateTime')) !== null);
  const timeAt = (i: number) => timeOf(timed[i]?.values.get('DateTime')) ?? 0;
  const early = timed.filter((_, i) => i > 0 && timeAt(i) < timeAt(i - 1));
  const times = early.map((view) => faultOf(view, view.values.get('DateTime')));
  if (times.length > 0) yield pen.report('time_order', byLine(times, 'later than the section before'));

  const last = views.at(-1);
  const missing = last ? keysMissing(last, views.slice(0, -1)) : [];
  const told = { location: `line ${last?.line}`, found: missing.slice(0, 5).map(shortened).join(', ') };
  if (missing.length > 0) yield pen.report('last_section_short', told);

  if (isSeries && views.length < 7)
    yield pen.report('few_tilts', { found: String(views.length), expected: 'at least 7' });
}

const spacingOf = (section: MdocSection | undefined): number | null => decimalOf(section?.values.get('PixelSpacing'));

/** What all the others have, and `last` has not. */
function keysMissing(last: MdocSection, others: readonly MdocSection[]): string[] {
  const keys = [...(others[0]?.values.keys() ?? [])].filter((key) => !last.values.has(key));
  return keys.filter((key) => others.every(({ values }) => values.has(key)));
}

/** Sections whose `key` an earlier one has too; '' is no key. */
function repeated(sections: readonly MdocSection[], key: (section: MdocSection) => string): LineFault[] {
  const seen = new Set<string>();
  return sections.flatMap((section) => {
    const value = key(section);
    if (value === '' || !seen.has(value)) {
      seen.add(value);
      return [];
    }
    return [faultOf(section, value)];
  });
}
