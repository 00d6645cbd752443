/**
 * What do the files of a tomography deposition tell about themselves? The facts that their checks learn, by which the rules
 * between files judge: plain JSON, so that no file is opened again. What a file does not say is null, never a guess.
 */

type Three = readonly [x: number, y: number, z: number];
type Perhaps = number | null;

/** MRC: `checks/formats/mrc.check.ts`. */
export interface MrcFacts {
  readonly format: 'mrc';
  /** Columns, rows, sections. */
  readonly dimensions: Three;
  readonly mode: number;
  readonly dtype: string;
  readonly spaceGroup: number;
  /** Å, along columns, rows and sections; null where the header leaves it open. */
  readonly voxelSize: readonly [Perhaps, Perhaps, Perhaps];
  /** Degrees a section, where an extended header tells them. */
  readonly tiltAngles?: readonly Perhaps[];
  readonly tiltAxisAngle: Perhaps;
  /** Where every voxel was read. */
  readonly measured?: { readonly min: number; readonly max: number; readonly mean: number; readonly rms: number };
  /** Of volumes of integers that were read whole: the values there are, in order; null where there are too many to list. */
  readonly values?: readonly number[] | null;
  /** Of gz, bz2 or zip around it. */
  readonly container?: string;
}

/** TIFF, BigTIFF, EER and gain references in them. */
export interface TiffFacts {
  readonly format: 'tiff' | 'eer';
  readonly isBig: boolean;
  /** Columns, rows, and pages: of EER, those that are frames. */
  readonly dimensions: Three;
  readonly dtype: string;
  readonly compression: string;
  /** Å; tags of resolution are not believed, so it is nearly always null. */
  readonly pixelSize: Perhaps;
  /** What the XML of an EER file tells, by the names of its items. */
  readonly acquisition?: Readonly<Record<string, string>>;
  readonly container?: string;
}

/** Gatan's DM3 and DM4. */
export interface DmFacts {
  readonly format: 'dm';
  readonly version: 3 | 4;
  readonly dimensions: Three;
  readonly dtype: string;
  /** Å, where its unit is one of length. */
  readonly pixelSize: Perhaps;
}

/** OME-Zarr, as a folder or zipped. */
export interface ZarrFacts {
  readonly format: 'zarr';
  readonly version: '0.4' | '0.5' | string;
  readonly axes: readonly { readonly name: string; readonly type: string | null; readonly unit: string | null }[];
  readonly dtype: string | null;
  /** The finest first; lengths and scales in the order of `axes`, scales in Å where the unit says so, else as they stand. */
  readonly levels: readonly {
    readonly path: string;
    readonly shape: readonly number[];
    readonly scale: readonly number[];
  }[];
  /** Columns, rows, sections of the finest; null where the axes are not z, y, x. */
  readonly dimensions: Three | null;
  /** Å along X, Y and Z; null where no unit of length is told. */
  readonly voxelSize: readonly [Perhaps, Perhaps, Perhaps];
  readonly chunks: { readonly expected: number; readonly missing: number } | null;
  readonly values?: readonly number[] | null;
  readonly container?: string;
}

/** SerialEM's metadata; a list has an entry for each section. */
export interface MdocFacts {
  readonly format: 'mdoc';
  /** `table`: a CSV of frames with their tilt angles, in place of SerialEM's file. */
  readonly kind: 'tilt series' | 'frame set' | 'table';
  readonly sections: number;
  /** Line of the head of each section, from 1. */
  readonly lines: readonly number[];
  readonly zValues: readonly Perhaps[];
  /** Degrees. */
  readonly tiltAngles: readonly Perhaps[];
  /** Electrons per Å². */
  readonly doses: readonly Perhaps[];
  readonly priorDoses: readonly Perhaps[];
  readonly subFrames: readonly Perhaps[];
  readonly framePaths: readonly (string | null)[];
  /** Milliseconds since 1970. */
  readonly times: readonly Perhaps[];
  readonly magnifications: readonly Perhaps[];
  readonly binnings: readonly Perhaps[];
  /** Å. */
  readonly pixelSpacing: Perhaps;
  /** Degrees. */
  readonly rotationAngle: Perhaps;
  /** Kilovolts. */
  readonly voltage: Perhaps;
  readonly imageFile: string | null;
  readonly imageSize: readonly number[] | null;
  /** Degrees, as a title tells it. */
  readonly tiltAxisAngle: Perhaps;
  readonly titles: readonly string[];
}

/** RAWTLT, TLT and XTILT. */
export interface AnglesFacts {
  readonly format: 'angles';
  /** Degrees, in the order of the file; `lines` are theirs, from 1. */
  readonly angles: readonly number[];
  readonly lines: readonly number[];
  /** For people: of the angles sorted. */
  readonly min?: Perhaps;
  readonly max?: Perhaps;
  readonly medianStep?: Perhaps;
}

