/** Is the tomogram as fine and as thick as its tilt series and its alignment make it? */
import { type Dataset, factsAs, filesOf, onlyFile, type Run, type RunFile } from '../deposition.js';
import { dimensionsOf, isNear, rounded, sizeOf, tiltSeriesPixel, tomogramSizes } from '../pixel-size.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

interface Tomogram {
  readonly file: RunFile;
  readonly dimensions: readonly [number, number, number] | null;
  /** Voxels to pixels of the tilt series. */
  readonly ratio: number | null;
}

const tomogramBinning = defineRunRule({
  id: 'X-33',
  title: 'Binning from tilt series to tomogram',
  why: 'A tomogram cannot be finer than the images that it is made of, and is as coarse as its reconstruction says.',
  says: {
    finer: {
      severity: 'warning',
      message: 'The voxels of {file} are {found} times the pixels of the tilt series: finer than what it is made of.',
      fix: 'Correct the voxel size of the tomogram, or the pixel size of the tilt series.',
    },
    differs: {
      severity: 'warning',
      message:
        'The voxels of {file} are {found} times the pixels of the tilt series; {source} bins by {expected} ({tolerance}).',
      fix: 'Correct the voxel size of the tomogram, or upload the command files with which it was made.',
    },
  },
  *judge(run, { dataset }) {
    const tomograms = tomogramsOf(run, dataset);
    if (tomograms.length === 0) return yield notApplicable('There is no tomogram.');
    const known = tomograms.filter(({ ratio }) => ratio !== null);
    if (known.length === 0)
      return yield notApplicable('Sizes of voxels and of pixels of the tilt series are not known.');

    const tolerance = TOLERANCES['X-33'].ratio;
    const told = binningTold(run);
    const faults = known.flatMap(({ file, ratio }): CellSaid<'finer' | 'differs'>[] => {
      const by = ratio ?? 1;
      const found = rounded(by);
      if (by < 1 && !isNear(tolerance, 1, by)) {
        return [{ says: 'finer', told: { file: file.path, expected: '1 or more', found } }];
      }
      // It may have been binned once more after it was made.
      const again = told ? Math.max(1, Math.round(by / told.binning)) : 1;
      if (!told || isNear(tolerance, told.binning * again, by)) return [];
      const { source, binning } = told;
      const expected = String(binning);
      return [{ says: 'differs', told: { file: file.path, source, expected, found, tolerance: shown(tolerance) } }];
    });
    if (faults.length > 0) return yield* faults;
    const expected = told ? `${told.binning}, as ${told.source} says (${shown(tolerance)})` : '1 or more';
    yield compared(expected, known.map(({ ratio }) => rounded(ratio ?? 0)).join(', '));
  },
});

function binningTold(run: Run): { readonly source: string; readonly binning: number } | null {
  const tilt = factsAs(onlyFile(run, 'tilt_com'), 'tilt-com');
  if (tilt?.imageBinned) return { source: 'IMAGEBINNED of tilt.com', binning: tilt.imageBinned };
  const newst = factsAs(onlyFile(run, 'newst_com'), 'newst-com');
  return newst?.binByFactor ? { source: 'BinByFactor of newst.com', binning: newst.binByFactor } : null;
}

const thickness = defineRunRule({
  id: 'X-35',
  title: 'Thickness of the tomogram',
  why: 'The alignment says how thick the reconstruction is: another thickness is another tomogram, or other axes.',
  says: {
    turned: {
      severity: 'warning',
      message:
        '{file} is {found} voxels in Y and not in Z, where {source} gives {expected} ({tolerance}): its axes are X, Z, Y.',
      fix: 'Turn it with `trimvol -rx` or `clip rotx` of IMOD, or upload the turned volume.',
    },
    differs: {
      severity: 'warning',
      message: '{file} has {found} sections in Z; {source} gives {expected} ({tolerance}).',
      fix: 'See whether tomogram and alignment are of one reconstruction, and whether it was cut afterwards.',
    },
  },
  *judge(run, { dataset }) {
    const tomograms = tomogramsOf(run, dataset).filter(({ dimensions }) => dimensions);
    if (tomograms.length === 0) return yield notApplicable('There is no tomogram that can be read.');
    const sources = thicknessTold(run);
    if (sources.length === 0) return yield notApplicable('Neither tilt.com nor an ALN tells a thickness.');

    const tolerance = TOLERANCES['X-35'].thickness;
    const judged = tomograms.flatMap((tomogram) => {
      const binned = sources.map(({ pixels, binning }) =>
        [binning, tomogram.ratio].map((by) => (by ? pixels / by : null)),
      );
      const expected = binned.flat().filter((size) => size !== null);
      return expected.length > 0 ? [{ ...tomogram, expected }] : [];
    });
    if (judged.length === 0) return yield notApplicable('It is not known by how much the tomogram is binned.');
    const faults = judged.flatMap(({ file, dimensions, expected }): CellSaid<'turned' | 'differs'>[] => {
      const [, ny = 0, nz = 0] = dimensions ?? [];
      const isOne = (found: number) => expected.some((size) => Math.abs(size - found) <= tolerance.value);
      if (isOne(nz)) return [];
      const found = String(isOne(ny) ? ny : nz);
      const told = { expected: `${rounded(expected[0] ?? 0)} voxels`, found, tolerance: shown(tolerance) };
      return [{ says: isOne(ny) ? 'turned' : 'differs', told: { file: file.path, source: sources[0]?.name, ...told } }];
    });
    if (faults.length > 0) return yield* faults;
    const sizes = judged.map(({ expected }) => rounded(expected[0] ?? 0)).join(', ');
    yield compared(`${sizes} (${shown(tolerance)})`, judged.map(({ dimensions }) => dimensions?.[2] ?? '').join(', '));
  },
});

/** In pixels of the tilt series, and by which the file itself bins them. */
function thicknessTold(run: Run) {
  const tilt = factsAs(onlyFile(run, 'tilt_com'), 'tilt-com');
  const aln = factsAs(onlyFile(run, 'aln'), 'aln');
  return [
    { name: 'THICKNESS of tilt.com', pixels: tilt?.thickness ?? null, binning: tilt?.imageBinned ?? null },
    { name: 'Thickness of the ALN', pixels: aln?.thickness ?? null, binning: null },
  ].flatMap(({ pixels, ...source }) => (pixels ? [{ ...source, pixels }] : []));
}

function tomogramsOf(run: Run, dataset: Dataset): Tomogram[] {
  const pixel = tiltSeriesPixel(run);
  return filesOf(run, 'tomogram').map((file) => {
    const voxel = sizeOf(tomogramSizes(dataset, file));
    return { file, dimensions: dimensionsOf(file), ratio: voxel !== null && pixel !== null ? voxel / pixel : null };
  });
}

export const RECONSTRUCTION_RULES: readonly RunRule[] = [tomogramBinning, thickness];
