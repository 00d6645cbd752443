/**
 * What do the files of a sound run tell about themselves? Facts of 13 tilts from -18 to 18 degrees that agree with one
 * another and with what `samples/deposition.ts` declares. Name only what to spoil.
 */
import type {
  AlnFacts,
  AnglesFacts,
  MdocFacts,
  MeshFacts,
  MrcFacts,
  NewstComFacts,
  PhotoFacts,
  PointsFacts,
  TiffFacts,
  TiltComFacts,
  XfFacts,
  ZarrFacts,
} from '../formats/tomography-facts.js';

/** Degrees, as they were taken: out from the middle, sign by sign. */
export const TAKEN: readonly number[] = [0, 3, -3, 6, -6, 9, -9, 12, -12, 15, -15, 18, -18];
/** Degrees, as the tilt series is sorted. */
export const SORTED: readonly number[] = [...TAKEN].sort((a, b) => a - b);
/** Degrees. */
export const AXIS = 84.7;

const STARTED = Date.UTC(2023, 5, 6, 23);

/** Base names of the frames, in the order in which they were taken. */
export const frameNames = (run: string, angles = TAKEN): string[] =>
  angles.map((angle, i) => `${run}_${String(i).padStart(3, '0')}_${angle}.tif`);

export function mdocFacts(run: string, facts: Partial<MdocFacts> = {}): MdocFacts {
  const angles = facts.tiltAngles?.map((angle) => angle ?? 0) ?? TAKEN;
  const each = <T>(value: (index: number) => T): T[] => angles.map((_, i) => value(i));
  return {
    ...{ format: 'mdoc', kind: 'tilt series', sections: angles.length, tiltAngles: angles },
    ...{ lines: each((i) => 11 + 9 * i), zValues: each((i) => i) },
    ...{ doses: each(() => 3), priorDoses: each((i) => 3 * i), subFrames: each(() => 10) },
    framePaths: frameNames(run, angles).map((name) => `D:\\frames\\${name}`),
    times: each((i) => STARTED + 60_000 * i),
    ...{ magnifications: each(() => 64_000), binnings: each(() => 1) },
    ...{ pixelSpacing: 1.35, rotationAngle: AXIS + 90, voltage: 300 },
    ...{ imageFile: `${run}.st`, imageSize: [5760, 4092] },
    ...{ tiltAxisAngle: AXIS, titles: ['SerialEM: Sample scope', `Tilt axis angle = ${AXIS}, binning = 1`] },
    ...facts,
  };
}

export const frameFacts = (facts: Partial<TiffFacts> = {}): TiffFacts => ({
  ...{
    format: 'tiff',
    isBig: false,
    dimensions: [5760, 4092, 10],
    dtype: 'uint8',
    compression: 'lzw',
    pixelSize: null,
  },
  ...facts,
});

const mrc = (facts: Partial<MrcFacts>): MrcFacts => ({
  ...{ format: 'mrc', dimensions: [1, 1, 1], mode: 2, dtype: 'float32', spaceGroup: 0 },
  ...{ voxelSize: [1.35, 1.35, 1.35], tiltAxisAngle: null },
  ...facts,
});

export const gainFacts = (facts: Partial<MrcFacts> = {}) => mrc({ dimensions: [5760, 4092, 1], ...facts });

export const tiltSeriesFacts = (facts: Partial<MrcFacts> = {}) =>
  mrc({
    ...{ dimensions: [2880, 2046, SORTED.length], mode: 1, dtype: 'int16', voxelSize: [2.7, 2.7, 2.7] },
    tiltAxisAngle: AXIS,
    ...facts,
  });

export const tomogramFacts = (facts: Partial<MrcFacts> = {}) =>
  mrc({ dimensions: [720, 512, 250], spaceGroup: 1, voxelSize: [10.8, 10.8, 10.8], ...facts });

/** A mask in which membranes are 1. */
export const maskFacts = (facts: Partial<MrcFacts> = {}) =>
  tomogramFacts({ mode: 0, dtype: 'int8', values: [0, 1], ...facts });

