/** Do headers, the metadata of the acquisition and the submitter tell of the same pixels, volts and magnification? */
import { filesOf, type Run } from '../deposition.js';
import {
  dimensionsOf,
  frameSizes,
  isNear,
  isWithin,
  rounded,
  type SaidSize,
  sizeOf,
  tiltSeriesSizes,
  tomogramSizes,
} from '../pixel-size.js';
import { acquisitionOf, NO_MDOC } from '../run-parts.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

/** One size that both a header and a submitter may tell, and where in the metadata it stands. */
interface Item {
  readonly what: string;
  readonly path: string | undefined;
  readonly said: SaidSize;
  readonly tick: string;
}

const headerSizes = defineRunRule({
  id: 'X-29',
  title: 'Declared pixel sizes and headers',
  why: 'Headers often hold a wrong pixel size. Which of two counts must be said, or everything measured is wrong.',
  says: {
    differs: {
      severity: 'error',
      message: 'The header of the {what} says {found} Å; {expected} Å is declared ({tolerance}).',
      fix: 'Correct the declared size, or tick that the header is wrong: then the declared size counts.',
    },
    header_is_wrong: {
      severity: 'info',
      message: 'The header of the {what} says {found} Å; it is declared to be wrong, and {expected} Å counts.',
      fix: 'Nothing: the declared size counts.',
    },
  },
  *judge(run, { dataset }) {
    const tolerance = TOLERANCES['X-29'].size;
    const items = itemsOf(run, dataset);
    const both = items.filter(({ said }) => said.header !== null && said.declared !== null);
    if (both.length === 0) return yield notApplicable('There is no size that both a header and the metadata tell.');

    const faults = both.filter(({ said: { header, declared } }) => !isWithin(tolerance, header ?? 0, declared ?? 0));
    for (const item of faults) yield differing(item, shown(tolerance));
    if (faults.length > 0) return;
    const sizes = (which: 'header' | 'declared') => both.map(({ said }) => `${rounded(said[which] ?? 0)} Å`).join(', ');
    yield compared(`${sizes('declared')} (${shown(tolerance)})`, sizes('header'));
  },
});

function differing({ what, path, said, tick }: Item, tolerance: string): CellSaid<'differs' | 'header_is_wrong'> {
  const { header, declared, isHeaderWrong } = said;
  const told = {
    file: path,
    what,
    key: what,
    found: rounded(header ?? 0),
    expected: rounded(declared ?? 0),
    tolerance,
  };
  if (isHeaderWrong) return { says: 'header_is_wrong', told };
  if (header !== 1) return { says: 'differs', told };
  const why = 'Programs write 1 Å where they do not know the size.';
  return {
    says: 'differs',
    told: { ...told, repair: { kind: 'metadata', pointer: tick, from: false, to: true, why } },
  };
}

function itemsOf(run: Run, dataset: Parameters<typeof tomogramSizes>[0]): Item[] {
  return [
    {
      ...{ what: 'frames', path: filesOf(run, 'frame')[0]?.path },
      ...{ said: frameSizes(run), tick: '/frame_header_is_wrong' },
    },
    {
      ...{ what: 'tilt series', path: filesOf(run, 'tilt_series')[0]?.path },
      ...{ said: tiltSeriesSizes(run), tick: '/tilt_series_header_is_wrong' },
    },
    ...filesOf(run, 'tomogram').map((file) => ({
      ...{ what: `tomogram ${file.path}`, path: file.path, said: tomogramSizes(dataset, file) },
      tick: `/tomograms/${file.belongsTo}/header_is_wrong`,
    })),
  ];
}

