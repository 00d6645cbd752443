import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MappingFacts, TomographyFacts } from '../formats/tomography-facts.js';
import { mdocFacts, pointsFacts } from '../samples/tomography-facts.js';
import { associate } from './associate.js';
import type { AssociatedDataset, AssociatedFile } from './evidence.js';

const dataset = (parts: Partial<AssociatedDataset> = {}): AssociatedDataset => ({
  ...{ key: 'cells', runs: ['TS_1', 'TS_2', 'TS_10'], mapping: [], tomograms: {}, annotations: {} },
  ...parts,
});

type Named = string | readonly [path: string, facts: TomographyFacts];

const filesOf = (paths: readonly Named[]): AssociatedFile[] =>
  paths.map((named) => {
    const [path, facts] = typeof named === 'string' ? [named, null] : named;
    return { path, sha256: null, facts };
  });

const place = (paths: readonly Named[], ...datasets: readonly AssociatedDataset[]) =>
  associate({ datasets: datasets.length > 0 ? datasets : [dataset()], files: filesOf(paths) });

const placeOne = (path: Named, ...datasets: readonly AssociatedDataset[]) => {
  const [one, other] = place([path], ...datasets).files;
  if (!one || other) throw new Error('There is not one file');
  return one;
};

/** Base names of frames in an MDOC of these. */
const mdocOf = (...names: readonly string[]) =>
  mdocFacts('x', { tiltAngles: names.map((_, i) => i), framePaths: names.map((name) => `D:\\data\\${name}`) });

const mapping = (columns: readonly string[], ...rows: readonly (readonly string[])[]): MappingFacts => ({
  ...{ format: 'mapping', columns },
  rows: rows.map(([run = '', ...files], i) => ({ run, line: i + 2, files })),
});

