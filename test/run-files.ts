/** What do the files of one small, sound run hold? Builders of bytes and text that agree with one another: name only what to spoil. */
import { glbJson, glbOf } from '../checks/samples/meshes.js';
import { type MrcParts, mrcBytes } from '../checks/samples/mrc.js';
import { starText } from '../checks/samples/points.js';
import { type TiffPage, tiffBytes } from '../checks/samples/tiff.js';
import { AXIS, frameNames, refined, TAKEN } from '../checks/samples/tomography-facts.js';
import { type ZarrParts, zarrEntries } from '../checks/samples/zarr.js';

/** Columns and rows of a frame; the tilt series is binned by 2, and the tomogram once more. */
const FRAME = [96, 80] as const;
const THICKNESS = 32;

/** Runs differ a little in everything, as those of a microscope do: `TS_002` by 2. */
const numberOf = (run: string): number => Number(/\d+$/.exec(run)?.[0] ?? 0);

/** Degrees, as they were taken and as the stage stood. */
export const tiltsTaken = (run: string): number[] => TAKEN.map((tilt) => to2(tilt + numberOf(run) / 100));
export const tiltsSorted = (run: string): number[] => tiltsTaken(run).sort((a, b) => a - b);
const to2 = (value: number) => Number(value.toFixed(2));

export const linesOf = (values: readonly (number | string)[]): Buffer => Buffer.from(`${values.join('\n')}\n`);

export const moviePath = (run: string, i: number): string => `${run}/frames/${frameNames(run)[i]}`;

/** Three frames in TIFF, in which the name of the movie is written. */
export function movieBytes(run: string, i: number, page: Partial<TiffPage> = {}, frames = 3): Buffer {
  const [width, height] = FRAME;
  const name = [...Buffer.from(`${frameNames(run)[i]}\0`)];
  const one = { width, height, bits: 8, compression: 8, rowsPerStrip: height, ...page };
  const first = { ...one, tags: { 270: { type: 2, values: name }, ...page.tags } };
  return tiffBytes({ pages: [first, ...Array.from({ length: frames - 1 }, () => one)] });
}

/** A section of an MDOC: its keys. */
export type MdocSection = Record<string, string | number>;

export function mdocSections(run: string): MdocSection[] {
  return tiltsTaken(run).map((tilt, i) => ({
    ...{ TiltAngle: tilt, Magnification: 64_000, ExposureDose: 3, PriorRecordDose: 3 * i },
    ...{ RotationAngle: AXIS + 90, PixelSpacing: 1.35, Binning: 1, NumSubFrames: 3 },
    SubFramePath: `D:\\frames\\${frameNames(run)[i]}`,
    DateTime: `06-Jun-23  2${numberOf(run) % 4}:${String(i).padStart(2, '0')}:46`,
  }));
}

export function mdocOf(run: string, sections: readonly MdocSection[] = mdocSections(run)): Buffer {
  const head = [
    ...['PixelSpacing = 1.35', 'Voltage = 300', `ImageFile = ${run}.st`, `ImageSize = ${FRAME.join(' ')}`, ''],
    ...['[T = SerialEM: Sample scope                 06-Jun-23  20:00:46    ]', ''],
    ...[`[T =     Tilt axis angle = ${AXIS}, binning = 1  spot = 5  camera = 1]`, ''],
  ];
  const lines = sections.flatMap((section, i) => [
    ...[`[ZValue = ${i}]`, ...Object.entries(section).map(([key, value]) => `${key} = ${value}`), ''],
  ]);
  return linesOf([...head, ...lines]);
}

export const gainBytes = (parts: Partial<MrcParts> = {}): Buffer =>
  mrc({ nx: FRAME[0], ny: FRAME[1], nz: 1, voxel: 1.35, spaceGroup: 0, value: (i) => 1 + (i % 7) / 64, ...parts });

/** Images of 48 × 40 pixels, with their tilts in an extended header as SerialEM writes it. */
export function tiltSeriesBytes(run: string, parts: Partial<MrcParts> = {}, tilts = tiltsSorted(run)): Buffer {
  const { nx = FRAME[0] / 2, ny = FRAME[1] / 2, nz = tilts.length } = parts;
  const extended = Buffer.alloc(2 * nz);
  for (let i = 0; i < nz; i++) extended.writeInt16LE(Math.round((tilts[i] ?? 0) * 100), 2 * i);
  const images = { nx, ny, nz, mode: 1, voxel: 2.7, spaceGroup: 0, grid: [nx, ny, 1], value: texture(run) };
  const bytes = mrc({ ...images, extended, extendedType: 'SERI', labels: [`Tilt series of ${run}`], ...parts });
  // Two bytes a section, which are its tilt.
  bytes.writeInt16LE(2, 128);
  bytes.writeInt16LE(1, 130);
  return bytes;
}