/** XF: a row for each section. */
export interface XfFacts {
  readonly format: 'xf';
  readonly rows: readonly (readonly [a11: number, a12: number, a21: number, a22: number, dx: number, dy: number])[];
  /** Degrees, `atan2(A21, A11)`. */
  readonly rotations: readonly number[];
}

/** IMOD's file of local alignments. */
export interface LocalXfFacts {
  readonly format: 'local-xf';
  readonly patches: readonly [x: number, y: number];
}

/** tilt.com and newst.com: parameters of a reconstruction. */
export interface TiltComFacts {
  readonly format: 'tilt-com';
  readonly inputProjections: string | null;
  readonly outputFile: string | null;
  readonly tiltFile: string | null;
  readonly xTiltFile: string | null;
  readonly localFile: string | null;
  readonly imageBinned: Perhaps;
  /** Unbinned pixels. */
  readonly thickness: Perhaps;
  readonly fullImage: readonly [number, number] | null;
  /** Degrees. */
  readonly xAxisTilt: Perhaps;
  readonly offset: Perhaps;
  /** X and Z, in unbinned pixels. */
  readonly shift: readonly [number, number] | null;
  /** Sections from 1 that are left out. */
  readonly excluded: readonly number[];
  readonly zFactorFile?: string | null;
  /** For people: MODE, RADIAL, SCALE and LOG as they stand. */
  readonly output?: Readonly<Record<string, string>>;
}
export interface NewstComFacts {
  readonly format: 'newst-com';
  readonly inputFile: string | null;
  readonly outputFile: string | null;
  readonly transformFile: string | null;
  readonly size: readonly [number, number] | null;
  readonly binByFactor: Perhaps;
  readonly imagesAreBinned: Perhaps;
}

/** AreTomo's alignment. */
export interface AlnFacts {
  readonly format: 'aln';
  readonly rawSize: Three | null;
  readonly patches: number;
  /** Sections that were left out, as the file numbers them. */
  readonly dark: readonly { readonly frame: number; readonly section: number; readonly tilt: number }[];
  /** Sections that are kept, counted from 0 whatever the file does; with their line, from 1. */
  readonly rows: readonly {
    readonly section: number;
    readonly rotation: number;
    readonly shift: readonly [x: number, y: number];
    readonly tilt: number;
    readonly line: number;
  }[];
  readonly localRows: number;
  readonly countsFrom: 0 | 1;
  /** Degrees. */
  readonly alphaOffset: Perhaps;
  readonly betaOffset: Perhaps;
  /** Pixels. */
  readonly thickness: Perhaps;
}

/** One group of points: those of a tomogram that a STAR file names, or all of a table that names none. */
export interface PointGroup {
  /** As the file names it: `TS_17`, `TS_17.tomostar`, `5`; null where it names none. */
  readonly tomogram: string | null;
  readonly count: number;
  /** In the unit and with the origin of the file. */
  readonly min: Three;
  readonly max: Three;
  /** Line of the first and the last one, from 1. */
  readonly lines: readonly [number, number];
  /** All of them where there are at most 20,000 in the file (x, y, z, x, y, z, …); else null, and extremes alone are known. */
  readonly coordinates: readonly number[] | null;
  readonly coordinateLines?: readonly number[];
  readonly instances: Perhaps;
}

/** Points, with or without an orientation: STAR, CSV and TSV. */
export interface PointsFacts {
  readonly format: 'star' | 'csv';
  readonly flavour:
    | 'relion3.0'
    | 'relion3.1'
    | 'relion4'
    | 'relion5'
    | 'warp'
    | 'tomoman'
    | 'stopgap'
    | 'table'
    | 'tardis';
  readonly unit: 'pixel' | 'angstrom' | 'centred angstrom' | 'unknown';
  readonly isOriented: boolean;
  readonly groups: readonly PointGroup[];
  /** Å, of each group of optics. */
  readonly opticsPixelSizes: readonly number[];
  readonly binnings: readonly number[];
  /** Orientations that are no numbers, with their lines. */
  readonly badAngles: readonly number[];
}

/** A table that says which files belong to which run. */
export interface MappingFacts {
  readonly format: 'mapping';
  /** What its columns hold, as headed: `gain_file`; `file` where there is no header. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly run: string; readonly line: number; readonly files: readonly (string | null)[] }[];
}

/** GLB, STL, OBJ, VTK and VTP. */
export interface MeshFacts {
  readonly format: 'mesh';
  readonly vertices: number;
  readonly triangles: number;
  readonly min: Three;
  readonly max: Three;
}

/** A key photo. */
export interface PhotoFacts {
  readonly format: 'photo';
  readonly type: 'png' | 'jpeg' | 'gif';
  readonly width: number;
  readonly height: number;
}

export type TomographyFacts =
  | MrcFacts
  | TiffFacts
  | DmFacts
  | ZarrFacts
  | MdocFacts
  | AnglesFacts
  | XfFacts
  | LocalXfFacts
  | TiltComFacts
  | NewstComFacts
  | AlnFacts
  | PointsFacts
  | MappingFacts
  | MeshFacts
  | PhotoFacts;
