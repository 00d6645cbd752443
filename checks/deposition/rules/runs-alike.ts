/** Are the runs of a data set alike, and if not, which ones differ? */
import { commonest } from '../commonest.js';
import type { RunValues } from '../declared.js';
import { type Dataset, filesOf, type Run, type RunFile } from '../deposition.js';
import { dimensionsOf, isWithin, rounded, sizeOf, tiltSeriesPixel, tomogramSizes } from '../pixel-size.js';
import { acquisitionOf, tiltSeriesOf } from '../run-parts.js';
import { type CellSaid, compared, type DatasetRule, defineDatasetRule, notApplicable } from '../run-rule.js';
import { TOLERANCES } from '../tolerances.js';

const complete = defineDatasetRule({
  id: 'D-01',
  title: 'Runs are complete in the same kinds of files',
  why: 'What most runs have and a few lack was most likely forgotten.',
  says: {
    none: {
      severity: 'error',
      message: 'No run was found: none is declared, and no file proposes one.',
      fix: 'Name the runs in the metadata, or put the files of each run into a folder that is named after it.',
    },
    repeated: {
      severity: 'warning',
      message: 'The run "{found}" is there {count} times: its files cannot be told apart.',
      fix: 'Give each run of a data set a name of its own.',
    },
    lacks: {
      severity: 'warning',
      message: 'There is no {found}; {count} of {all} runs have one.',
      fix: 'Upload what is missing, or see whether a file is matched with another run.',
    },
  },
  *judge({ runs }) {
    if (runs.length === 0) return yield { says: 'none', told: { expected: 'at least one run', found: '0 runs' } };
    if (runs.length < 2) return yield notApplicable('There is one run.');
    let isFaulty = false;
    const names = new Map<string, number>();
    for (const { name } of runs) names.set(name, (names.get(name) ?? 0) + 1);
    for (const [name, count] of names) {
      if (count === 1) continue;
      isFaulty = true;
      yield { run: name, says: 'repeated', told: { key: name, count, expected: 'names of their own', found: name } };
    }

    const kinds = runs.map(kindsOf);
    const counts = new Map<string, number>();
    for (const those of kinds) for (const kind of those) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const usual = [...counts].filter(([, count]) => count * 2 >= runs.length && count < runs.length);
    for (const [i, { name }] of runs.entries()) {
      for (const [kind, count] of usual) {
        if (kinds[i]?.has(kind) || isOfOtherProgram(kind, kinds[i])) continue;
        isFaulty = true;
        const told = { key: kind, count, all: runs.length, expected: kind, found: kind };
        yield { run: name, says: 'lacks', told };
      }
    }
    if (!isFaulty)
      yield compared('the same kinds of files in each run', `${runs.length} runs with ${counts.size} kinds`);
  },
});

/** Tomograms kind by kind. */
const kindsOf = ({ files }: Run): ReadonlySet<string> =>
  new Set(
    files.map(({ kind, belongsTo }) =>
      kind === 'tomogram' && belongsTo !== null ? `tomogram "${belongsTo}"` : kind.replace('_', ' '),
    ),
  );

/** Files of an alignment, by who writes them: IMOD, AreTomo. */
const ALIGNMENTS = [['xf', 'tlt', 'xtilt', 'local xf', 'tilt com', 'newst com'], ['aln']] as const;

/** A run that one program aligned has no files of the other. */
function isOfOtherProgram(kind: string, its: ReadonlySet<string> = new Set()): boolean {
  const isAligned = ALIGNMENTS.some((files) => files.some((each) => its.has(each)));
  const own = ALIGNMENTS.find((files) => files.some((each) => each === kind));
  return own !== undefined && isAligned && !own.some((each) => its.has(each));
}

/** What is measured of each run: null where it is not known. */
interface Measure {
  readonly what: string;
  of(run: Run): { readonly value: string; readonly file: RunFile | null } | null;
}

const outliers = defineDatasetRule({
  id: 'D-02',
  title: 'Runs that are measured otherwise',
  why: 'Runs of one data set are recorded with one setting. One that differs is of another, or its header is wrong.',
  says: {
    differs: {
      severity: 'warning',
      message: 'The {what} is {found}; that of {count} of {all} runs is {expected}.',
      fix: 'See whether this run belongs to the data set, and whether its header is right.',
    },
  },
  *judge(dataset) {
    const { runs } = dataset;
    if (runs.length < 3) return yield notApplicable('There are fewer than three runs.');
    const seen: string[] = [];
    let isFaulty = false;
    for (const { what, of } of measuresOf(dataset)) {
      const measured = runs.map((run) => of(run));
      const values = measured.flatMap((one) => (one ? [one.value] : []));
      const usual = commonest(values);
      if (!usual || usual.count < 2) continue;
      seen.push(`${what} ${usual.value}`);
      for (const [i, one] of measured.entries()) {
        if (!one || isSameValue(one.value, usual.value)) continue;
        isFaulty = true;
        const told = {
          what,
          key: what,
          count: usual.count,
          all: values.length,
          expected: usual.value,
          found: one.value,
        };
        yield { run: runs[i]?.name, says: 'differs', told: { file: one.file?.path, ...told } };
      }
    }
    if (isFaulty) return;
    if (seen.length === 0) return yield notApplicable('Nothing is known of two runs that could be compared.');
    yield compared('the same in each run', seen.join(', '));
  },
});