describe('the run of a file', () => {
  it('is found for all files of a sound upload', () => {
    const { files, faults, proposedRuns } = place([
      'TS_1/frames/a.tif',
      'TS_1/TS_1.mdoc',
      'TS_1/TS_1.st',
      'TS_1/TS_1.rawtlt',
      'TS_1/tilt.com',
      'tomograms/TS_1_rec.mrc',
      'tomograms/TS_10_rec.mrc',
      'photo.png',
    ]);

    expect(files.map(({ path, kind, status, run, by }) => [path, kind, status, run, by])).toEqual([
      ['TS_1/TS_1.mdoc', 'mdoc', 'matched', 'TS_1', 'directory'],
      ['TS_1/TS_1.rawtlt', 'rawtlt', 'matched', 'TS_1', 'directory'],
      ['TS_1/TS_1.st', 'tilt_series', 'matched', 'TS_1', 'directory'],
      ['TS_1/frames/a.tif', 'frame', 'matched', 'TS_1', 'directory'],
      ['TS_1/tilt.com', 'tilt_com', 'matched', 'TS_1', 'directory'],
      ['photo.png', 'photo', 'matched', null, null],
      ['tomograms/TS_10_rec.mrc', 'tomogram', 'matched', 'TS_10', 'suffix'],
      ['tomograms/TS_1_rec.mrc', 'tomogram', 'matched', 'TS_1', 'suffix'],
    ]);
    expect([faults, proposedRuns]).toEqual([[], []]);
  });

  const MATCHED: readonly (readonly [path: string, run: string, by: string])[] = [
    ['TS_2/TS_1.st', 'TS_2', 'directory'],
    ['stacks/TS_1.st', 'TS_1', 'name'],
    ['stacks/TS_1.mrc.mdoc', 'TS_1', 'name'],
    ['stacks/TS_1.mrc.gz', 'TS_1', 'name'],
    ['x/TS_1_full_rec.mrc', 'TS_1', 'suffix'],
    ['x/TS_1_ali_bin4.mrc', 'TS_1', 'suffix'],
    ['x/2024-01_TS_10-left.mrc', 'TS_10', 'part'],
    ['x/TS_1.5.mrc', 'TS_1', 'part'],
    ['TS_1_Imod/tilt.com', 'TS_1', 'part'],
    ['TS_1_Imod/TS_2.tlt', 'TS_2', 'name'],
  ];
  it.each(MATCHED)('of %s is %s by its %s', (path, run, by) => {
    expect(placeOne(path)).toMatchObject({ status: 'matched', run, by });
  });

  it.each(['x/TS_100.mrc', 'x/TS_11_rec.mrc', 'x/aTS_1.mrc', 'x/TS_1a.mrc'])(
    'is not found where a digit or a letter goes on: %s',
    (path) => {
      expect(placeOne(path)).toMatchObject({ status: 'unmatched', run: null, by: null });
    },
  );

  it('is that of the longest name', () => {
    const runs = dataset({ runs: ['TS_1', 'TS_1_left'] });

    expect(placeOne('x/TS_1_left_004.tif', runs)).toMatchObject({ run: 'TS_1_left', by: 'part' });
    expect(placeOne('x/TS_1_left_of_TS_1.tif', runs)).toMatchObject({ run: 'TS_1_left', by: 'part' });
  });

  it('is left open where two names are equally long', () => {
    expect(placeOne('x/TS_1_to_TS_2.st')).toMatchObject({
      status: 'ambiguous',
      run: null,
      candidates: ['TS_1', 'TS_2'],
    });
  });

  it('is not guessed where capitals differ, and the message says so', () => {
    expect(placeOne('x/ts_1.st')).toMatchObject({ status: 'unmatched', why: expect.stringContaining('of TS_1') });
  });

  it('is that of the data set whose folder it lies in', () => {
    const both = [dataset({ key: 'a', runs: ['TS_1'] }), dataset({ key: 'b', runs: ['TS_1'] })];

    expect(placeOne('b/TS_1.st', ...both)).toMatchObject({ status: 'matched', dataset: 'b', run: 'TS_1' });
    expect(placeOne('c/TS_1.st', ...both)).toMatchObject({ status: 'ambiguous', candidates: ['a/TS_1', 'b/TS_1'] });
  });

  it('is that of the MDOC that names it, whatever its folder says', () => {
    const { files } = place([
      ['mdocs/TS_2.mdoc', mdocOf('0001.tif')],
      ['mdocs/TS_1.mdoc', mdocOf('0002.tif')],
      'TS_1/frames/0001.tif',
    ]);

    expect(files[0]).toMatchObject({ path: 'TS_1/frames/0001.tif', run: 'TS_2', by: 'mdoc', kind: 'frame' });
    expect(files[0]?.why).toContain('Its path speaks for TS_1');
  });

  it('is told by the folder where MDOCs of several runs name frames the same', () => {
    const { files } = place([
      ['TS_1/TS_1.mdoc', mdocOf('0001.tif')],
      ['TS_2/TS_2.mdoc', mdocOf('0001.tif')],
      ...['TS_1/frames/0001.tif', 'TS_2/frames/0001.tif', 'frames/0001.tif'],
    ]);

    const frames = files.filter(({ kind }) => kind === 'frame');
    expect(frames.map(({ run, status }) => [run, status])).toEqual([
      ['TS_1', 'matched'],
      ['TS_2', 'matched'],
      [null, 'ambiguous'],
    ]);
  });

  it('is told by an MDOC of frames that were packed or written in capitals', () => {
    const { files } = place([
      ['TS_1.mdoc', mdocOf('A.mrc', 'b.mrc', 'c.mrc')],
      'x/a.mrc',
      'x/b.mrc.bz2',
      'frames/c.tif',
    ]);

    expect(files.filter(({ by }) => by === 'mdoc').map(({ path }) => path)).toEqual([
      'frames/c.tif',
      'x/a.mrc',
      'x/b.mrc.bz2',
    ]);
  });

  it('is told by an MDOC of frames in another format only where it lies among frames', () => {
    const { files } = place([['TS_2.mdoc', mdocOf('TS_1.eer')], 'x/TS_1.mrc', 'frames/TS_1.mrc']);

    expect(files.map(({ run, kind }) => [run, kind])).toEqual([
      ['TS_2', 'mdoc'],
      ['TS_2', 'frame'],
      ['TS_1', 'tilt_series'],
    ]);
  });

  it('is what a mapping table says, of whatever name', () => {
    const table = mapping(['tomogram_file'], ['TS_1', 'x/17.mrc'], ['TS_2', '18.mrc'], ['TS_10', 'y/*_19.mrc']);
    const { files, faults } = place([['map.csv', table], 'x/17.mrc', 'x/TS_1/18.mrc', 'y/TS_2_19.mrc']);

    expect(files.map(({ run, by, kind }) => [run, by, kind])).toEqual([
      [null, null, 'mapping'],
      ['TS_1', 'mapping', 'tomogram'],
      ['TS_2', 'mapping', 'tomogram'],
      ['TS_10', 'mapping', 'tomogram'],
    ]);
    expect(faults).toEqual([]);
  });

  it('is told by a name that stands for the run in a table without a head', () => {
    const table = mapping(['file'], ['TS_1', 'batch_04'], ['TS_2', 'batch_05'], ['TS_10', 'batch_06_001.tif']);
    const { files, faults } = place([
      ['map.csv', table],
      'frames/batch_04_001.tif',
      'batch_05/x.tif',
      'batch_06_001.tif',
    ]);

    expect(files.map(({ run }) => run)).toEqual(['TS_2', 'TS_10', 'TS_1', null]);
    expect(faults).toEqual([]);
  });

  it('is told by a number that stands for the run where it is the whole name, and no part of it', () => {
    const { files } = place([['map.csv', mapping(['file'], ['TS_1', '7'])], 'rec/7.rec', 'rec/x_7.rec']);

    expect(files.map(({ run }) => run)).toEqual([null, 'TS_1', null]);
  });

  it('is told by the pattern of an annotation, beside which annotation it is', () => {
    const annotations = {
      ribosome: { files: [{ path: 'picks/{run_name}/r*.star' }] },
      actin: { files: [{ path: 'meshes/*_{run_name}.glb' }] },
      all: { files: [{ path: 'all.star' }] },
    };
    const groups = ['TS_1.tomostar', 'TS_10', 'other'].map((tomogram) => ({
      ...{ tomogram, count: 1, min: [0, 0, 0], max: [1, 1, 1], lines: [1, 1], coordinates: null, instances: null },
    }));
    const star = pointsFacts({ format: 'star', groups: groups as never });
    const { files } = place(
      ['picks/TS_10/ribo.star', 'meshes/a_TS_2.glb', 'picks/TS_10/x.star', ['all.star', star]],
      dataset({ annotations }),
    );

    expect(files.map(({ path, run, runs, belongsTo, by }) => ({ path, run, runs, belongsTo, by }))).toEqual([
      { path: 'all.star', run: null, runs: ['TS_1', 'TS_10'], belongsTo: 'all', by: 'declared' },
      { path: 'meshes/a_TS_2.glb', run: 'TS_2', runs: ['TS_2'], belongsTo: 'actin', by: 'declared' },
      { path: 'picks/TS_10/ribo.star', run: 'TS_10', runs: ['TS_10'], belongsTo: 'ribosome', by: 'declared' },
      { path: 'picks/TS_10/x.star', run: 'TS_10', runs: ['TS_10'], belongsTo: null, by: 'directory' },
    ]);
  });
});

