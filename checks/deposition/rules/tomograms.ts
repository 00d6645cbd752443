/** Are the tomograms of one alignment of one extent, and is what is there as MRC and as OME-Zarr the same volume? */
import type { ZarrFacts } from '../../formats/tomography-facts.js';
import { type Dataset, type Deposition, factsAs, filesOf, type Run, type RunFile } from '../deposition.js';
import { dimensionsOf, headerSizeOf, rounded, sizeOf, tiltSeriesSizes, tomogramSizes } from '../pixel-size.js';
import { knownTomograms } from '../reference-tomogram.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

type Three = readonly [number, number, number];

/** How large a tomogram is, in ångström. */
interface Extent {
  readonly file: string | undefined;
  readonly name: string;
  readonly sides: Three;
  readonly voxel: number;
}

const sameExtent = defineRunRule({
  id: 'X-36',
  title: 'Tomograms of one alignment are of one extent',
  why: 'One alignment makes one volume: coordinates in it hold for all tomograms, however they are binned and filtered.',
  says: {
    turned: {
      severity: 'warning',
      message: '{name} is {found} Å, and {other} is {expected} Å: the same sides, along other axes.',
      fix: 'Upload both with their axes in the same order.',
    },
    differs: {
      severity: 'warning',
      message: '{name} is {found} Å, and {other}, of the same alignment, is {expected} Å ({tolerance}, or 1 voxel).',
      fix: 'Correct the voxel size that is wrong, or upload tomograms that were made with one alignment and one thickness.',
    },
  },
  *judge(run, { dataset, deposition }) {
    const [first, ...others] = [...existingExtents(run, dataset, deposition), ...ownExtents(run, dataset)];
    if (!first || others.length === 0) {
      return yield notApplicable('Fewer than two tomograms of known size share the alignment of this run.');
    }

    const tolerance = shown(TOLERANCES['X-36'].extent);
    const sized = (sides: Three) => sides.map((side) => Math.round(side)).join(' × ');
    const expected = sized(first.sides);
    const faults = others.flatMap((one): CellSaid<'turned' | 'differs'>[] => {
      if (isSameExtent(one, first, one.sides)) return [];
      const turned = orders(one.sides).some((sides) => isSameExtent(one, first, sides));
      const told = { file: one.file, key: one.name, name: one.name, other: first.name, tolerance };
      return [{ says: turned ? 'turned' : 'differs', told: { ...told, expected, found: sized(one.sides) } }];
    });
    if (faults.length > 0) return yield* faults;
    yield compared(
      `${expected} Å (${tolerance}, or 1 voxel)`,
      others.map(({ sides }) => `${sized(sides)} Å`).join(', '),
    );
  },
});

function isSameExtent(one: Extent, other: Extent, sides: Three): boolean {
  const { voxels, extent } = TOLERANCES['X-36'];
  const voxel = voxels.value * Math.max(one.voxel, other.voxel);
  return other.sides.every((side, i) => {
    // Headers hold 32 bits.
    return Math.abs(side - (sides[i] ?? 0)) <= Math.max(voxel, (side * extent.value) / 100) + 1e-6 * side;
  });
}

const orders = ([x, y, z]: Three): readonly Three[] => [
  [x, z, y],
  [y, x, z],
  [z, y, x],
];

const extentOf = (dimensions: Three, voxel: number): Three => [
  dimensions[0] * voxel,
  dimensions[1] * voxel,
  dimensions[2] * voxel,
];

const ownExtents = (run: Run, dataset: Dataset): Extent[] =>
  filesOf(run, 'tomogram').flatMap((file) => {
    const dimensions = dimensionsOf(file);
    const voxel = sizeOf(tomogramSizes(dataset, file));
    if (!dimensions || voxel === null) return [];
    return [{ file: file.path, name: file.path, sides: extentOf(dimensions, voxel), voxel }];
  });

/** Of the alignment that the run names, where it brings none itself. */
const existingExtents = ({ name, declared }: Run, dataset: Dataset, deposition: Deposition): Extent[] =>
  knownTomograms(dataset, deposition).flatMap(({ id, run, alignment, dimensions, voxelSize }) => {
    const isOfRun = run === name && alignment !== null && alignment === declared.alignment_ref;
    if (!isOfRun || !dimensions || voxelSize === null) return [];
    return [{ file: undefined, name: id, sides: extentOf(dimensions, voxelSize), voxel: voxelSize }];
  });

/** One item in two formats. */
interface Pair {
  readonly what: string;
  readonly mrc: Three;
  readonly file: RunFile;
  readonly zarr: ZarrFacts;
  /** Å, of the finest level. */
  readonly voxel: number | null;
  /** The sections of a tilt series are not binned. */
  readonly isStack: boolean;
}

type Fault = CellSaid<'axes' | 'shape' | 'level' | 'scale'>;

