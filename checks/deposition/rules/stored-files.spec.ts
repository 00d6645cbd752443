import { describe, expect, it } from 'vitest';
import { runFile, soundDataset, soundDeposition, soundRun, withFiles } from '../../samples/deposition.js';
import { judgeDataset } from '../../samples/judged-dataset.js';
import { frameFacts, photoFacts, tomogramFacts } from '../../samples/tomography-facts.js';
import type { Dataset, Run, RunFile } from '../deposition.js';
import { STORED_FILE_RULES } from './stored-files.js';

const said = (id: string, dataset: Dataset, ...others: readonly Dataset[]) =>
  judgeDataset(STORED_FILE_RULES, id, dataset, soundDeposition({ datasets: [dataset, ...others] }));
const changed = (run: Run, at: number, change: Partial<RunFile>): Run => ({
  ...{ ...run, files: run.files.map((file, i) => (i === at ? { ...file, ...change } : file)) },
});
const [one, other] = [soundRun(), soundRun({ name: 'TS_002' })];
const [frame] = one.files;
const sha256 = frame?.sha256 ?? '';
const at = (kind: string) => one.files.findIndex((file) => file.kind === kind);

describe('files of a data set', () => {
  it('are each there once', () => {
    expect(said('D-03', soundDataset())).toMatchObject({ says: [], compared: [expect.stringContaining('files')] });
  });

  it('are not compared where a checksum is not known', () => {
    const unknown = { ...one, files: one.files.map((file) => ({ ...file, sha256: null })) };
    const leftOut = { says: [], compared: [], notApplicable: [expect.stringContaining('--full')] };

    expect(said('D-03', soundDataset({ runs: [unknown] }))).toMatchObject(leftOut);
    expect(said('D-03', soundDataset({ runs: [changed(one, 0, { sha256: null })] }))).toMatchObject(leftOut);
    expect(said('D-03', soundDataset({ runs: [] })).notApplicable).toHaveLength(1);
  });

  it('are told where a frame is that of another run', () => {
    const copied = changed(other, 0, { sha256 });

    const { says, told } = said('D-03', soundDataset({ runs: [one, copied] }));

    expect(says).toEqual(['recorded of TS_002']);
    expect(told).toMatchObject({ file: copied.files[0]?.path, found: `${frame?.path} of TS_001` });
  });

  it('are told where a frame is that of another data set', () => {
    const copied = changed(soundRun({ dataset: 'more', name: 'TS_009' }), 0, { sha256 });
    const [first, second] = [soundDataset({ runs: [one] }), soundDataset({ key: 'more', runs: [copied] })];

    const deposition = soundDeposition({ datasets: [first, second] });
    expect(judgeDataset(STORED_FILE_RULES, 'D-03', second, deposition).says).toEqual(['recorded of TS_009']);
    expect(judgeDataset(STORED_FILE_RULES, 'D-03', first, deposition).says).toEqual([]);
  });

  it('are told where refined tilts are the raw ones, or a tomogram that of another run', () => {
    const tlt = changed(one, at('tlt'), { sha256: one.files[at('rawtlt')]?.sha256 ?? null });
    const tomogram = changed(other, at('tomogram'), { sha256: one.files[at('tomogram')]?.sha256 ?? null });

    expect(said('D-03', soundDataset({ runs: [tlt, tomogram] })).says).toEqual([
      'copied of TS_001',
      'copied of TS_002',
    ]);
  });

  it('may be one gain reference of many runs, and extra tilts that are all zero', () => {
    const shared = runFile('gain.mrc', 'gain', null);
    const copies = [at('gain'), at('xtilt')].reduce(
      (run, i) => changed(run, i, { sha256: one.files[i]?.sha256 ?? null }),
      withFiles(other, shared),
    );

    expect(said('D-03', soundDataset({ runs: [withFiles(one, shared), copies] })).says).toEqual([]);
  });

  it('are 10,000, and compared at once', () => {
    const runs = Array.from({ length: 500 }, (_, i) => soundRun({ name: `TS_${i}` }));
    const begun = performance.now();

    expect(said('D-03', soundDataset({ runs })).says).toEqual([]);
    expect(runs.flatMap(({ files }) => files).length).toBeGreaterThan(10_000);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('what storage holds', () => {
  const stored = { bytes: 100, sha256 };
  const withStored = (change: Partial<RunFile>) =>
    soundDataset({
      runs: [
        { ...one, files: [{ ...runFile(frame?.path ?? '', 'frame', frameFacts()), bytes: 100, stored, ...change }] },
      ],
    });

  it('is what the manifest says', () => {
    expect(said('D-05', withStored({})).compared).toEqual(['1 files, 100 bytes / 1 files, 100 bytes']);
  });

  it('is not asked of files in a folder', () => {
    expect(said('D-05', soundDataset()).notApplicable).toEqual([expect.stringContaining('folder')]);
  });

  it.each([
    ['nothing', 'missing', { stored: null }],
    ['a shorter file', 'bytes', { stored: { ...stored, bytes: 99 } }],
    ['other bytes', 'digest', { stored: { ...stored, sha256: 'f'.repeat(64) } }],
  ])('is not %s', (_, says, change) => {
    expect(said('D-05', withStored(change)).says).toEqual([`${says} of TS_001`]);
  });
});

describe('a key photo', () => {
  const photo = (path: string) => runFile(path, 'photo', photoFacts());
  const dataset = (key: string, ...photos: readonly RunFile[]) => soundDataset({ key, photos });

  it('is of its own data set', () => {
    expect(said('X-47', dataset('one', photo('a.png')), dataset('two', photo('b.png'))).compared).toHaveLength(1);
  });

  it('is told where all data sets have the same', () => {
    expect(said('X-47', dataset('one', photo('a.png')), dataset('two', photo('a.png'))).says).toEqual(['same']);
  });

  it('is told where it is no image', () => {
    expect(said('X-47', dataset('one', runFile('a.png', 'photo', tomogramFacts()))).says).toEqual(['not_an_image']);
  });

  it.each([
    ['there is none', []],
    ['it could not be read', [runFile('a.png', 'photo', null)]],
  ])('is not judged where %s', (_, photos) => {
    expect(said('X-47', soundDataset({ photos })).notApplicable).toEqual([expect.any(String)]);
  });
});