describe('a gain reference', () => {
  it('belongs to all runs where it is the only one', () => {
    const gain = placeOne('gain/CountRef.mrc');

    expect(gain).toMatchObject({ kind: 'gain', status: 'matched', run: null, runs: ['TS_1', 'TS_10', 'TS_2'] });
    expect(gain.why).toContain('all of its runs');
  });

  it('belongs to the runs that a table gives it to', () => {
    const table = mapping(['gain_file'], ['TS_1', 'gain/A.dm4'], ['TS_2', 'gain/A.dm4'], ['TS_10', 'gain/B.dm4']);
    const { files } = place([['map.csv', table], 'gain/A.dm4', 'gain/B.dm4']);

    expect(files.map(({ runs }) => runs)).toEqual([['TS_1', 'TS_2'], ['TS_10'], []]);
  });

  it('is left open where its name holds several runs', () => {
    expect(placeOne('gain/TS_1_TS_2.gain')).toMatchObject({ status: 'ambiguous', runs: [] });
  });

  it('is left open where there are several and nothing tells whose they are', () => {
    expect(place(['gain/A.dm4', 'gain/B.dm4']).files.map(({ status }) => status)).toEqual(['unmatched', 'unmatched']);
  });
});

describe('what lies beside the folders of several data sets', () => {
  const both = [dataset({ key: 'cells', runs: ['TS_1', 'TS_2'] }), dataset({ key: 'nuclei', runs: ['TS_2', 'TS_3'] })];
  const seen = (...paths: readonly Named[]) =>
    place(paths, ...both).files.map(({ path, status, dataset: key, runs, of }) => ({ path, status, key, runs, of }));

  it('is of each whose runs a table names: the table, and the gain reference in it', () => {
    const table = mapping(['gain_file'], ['TS_1', 'gain.dm4'], ['TS_3', 'gain.dm4']);

    expect(seen(['gains.csv', table], 'gain.dm4')).toMatchObject([
      {
        status: 'matched',
        key: null,
        runs: ['cells/TS_1', 'nuclei/TS_3'],
        of: both.map(({ key }) => ({ dataset: key })),
      },
      { status: 'matched', key: null, runs: [], of: both.map(({ key }) => ({ dataset: key })) },
    ]);
    expect(place([['gains.csv', table], 'gain.dm4'], ...both).faults).toEqual([]);
  });

  it('is of both where they have a run of that name', () => {
    const table = mapping(['gain_file'], ['TS_2', 'gain.dm4']);

    expect(seen('gain.dm4', ['gains.csv', table])).toMatchObject([
      { runs: ['cells/TS_2', 'nuclei/TS_2'] },
      { of: both.map(({ key }) => ({ dataset: key })) },
    ]);
  });

  it('is of one where the table names none of another', () => {
    expect(seen('gain.dm4', ['gains.csv', mapping(['gain_file'], ['TS_1', 'gain.dm4'])])).toMatchObject([
      { status: 'matched', key: 'cells', runs: ['TS_1'], of: undefined },
      { status: 'matched', key: 'cells', runs: [], of: undefined },
    ]);
  });

  it('is of all runs of all where it is the only gain reference, and nothing names it', () => {
    expect(seen('gain.dm4')).toMatchObject([
      { status: 'matched', runs: ['cells/TS_1', 'cells/TS_2', 'nuclei/TS_2', 'nuclei/TS_3'] },
    ]);
    expect(seen('gain.dm4', 'nuclei/gain.dm4')).toMatchObject([
      { status: 'matched', key: 'cells', runs: ['TS_1', 'TS_2'] },
      { status: 'matched', key: 'nuclei', runs: ['TS_2', 'TS_3'] },
    ]);
    expect(seen('a.dm4', 'b.dm4').map(({ status }) => status)).toEqual(['unmatched', 'unmatched']);
  });

  it('is left open where it is a tilt series of a run that both have', () => {
    expect(seen('TS_2.st')).toMatchObject([{ status: 'ambiguous', key: null, runs: [] }]);
  });
});