/** The tomogram as OME-Zarr. */
export const zarrFacts = (facts: Partial<ZarrFacts> = {}): ZarrFacts => ({
  ...{ format: 'zarr', version: '0.4', dtype: 'float32', dimensions: [720, 512, 250], voxelSize: [10.8, 10.8, 10.8] },
  axes: ['z', 'y', 'x'].map((name) => ({ name, type: 'space', unit: 'angstrom' })),
  levels: [
    { path: '0', shape: [250, 512, 720], scale: [10.8, 10.8, 10.8] },
    { path: '1', shape: [125, 256, 360], scale: [21.6, 21.6, 21.6] },
    { path: '2', shape: [63, 128, 180], scale: [43.2, 43.2, 43.2] },
  ],
  chunks: { expected: 15, missing: 0 },
  ...facts,
});

export const anglesFacts = (angles: readonly number[]): AnglesFacts => ({
  ...{ format: 'angles', angles, lines: angles.map((_, i) => i + 1) },
});

/** Angles as they are refined: each a little off the one that was told to the stage. */
export const refined = (angles: readonly number[] = SORTED): number[] =>
  angles.map((angle, i) => Number((angle + 0.2 + 0.05 * (i % 3)).toFixed(2)));

/** The images are turned back by the angle of the tilt axis, so that it stands upright. */
export function xfFacts(rows = SORTED.length, facts: Partial<XfFacts> = {}): XfFacts {
  const [cos, sin] = [Math.cos((-AXIS * Math.PI) / 180), Math.sin((-AXIS * Math.PI) / 180)];
  const indices = Array.from({ length: rows }, (_, i) => i);
  return {
    ...{ format: 'xf', rows: indices.map((i) => [cos, -sin, sin, cos, 4.5 + i, -3.25] as const) },
    ...{ rotations: indices.map(() => -AXIS) },
    ...facts,
  };
}

export const tiltComFacts = (run: string, facts: Partial<TiltComFacts> = {}): TiltComFacts => ({
  ...{ format: 'tilt-com', inputProjections: `${run}_ali.mrc`, outputFile: `${run}_full_rec.mrc` },
  ...{ tiltFile: `${run}.tlt`, xTiltFile: `${run}.xtilt`, localFile: null },
  ...{ imageBinned: 4, thickness: 1000, fullImage: [2880, 2046], xAxisTilt: 0, offset: 0, shift: [0, 0], excluded: [] },
  ...facts,
});

export const newstComFacts = (run: string, facts: Partial<NewstComFacts> = {}): NewstComFacts => ({
  ...{ format: 'newst-com', inputFile: `${run}.st`, outputFile: `${run}_ali.mrc`, transformFile: `${run}.xf` },
  ...{ size: [720, 512], binByFactor: 4, imagesAreBinned: 1 },
  ...facts,
});

export const alnFacts = (facts: Partial<AlnFacts> = {}): AlnFacts => ({
  ...{ format: 'aln', rawSize: [2880, 2046, SORTED.length], patches: 0, dark: [], localRows: 0, countsFrom: 1 },
  rows: SORTED.map((tilt, section) => ({ section, rotation: AXIS, shift: [4.5, -3.25], tilt, line: 9 + section })),
  ...{ alphaOffset: 0, betaOffset: 0, thickness: 1000 },
  ...facts,
});

/** Four ribosomes, in voxels of the tomogram. */
export const pointsFacts = (facts: Partial<PointsFacts> = {}): PointsFacts => ({
  ...{ format: 'csv', flavour: 'table', unit: 'pixel', isOriented: false },
  groups: [
    {
      ...{ tomogram: null, count: 4, min: [20, 30, 40], max: [700, 500, 240], lines: [2, 5], instances: null },
      coordinates: [20, 30, 40, 700, 500, 240, 400.5, 260.5, 130, 360, 90, 200],
      coordinateLines: [2, 3, 4, 5],
    },
  ],
  ...{ opticsPixelSizes: [], binnings: [], badAngles: [] },
  ...facts,
});

/** A membrane, in voxels of the tomogram. */
export const meshFacts = (facts: Partial<MeshFacts> = {}): MeshFacts => ({
  ...{ format: 'mesh', vertices: 40, triangles: 72, min: [10, 12, 20], max: [690, 480, 230] },
  ...facts,
});

export const photoFacts = (facts: Partial<PhotoFacts> = {}): PhotoFacts => ({
  ...{ format: 'photo', type: 'png', width: 1024, height: 768 },
  ...facts,
});
