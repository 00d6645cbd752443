/** Do the levels of an image fit each other? Each half as large as the one before, with voxels twice as large. */
import { INTEGERS, type ZarrArray } from '../../readers/zarr-metadata.js';
import { ANGSTROMS } from '../../schemas/ome-zarr.js';
import type { Image, Level } from './image.js';
import { type Judgement, rounded, shown, times, type ZarrPen } from './saying.js';

/** A level with its array. */
export interface Pair {
  readonly level: Level;
  readonly array: ZarrArray;
}

const COMMON_DTYPES = ['int8', 'uint8', 'int16', 'uint16', 'float32'];
/** Å; about powers of two, each level may be as much off again. */
const CUBE_TOLERANCE = 0.001;
const RATIO_TOLERANCE = 0.01;
const LEAST_ANGSTROM = 0.1;
const MOST_ANGSTROM = 10_000;

/** @param pairs levels whose arrays could be read, the finest first */
export function* judgeLevels(image: Image, pairs: readonly Pair[], pen: ZarrPen): Judgement {
  const [finest] = pairs;
  for (const { array } of pairs) yield* judgeArray(image, array, finest?.array.dtype.name ?? '', pen);
  const fitting = pairs.filter(({ array }) => array.shape.length === image.axes.length);
  yield* judgeVoxels(image, fitting, pen);
  for (const [i, pair] of fitting.entries()) {
    const before = fitting[i - 1];
    if (before) yield* judgeStep(image, before, pair, pen);
  }
}

function* judgeArray({ axes, version, isLabel }: Image, array: ZarrArray, finest: string, pen: ZarrPen): Judgement {
  const { shape, dtype, dimensionNames, key } = array;
  if (shape.length !== axes.length)
    yield pen.report('level_dimensions', { location: key, found: String(shape.length), expected: String(axes.length) });
  const names = axes.map(({ name }) => name);
  if (version === 3 && dimensionNames?.join('\0') !== names.join('\0')) {
    const found = dimensionNames === null ? 'none' : shown(dimensionNames.join(', '));
    yield pen.report('dimension_names', {
      location: `${key}#/dimension_names`,
      found,
      expected: shown(names.join(', ')),
    });
  }
  if (isLabel && !INTEGERS.has(dtype.name)) yield pen.report('label_dtype', { location: key, found: dtype.name });
  if (dtype.name !== finest) yield pen.report('level_dtype', { location: key, found: dtype.name, expected: finest });
  else if (!isLabel && !COMMON_DTYPES.includes(dtype.name) && !(dtype.name === 'bool'))
    yield pen.report('dtype_uncommon', { location: key, found: dtype.name, expected: COMMON_DTYPES.join(', ') });
}

/** Sections of a stack of images keep their number, and their distance tells nothing. */
const isStack = ({ axes }: Image, pairs: readonly Pair[]): boolean => {
  const z = axes.findIndex(({ name }) => name === 'z');
  const [first, second] = pairs;
  if (!first || !second) return false;
  const [before, after] = [first.array.shape, second.array.shape];
  return before[z] === after[z] && before.some((n, i) => n > (after[i] ?? n));
};

function* judgeVoxels(image: Image, pairs: readonly Pair[], pen: ZarrPen): Judgement {
  const inSpace = image.axes.map(({ type, name }) => type === 'space' && !(name === 'z' && isStack(image, pairs)));
  const unit = image.axes.find(({ type }) => type === 'space')?.unit ?? '';
  const angstroms = Object.hasOwn(ANGSTROMS, unit) ? (ANGSTROMS[unit] ?? null) : null;
  for (const [i, { level }] of pairs.entries()) {
    const sizes = level.scale?.filter((_, axis) => inSpace[axis]);
    if (!sizes || sizes.length === 0) continue;
    const location = level.location;
    if (i === 0 && sizes.every((n) => n === 1)) yield pen.report('scale_unset', { location, found: times(sizes) });
    else if (i === 0 && angstroms !== null && sizes.some((n) => !isPlausible(n * angstroms)))
      yield pen.report('scale_implausible', { location, found: times(sizes.map((n) => n * angstroms)) });
    const apart = (Math.max(...sizes) - Math.min(...sizes)) * (angstroms ?? 1);
    // The tolerance grows with the voxels, and a little more, since decimals are not exact.
    if (apart > CUBE_TOLERANCE * 2 ** i * (1 + 1e-6))
      yield pen.report('scale_anisotropic', { location, found: `${times(sizes)} ${unit}`.trim() });
  }
}

const isPlausible = (angstrom: number): boolean => angstrom >= LEAST_ANGSTROM && angstrom <= MOST_ANGSTROM;

function* judgeStep({ axes }: Image, before: Pair, after: Pair, pen: ZarrPen): Judgement {
  const location = after.array.key;
  const [large, small] = [before.array.shape, after.array.shape];
  const told = { location, found: small.join(' × '), expected: large.join(' × ') };
  if (small.some((n, i) => n > (large[i] ?? 0))) return yield pen.report('level_order', told);

  const isHalf = axes.every(({ type, name }, i) => {
    const [n = 0, half = 0] = [small[i], (large[i] ?? 0) / 2];
    const mayStay = type !== 'space' || name === 'z' || large[i] === 1;
    return n === Math.ceil(half) || n === Math.floor(half) || (mayStay && n === large[i]);
  });
  if (!isHalf || small.join() === large.join()) yield pen.report('level_shape', told);

  const [fine, coarse] = [before.level.scale, after.level.scale];
  if (!fine || !coarse) return;
  const ratios = coarse.map((n, i) => n / (fine[i] ?? 1));
  // Halves are rounded: any length between those of the ratio, 1 % off, fits.
  const fits = ratios.every((ratio, i) => {
    const [n = 0, from = 0] = [small[i], large[i]];
    return (
      n >= Math.floor(from / (ratio * (1 + RATIO_TOLERANCE))) && n <= Math.ceil(from / (ratio * (1 - RATIO_TOLERANCE)))
    );
  });
  if (fits) return;
  const shapes = large.map((n, i) => n / Math.max(1, small[i] ?? 1));
  yield pen.report('scale_ratio', {
    location: after.level.location,
    ...{ found: ratios.map(rounded).join(', '), expected: shapes.map(rounded).join(', ') },
  });
}