/** Sizes that differ by less than headers can tell are the same. */
function isSameValue(one: string, other: string): boolean {
  if (one === other) return true;
  if (!one.endsWith(' Å') || !other.endsWith(' Å')) return false;
  return isWithin(TOLERANCES['X-29'].size, Number.parseFloat(one), Number.parseFloat(other));
}

function measuresOf(dataset: Dataset): Measure[] {
  const series = tiltSeriesOf;
  const said = (value: string | null | undefined, file: RunFile | null) => (value ? { value, file } : null);
  const inAngstrom = (size: number | null) => (size === null ? null : `${rounded(size)} Å`);
  const ofTomogram =
    (key: string, wordFor: (file: RunFile) => string | null): Measure['of'] =>
    (run) => {
      const file = filesOf(run, 'tomogram').find(({ belongsTo }) => belongsTo === key);
      return file ? said(wordFor(file), file) : null;
    };
  const sizeXY = (file: RunFile | null) => dimensionsOf(file)?.slice(0, 2).join(' × ') ?? null;
  return [
    { what: 'size of the images of the tilt series', of: (run) => said(sizeXY(series(run)), series(run)) },
    {
      what: 'number of sections of the tilt series',
      of: (run) => said(dimensionsOf(series(run))?.[2].toString(), series(run)),
    },
    { what: 'pixel size of the tilt series', of: (run) => said(inAngstrom(tiltSeriesPixel(run)), series(run)) },
    {
      what: 'voltage in the MDOC',
      of: (run) => {
        const acquisition = acquisitionOf(run);
        const voltage = acquisition?.facts.voltage;
        return said(voltage ? `${voltage} kV` : null, acquisition?.files[0] ?? null);
      },
    },
    ...Object.keys(dataset.tomograms).flatMap((key) => [
      { what: `size of the tomogram "${key}" in X and Y`, of: ofTomogram(key, sizeXY) },
      {
        what: `voxel size of the tomogram "${key}"`,
        of: ofTomogram(key, (file) => inAngstrom(sizeOf(tomogramSizes(dataset, file)))),
      },
    ]),
  ];
}

const DECLARED_ALIKE = [
  ['voltage', 'acceleration_voltage_v'],
  ['spherical aberration', 'cs_mm'],
  ['manufacturer of the camera', 'camera_manufacturer'],
  ['model of the camera', 'camera_model'],
] as const satisfies readonly (readonly [what: string, field: keyof RunValues])[];

const declaredAlike = defineDatasetRule({
  id: 'D-04',
  title: 'Microscope and camera are declared alike',
  why: 'Runs of one data set come from one microscope, but for those of which it is declared otherwise.',
  says: {
    differs: {
      severity: 'info',
      message: 'The {what} is declared as {found}; that of {count} of {all} runs is {expected}.',
      fix: 'Nothing, where this run was recorded otherwise.',
    },
  },
  *judge({ runs }) {
    if (runs.length < 2) return yield notApplicable('There is one run.');
    const seen: string[] = [];
    const faults: (CellSaid<'differs'> & { readonly run: string })[] = [];
    for (const [what, field] of DECLARED_ALIKE) {
      const values = runs.map(({ declared }) => declared[field]);
      const usual = commonest(values.filter((value) => value !== undefined));
      if (!usual) continue;
      seen.push(`${what} ${usual.value}`);
      for (const [i, { name }] of runs.entries()) {
        const value = values[i];
        if (value === undefined || value === usual.value) continue;
        const sizes = { expected: String(usual.value), found: String(value) };
        faults.push({
          run: name,
          says: 'differs',
          told: { what, key: field, count: usual.count, all: runs.length, ...sizes },
        });
      }
    }
    if (faults.length > 0) return yield* faults;
    if (seen.length === 0) return yield notApplicable('Neither microscope nor camera are declared.');
    yield compared('the same for each run', seen.join(', '));
  },
});

export const RUNS_ALIKE_RULES: readonly DatasetRule[] = [complete, outliers, declaredAlike];
