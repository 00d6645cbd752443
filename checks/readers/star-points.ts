/**
 * Where does a STAR table of particles say where they are? RELION, Warp, TOMOMAN and STOPGAP name their columns
 * differently, and differ in what their numbers mean.
 */
import type { PointsFacts } from '../formats/tomography-facts.js';
import { decimalOf } from './decimal.js';
import type { StarTable } from './star.js';

type Flavour = PointsFacts['flavour'];
type Unit = PointsFacts['unit'];

/** Three labels that belong together: of X, Y and Z, or of Rot, Tilt and Psi. */
type Triple = readonly [string, string, string];

const PIXELS: Triple = ['rlnCoordinateX', 'rlnCoordinateY', 'rlnCoordinateZ'];
const CENTRED: Triple = ['rlnCenteredCoordinateXAngst', 'rlnCenteredCoordinateYAngst', 'rlnCenteredCoordinateZAngst'];
const MOTIVES: Triple = ['orig_x', 'orig_y', 'orig_z'];

/** What holds coordinates, the most telling first. */
export const COORDINATES: readonly { readonly labels: Triple; readonly unit: Unit }[] = [
  { labels: MOTIVES, unit: 'pixel' },
  { labels: CENTRED, unit: 'centred angstrom' },
  { labels: PIXELS, unit: 'pixel' },
];

/** What moves them: `sign` says whether it is added. */
const SHIFTS: readonly { readonly labels: Triple; readonly unit: 'pixel' | 'angstrom'; readonly sign: 1 | -1 }[] = [
  { labels: ['x_shift', 'y_shift', 'z_shift'], unit: 'pixel', sign: 1 },
  { labels: ['rlnOriginXAngst', 'rlnOriginYAngst', 'rlnOriginZAngst'], unit: 'angstrom', sign: -1 },
  { labels: ['rlnOriginX', 'rlnOriginY', 'rlnOriginZ'], unit: 'pixel', sign: -1 },
];

export const ANGLES: readonly Triple[] = [
  ['phi', 'psi', 'the'],
  ['rlnAngleRot', 'rlnAngleTilt', 'rlnAnglePsi'],
  ['rlnTomoSubtomogramRot', 'rlnTomoSubtomogramTilt', 'rlnTomoSubtomogramPsi'],
];

/** What names the tomogram of a row, the best first. */
const TOMOGRAMS = ['tomo_num', 'rlnTomoName', 'rlnMicrographName', 'rlnTomoNumber'];

/** Optics tell the size of the pixels in which coordinates are given under several names: unbinned ones first. */
const PIXEL_SIZES = [
  'rlnTomoTiltSeriesPixelSize',
  'rlnMicrographOriginalPixelSize',
  'rlnMicrographPixelSize',
  'rlnImagePixelSize',
];
const BINNINGS = ['rlnMicrographBinning', 'rlnTomoSubtomogramBinning'];

type Columns = readonly [number, number, number];

/** Which columns of a table of particles say what; -1 for none. */
export interface ParticleColumns {
  readonly flavour: Flavour;
  readonly unit: Unit;
  readonly coordinates: Columns;
  readonly shift: { readonly columns: Columns; readonly unit: 'pixel' | 'angstrom'; readonly sign: 1 | -1 } | null;
  readonly angles: readonly Columns[];
  readonly tomogram: number;
  readonly optics: number;
}

const columnsOf = (labels: readonly string[], triple: Triple): Columns => {
  const [a, b, c] = triple;
  return [labels.indexOf(a), labels.indexOf(b), labels.indexOf(c)];
};
const areAll = (columns: Columns) => columns.every((column) => column !== -1);

/** By its block, or by what no other table has. */
export const isMotiveList = ({ block, labels }: StarTable): boolean =>
  block === 'stopgap_motivelist' || labels.includes('orig_x') || labels.includes('motl_idx');

