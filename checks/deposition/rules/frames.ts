/** Are the frames of a run alike, and is the tilt series made of them? */
import { commonest } from '../commonest.js';
import { factsAs, filesOf, type Run, type RunFile } from '../deposition.js';
import { dimensionsOf, framePixel, headerSizeOf, isNear, isWithin, rounded, tiltSeriesPixel } from '../pixel-size.js';
import { tiltSeriesOf } from '../run-parts.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

interface Frame {
  readonly file: RunFile;
  /** Columns and rows. */
  readonly size: string;
  readonly subFrames: number;
  readonly dtype: string | null;
  readonly pixel: number | null;
  readonly isEer: boolean;
}

const ALIKE =
  'Upload the frames that this run was recorded with, and leave out those of other settings and other runs.';

const framesAlike = defineRunRule({
  id: 'X-24',
  title: 'Frames of a run are alike',
  why: 'The frames of a tilt series come from one camera with one setting; one that differs is of another run, or broken.',
  says: {
    size: {
      severity: 'error',
      message: '{count} of {all} frames are not of {expected} pixels as the others: the first is {file}, of {found}.',
      fix: ALIKE,
    },
    pixel: {
      severity: 'error',
      message: '{count} of {all} frames have pixels other than {expected} ({tolerance}): the first is {file}, {found}.',
      fix: ALIKE,
    },
    type: {
      severity: 'error',
      message: '{count} of {all} frames hold values other than {expected}: the first is {file}, {found}.',
      fix: ALIKE,
    },
    // Some schemes expose longer at high tilt: no error.
    exposures: {
      severity: 'warning',
      message:
        '{count} of {all} movies do not have {expected} frames as the others: the first is {file}, with {found}.',
      fix: 'See whether these movies were copied whole; where they were exposed longer, nothing is to be done.',
    },
  },
  *judge(run) {
    const frames = framesOf(run);
    if (frames.length < 2) return yield notApplicable('Fewer than two frames could be read.');

    const movies = frames.filter(({ isEer }) => !isEer);
    const faults = [
      ...odd('size', frames, ({ size }) => size),
      ...odd('type', frames, ({ dtype }) => dtype),
      ...odd('exposures', movies, ({ subFrames }) => String(subFrames)),
      ...oddPixels(frames),
    ];
    if (faults.length > 0) return yield* faults;
    const [first] = frames;
    yield compared(`${first?.size} pixels of ${first?.dtype ?? 'one type'} in each`, `${frames.length} frames alike`);
  },
});

const madeOfFrames = defineRunRule({
  id: 'X-25',
  title: 'Binning from frames to tilt series',
  why: 'The images of a tilt series are frames, binned by a whole number; coordinates are scaled by it.',
  says: {
    declared: {
      severity: 'warning',
      message: 'Pixels of the tilt series are {found} times those of the frames; a binning of {expected} is declared.',
      fix: 'Correct binning_from_frames, or the pixel size that is wrong: {frame} Å of the frames, {series} Å of the tilt series.',
    },
    fraction: {
      severity: 'warning',
      message: 'Pixels of the tilt series are {found} times those of the frames, which is no whole number.',
      fix: 'Correct the pixel size that is wrong: {frame} Å of the frames, {series} Å of the tilt series.',
    },
    super_resolution: {
      severity: 'info',
      message:
        'Pixels of the tilt series are {found} times those of the frames, where a binning of {expected} is declared: so it is when one of them counts in super-resolution pixels.',
      fix: 'Nothing, where the frames are in super-resolution.',
    },
  },
  *judge(run) {
    const [frame, series] = [framePixel(run), tiltSeriesPixel(run)];
    if (frame === null) return yield notApplicable('The pixel size of the frames is not known.');
    if (series === null) return yield notApplicable('The pixel size of the tilt series is not known.');

    const tolerance = TOLERANCES['X-25'].ratio;
    const ratio = series / frame;
    const expected = run.declared.binning_from_frames;
    const told = { found: rounded(ratio), frame: rounded(frame), series: rounded(series) };
    const file = tiltSeriesOf(run)?.path;
    if (expected === undefined) {
      const whole = Math.max(1, Math.round(ratio));
      if (isNear(tolerance, whole, ratio)) return yield compared(`a whole number (${shown(tolerance)})`, told.found);
      const halved = isNear(tolerance, 0.5, ratio);
      return yield { says: halved ? 'super_resolution' : 'fraction', told: { file, ...told, expected: '1' } };
    }
    if (isNear(tolerance, expected, ratio)) return yield compared(`${expected} (${shown(tolerance)})`, told.found);
    const isSuper = SUPER_RESOLUTION.some((factor) => isNear(tolerance, expected * factor, ratio));
    yield { says: isSuper ? 'super_resolution' : 'declared', told: { file, ...told, expected: String(expected) } };
  },
});

/** Frames of twice the pixels, or of half as many as the binning was counted from. */
const SUPER_RESOLUTION = [0.5, 2] as const;

