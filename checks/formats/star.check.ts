/** Does this STAR file say where particles are, row by row, and how they are turned? Long for its table. */
import { defineCheck, type Pen, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { decimalOf, wholeOf } from '../readers/decimal.js';
import { type PointTally, pointTally } from '../readers/point-tally.js';
import { type StarFault, type StarListener, type StarTable, starReader } from '../readers/star.js';
import {
  ANGLES,
  COORDINATES,
  isMotiveList,
  type OpticsGroup,
  opticsOf,
  otherThanParticles,
  ownPixelSize,
  type ParticleColumns,
  particleColumns,
} from '../readers/star-points.js';
import { type FaultTally, faultTally } from './fault-tally.js';
import { longTextRules, readLines } from './long-text-rules.js';
import type { PointsFacts } from './tomography-facts.js';

const RELION = 'https://relion.readthedocs.io/en/latest/Reference/Conventions.html';
const STOPGAP = 'https://github.com/wan-lab-vanderbilt/STOPGAP';
const EXPORT = 'Export the particles again from the program that made them, and upload its STAR file unchanged.';

const RULES = {
  ...longTextRules('STAR file', EXPORT),
  no_block: {
    severity: 'error',
    message: 'No `data_` line comes before the first values: this is no STAR file, or its beginning is missing.',
    fix: EXPORT,
    docs: RELION,
  },
  stray_line: {
    severity: 'error',
    message: 'Some lines belong to no table: they are no label, no value and no row.',
    fix: 'Take them out, or write `#` before them.',
    docs: RELION,
  },
  quote: {
    severity: 'error',
    message: 'Some lines have a quotation mark that is not closed.',
    fix: 'Close the quotation mark, or write the value without blanks and without marks.',
    docs: RELION,
  },
  row_arity: {
    severity: 'error',
    message: 'Some rows do not have a value for each label: which value belongs to which label cannot be told.',
    fix: 'Write one value for each label in every row; look whether a column is missing, or a value with a blank has no quotation marks.',
    docs: RELION,
  },
  label_repeated: {
    severity: 'error',
    message: 'Some labels stand twice in one table.',
    fix: 'Keep one column of each label.',
    docs: RELION,
  },
  label_without_value: {
    severity: 'error',
    message: 'Some labels outside of a loop have no value.',
    fix: 'Write the value behind the label, or `loop_` before a list of labels.',
    docs: RELION,
  },
  too_many_tables: {
    severity: 'error',
    message: 'There are more than 1000 tables or labels, which no list of particles has.',
    fix: EXPORT,
  },
  rows_after_blank: {
    severity: 'warning',
    message: 'Rows follow a blank line: RELION stops reading a table there, and these rows are lost to it.',
    fix: 'Take the blank lines between rows out.',
    docs: RELION,
  },
  empty_loop: {
    severity: 'warning',
    message: 'The table `data_{block}` has labels and no rows.',
    fix: 'Upload the file with its rows, or leave the table out.',
    docs: RELION,
  },
  not_particles: { severity: 'error', message: 'This is {what}, and no list of particles.', fix: EXPORT, docs: RELION },
  no_coordinates: {
    severity: 'error',
    message: 'No table has coordinates of particles.',
    fix: 'Add the columns _rlnCoordinateX, _rlnCoordinateY and _rlnCoordinateZ (or the RELION 5 or STOPGAP ones), or upload the list of particles.',
    docs: RELION,
  },
  coordinate_missing: {
    severity: 'error',
    message: 'The table `data_{block}` has coordinates, but not along all of X, Y and Z.',
    fix: 'Add the columns that are missing.',
    docs: RELION,
  },
  not_number: {
    severity: 'error',
    message: 'Some coordinates or shifts are no numbers.',
    fix: 'Write numbers with a decimal point; NaN and infinity are none.',
    docs: RELION,
  },
  angle: {
    severity: 'error',
    message: 'Some angles are no numbers.',
    fix: 'Write angles in degrees, with a decimal point; NaN and infinity are none.',
    docs: RELION,
  },
  angle_missing: {
    severity: 'warning',
    message: 'The table `data_{block}` has one or two of three angles: its particles count as not oriented.',
    fix: 'Add the angles that are missing, or leave all three out.',
    docs: RELION,
  },
  tilt_range: {
    severity: 'info',
    message: 'Some tilt angles of particles are not between 0 and 180 degrees: they are read as they stand.',
    fix: 'Nothing needs to be done; programs usually write the same orientation with a tilt between 0 and 180.',
    docs: RELION,
  },
  optics_group: {
    severity: 'warning',
    message: 'Some particles name an optics group that `data_optics` does not have.',
    fix: 'Add the optics group, or correct _rlnOpticsGroup.',
    docs: RELION,
  },
  shift_unit: {
    severity: 'info',
    message: 'Shifts are given in Å and no pixel size is: coordinates are taken without them.',
    fix: 'Add a table `data_optics` with _rlnImagePixelSize.',
    docs: RELION,
  },
  no_tomogram: {
    severity: 'warning',
    message: 'No column names the tomogram of a particle.',
    fix: 'Add _rlnTomoName, unless all particles are of one tomogram.',
    docs: RELION,
  },
  too_many_tomograms: {
    severity: 'error',
    message: 'The column that names the tomogram has more than 10,000 different names.',
    fix: 'Look whether it names particles in place of tomograms.',
    docs: RELION,
  },
  repeated: {
    severity: 'info',
    message: 'Some particles lie exactly where another of the same tomogram does.',
    fix: 'Remove duplicates, unless they are meant: `relion_star_handler --remove_duplicates`.',
    docs: RELION,
  },
  stopgap_missing: {
    severity: 'error',
    message: 'A motive list of STOPGAP lacks fields: {found}.',
    fix: 'Write all 16 fields of a motive list; STOPGAP reads no other.',
    docs: STOPGAP,
  },
  stopgap_older: {
    severity: 'warning',
    message: 'The motive list has no motl_idx, as those of older versions of STOPGAP.',
    fix: 'Read and write it once with a current STOPGAP.',
    docs: STOPGAP,
  },
  stopgap_unknown: {
    severity: 'error',
    message: 'A motive list of STOPGAP has fields that it does not know: {found}.',
    fix: 'Leave them out: STOPGAP refuses a list with other fields.',
    docs: STOPGAP,
  },
  stopgap_halfset: {
    severity: 'error',
    message: 'Some rows have a halfset that is neither A nor B.',
    fix: 'Write A or B.',
    docs: STOPGAP,
  },
  stopgap_tomogram: {
    severity: 'error',
    message: 'Some rows have a tomo_num that is no whole number.',
    fix: 'Write the number of the tomogram.',
    docs: STOPGAP,
  },
} as const satisfies Record<string, Rule>;

type Code = keyof typeof RULES;
type StarPen = Pen<Code>;

const MOTIVE_FIELDS = [
  ...['motl_idx', 'tomo_num', 'object', 'subtomo_num', 'halfset', 'orig_x', 'orig_y', 'orig_z'],
  ...['score', 'x_shift', 'y_shift', 'z_shift', 'phi', 'psi', 'the', 'class'],
];
const MOST_BAD_ANGLES = 1000;
const MOST_PIXEL_SIZES = 100;

/** RELION from 3.0 to 5, Warp, TOMOMAN and STOPGAP. */
export const starCheck = defineCheck<Code>({
  id: 'star',
  version: 1,
  title: 'Particles in a STAR file',
  extensions: ['.star'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    const particles = particlesOf();
    const reader = starReader(particles);
    const isRead = yield* readLines(file, pen, (lines) => reader.take(lines));
    if (particles.first) yield pen.learn(particles.facts());
    if (!isRead) return;

    yield* particles.faults.findings(pen, SYNTAX);
    yield* judgeTables(reader.tables, pen);
    yield* particles.faults.findings(pen, VALUES);
    if (particles.points.hasTooManyTomograms) yield pen.report('too_many_tomograms');
    if (particles.first && particles.first.tomogram === -1) yield pen.report('no_tomogram');
  },
});

const SYNTAX: readonly (StarFault & Code)[] = [
  'no_block',
  'stray_line',
  'quote',
  'row_arity',
  'label_repeated',
  'label_without_value',
  'too_many_tables',
  'rows_after_blank',
];
const VALUES: readonly Code[] = [
  'not_number',
  'angle',
  'stopgap_halfset',
  'stopgap_tomogram',
  'optics_group',
  'shift_unit',
  'tilt_range',
  'repeated',
];

interface Particles extends StarListener {
  readonly faults: FaultTally<Code>;
  readonly points: PointTally;
  /** The columns of the first table that has particles. */
  readonly first: (ParticleColumns & Pick<StarTable, 'labels'>) | null;
  facts(): PointsFacts & Record<string, unknown>;
}

/** Listen to the rows, and keep what they say of particles. */
function particlesOf(): Particles {
  const faults = faultTally<Code>();
  const points = pointTally();
  const optics: OpticsGroup[] = [];
  const pixelSizes = new Set<number>();
  const plans = new Map<StarTable, ParticleColumns | null>();
  const badAngles: number[] = [];
  let first: Particles['first'] = null;

  function columnsOf(table: StarTable, row: readonly string[]): ParticleColumns | null {
    const known = plans.get(table);
    if (known !== undefined) return known;
    const columns = particleColumns(table, row, optics.length > 0);
    plans.set(table, columns);
    if (columns) first ??= { ...columns, labels: table.labels };
    return columns;
  }

  /** Where the particle is; null where that is no number. */
  function placeOf(columns: ParticleColumns, row: readonly string[], pixelSize: number | null, line: number) {
    const at = columns.coordinates.map((column) => decimalOf(row[column]));
    const shifts = columns.shift?.columns.map((column) => decimalOf(row[column])) ?? [0, 0, 0];
    const [x = null, y = null, z = null] = at;
    const [dx = null, dy = null, dz = null] = shifts;
    if (x === null || y === null || z === null || dx === null || dy === null || dz === null) {
      const values = [...columns.coordinates, ...(columns.shift?.columns ?? [])].map((column) => row[column] ?? '');
      faults.note(
        'not_number',
        line,
        values.find((value) => decimalOf(value) === null),
      );
      return null;
    }
    const scale = scaleOf(columns, pixelSize);
    if (scale === null) faults.note('shift_unit', line);
    const by = scale ?? 0;
    return [x + by * dx + 0, y + by * dy + 0, z + by * dz + 0] as const;
  }

  function judgeAngles(columns: ParticleColumns, row: readonly string[], line: number): void {
    const bad = columns.angles.flat().find((column) => decimalOf(row[column]) === null);
    if (bad !== undefined) {
      faults.note('angle', line, row[bad]);
      if (badAngles.length < MOST_BAD_ANGLES) badAngles.push(line);
      return;
    }
    const [angles] = columns.angles;
    const tilt = angles && row[columns.flavour === 'stopgap' ? angles[2] : angles[1]];
    if (tilt !== undefined && (Number(tilt) < 0 || Number(tilt) > 180)) faults.note('tilt_range', line, tilt);
  }

  return {
    faults,
    points,
    get first() {
      return first;
    },
    fault: (fault, line, value) => faults.note(fault, line, value),
    row(table, row, line) {
      const isOptics = table.labels.includes('rlnOpticsGroup') && /^optics$/i.test(table.block);
      if (isOptics && optics.length < MOST_PIXEL_SIZES) optics.push(opticsOf(table, row));
      if (isMotiveList(table)) judgeMotive(table, row, line, faults);
      const columns = isOptics ? null : columnsOf(table, row);
      if (!columns) return;

      const group = optics.find((each) => each.group === (columns.optics === -1 ? '1' : row[columns.optics]));
      if (columns.optics !== -1 && optics.length > 0 && !group) faults.note('optics_group', line, row[columns.optics]);
      const own = optics.length === 0 ? ownPixelSize(table, row) : null;
      if (own !== null && pixelSizes.size < MOST_PIXEL_SIZES) pixelSizes.add(own);
      judgeAngles(columns, row, line);

      const at = placeOf(columns, row, group?.pixelSize ?? own, line);
      if (!at) return;
      const tomogram = row[columns.tomogram] ?? null;
      if (!points.add({ tomogram, at, line, instance: null })) faults.note('repeated', line, at.join(', '));
    },
    facts: () => ({
      format: 'star',
      flavour: first?.flavour ?? 'relion3.0',
      unit: first?.unit ?? 'unknown',
      isOriented: first !== null && first.angles.length > 0,
      groups: points.groups(),
      opticsPixelSizes: optics.length > 0 ? optics.flatMap((each) => each.pixelSize ?? []) : [...pixelSizes],
      binnings: optics.some((each) => each.binning !== null) ? optics.map((each) => each.binning ?? 1) : [],
      badAngles,
    }),
  };
}

/** By what a shift is multiplied to be added to a coordinate; null where its unit is another and no pixel size is known. */
function scaleOf({ unit, shift }: ParticleColumns, pixelSize: number | null): number | null {
  if (!shift) return 0;
  const isPixel = unit === 'pixel';
  if ((shift.unit === 'pixel') === isPixel) return shift.sign;
  if (pixelSize === null) return null;
  return isPixel ? shift.sign / pixelSize : shift.sign * pixelSize;
}

function judgeMotive({ labels }: StarTable, row: readonly string[], line: number, faults: FaultTally<Code>): void {
  const at = (label: string) => row[labels.indexOf(label)];
  const halfset = at('halfset');
  const tomogram = at('tomo_num');
  if (halfset !== undefined && !/^[AB]$/.test(halfset)) faults.note('stopgap_halfset', line, halfset);
  if (tomogram !== undefined && wholeOf(tomogram) === null) faults.note('stopgap_tomogram', line, tomogram);
}

function* judgeTables(tables: readonly StarTable[], pen: StarPen): Generator<Said, void> {
  for (const { block, line, isLoop, rows } of tables)
    if (isLoop && rows === 0) yield pen.report('empty_loop', { location: `line ${line}`, block });

  const has = ({ labels }: StarTable, names: readonly string[]) => names.filter((name) => labels.includes(name)).length;
  const withSome = tables.filter((table) => COORDINATES.some(({ labels }) => has(table, labels) > 0));
  if (withSome.length === 0 && !tables.some(isMotiveList)) {
    const other = otherThanParticles(tables);
    yield other ? pen.report('not_particles', other) : pen.report('no_coordinates', { found: labelsOf(tables) });
  }
  for (const table of tables) {
    const told = { location: `line ${table.line}`, block: table.block };
    if (isMotiveList(table)) yield* judgeMotiveFields(table, pen);
    else if (withSome.includes(table) && !COORDINATES.some(({ labels }) => has(table, labels) === 3))
      yield pen.report('coordinate_missing', told);
    const partly = ANGLES.find((labels) => has(table, labels) > 0 && has(table, labels) < 3);
    if (partly && withSome.includes(table)) yield pen.report('angle_missing', { ...told, expected: partly.join(', ') });
  }
}

function* judgeMotiveFields({ labels, line }: StarTable, pen: StarPen): Generator<Said, void> {
  const location = `line ${line}`;
  const missing = MOTIVE_FIELDS.filter((field) => !labels.includes(field));
  const unknown = labels.filter((label) => !MOTIVE_FIELDS.includes(label)).slice(0, 10);
  const needed = missing.filter((field) => field !== 'motl_idx');
  if (needed.length > 0) yield pen.report('stopgap_missing', { location, found: needed.join(', ') });
  else if (missing.length > 0) yield pen.report('stopgap_older', { location });
  if (unknown.length > 0) yield pen.report('stopgap_unknown', { location, found: unknown.join(', ').slice(0, 200) });
}

const labelsOf = (tables: readonly StarTable[]) =>
  tables
    .flatMap(({ labels }) => labels)
    .slice(0, 5)
    .join(', ')
    .slice(0, 200);