/** Null where it has no coordinates. */
export function particleColumns(table: StarTable, row: readonly string[], hasOptics: boolean): ParticleColumns | null {
  const { labels } = table;
  const from = COORDINATES.find((each) => areAll(columnsOf(labels, each.labels)));
  if (!from) return null;
  const shift = SHIFTS.find((each) => areAll(columnsOf(labels, each.labels)));
  const tomogram = labels.indexOf(TOMOGRAMS.find((label) => labels.includes(label)) ?? '');
  return {
    flavour: isMotiveList(table) ? 'stopgap' : flavourOf(labels, from.unit, row[tomogram] ?? '', hasOptics),
    unit: from.unit,
    coordinates: columnsOf(labels, from.labels),
    shift: shift ? { ...shift, columns: columnsOf(labels, shift.labels) } : null,
    angles: ANGLES.map((each) => columnsOf(labels, each)).filter(areAll),
    tomogram,
    optics: labels.indexOf('rlnOpticsGroup'),
  };
}

function flavourOf(labels: readonly string[], unit: Unit, tomogram: string, hasOptics: boolean): Flavour {
  if (unit === 'centred angstrom') return 'relion5';
  const isNamed = labels.includes('rlnTomoName');
  if (isNamed && tomogram.endsWith('.tomostar')) return 'warp';
  if (hasOptics) return isNamed ? 'relion4' : 'relion3.1';
  return isNamed || labels.includes('rlnTomoNumber') ? 'tomoman' : 'relion3.0';
}

export interface OpticsGroup {
  readonly group: string;
  /** Å; null where it is not told. */
  readonly pixelSize: number | null;
  readonly binning: number | null;
}

/** Of a row of `data_optics`. */
export function opticsOf({ labels }: StarTable, row: readonly string[]): OpticsGroup {
  const numberAt = (names: readonly string[]) => {
    const name = names.find((each) => labels.includes(each));
    const value = name === undefined ? null : decimalOf(row[labels.indexOf(name)]);
    return value !== null && value > 0 ? value : null;
  };
  return {
    group: row[labels.indexOf('rlnOpticsGroup')] ?? '1',
    pixelSize: numberAt(PIXEL_SIZES),
    binning: numberAt(BINNINGS),
  };
}

/** Å, as a row tells it where there is no table of optics. */
export function ownPixelSize({ labels }: StarTable, row: readonly string[]): number | null {
  const at = (label: string) => decimalOf(row[labels.indexOf(label)]) ?? 0;
  const size =
    at('rlnPixelSize') || at('rlnImagePixelSize') || (at('rlnDetectorPixelSize') * 10_000) / at('rlnMagnification');
  return Number.isFinite(size) && size > 0 ? size : null;
}

const UPLOAD_PARTICLES = 'Upload the STAR file of the particles, which has a row with coordinates for each of them.';

/** STAR files of the same programs that hold no particles: by a label, what they are. */
const OTHERS: readonly { readonly label: RegExp; readonly what: string; readonly fix?: string }[] = [
  {
    label: /^rlnTomo(ParticlesFile|TomogramsFile|ManifoldsFile|TrajectoriesFile)$/,
    what: 'an optimisation set, which only names the files of the particles and of the tomograms',
    fix: 'Upload the STAR file of the particles that `_rlnTomoParticlesFile` names.',
  },
  { label: /^rlnTomoTiltSeriesStarFile$|^rlnTomoTiltSeriesName$|^rlnTomoSize[XYZ]$/, what: 'a list of tomograms' },
  {
    label: /^wrpMovieName$|^rlnMicrographMovieName$|^rlnTomoNominalStageTiltAngle$/,
    what: 'the description of a tilt series',
  },
  { label: /^rlnPipeLine/, what: 'the pipeline of a RELION project' },
  { label: /^rlnFourierShellCorrelation/, what: 'the result of post-processing' },
  { label: /^rln(Optimiser|OutputRootName|CurrentIteration|ModelStarFile)/, what: 'the state of an optimisation' },
  { label: /^rln(HealpixOrder|Is3DSampling|PsiStep|SamplingPerturb)/, what: 'the sampling of an optimisation' },
  { label: /^rln(ReferenceImage|ReferenceDimensionality|SigmaOffsets)/, what: 'the model of an optimisation' },
];

/** What tables without coordinates are instead; null where that is not known. */
export function otherThanParticles(tables: readonly StarTable[]): { what: string; fix: string } | null {
  const labels = tables.flatMap((table) => table.labels);
  const other = OTHERS.find(({ label }) => labels.some((each) => label.test(each)));
  return other ? { what: other.what, fix: other.fix ?? UPLOAD_PARTICLES } : null;
}