const sameInBothFormats = defineRunRule({
  id: 'X-37',
  title: 'MRC and OME-Zarr are the same volume',
  why: 'Who takes one format must get what another gets with the other: the same voxels, of the same size.',
  says: {
    axes: {
      severity: 'error',
      message: 'The axes of {file} are {found}; those of an MRC file are z, y, x.',
      fix: 'Write the OME-Zarr with its axes in the order z, y, x.',
    },
    shape: {
      severity: 'error',
      message: 'The finest level of {file} is {found} (z, y, x); the MRC file of the same {what} is {expected}.',
      fix: 'Write the OME-Zarr anew from the MRC file.',
    },
    level: {
      severity: 'error',
      message: 'Level {level} of {file} is {found} (z, y, x); half of it again and again gives {expected}.',
      fix: 'Write the OME-Zarr anew: each level is half of the one before, rounded up.',
    },
    scale: {
      severity: 'error',
      message: 'The scale of level {level} of {file} is {found} Å; {expected} Å would be right ({tolerance}).',
      fix: 'Write the voxel size of each level, in ångström, into the scale of the multiscales metadata.',
    },
  },
  *judge(run, { dataset }) {
    const pairs = [...pairsOf(run, dataset)];
    if (pairs.length === 0) return yield notApplicable('Nothing is there both as MRC and as OME-Zarr.');
    const faults = pairs.flatMap((pair) => [...judgePair(pair)]);
    if (faults.length > 0) return yield* faults;
    const sizes = pairs.map(({ mrc }) => mrc.join(' × ')).join(', ');
    yield compared(
      `${sizes}, halved level by level`,
      pairs.map(({ zarr }) => `${zarr.levels.length} levels`).join(', '),
    );
  },
});

function* judgePair({ file, zarr, mrc, what, voxel, isStack }: Pair): Generator<Fault> {
  const { path } = file;
  const axes = zarr.axes.map(({ name }) => name).join(', ');
  if (axes !== 'z, y, x') return yield { says: 'axes', told: { file: path, expected: 'z, y, x', found: axes } };
  for (const [level, { shape, scale }] of zarr.levels.entries()) {
    const told = { file: path, location: `level ${level}`, key: String(level), level, what };
    const expected = halved(mrc, level, isStack);
    if (shape.join() !== expected.join()) {
      const sizes = { expected: expected.join(' × '), found: shape.join(' × ') };
      yield { says: level === 0 ? 'shape' : 'level', told: { ...told, ...sizes } };
    }
    if (voxel === null) continue;
    const right = voxel * 2 ** level;
    const within = TOLERANCES['X-37'].scale.value * 2 ** level + 1e-6 * right;
    const judged = isStack ? scale.slice(1) : scale;
    if (judged.every((one) => Math.abs(one - right) <= within)) continue;
    const sizes = { expected: rounded(right), found: judged.map(rounded).join(', ') };
    yield {
      says: 'scale',
      told: { ...told, ...sizes, tolerance: `±${TOLERANCES['X-37'].scale.value * 2 ** level} Å` },
    };
  }
}

/** In the order z, y, x. */
const halved = ([x, y, z]: Three, level: number, isStack: boolean): readonly number[] => {
  const half = (size: number) => Math.ceil(size / 2 ** level);
  return [isStack ? z : half(z), half(y), half(x)];
};

function* pairsOf(run: Run, dataset: Dataset): Generator<Pair> {
  const items = new Map<string, { mrc?: RunFile; zarr?: RunFile }>();
  for (const file of filesOf(run, 'tilt_series', 'tomogram', 'annotation')) {
    const { format } = factsAs(file, 'mrc', 'zarr') ?? {};
    if (!format) continue;
    // Annotations have many files: those of one name are of one volume.
    const name = file.kind === 'annotation' ? stemOf(file.path) : '';
    const key = JSON.stringify([file.kind, file.belongsTo, name]);
    items.set(key, { [format]: file, ...items.get(key) });
  }
  for (const { mrc, zarr } of items.values()) {
    const [size, facts] = [dimensionsOf(mrc ?? null), factsAs(zarr ?? null, 'zarr')];
    if (mrc && zarr && size && facts) {
      const isStack = mrc.kind === 'tilt_series';
      const what = mrc.kind.replace('_', ' ');
      yield { what, mrc: size, file: zarr, zarr: facts, voxel: voxelOf(run, dataset, mrc), isStack };
    }
  }
}

/** Of the MRC file, or as it is declared where that is declared to be wrong. */
function voxelOf(run: Run, dataset: Dataset, mrc: RunFile): number | null {
  const header = headerSizeOf(mrc);
  if (mrc.kind === 'annotation') return header;
  const said = mrc.kind === 'tomogram' ? tomogramSizes(dataset, mrc) : tiltSeriesSizes(run);
  return sizeOf({ ...said, header });
}

const stemOf = (path: string): string => path.replace(/(\.(ome|zarr|zip|mrc|map|rec|gz|bz2))+$/i, '');

export const TOMOGRAM_RULES: readonly RunRule[] = [sameExtent, sameInBothFormats];