describe('the kind of a file', () => {
  const KINDS: readonly (readonly [path: string, kind: string | null])[] = [
    ['TS_1/TS_1.mrc', 'tilt_series'],
    ['TS_1/x.mrc', null],
    ['TS_1/Frames/TS_1_001.mrc', 'frame'],
    ['TS_1/frames/gain.mrc', 'gain'],
    ['TS_1/Gains/x.mrc', 'gain'],
    ['TS_1/TiltSeries/100/TS_1.zarr', 'tilt_series'],
    ['TS_1/tilt_series/x.mrc', 'tilt_series'],
    ['TS_1/Reconstructions/VoxelSpacing13.480/Tomograms/100/TS_1.mrc', 'tomogram'],
    ['TS_1/Reconstructions/Annotations/101/membrane.mrc', 'annotation'],
    ['masks/TS_1.zarr.zip', 'annotation'],
    ['ts/TS_1_ts.mrc', 'tilt_series'],
    ['rec/TS_1_ts_Vol.mrc', 'tomogram'],
    ['TS_1/TS_1_full_rec.mrc', 'tomogram'],
    ['TS_1/TS_1_lowpass.mrc', 'tomogram'],
    ['TS_1/TS_1.rec', 'tomogram'],
    ['TS_1/a.eer', 'frame'],
    ['TS_1/TS_1_003_6.tif', 'frame'],
    ['TS_1/TS_1_gain.tif', 'gain'],
    ['gains/TS_1.tiff', 'gain'],
    ['TS_1/TS_1.xf', 'xf'],
    ['TS_1/TS_1local.xf', 'local_xf'],
    ['TS_1/newst.com', 'newst_com'],
    ['TS_1/batch.com', null],
    ['annotations/TS_1.csv', 'annotation'],
    ['x/TS_1.csv', null],
    ['TS_1/notes.pdf', null],
  ];
  it.each(KINDS)('of %s is %s', (path, kind) => {
    const tomograms = { filtered: { file_contains: '_lowpass' } };

    expect(placeOne(path, dataset({ tomograms })).kind).toBe(kind);
  });

  it('is that of frames where an MDOC names it so', () => {
    const { files } = place([['TS_1/TS_1.mdoc', mdocOf('a_rec.mrc')], 'TS_1/a_rec.mrc']);

    expect(files[1]).toMatchObject({ kind: 'frame', by: 'mdoc' });
  });

  it('is told how to tell it where nothing does', () => {
    expect(placeOne('TS_1/x.mrc').why).toMatch(/folder called frames, gains, tilt_series/);
    expect(placeOne('TS_1/TS_1.edf').why).toMatch(/not looked at: leave it out/);
  });

  it('is one for a Zarr folder, however many files lie in it', () => {
    const { files } = place(['tomograms/TS_1.zarr/0/1/2', 'tomograms/TS_1.zarr/.zattrs']);

    expect(files).toMatchObject([{ path: 'tomograms/TS_1.zarr', kind: 'tomogram', run: 'TS_1' }]);
  });

  it('of tomograms goes on to the kind of tomogram that is declared', () => {
    const tomograms = { raw: {}, denoised: { file_contains: '_denoised' }, even: { file_contains: '_denoised_even' } };
    const paths = ['tomograms/TS_1.mrc', 'tomograms/TS_1_denoised.mrc', 'tomograms/TS_1_denoised_even.mrc'];

    const keys = place(paths, dataset({ tomograms })).files.map(({ belongsTo }) => belongsTo);
    expect(keys).toEqual(['raw', 'denoised', 'even']);
  });
});

