/** What is a table about, by the names of its columns? Points, which files belong to which run, or tilts. */
import { FILE_KINDS } from '../deposition/kinds.js';
import type { PointsFacts } from '../formats/tomography-facts.js';
import { decimalOf } from './decimal.js';

export interface PointColumns {
  readonly kind: 'points';
  readonly coordinates: readonly [x: number, y: number, z: number];
  /** Three columns, or none. */
  readonly angles: readonly number[];
  /** -1 for none. */
  readonly tomogram: number;
  readonly instance: number;
  readonly unit: PointsFacts['unit'];
  readonly flavour: 'table' | 'tardis';
  /** Is it known which columns are meant, or were the first taken that hold numbers? */
  readonly isGuessed: boolean;
}

export interface MappingColumns {
  readonly kind: 'mapping';
  readonly run: number;
  readonly files: readonly { readonly column: number; readonly name: string }[];
  /** May a run have two rows? Not where there is one file of a kind. */
  readonly isHeaded: boolean;
}

export interface TiltColumns {
  readonly kind: 'tilts';
  readonly frame: number;
  readonly angle: number;
  /** -1 for none. */
  readonly order: number;
  readonly dose: number;
}

export type TableKind = PointColumns | MappingColumns | TiltColumns;

interface Head {
  readonly name: string;
  /** In brackets behind it. */
  readonly unit: string | null;
}

const UNITS: readonly { readonly words: RegExp; readonly unit: PointsFacts['unit'] }[] = [
  { words: /^(a|å|ang|angst|angstroms?|ångströms?)$/, unit: 'angstrom' },
  { words: /^(px|pix|pixels?|vx|voxels?)$/, unit: 'pixel' },
];

const NAMES = {
  run: /^run(_?name)?$/,
  tomogram: /^(tomo(gram)?(_?name|_?num(ber)?|_?id)?|run(_?name)?|rlntomoname|rlnmicrographname)$/,
  instance: /^(ids?|instances?(_ids?)?|object_ids?|filament(_ids?)?|segment(_ids?)?)$/,
  frame: /^(frames?|movies?|(frame|movie|file)_?(names?|files?|paths?)|sub_?frame_?path)$/,
  angle: /^((nominal_?)?tilt_?angles?|tilts?|angles?)$/,
  order: /^((acquisition_?)?order|z_?value|index)$/,
  dose: /^(dose|exposure_?dose|dose_per_(tilt|frame|stack)(_e_a2)?)$/,
} as const;

const COORDINATE =
  /^(?:(?:coord(?:inate)?|pos(?:ition)?|cent(?:er|re)|loc(?:ation)?)_)?([xyz])(?:_(?:coord(?:inate)?|pos(?:ition)?))?(?:_(px|pixels?|voxels?|a|ang|angst|angstroms?))?$/;
const RELION = /^rlncoordinate([xyz])$/;
const CENTRED = /^rlncenteredcoordinate([xyz])angst$/;

const ANGLES = [
  ['rlnanglerot', 'rlnangletilt', 'rlnanglepsi'],
  ['rot', 'tilt', 'psi'],
  ['phi', 'theta', 'psi'],
  ['phi', 'the', 'psi'],
];

