/**
 * In which unit are points given, and in which would they lie in their tomogram? Judged by their extremes: where those lie
 * in it, all do.
 */
import type { PointGroup, PointsFacts } from '../formats/tomography-facts.js';
import { rounded } from './pixel-size.js';
import { TOLERANCES } from './tolerances.js';

type Three = readonly [number, number, number];

/** The smallest box around points, as the file has them. */
export interface Box {
  readonly min: Three;
  readonly max: Three;
}

/** Voxels along an axis: `value / divisor`, counted from the middle of the tomogram or from its corner. */
export interface Reading {
  readonly divisor: number;
  readonly isCentred: boolean;
}

export interface Tomogram {
  readonly dimensions: Three;
  /** Å. */
  readonly voxelSize: number | null;
  /** Pixels of the tilt series that a voxel is wide, where that is known. */
  readonly binning: number | null;
}

/** What points may be meant as, that lie outside as they are read. */
export interface Guess {
  readonly hint: string;
  readonly advice: string;
  /** The value of `coordinate_binning` that would put it right. */
  readonly binning: number | null;
}

export function boxOf(groups: readonly PointGroup[]): Box {
  const min: [number, number, number] = [Infinity, Infinity, Infinity];
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (const group of groups) {
    for (const axis of [0, 1, 2] as const) {
      min[axis] = Math.min(min[axis], group.min[axis]);
      max[axis] = Math.max(max[axis], group.max[axis]);
    }
  }
  return { min, max };
}

/** As the file and the metadata say; null where that takes a voxel size that is not known. */
export function declaredReading({ unit }: PointsFacts, binning: number, { voxelSize }: Tomogram): Reading | null {
  if (unit !== 'centred angstrom') return { divisor: binning, isCentred: false };
  return voxelSize === null ? null : { divisor: voxelSize, isCentred: true };
}

export const voxelOf = (value: number, size: number, { divisor, isCentred }: Reading): number =>
  value / divisor + (isCentred ? size / 2 : 0);

export function isInside(value: number, size: number, reading: Reading): boolean {
  const voxel = voxelOf(value, size, reading);
  const edge = TOLERANCES['X-41'].edge.value;
  return voxel >= -edge && voxel <= size - 1 + edge;
}

export const areAllInside = ({ min, max }: Box, { dimensions }: Tomogram, reading: Reading): boolean =>
  dimensions.every((size, i) => isInside(min[i] ?? 0, size, reading) && isInside(max[i] ?? 0, size, reading));

/** In which other reading all points would lie in the tomogram; the most telling one. */
export function guessOf(box: Box, facts: PointsFacts, tomogram: Tomogram): Guess | null {
  const { voxelSize } = tomogram;
  const fits = (reading: Reading) => areAllInside(box, tomogram, reading);
  if (isCentredBox(box)) return centred(box, tomogram, fits);
  if (facts.unit === 'angstrom' && voxelSize !== null && fits(by(voxelSize))) return inAngstrom(voxelSize);
  if (fits({ divisor: 1, isCentred: false })) return binned(1);
  if (areAllInside({ min: reversed(box.min), max: reversed(box.max) }, tomogram, by(1))) return REVERSED;

  const whole = WHOLE.find((divisor) => fits(by(divisor))) ?? null;
  const { binning } = tomogram;
  const isKnown = binning !== null && fits(by(binning)) && fillOf(box, tomogram, binning) >= 0.5;
  if (isKnown) return binned(binning);
  const isAngstrom = voxelSize !== null && voxelSize > 1 && fits(by(voxelSize));
  // Of several divisors the one with which points fill the tomogram best.
  if (isAngstrom && (whole === null || fillOf(box, tomogram, voxelSize) >= 0.5)) return inAngstrom(voxelSize);
  return whole === null ? null : binned(whole);
}

const WHOLE = Array.from({ length: 15 }, (_, i) => i + 2);

const by = (divisor: number): Reading => ({ divisor, isCentred: false });
const reversed = ([x, y, z]: Three): Three => [z, y, x];

/** How far points reach along the axis on which they reach farthest. */
const fillOf = ({ max }: Box, { dimensions }: Tomogram, divisor: number): number =>
  Math.max(...dimensions.map((size, i) => (max[i] ?? 0) / (size * divisor)));

/** Below and above zero alike, along all axes. */
const isCentredBox = ({ min, max }: Box): boolean =>
  min.every((low, i) => {
    const high = max[i] ?? 0;
    return low < 0 && high > 0 && Math.abs(low + high) <= 0.5 * (high - low);
  });

function centred(
  { min, max }: Box,
  { dimensions, voxelSize }: Tomogram,
  fits: (reading: Reading) => boolean,
): Guess | null {
  const isWide = dimensions.some((size, i) => (max[i] ?? 0) - (min[i] ?? 0) > 0.3 * size);
  if (isWide && fits({ divisor: 1, isCentred: true })) return CENTRED_VOXELS;
  return voxelSize !== null && fits({ divisor: voxelSize, isCentred: true }) ? CENTRED : null;
}

const CENTRED: Guess = {
  hint: 'They lie about zero: these look like ångström from the centre of the tomogram, as RELION 5 writes them.',
  advice:
    'Write them under the labels of RELION 5 (_rlnCenteredCoordinateXAngst, and so on), or in voxels from the corner.',
  binning: null,
};
const CENTRED_VOXELS: Guess = {
  hint: 'They lie about zero: these look like voxels from the centre of the tomogram.',
  advice: 'Add half of the size of the tomogram along each axis, so that they are counted from its corner.',
  binning: null,
};
const REVERSED: Guess = {
  hint: 'In the order z, y, x all of them lie inside.',
  advice: 'Write the columns in the order x, y, z.',
  binning: null,
};
const inAngstrom = (voxelSize: number): Guess => ({
  hint: `Divided by the voxel size, ${rounded(voxelSize)} Å, all lie inside: these look like ångström.`,
  advice: `Declare the coordinate_binning ${rounded(voxelSize)}, or write the coordinates in voxels.`,
  binning: Number(rounded(voxelSize)),
});
const binned = (binning: number): Guess => ({
  hint: `Divided by ${binning} all lie inside: these look like coordinates of a binning of ${binning}.`,
  advice: `Declare the coordinate_binning ${binning}, or write the coordinates in voxels of the tomogram.`,
  binning,
});