const asLargeAsFrames = defineRunRule({
  id: 'X-26',
  title: 'Tilt series as large as its frames, binned',
  why: 'An image of the tilt series shows what its frames show: binned, and perhaps cut a little at the edges.',
  says: {
    cropped: {
      severity: 'info',
      message: 'The tilt series is {found} pixels; its frames, binned, have {expected}: a little was cut off.',
      fix: 'Nothing, where this was meant.',
    },
    turned: {
      severity: 'warning',
      message:
        'The tilt series is {found} pixels; its frames, binned, have {expected}: columns and rows are exchanged.',
      fix: 'Upload frames and tilt series in one orientation, and see whether the tilt axis is declared for it.',
    },
    differs: {
      severity: 'warning',
      message: 'The tilt series is {found} pixels; its frames, binned by {binning}, have {expected} ({tolerance}).',
      fix: 'See whether frames and tilt series are of one run, and correct binning_from_frames or the pixel sizes.',
    },
  },
  *judge(run) {
    const file = tiltSeriesOf(run);
    const series = dimensionsOf(file);
    const frame = filesOf(run, 'frame').map(dimensionsOf).find(Boolean);
    if (!file || !series || !frame) return yield notApplicable('The size of frames or of a tilt series is not known.');
    const [small, large] = [framePixel(run), tiltSeriesPixel(run)];
    const binnings = [small && large ? large / small : null, run.declared.binning_from_frames ?? null];
    const known = binnings.filter((binning) => binning !== null && binning > 0) as number[];
    const [binning] = known;
    if (binning === undefined) return yield notApplicable('Neither pixel sizes nor a binning are known.');

    const verdicts = known.map((by) => fitOf(series, [frame[0] / by, frame[1] / by]));
    const best = (['fits', 'cropped', 'turned'] as const).find((fit) => verdicts.includes(fit));
    const expected = `${Math.round(frame[0] / binning)} × ${Math.round(frame[1] / binning)}`;
    const found = `${series[0]} × ${series[1]}`;
    const tolerance = shown(TOLERANCES['X-26'].near);
    if (best === 'fits') return yield compared(`${expected} pixels (${tolerance})`, `${found} pixels`);
    const told = { file: file.path, expected, found, binning: rounded(binning), tolerance };
    yield { says: best ?? 'differs', told };
  },
});

type Size = readonly [x: number, y: number, ...unknown[]];

function fitOf([nx, ny]: Size, [x, y]: Size): 'fits' | 'cropped' | 'turned' | null {
  const { near, crop } = TOLERANCES['X-26'];
  const isAbout = (one: number, other: number) => Math.abs(one - other) <= near.value;
  const isCrop = (cut: number, whole: number) => cut <= whole && isNear(crop, whole, cut);
  if (isAbout(nx, x) && isAbout(ny, y)) return 'fits';
  if ((isCrop(nx, x) || isAbout(nx, x)) && (isCrop(ny, y) || isAbout(ny, y))) return 'cropped';
  return isAbout(nx, y) && isAbout(ny, x) ? 'turned' : null;
}

function framesOf(run: Run): Frame[] {
  return filesOf(run, 'frame').flatMap((file): Frame[] => {
    const facts = factsAs(file, 'mrc', 'tiff', 'eer', 'dm');
    if (!facts) return [];
    const [columns, rows, subFrames] = facts.dimensions;
    const size = `${columns} × ${rows}`;
    const { dtype } = facts;
    return [{ file, size, subFrames, dtype, pixel: headerSizeOf(file), isEer: facts.format === 'eer' }];
  });
}

type Variant = 'size' | 'type' | 'exposures' | 'pixel';

/** Those in which something is not as in most. */
function* odd(
  says: Variant,
  frames: readonly Frame[],
  wordFor: (frame: Frame) => string | null,
  isSame = (one: string, other: string) => one === other,
): Generator<CellSaid<Variant>> {
  const values = frames.map(wordFor);
  const expected = commonest(values.filter((value) => value !== null))?.value ?? null;
  if (expected === null) return;
  const others = frames.filter((_, i) => !isSame(values[i] ?? expected, expected));
  const [first] = others;
  if (!first) return;
  const tolerance = shown(TOLERANCES['X-24'].pixel);
  const told = { expected, found: wordFor(first) ?? '', all: frames.length, count: others.length, tolerance };
  yield { says, told: { file: first.file.path, ...told, samples: others.slice(0, 10).map(({ file }) => file.path) } };
}

const oddPixels = (frames: readonly Frame[]) =>
  odd(
    'pixel',
    frames,
    ({ pixel }) => (pixel === null ? null : `${rounded(pixel)} Å`),
    (one, other) => isWithin(TOLERANCES['X-24'].pixel, Number.parseFloat(one), Number.parseFloat(other)),
  );

export const FRAME_RULES: readonly RunRule[] = [framesAlike, madeOfFrames, asLargeAsFrames];
