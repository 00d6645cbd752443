/** How large is a voxel of a level? By one scale, after which a translation may come, each with a number for each axis. */
import { asNumbers, asRecord, asText, type Json } from '../../readers/zarr-json.js';
import { type Judgement, rounded, shown, type ZarrPen } from './saying.js';

/** What is longer is wrong, and its first entries tell so. */
const MOST_STEPS = 4;

/** @param steps as the schema has them */
export function* judgeTransformations(steps: readonly Json[], rank: number, location: string, pen: ZarrPen): Judgement {
  const types = steps.map(typeOf);
  const scales = types.filter((type) => type === 'scale').length;
  if (scales !== 1) yield pen.report('scale_missing', { location, found: String(scales), expected: '1' });
  const translations = types.filter((type) => type === 'translation').length;
  if (translations > 1 || (scales > 0 && types[0] === 'translation')) {
    const found = types.slice(0, MOST_STEPS).join(', ');
    yield pen.report('transformation_order', { location, found, expected: 'scale, translation' });
  }
  for (const [i, step] of steps.slice(0, MOST_STEPS).entries()) {
    const numbers = numbersOf(step);
    const where = { location: `${location}/${i}`, expected: String(rank) };
    if (numbers.length !== rank) yield pen.report('transformation_length', { ...where, found: String(numbers.length) });
    if (types[i] === 'scale' && !numbers.every(isPositive))
      yield pen.report('scale_not_positive', {
        ...where,
        found: shown(numbers.map(rounded).join(', ')),
        expected: 'above 0',
      });
  }
}

/** Of the level, times that of the whole image; null where one is not as it must be. */
export function scaleOf(steps: readonly Json[], outer: readonly Json[], rank: number): readonly number[] | null {
  const own = steps.find((step) => typeOf(step) === 'scale');
  const whole = outer.find((step) => typeOf(step) === 'scale');
  const factors = whole === undefined ? Array.from({ length: rank }, () => 1) : numbersOf(whole);
  const scale = own === undefined ? [] : numbersOf(own).map((n, i) => n * (factors[i] ?? 0));
  return scale.length === rank && scale.every(isPositive) ? scale : null;
}

const typeOf = (step: Json): string => asText(asRecord(step)?.type) ?? '';
const isPositive = (n: number): boolean => n > 0 && Number.isFinite(n);

function numbersOf(step: Json): readonly number[] {
  const told = asRecord(step);
  return asNumbers(told?.[typeOf(step)]) ?? [];
}