describe('rows of mapping tables', () => {
  const row = (run_name: string, path: string, kind: 'rawtlt' | 'frame' = 'rawtlt') => ({ run_name, kind, path });
  const FAULTS: readonly (readonly [rule: string, mapping: readonly ReturnType<typeof row>[]])[] = [
    ['unknown_run', [row('TS_3', 'a.rawtlt')]],
    ['not_uploaded', [row('TS_1', 'c.rawtlt')]],
    ['repeated_run', [row('TS_1', 'a.rawtlt'), row('TS_1', 'b.rawtlt')]],
    ['several_runs', [row('TS_1', 'a.rawtlt'), row('TS_2', 'a.rawtlt')]],
    ['contradicts_mdoc', [row('TS_1', 'x.tif', 'frame')]],
  ];
  it.each(FAULTS)('are told as %s', (rule, mapping) => {
    const paths: Named[] = ['a.rawtlt', 'b.rawtlt', 'x.tif', ['TS_2.mdoc', mdocOf('x.tif')]];

    const { faults } = place(paths, dataset({ mapping }));
    expect(faults.map((fault) => fault.rule)).toEqual([rule]);
    expect(faults[0]).toMatchObject({ location: expect.stringMatching(/^file_mapping\/\d$/), file: null });
  });

  it('are told by their line where the table was uploaded', () => {
    const table = mapping(['mdoc_file'], ['TS_1', 'a.mdoc'], ['TS_2', ''], ['TS_10', '']);

    const { faults } = place([['map.csv', table]]);
    expect(faults).toMatchObject([{ rule: 'not_uploaded', file: 'map.csv', location: 'line 2', run: 'TS_1' }]);
  });

  it('are too few where a table of MDOCs leaves runs out, which is told once', () => {
    const table = mapping(['mdoc_file', 'gain_file'], ['TS_1', 'a.mdoc', 'g.dm4']);

    const { faults } = place([['map.csv', table], 'a.mdoc', 'g.dm4']);
    expect(faults).toMatchObject([{ rule: 'runs_without_row', severity: 'warning', file: 'map.csv', run: null }]);
    expect(faults[0]?.message).toContain('TS_10, TS_2');
  });

  it('of gain references are judged by another rule', () => {
    const table = mapping(['gain_file'], ['TS_1', 'lost.dm4'], ['TS_3', 'g.dm4']);

    expect(place([['map.csv', table], 'g.dm4']).faults).toEqual([]);
  });

  it('take no time without end for patterns that begin with a star', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => row('TS_1', `*_${i}*.mrc`, 'frame'));
    const paths = Array.from({ length: 5_000 }, (_, i) => `f/TS_1_${i}.mrc`);
    const started = process.cpuUsage();

    place(paths, dataset({ mapping: rows }));
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
  }, 20_000);
});

