/** Long for its table: one spoilt deposition for every rule between files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATASET, type DepositionFiles, RUNS, type Spoil, writeDeposition } from '../../test/deposition-files.js';
import { type Circumstances, type JudgedFiles, judgedFiles } from '../../test/judged-deposition.js';
import {
  alnOf,
  gainBytes,
  linesOf,
  type MdocSection,
  maskBytes,
  mdocOf,
  mdocSections,
  movieBytes,
  moviePath,
  POINTS,
  starOf,
  tiltSeriesBytes,
  tiltsSorted,
  tltOf,
  tomogramBytes,
  tomogramZarr,
  xfOf,
} from '../../test/run-files.js';
import { cryoetDataset } from '../profiles/cryoet-dataset.profile.js';
import { faultsOf } from '../profiles/profile.js';
import { pngBytes } from '../samples/photo.js';
import type { KnownTomogram } from './deposition.js';
import { RULES } from './rules/index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'accession-deposition-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function judged(spoil?: Spoil, circumstances?: Circumstances): Promise<JudgedFiles & DepositionFiles> {
  const own = mkdtempSync(join(folder, 'of-'));
  const deposition = writeDeposition(own, spoil && { spoil });
  return { ...deposition, ...(await judgedFiles(own, deposition, circumstances)) };
}

/** What the checks of files say above information: `mdoc.frame_path_repeated`. */
const faultsOfFiles = ({ results }: JudgedFiles) =>
  results.flatMap(({ findings }) =>
    findings.filter(({ severity }) => severity !== 'info').map(({ check, rule }) => `${check}.${rule}`),
  );