function headOf(cell: string): Head {
  const text = cell.replace(/^[#_\s]+/, '').toLowerCase();
  const [, name = text, unit = null] = /^([^[(]*)[[(]([^\])]*)[\])]$/.exec(text) ?? [];
  return { name: name.trim().replaceAll(/[\s-]+/g, '_'), unit: unit?.trim() ?? null };
}

/** A number, however it is written, or what stands for one. */
const isNumberLike = (cell: string) =>
  decimalOf(cell.replace(',', '.')) !== null || /^[-+]?(nan|inf(inity)?)$/i.test(cell);

/** Are these names of columns, and not values? */
export const isHeader = (cells: readonly string[]): boolean =>
  !cells.some(isNumberLike) || pointColumns(cells.map(headOf)) !== null;

/** By the names of its columns; null where they say nothing. */
export function kindByHeader(cells: readonly string[]): TableKind | null {
  const heads = cells.map(headOf);
  return mappingColumns(heads, cells) ?? tiltColumns(heads) ?? pointColumns(heads);
}

/** Does it give values to runs, of which none is a file? It is no list of points, however many numbers it has. */
export const isAboutRuns = (cells: readonly string[]): boolean =>
  cells.some((cell) => NAMES.run.test(headOf(cell).name));

/** By its first row of values; null where it has not three columns of numbers. */
export function kindByValues(cells: readonly string[], isMap: boolean): TableKind | null {
  if (isMap && cells.length === 2)
    return { kind: 'mapping', run: 0, files: [{ column: 1, name: 'file' }], isHeaded: false };
  const [x, y, z] = cells.flatMap((cell, column) => (isNumberLike(cell) ? [column] : []));
  if (x === undefined || y === undefined || z === undefined) return null;
  return {
    ...{ kind: 'points', coordinates: [x, y, z], angles: [], tomogram: -1, instance: -1 },
    ...{ unit: 'unknown', flavour: 'table', isGuessed: cells.length > 3 },
  };
}

const indexOf = (heads: readonly Head[], name: RegExp) => heads.findIndex((head) => name.test(head.name));

function mappingColumns(heads: readonly Head[], cells: readonly string[]): MappingColumns | null {
  const run = indexOf(heads, NAMES.run);
  if (run === -1) return null;
  const files = heads.flatMap(({ name }, column) =>
    column !== run && isOfFiles(name) ? [{ column, name: (cells[column] ?? '').replace(/^#\s*/, '') }] : [],
  );
  return files.length > 0 ? { kind: 'mapping', run, files, isHeaded: true } : null;
}

const isOfFiles = (name: string) =>
  /(^|_)(files?|globs?|paths?)$/.test(name) ||
  /^mapped_\w+_name$/.test(name) ||
  (FILE_KINDS as readonly string[]).includes(name);

function tiltColumns(heads: readonly Head[]): TiltColumns | null {
  const [frame, angle] = [indexOf(heads, NAMES.frame), indexOf(heads, NAMES.angle)];
  if (frame === -1 || angle === -1) return null;
  return { kind: 'tilts', frame, angle, order: indexOf(heads, NAMES.order), dose: indexOf(heads, NAMES.dose) };
}

function pointColumns(heads: readonly Head[]): PointColumns | null {
  const axes = heads.map(axisOf);
  const [x = -1, y = -1, z = -1] = ['x', 'y', 'z'].map((axis) => axes.findIndex((each) => each?.axis === axis));
  if (x === -1 || y === -1 || z === -1) return null;
  const unit = axes[x]?.unit ?? 'unknown';
  const instance = indexOf(heads, NAMES.instance);
  const angles = ANGLES.map((names) => names.map((name) => heads.findIndex((head) => head.name === name)));
  return {
    ...{ kind: 'points', coordinates: [x, y, z], unit, instance, isGuessed: false },
    angles: angles.find((columns) => !columns.includes(-1)) ?? [],
    tomogram: indexOf(heads, NAMES.tomogram),
    flavour: heads[instance]?.name === 'ids' && unit === 'angstrom' ? 'tardis' : 'table',
  };
}

function axisOf({ name, unit }: Head): { axis: string; unit: PointsFacts['unit'] } | null {
  const [, centred] = CENTRED.exec(name) ?? [];
  if (centred) return { axis: centred, unit: 'centred angstrom' };
  const [, relion] = RELION.exec(name) ?? [];
  if (relion) return { axis: relion, unit: 'pixel' };
  const [, axis, suffix] = COORDINATE.exec(name) ?? [];
  if (!axis) return null;
  const told = unit ?? suffix;
  return { axis, unit: UNITS.find(({ words }) => told !== undefined && words.test(told))?.unit ?? 'unknown' };
}