const acquiredSpacing = defineRunRule({
  id: 'X-30',
  title: 'Pixel spacing of the acquisition',
  why: 'The microscope wrote the pixel size into the MDOC; headers of frames and tilt series follow from it by binning.',
  says: {
    differs: {
      severity: 'warning',
      message:
        'The MDOC tells of pixels of {spacing} Å at binning {binning}; those of the {what} are {found} Å, where {expected} Å would follow ({tolerance}).',
      fix: 'See whether the MDOC is of this run, and correct the pixel size that is wrong.',
    },
    super_resolution: {
      severity: 'info',
      message:
        'The MDOC tells of pixels of {spacing} Å, twice those of the frames: so it is of super-resolution frames.',
      fix: 'Nothing, where the frames are in super-resolution.',
    },
  },
  *judge(run) {
    const acquisition = acquisitionOf(run);
    const { pixelSpacing: spacing = null, binnings = [] } = acquisition?.facts ?? {};
    if (!spacing) return yield notApplicable('No MDOC tells a pixel spacing.');
    const [frame, series] = [sizeOf(frameSizes(run)), sizeOf(tiltSeriesSizes(run))];
    if (frame === null && series === null)
      return yield notApplicable('No pixel size of frames or tilt series is known.');

    const binning = binnings.find(Boolean) ?? 1;
    const tolerance = TOLERANCES['X-30'].ratio;
    // Where no binning is declared, any is taken that a tilt series may have.
    const by = run.declared.binning_from_frames ?? Math.max(1, Math.round(((series ?? spacing) * binning) / spacing));
    const told = {
      file: acquisition?.files[0]?.path,
      spacing: rounded(spacing),
      binning: rounded(binning),
      tolerance: shown(tolerance),
    };
    const isAny = (sizes: readonly number[], found: number) => sizes.some((size) => isNear(tolerance, size, found));
    // Of the camera's pixels, or of the image as it was recorded: programs differ.
    const unbinned = [spacing / binning, spacing];
    const assembled = [...unbinned, ...unbinned.map((size) => size * by)];
    const faults: CellSaid<'differs' | 'super_resolution'>[] = [];
    if (frame !== null && !isAny(unbinned, frame)) {
      const isSuper = isAny(unbinned, frame * 2);
      const sizes = { found: rounded(frame), expected: rounded(spacing / binning) };
      faults.push({
        says: isSuper ? 'super_resolution' : 'differs',
        told: { ...told, key: 'frames', what: 'frames', ...sizes },
      });
    }
    if (series !== null && !isAny(assembled, series)) {
      const sizes = { found: rounded(series), expected: rounded((spacing / binning) * by) };
      faults.push({ says: 'differs', told: { ...told, key: 'tilt series', what: 'tilt series', ...sizes } });
    }
    if (faults.length > 0) return yield* faults;
    const found = [frame, series].flatMap((size) => (size === null ? [] : [`${rounded(size)} Å`])).join(', ');
    yield compared(`${told.spacing} Å at binning ${told.binning} (${told.tolerance})`, found);
  },
});

const acquisition = defineRunRule({
  id: 'X-31',
  title: 'Voltage, magnification and size of images',
  why: 'What the microscope wrote itself shows whether the MDOC is of this run, and whether something was mistyped.',
  says: {
    voltage: {
      severity: 'warning',
      message: 'The MDOC tells of {found} V; {expected} V is declared.',
      fix: 'Correct acceleration_voltage_v, which is in volts, or upload the MDOC of this run.',
    },
    magnification: {
      severity: 'warning',
      message: 'The magnification changes within the run: {found}.',
      fix: 'Take out of the MDOC the views that are not of the tilt series.',
    },
    image_size: {
      severity: 'warning',
      message: 'The MDOC tells of images of {found} pixels; the frames are {expected}.',
      fix: 'Upload the MDOC and the frames of one run.',
    },
    super_resolution: {
      severity: 'info',
      message: 'The MDOC tells of images of {found} pixels, and the frames, {expected}, are of super-resolution.',
      fix: 'Nothing, where the frames are in super-resolution.',
    },
  },
  *judge(run) {
    const read = acquisitionOf(run);
    if (!read) return yield notApplicable(NO_MDOC);
    const { facts: mdoc, places } = read;

    const volts = mdoc.voltage === null ? null : Math.round(mdoc.voltage * 1000);
    const declared = run.declared.acceleration_voltage_v ?? null;
    const magnifications = [...new Set(mdoc.magnifications.filter((value) => value !== null))];
    const [width, height] = mdoc.imageSize ?? [];
    const frame = filesOf(run, 'frame').map(dimensionsOf).find(Boolean) ?? null;
    const seen = [volts !== null && declared !== null, magnifications.length > 0, width && height && frame];
    if (!seen.some(Boolean)) return yield notApplicable('The MDOC tells of no voltage, magnification or image size.');

    const path = read.files[0]?.path;
    const faults: CellSaid<'voltage' | 'magnification' | 'image_size' | 'super_resolution'>[] = [];
    if (volts !== null && declared !== null && volts !== declared) {
      faults.push({ says: 'voltage', told: { file: path, expected: String(declared), found: String(volts) } });
    }
    if (magnifications.length > 1) {
      const [usual] = magnifications;
      const at = mdoc.magnifications.findIndex((value) => value !== null && value !== usual);
      const found = magnifications.slice(0, 5).join(', ');
      const location = `line ${places[at]?.line ?? 1}`;
      const told = { file: places[at]?.file.path ?? path, location, expected: 'one magnification', found };
      faults.push({ says: 'magnification', told });
    }
    if (width && height && frame && (width !== frame[0] || height !== frame[1])) {
      const isSuper = width * 2 === frame[0] && height * 2 === frame[1];
      const told = { file: path, expected: `${frame[0]} × ${frame[1]}`, found: `${width} × ${height}` };
      faults.push({ says: isSuper ? 'super_resolution' : 'image_size', told });
    }
    if (faults.length > 0) return yield* faults;
    const told = [
      volts === null ? null : `${volts} V`,
      magnifications[0],
      width && height ? `${width} × ${height}` : null,
    ];
    yield compared(
      declared === null ? 'one magnification' : `${declared} V, one magnification`,
      told.filter(Boolean).join(', '),
    );
  },
});

export const PIXEL_SIZE_RULES: readonly RunRule[] = [headerSizes, acquiredSpacing, acquisition];