describe('a whole deposition', () => {
  it('is sound: its metadata, each of its files, and what must agree between them', async () => {
    const sound = await judged();

    expect(faultsOf(cryoetDataset, sound.metadata)).toEqual([]);
    expect(sound.results.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(sound.results.flatMap(({ findings }) => findings)).toEqual([]);
    expect(sound.association.files.filter(({ status }) => status !== 'matched')).toEqual([]);
    expect(sound.association.faults).toEqual([]);
    expect(sound.cells.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('passes every rule whose inputs it has, which is all but for files of the other alignment', async () => {
    const { cells } = await judged();

    const others = cells
      .filter(({ status }) => status !== 'passed')
      .map(({ rule, run, status }) => [rule, run, status]);
    expect(others.sort()).toEqual(
      [
        ...['TS_001', 'TS_002'].flatMap((run) => ['X-15', 'X-16'].map((rule) => [rule, run, 'not_applicable'])),
        ...['X-10', 'X-11', 'X-12', 'X-13', 'X-14', 'X-48'].map((rule) => [rule, 'TS_003', 'not_applicable']),
        ...['D-05', 'D-06'].map((rule) => [rule, null, 'not_applicable']),
      ].sort(),
    );
  });
});

/** Put text in the place of text that is there. */
const edit =
  (path: string, from: string | RegExp, to: string): Spoil =>
  ({ files }) => {
    const text = Buffer.from(files.get(path) ?? []).toString();
    const edited = text.replace(from, to);
    if (edited === text) throw new Error(`There is no ${from} in ${path}.`);
    files.set(path, Buffer.from(edited));
  };
const put =
  (path: string, bytes: Uint8Array): Spoil =>
  ({ files }) =>
    void files.set(path, bytes);
const remove =
  (path: string): Spoil =>
  ({ files }) => {
    if (!files.delete(path)) throw new Error(`There is no ${path}.`);
  };
const all =
  (...spoils: readonly Spoil[]): Spoil =>
  (deposition) => {
    for (const spoil of spoils) spoil(deposition);
  };
const mdocWith = (run: string, change: (sections: MdocSection[]) => readonly MdocSection[]): Spoil =>
  put(`${run}/${run}.mdoc`, mdocOf(run, change(mdocSections(run))));
/** One section otherwise. */
const section = (run: string, at: number, keys: MdocSection): Spoil =>
  mdocWith(run, (sections) => sections.map((one, i) => (i === at ? { ...one, ...keys } : one)));
const rawtlt = (run: string, angles: readonly number[]): Spoil => put(`${run}/${run}.rawtlt`, linesOf(angles));
const tlt = (run: string, angles: readonly number[]): Spoil => put(`${run}/${run}.tlt`, linesOf(angles));
/** What is declared of one run. */
const declared =
  (run: string, values: object): Spoil =>
  ({ metadata }) =>
    Object.assign(metadata.datasets[DATASET].runs[run], values);
/** What is declared of a tomogram, or of an annotation's first file. */
const ofTomogram =
  (key: string, values: object): Spoil =>
  ({ metadata }) =>
    Object.assign(metadata.datasets[DATASET].tomograms[key], values);
const ofAnnotation =
  (key: string, values: object, file = 0): Spoil =>
  ({ metadata }) =>
    Object.assign(metadata.datasets[DATASET].annotations[key].files[file], values);
const moved = (angles: readonly number[], at: number, by: number): number[] =>
  angles.map((angle, i) => Number((angle + (i === at ? by : 0)).toFixed(2)));
const exchanged = <T>(list: readonly T[], at: number): T[] => [
  ...list.slice(0, at),
  ...list.slice(at, at + 2).toReversed(),
  ...list.slice(at + 2),
];

/** TS_003 becomes a data set of its own, with photo and gain reference of its own. */
const twoDatasets: Spoil = ({ files, metadata }) => {
  const { [DATASET]: yeast } = metadata.datasets;
  const { TS_003, ...others } = yeast.runs;
  metadata.datasets = {
    [DATASET]: { ...yeast, runs: others },
    other: { ...yeast, title: 'Ribosomes in the nucleus of yeast', runs: { TS_003 } },
  };
  for (const [path, bytes] of [...files]) {
    files.delete(path);
    files.set(`${path.includes('TS_003') ? 'other' : DATASET}/${path}`, bytes);
  }
  for (const [key, runs] of [
    [DATASET, Object.keys(others)],
    ['other', ['TS_003']],
  ] as const) {
    files.set(`${key}/gains/reference.mrc`, gainBytes());
    files.set(`${key}/gains.csv`, linesOf(['run_name,gain_file', ...runs.map((run) => `${run},gains/reference.mrc`)]));
  }
  files.set('other/photo.png', pngBytes({ width: 800, height: 600 }));
};

/** Two data sets, whose gain reference and table lie beside their folders. */
const beside: Spoil = (deposition) => {
  twoDatasets(deposition);
  const { files } = deposition;
  for (const path of [...files.keys()]) if (path.includes('/gains')) files.delete(path);
  files.set('reference.mrc', gainBytes());
  files.set('gains.csv', linesOf(['run_name,gain_file', ...RUNS.map((run) => `${run},reference.mrc`)]));
};

interface Spoilt {
  readonly what: string;
  readonly spoil: Spoil;
  /** Null: the data set as a whole. */
  readonly run: string | null;
  readonly status: 'failed' | 'warning' | 'passed';
  /** Other rules that the same fault must trip, and checks of files. */
  readonly also?: readonly string[];
}

const [ONE, , THREE] = RUNS;
const dropLast = <T>(list: readonly T[]): T[] => list.slice(0, -1);

const SPOILT: Readonly<Record<string, Spoilt>> = {
  'X-01': {
    what: 'a second file of raw tilt angles',
    spoil: put(`${ONE}/${ONE}_b.rawtlt`, linesOf(moved(tiltsSorted(ONE), 0, 0.01))),
    ...{ run: ONE, status: 'failed' },
  },
  'X-02': {
    what: 'a movie that is missing, which its section names',
    spoil: remove(moviePath(ONE, 5)),
    ...{ run: ONE, status: 'failed', also: ['X-03'] },
  },
  'X-03': {
    what: 'a movie that the MDOC names in other capitals',
    spoil: section(ONE, 5, { SubFramePath: 'D:\\frames\\ts_001_005_9.TIF' }),
    ...{ run: ONE, status: 'warning' },
  },
  'X-04': {
    what: 'a movie that no section names, so that there is one more',
    spoil: put(`${ONE}/frames/${ONE}_013_21.tif`, movieBytes(ONE, 5)),
    ...{ run: ONE, status: 'failed', also: ['X-02'] },
  },
  'X-05': {
    what: 'two sections that name one movie, so that another is not named',
    spoil: section(ONE, 12, { SubFramePath: mdocSections(ONE)[11]?.SubFramePath ?? '' }),
    ...{ run: ONE, status: 'failed', also: ['X-04', 'mdoc.frame_path_repeated'] },
  },
  'X-06': {
    what: 'a raw tilt angle less, so that a tilt of the MDOC has none',
    spoil: rawtlt(THREE, dropLast(tiltsSorted(THREE))),
    ...{ run: THREE, status: 'failed', also: ['X-07'] },
  },
  'X-07': {
    what: 'a tilt that the tilt series leaves out, which so has fewer sections than those of other runs',
    spoil: all(
      rawtlt(THREE, dropLast(tiltsSorted(THREE))),
      put(`${THREE}/${THREE}.st`, tiltSeriesBytes(THREE, {}, dropLast(tiltsSorted(THREE)))),
      put(`${THREE}/${THREE}.aln`, alnOf(THREE, dropLast(tiltsSorted(THREE)), [48, 40, 12])),
    ),
    ...{ run: THREE, status: 'warning', also: ['D-02'] },
  },
  'X-08': {
    what: 'a raw tilt angle that was not recorded, by the MDOC nor by the extended header',
    spoil: rawtlt(ONE, moved(tiltsSorted(ONE), 4, 1)),
    ...{ run: ONE, status: 'failed', also: ['X-32'] },
  },
  'X-09': {
    what: 'two raw tilt angles exchanged, which the check of the file tells too',
    spoil: rawtlt(THREE, exchanged(tiltsSorted(THREE), 4)),
    ...{ run: THREE, status: 'warning', also: ['tilt-angles.order'] },
  },
  'X-10': {
    what: 'an alignment of one section less',
    spoil: all(
      tlt(ONE, dropLast(tltOf(ONE))),
      put(`${ONE}/${ONE}.xf`, xfOf(ONE, 12)),
      put(`${ONE}/${ONE}.xtilt`, linesOf(dropLast(tltOf(ONE)).map(() => '0.00'))),
    ),
    ...{ run: ONE, status: 'failed', also: ['X-13'] },
  },
  'X-11': {
    what: 'a refined tilt angle far off',
    spoil: tlt(ONE, moved(tltOf(ONE), 4, 2.5)),
    ...{ run: ONE, status: 'warning' },
  },
  'X-12': {
    what: 'a refined tilt angle that no stage has, and so is far off, which the check of the file tells too',
    spoil: tlt(ONE, moved(tltOf(ONE), 12, 80)),
    ...{ run: ONE, status: 'failed', also: ['X-11', 'tilt-angles.angle_range'] },
  },
  'X-13': {
    what: 'a transform less',
    spoil: put(`${ONE}/${ONE}.xf`, xfOf(ONE, 12)),
    ...{ run: ONE, status: 'failed' },
  },
  'X-14': {
    what: 'a tilt about X less',
    spoil: put(`${ONE}/${ONE}.xtilt`, linesOf(dropLast(tltOf(ONE)).map(() => '0.00'))),
    ...{ run: ONE, status: 'failed' },
  },
  'X-15': {
    what: 'an ALN of columns and rows exchanged',
    spoil: put(`${THREE}/${THREE}.aln`, alnOf(THREE, tiltsSorted(THREE), [40, 48, 13])),
    ...{ run: THREE, status: 'failed' },
  },
  'X-16': {
    what: 'a tilt of the ALN far off',
    spoil: put(`${THREE}/${THREE}.aln`, alnOf(THREE, moved(tiltsSorted(THREE), 4, 1))),
    ...{ run: THREE, status: 'warning' },
  },
  'X-17': {
    what: 'another tilt scheme',
    spoil: declared(ONE, { tilt_scheme: 'bidirectional' }),
    ...{ run: ONE, status: 'warning' },
  },
  'X-18': {
    what: 'a lower end that is not there',
    spoil: declared(ONE, { tilt_min_deg: -20 }),
    ...{ run: ONE, status: 'warning' },
  },
  'X-19': { what: 'another step', spoil: declared(ONE, { tilt_step_deg: 2 }), ...{ run: ONE, status: 'warning' } },
  'X-20': {
    what: 'another tilt axis',
    spoil: declared(ONE, { tilt_axis_rotation_deg: 60 }),
    ...{ run: ONE, status: 'warning' },
  },
  'X-21': { what: 'another dose', spoil: declared(ONE, { total_dose_e_a2: 45 }), ...{ run: ONE, status: 'warning' } },
  'X-22': {
    what: 'doses before two tilts exchanged',
    spoil: mdocWith(ONE, (sections) =>
      sections.map((one, i) => ({ ...one, PriorRecordDose: i === 4 ? 15 : i === 5 ? 12 : 3 * i })),
    ),
    ...{ run: ONE, status: 'warning' },
  },
  'X-23': {
    what: 'movies of a frame less, all of them',
    spoil: all(...Array.from({ length: 13 }, (_, i) => put(moviePath(ONE, i), movieBytes(ONE, i, {}, 2)))),
    ...{ run: ONE, status: 'warning' },
  },
  'X-24': {
    what: 'a movie of another size',
    spoil: put(moviePath(ONE, 5), movieBytes(ONE, 5, { width: 80 })),
    ...{ run: ONE, status: 'failed' },
  },
  'X-25': {
    what: 'another binning, by which the pixels of the MDOC do not become those of the tilt series',
    spoil: declared(ONE, { binning_from_frames: 3 }),
    ...{ run: ONE, status: 'warning', also: ['X-30'] },
  },
  'X-26': {
    what: 'a tilt series of fewer columns, than those of other runs too',
    spoil: all(
      put(`${ONE}/${ONE}.st`, tiltSeriesBytes(ONE, { nx: 40 })),
      edit(`${ONE}/tilt.com`, 'FULLIMAGE 48 40', 'FULLIMAGE 40 40'),
    ),
    ...{ run: ONE, status: 'warning', also: ['D-02'] },
  },
  'X-27': {
    what: 'a gain reference of another size',
    spoil: put('gains/reference.mrc', gainBytes({ nx: 90 })),
    ...{ run: ONE, status: 'failed' },
  },
  'X-28': {
    what: 'a line of a run that is not declared',
    spoil: edit('gains.csv', /$/, 'TS_004,gains/reference.mrc\n'),
    ...{ run: null, status: 'failed' },
  },
  'X-29': {
    what: 'another voxel size than headers say',
    spoil: ofTomogram('raw', { voxel_size_a: 5 }),
    ...{ run: ONE, status: 'failed' },
  },
  'X-30': {
    what: 'an MDOC of other pixels',
    spoil: edit(`${ONE}/${ONE}.mdoc`, /PixelSpacing = 1.35/g, 'PixelSpacing = 1.5'),
    ...{ run: ONE, status: 'warning' },
  },
  'X-31': {
    what: 'a tilt at another magnification',
    spoil: section(ONE, 5, { Magnification: 53_000 }),
    ...{ run: ONE, status: 'warning' },
  },
  'X-32': {
    what: 'a tilt of the extended header far off',
    spoil: put(`${ONE}/${ONE}.st`, tiltSeriesBytes(ONE, {}, moved(tiltsSorted(ONE), 4, 0.5))),
    ...{ run: ONE, status: 'warning' },
  },
  'X-33': {
    what: 'a tilt.com that bins more',
    spoil: edit(`${ONE}/tilt.com`, 'IMAGEBINNED 2', 'IMAGEBINNED 4'),
    ...{ run: ONE, status: 'warning' },
  },
  'X-34': {
    what: 'a tilt.com of other images',
    spoil: edit(`${ONE}/tilt.com`, 'FULLIMAGE 48 40', 'FULLIMAGE 96 80'),
    ...{ run: ONE, status: 'warning' },
  },
  'X-35': {
    what: 'a tilt.com of another thickness',
    spoil: edit(`${ONE}/tilt.com`, 'THICKNESS 32', 'THICKNESS 64'),
    ...{ run: ONE, status: 'warning' },
  },
  'X-36': {
    what: 'a denoised tomogram of fewer sections',
    spoil: put(`${ONE}/tomograms/${ONE}_rec_denoised.mrc`, tomogramBytes(ONE, { mode: 2, nz: 14 })),
    ...{ run: ONE, status: 'warning' },
  },
  'X-37': {
    what: 'an OME-Zarr of a column less',
    spoil: ({ files }) => {
      for (const [key, bytes] of tomogramZarr(ONE, { shape: [16, 20, 23] }))
        files.set(`${ONE}/tomograms/${ONE}_rec.zarr/${key}`, bytes);
    },
    ...{ run: ONE, status: 'failed' },
  },
  'X-38': {
    what: 'a denoised tomogram without its software',
    spoil: ofTomogram('denoised', { processing_software: undefined }),
    ...{ run: null, status: 'failed' },
  },
  'X-39': {
    what: 'a mask of another size than its tomogram',
    spoil: put(`annotations/${ONE}_actin.mrc`, maskBytes(ONE, 11, { nz: 15 })),
    ...{ run: ONE, status: 'failed' },
  },
  'X-40': {
    what: 'an annotation of a tomogram that is not declared',
    spoil: ofAnnotation('actin', { reference_tomogram: 'filtered' }),
    ...{ run: ONE, status: 'failed' },
  },
  'X-41': {
    what: 'a point outside of its tomogram',
    spoil: put(`annotations/${ONE}_ribosomes.star`, starOf(ONE, [...POINTS.slice(1), '60 8 8 0 0 0'])),
    ...{ run: ONE, status: 'failed' },
  },
  'X-42': {
    what: 'an angle that is no number, which the check of the file tells too',
    spoil: put(`annotations/${ONE}_ribosomes.star`, starOf(ONE, [...POINTS.slice(1), '4 6 8 10 nan 0'])),
    ...{ run: ONE, status: 'failed', also: ['star.angle'] },
  },
  'X-43': {
    what: 'a STAR file of another run',
    spoil: put(`annotations/${ONE}_ribosomes.star`, starOf('TS_009')),
    ...{ run: ONE, status: 'failed' },
  },
  'X-44': {
    what: 'a mask of zeros and twos',
    spoil: put(`annotations/${ONE}_actin.mrc`, maskBytes(ONE, 11, { value: (i) => (i % 11 === 0 ? 2 : 0) })),
    ...{ run: ONE, status: 'failed' },
  },
  'X-45': {
    what: 'one mask for two objects',
    spoil: put(`annotations/${ONE}_actin.mrc`, maskBytes(ONE, 5)),
    ...{ run: ONE, status: 'warning' },
  },
  'X-46': {
    what: 'a mesh that is scaled out of its tomogram',
    spoil: ofAnnotation('membrane', { scale_factor: 100 }, 1),
    ...{ run: ONE, status: 'warning' },
  },
  'X-47': {
    what: 'one photo for two data sets',
    spoil: all(
      twoDatasets,
      ({ files }) => void files.set('other/photo.png', files.get(`${DATASET}/photo.png`) ?? new Uint8Array()),
    ),
    ...{ run: null, status: 'warning' },
  },
  'X-48': {
    what: 'a section that is shifted out of the image',
    spoil: edit(`${ONE}/${ONE}.xf`, /\S+(?=\s+\S+\s*\n)/, '1000.0'),
    ...{ run: ONE, status: 'warning' },
  },
  'D-01': {
    what: 'a run without the denoised tomogram that others have',
    spoil: remove(`${THREE}/tomograms/${THREE}_rec_denoised.mrc`),
    ...{ run: THREE, status: 'warning' },
  },
  'D-02': {
    what: 'a run at another voltage, as it is declared',
    spoil: all(
      edit(`${ONE}/${ONE}.mdoc`, 'Voltage = 300', 'Voltage = 200'),
      declared(ONE, { acceleration_voltage_v: 200_000 }),
    ),
    ...{ run: ONE, status: 'warning', also: ['D-04'] },
  },
  'D-03': {
    what: 'a movie that is one of another run',
    spoil: put(moviePath(THREE, 5), movieBytes(ONE, 5)),
    ...{ run: THREE, status: 'failed' },
  },
  'D-04': {
    what: 'a run with another camera',
    spoil: declared(ONE, { camera_model: 'K2' }),
    ...{ run: ONE, status: 'passed' },
  },
};

describe('the rule', () => {
  it.each(Object.entries(SPOILT).map(([id, spoilt]) => ({ id, ...spoilt })))(
    '$id speaks of $what, and no other does',
    async ({ id, spoil, run, status, also = [] }) => {
      const spoilt = await judged(spoil);

      const speaking = new Set(spoilt.cells.flatMap(({ rule, findings }) => (findings.length > 0 ? [rule] : [])));
      expect([...speaking, ...new Set(faultsOfFiles(spoilt))].sort()).toEqual([id, ...also].sort());
      expect(
        spoilt.cells.find((cell) => cell.rule === id && cell.run === run && cell.findings.length > 0),
      ).toMatchObject({ status });
    },
  );

  it('X-47 says nothing where two data sets have photos of their own', async () => {
    const { cells } = await judged(twoDatasets);

    expect(cells.flatMap(({ findings }) => findings)).toEqual([]);
    expect(cells.filter(({ rule, status }) => rule === 'X-47' && status === 'passed')).toHaveLength(2);
  });

  it('X-28 speaks once of a line that is of no data set, where a table is of two', async () => {
    const { cells } = await judged(all(beside, edit('gains.csv', /$/, 'TS_004,reference.mrc\n')));

    expect(cells.filter(({ findings }) => findings.length > 0)).toMatchObject([
      { dataset: DATASET, rule: 'X-28', run: null, findings: [{ file: 'gains.csv', location: 'line 5' }] },
    ]);
  });

  it('X-27 and X-28 judge each data set by what lies beside their folders', async () => {
    const sound = await judged(beside);
    const wrong = await judged(all(beside, put('reference.mrc', gainBytes({ nx: 90 }))));
    const speaking = ({ cells }: JudgedFiles) =>
      cells.flatMap(({ rule, run, findings }) => findings.map(() => [rule, run]));

    expect(speaking(sound)).toEqual([]);
    expect(sound.cells.filter(({ rule, status }) => rule === 'X-27' && status === 'passed')).toHaveLength(3);
    expect(sound.cells.filter(({ rule, status }) => rule === 'X-28' && status === 'passed')).toHaveLength(2);
    expect(speaking(wrong)).toEqual(RUNS.map((run) => ['X-27', run]));
  });

  /** As annotations of a data set that exists: its first tomogram is of that name. */
  const known = RUNS.map(
    (run): KnownTomogram => ({ id: 'raw', run, alignment: null, dimensions: [24, 20, 16], voxelSize: 5.4 }),
  );
  const knownRuns = RUNS.map((name) => ({ name, alignment: null }));
  const onlyAnnotations: Spoil = ({ files, metadata }) => {
    for (const path of [...files.keys()]) if (!path.startsWith('annotations/')) files.delete(path);
    const { annotations } = metadata.datasets[DATASET];
    metadata.datasets[DATASET] = { runs: { TS_001: {}, TS_002: {}, TS_003: {} }, annotations };
  };

  it('D-06 says nothing where the tomograms exist on which annotations are made', async () => {
    const { cells } = await judged(onlyAnnotations, { kind: 'cryoet-annotations', known, knownRuns });

    expect(cells.flatMap(({ findings }) => findings)).toEqual([]);
    expect(cells.find(({ rule }) => rule === 'D-06')).toMatchObject({ status: 'passed' });
    expect(cells.find(({ rule, run }) => rule === 'X-41' && run === ONE)).toMatchObject({ status: 'passed' });
  });

  it('D-06 speaks of a tomogram that does not exist, and no other does', async () => {
    const spoil = all(onlyAnnotations, ofAnnotation('actin', { reference_tomogram: 'filtered' }));
    const { cells } = await judged(spoil, { kind: 'cryoet-annotations', known, knownRuns });

    expect(cells.filter(({ findings }) => findings.length > 0)).toMatchObject([{ rule: 'D-06', status: 'failed' }]);
  });

  // What is stored is no byte of the folder: the service looks it up.
  it('D-05 speaks where storage holds something else, and no other does', async () => {
    const sound = await judged(undefined, { storedFor: (_, recorded) => recorded });
    const short = await judged(undefined, {
      storedFor: (path, { bytes, sha256 }) => ({ sha256, bytes: path.endsWith('TS_001.st') ? bytes - 1 : bytes }),
    });

    expect(sound.cells.flatMap(({ findings }) => findings)).toEqual([]);
    expect(sound.cells.find(({ rule }) => rule === 'D-05')).toMatchObject({ status: 'passed' });
    expect(short.cells.filter(({ findings }) => findings.length > 0)).toMatchObject([
      { rule: 'D-05', run: ONE, status: 'failed', findings: [{ file: `${ONE}/${ONE}.st` }] },
    ]);
  });

  it('is shown here, whichever it is', () => {
    const ids = [...RULES.ofRuns, ...RULES.ofDatasets].map(({ id }) => id);

    expect([...Object.keys(SPOILT), 'D-05', 'D-06'].sort()).toEqual([...ids].sort());
  });
});
