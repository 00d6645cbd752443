/**
 * How large are the pixels and voxels of a run, in ångström? As the header says, unless it is declared to be wrong; where it
 * says nothing, as declared.
 */
import type { RunValues, TomogramValues } from './declared.js';
import { type Dataset, factsAs, filesOf, type Run, type RunFile } from './deposition.js';
import { acquisitionOf } from './run-parts.js';
import type { Tolerance } from './tolerances.js';

/** What a header and a submitter say of one size. */
export interface SaidSize {
  readonly header: number | null;
  readonly declared: number | null;
  readonly isHeaderWrong: boolean;
}

export const sizeOf = ({ header, declared, isHeaderWrong }: SaidSize): number | null =>
  (isHeaderWrong ? declared : null) ?? header ?? declared;

/** What the header of an image or a volume says: along X, since pixels are squares. */
export function headerSizeOf(file: RunFile | null): number | null {
  const volume = factsAs(file, 'mrc', 'zarr');
  const image = factsAs(file, 'tiff', 'eer', 'dm');
  return positive(volume?.voxelSize[0] ?? image?.pixelSize);
}

export function frameSizes(run: Run): SaidSize {
  let header: number | null = null;
  for (const frame of filesOf(run, 'frame')) {
    header = headerSizeOf(frame);
    if (header !== null) break;
  }
  return { header, ...declaredOf(run.declared, 'frame_pixel_size_a', 'frame_header_is_wrong') };
}

export const tiltSeriesSizes = (run: Run): SaidSize => ({
  header: headerSizeOf(filesOf(run, 'tilt_series').find((file) => headerSizeOf(file) !== null) ?? null),
  ...declaredOf(run.declared, 'tilt_series_pixel_size_a', 'tilt_series_header_is_wrong'),
});

export function tomogramSizes(dataset: Dataset, file: RunFile): SaidSize {
  const declared: TomogramValues = (file.belongsTo !== null && dataset.tomograms[file.belongsTo]) || {};
  return { header: headerSizeOf(file), ...declaredOf(declared, 'voxel_size_a', 'header_is_wrong') };
}

/** Of a frame; where neither header nor submitter tell, as the metadata of the acquisition do. */
export function framePixel(run: Run): number | null {
  const said = sizeOf(frameSizes(run));
  if (said !== null) return said;
  const { pixelSpacing, binnings } = acquisitionOf(run)?.facts ?? {};
  return pixelSpacing ? pixelSpacing / (binnings?.find(Boolean) ?? 1) : null;
}

export const tiltSeriesPixel = (run: Run): number | null => sizeOf(tiltSeriesSizes(run));

/** Columns, rows and sections, of whatever is an image or a volume. */
export const dimensionsOf = (file: RunFile | null): readonly [number, number, number] | null =>
  factsAs(file, 'mrc', 'zarr', 'tiff', 'eer', 'dm')?.dimensions ?? null;

/** Headers hold 32 bits, so that what is just as far off as may be is often a little farther. */
export const isWithin = ({ value }: Tolerance, one: number, other: number): boolean =>
  Math.abs(one - other) <= value + 1e-6 * Math.max(Math.abs(one), Math.abs(other));

/** By a share of the one that is expected. */
export const isNear = ({ value }: Tolerance, expected: number, found: number): boolean =>
  Math.abs(found / expected - 1) <= value / 100 + 1e-9;

/** `2.7`, `1.333`: as many digits as tell anything. */
export const rounded = (value: number): string => String(Number(value.toPrecision(6)));

function declaredOf<Values extends RunValues | TomogramValues>(
  values: Values,
  size: keyof Values,
  isWrong: keyof Values,
): Pick<SaidSize, 'declared' | 'isHeaderWrong'> {
  return { declared: positive(values[size]), isHeaderWrong: values[isWrong] === true };
}

const positive = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null);