export const xfOf = (run: string, rows = TAKEN.length, axis = AXIS): Buffer => {
  const [cos, sin] = [Math.cos, Math.sin].map((of) => of((-axis * Math.PI) / 180)) as [number, number];
  const turn = [cos, -sin, sin, cos].map((value) => value.toFixed(7)).join(' ');
  return linesOf(Array.from({ length: rows }, (_, i) => `${turn} ${numberOf(run) + i / 8} -3.25`));
};
export const tltOf = (run: string): number[] => refined(tiltsSorted(run));

export const tiltComOf = (run: string): Buffer =>
  linesOf([
    ...['$tilt -StandardInput', `InputProjections ${run}_ali.mrc`, `OutputFile ${run}_full_rec.mrc`, 'IMAGEBINNED 2'],
    ...[`TILTFILE ${run}.tlt`, `XTILTFILE ${run}.xtilt`, `THICKNESS ${THICKNESS}`, 'XAXISTILT 0.5'],
    ...['FULLIMAGE 48 40', 'OFFSET 0', 'SHIFT 0 0', 'MODE 1'],
  ]);
export const newstComOf = (run: string): Buffer =>
  linesOf([
    ...['$newstack -StandardInput', `InputFile ${run}.st`, `OutputFile ${run}_ali.mrc`, `TransformFile ${run}.xf`],
    ...['SizeToOutputInXandY 24,20', 'BinByFactor 2', 'ImagesAreBinned 1'],
  ]);

export function alnOf(run: string, tilts = tiltsSorted(run), rawSize: readonly number[] = [48, 40, 13]): Buffer {
  const row = (tilt: number, i: number) =>
    `${i} ${AXIS.toFixed(4)} 1.00000 ${(numberOf(run) + i / 8).toFixed(3)} -2.500 1.00 1.00 1.00 0.00 ${tilt.toFixed(2)}`;
  return linesOf([
    ...['# AreTomo Alignment / Priims bprmMn', `# RawSize = ${rawSize.join(' ')}`, '# NumPatches = 0'],
    ...['# AlphaOffset = 0.00', '# BetaOffset = 0.00', `# Thickness = ${THICKNESS}`],
    ...['# SEC ROT GMAG TX TY SMEAN SFIT SCALE BASE TILT', ...tilts.map(row)],
  ]);
}

const TOMOGRAM = { nx: 24, ny: 20, nz: 16, voxel: 5.4 } as const;

export const tomogramBytes = (run: string, parts: Partial<MrcParts> = {}): Buffer =>
  mrc({ ...TOMOGRAM, mode: 1, value: texture(run), labels: [`Tomogram of ${run}`], ...parts });

/** The same volume in two levels. */
export const tomogramZarr = (run: string, parts: Partial<ZarrParts> = {}): Map<string, Uint8Array> =>
  zarrEntries({
    ...{ shape: [TOMOGRAM.nz, TOMOGRAM.ny, TOMOGRAM.nx], voxelSize: TOMOGRAM.voxel, chunk: 24, packed: 'gzip' },
    ...{ value: texture(run), ...parts },
  });

/** 1 where the object is: every so many voxels. */
export const maskBytes = (run: string, every: number, parts: Partial<MrcParts> = {}): Buffer =>
  tomogramBytes(run, { mode: 0, value: (i) => ((i + numberOf(run)) % every === 0 ? 1 : 0), ...parts });

/** A tetrahedron, in ångström. */
export const meshBytes = (run: string): Buffer =>
  glbOf({ ...glbJson(), asset: { version: '2.0', generator: `a sample of ${run}` } });

/** Four oriented points, in pixels of the tilt series. */
export const POINTS = ['4 6 8 10 20 -30', '40 10 12 0 90 0', '20 34 28 -120 45 15', '44 36 26 80 130 5'] as const;
export const starOf = (run: string, points: readonly string[] = POINTS, pixel = 2.7): Buffer =>
  Buffer.from(
    starText({
      before: `data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnTomoTiltSeriesPixelSize #2\n1 ${pixel}\n`,
      rows: points.map((point) => `${run} ${point} 1`),
    }),
  );

const texture = (run: string) => (i: number) => ((i * 31) % 101) + numberOf(run);
const mrc = (parts: Partial<MrcParts>): Buffer => Buffer.from(mrcBytes(parts));