describe('runs that are proposed', () => {
  const none = dataset({ runs: [] });
  const proposed = (...paths: readonly Named[]) => place(paths, none).proposedRuns;

  it('are the names of tilt series', () => {
    expect(proposed('data/TS_1.st', 'data/TS_1.rawtlt', 'data/TS_2_ts.st', 'data/gain.dm4')).toEqual(['TS_1', 'TS_2']);
  });

  it('are the names of folders where each holds one tilt series', () => {
    expect(proposed('pos_1/stack.st', 'pos_1/tilt.rawtlt', 'pos_2/stack.st', 'pos_2/frames/a.tif')).toEqual([
      'pos_1',
      'pos_2',
    ]);
  });

  it('are the folder where it holds files of other names, each once', () => {
    expect(proposed('pos_1/stack.st', 'pos_1/stack.ali', 'pos_1/tilt.rawtlt')).toEqual(['pos_1']);
  });

  it('are the names of files in folders that hold a kind each, whatever these are called', () => {
    expect(proposed('a/TS_1.st', 'b/TS_1.rawtlt')).toEqual(['TS_1']);
  });

  it('are not the names of MDOCs that were mended', () => {
    expect(proposed('st/TS_1.st', 'mdocs/TS_1_fixed.mdoc', 'mdocs/TS_2.mdoc')).toEqual(['TS_1', 'TS_2']);
  });

  it('are the names of tomograms where there is nothing else', () => {
    expect(proposed('tomograms/TS_1_rec.mrc', 'tomograms/TS_2.zarr', 'x/TS_3.rec')).toEqual(['TS_1', 'TS_2', 'TS_3']);
  });

  it('are the folders of many MDOCs of frames', () => {
    const frameSet = mdocFacts('x', { kind: 'frame set', tiltAngles: [0] });

    expect(proposed(...[1, 2, 3].map((i) => [`TS_19/frames_mdoc/${i}.mdoc`, frameSet] as const))).toEqual(['TS_19']);
  });

  it('are those of the mapping table where there is one', () => {
    expect(proposed(['map.csv', mapping(['mdoc_file'], ['A', 'x.mdoc'])], 'x.mdoc', 'y.mdoc')).toEqual(['A']);
  });

  it('are used at once', () => {
    expect(place(['data/TS_1.st'], none).files).toMatchObject([{ run: 'TS_1', status: 'matched' }]);
  });
});

const runName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,5}(_[0-9]{1,3})?$/);
const runNames = fc.uniqueArray(runName, { minLength: 1, maxLength: 12 });
const folder = fc.constantFrom('', 'frames/', 'tomograms/', 'x/', 'TiltSeries/');
const ending = fc.constantFrom('.mrc', '.st', '_rec.mrc', '_001.tif', '.rawtlt', '.zarr', '_full_rec.mrc.gz');

describe('association, of any names', () => {
  const upload = runNames.chain((runs) =>
    fc.record({
      runs: fc.constant(runs),
      paths: fc.uniqueArray(
        fc.tuple(folder, fc.oneof(fc.constantFrom(...runs), runName), ending).map((parts) => parts.join('')),
        { maxLength: 30 },
      ),
    }),
  );

  it('does not depend on the order of files and runs', () => {
    fc.assert(
      fc.property(upload, fc.infiniteStream(fc.nat()), ({ runs, paths }, order) => {
        const shuffled = paths.map((path) => ({ path, key: order.next().value })).sort((a, b) => a.key - b.key);
        const one = place(paths, dataset({ runs }));
        const other = place(
          shuffled.map(({ path }) => path),
          dataset({ runs: runs.toReversed() }),
        );
        expect(other).toEqual(one);
      }),
      { seed: 39, numRuns: 200 },
    );
  });

  it('gives a file that is called as its run to that run, whatever other runs there are', () => {
    fc.assert(
      fc.property(runNames, folder, ending, (runs, inside, end) => {
        const [run = ''] = runs;
        const placed = placeOne(
          `${inside}${run}${end}`,
          dataset({ runs: runs.filter((other) => !`${inside}`.startsWith(`${other}/`)) }),
        );
        expect(placed.run).toBe(run);
      }),
      { seed: 39, numRuns: 500 },
    );
  });

  it('follows runs that are numbered anew', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(400), { minLength: 1, maxLength: 20 }), fc.nat(100), (numbers, more) => {
        const placed = (shift: number) => {
          const runs = numbers.map((n) => `TS_${n + shift}`);
          return place(
            runs.map((run) => `x/${run}_rec.mrc`),
            dataset({ runs }),
          ).files.map(({ run, path }) => path === `x/${run}_rec.mrc`);
        };
        expect(placed(more)).toEqual(placed(0));
        expect(placed(0)).not.toContain(false);
      }),
      { seed: 39, numRuns: 100 },
    );
  });

  it('never breaks on strange paths, names and rows', () => {
    const odd = fc.string({ maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(odd),
        fc.array(odd),
        fc.array(fc.tuple(odd, odd)),
        fc.array(odd),
        (runs, paths, rows, patterns) => {
          const declared = rows.map(([run_name, path]) => ({ run_name, path, kind: 'frame' as const }));
          const annotations = { a: { files: patterns.map((path) => ({ path: `${path}{run_name}*` })) } };
          const { files } = place(
            [...paths, ['m.csv', mapping(['file'], ...rows)]],
            dataset({ runs, mapping: declared, annotations }),
          );
          expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
        },
      ),
      { seed: 39, numRuns: 300 },
    );
  });

  it('places 10,000 files of 500 runs in well under a second', () => {
    const runs = Array.from({ length: 500 }, (_, i) => `grid1_lamella_${i}`);
    const named = runs.flatMap((run) => Array.from({ length: 19 }, (_, i) => `frames/${run}_${i}_x.tif`));
    const mdocs = runs.map((run) => [`${run}.mdoc`, mdocOf(`${run}_0_x.tif`)] as const);
    const started = process.cpuUsage();

    const { files } = place([...named, ...mdocs], dataset({ runs }));
    expect(process.cpuUsage(started).user).toBeLessThan(1_500_000);
    expect(files.every(({ run, path }) => run !== null && path.includes(run))).toBe(true);
  });
});
