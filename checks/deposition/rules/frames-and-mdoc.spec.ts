import { describe, expect, it } from 'vitest';
import {
  around,
  runFile,
  soundDataset,
  soundDeposition,
  soundRun,
  withFacts,
  withFiles,
  without,
} from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { frameFacts, frameNames, mdocFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { FRAMES_AND_MDOC_RULES } from './frames-and-mdoc.js';

const run = soundRun();
const IDS = FRAMES_AND_MDOC_RULES.map(({ id }) => id);
const names = frameNames('TS_001');
const said = (id: string, of: Run) => judge(FRAMES_AND_MDOC_RULES, id, of);

/** The run whose MDOC names frames so. */
const naming = (name: (old: string, index: number) => string | null) =>
  withFacts(run, 'mdoc', mdocFacts('TS_001', { framePaths: names.map((old, i) => name(old, i)) }));
const withoutFrame = (index: number) => ({
  ...run,
  files: run.files.filter(({ path }) => !path.endsWith(`/${names[index]}`)),
});
const another = runFile('TS_001/frames/TS_001_099_0.tif', 'frame', frameFacts());

describe('frames and the MDOC', () => {
  it.each(IDS)('of a sound run agree by %s, which says what it compared', (id) => {
    expect(said(id, run)).toMatchObject({ faults: [], informs: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each(IDS)('are not compared by %s where one is missing', (id) => {
    expect(said(id, without(run, 'frame')).notApplicable).toEqual(['There are no frames.']);
    expect(said(id, without(run, 'mdoc')).notApplicable).toEqual(['There is no MDOC that can be read, or several.']);
  });

  const FAULTS: readonly (readonly [id: string, says: readonly string[], what: string, spoilt: Run])[] = [
    ['X-02', ['differs'], 'a frame that is missing', withoutFrame(3)],
    ['X-02', ['differs'], 'a frame too many', withFiles(run, another)],
    ['X-03', ['no_path'], 'a section without a path', naming((old, i) => (i === 2 ? null : old))],
    ['X-03', ['missing'], 'a frame that is missing', withoutFrame(3)],
    ['X-03', ['capitals'], 'names in capitals', naming((old) => old.toUpperCase())],
    ['X-03', ['converted'], 'frames of another format', naming((old) => old.replace('.tif', '.eer'))],
    ['X-04', ['extra'], 'a frame too many', withFiles(run, another)],
    ['X-04', ['extra'], 'a frame that is named otherwise', naming((old, i) => (i === 2 ? 'x.tif' : old))],
    ['X-05', ['sections'], 'a frame named twice', naming((old, i) => (i === 2 ? (names[3] ?? '') : old))],
    [
      'X-05',
      ['sections'],
      'a path named twice of which there is no frame',
      naming((old, i) => (i < 2 ? 'D:\\x.tif' : old)),
    ],
    [
      'X-23',
      ['differs'],
      'a movie stack cut short',
      withFacts(run, 'frame', frameFacts({ dimensions: [5760, 4092, 7] })),
    ],
  ];
  it.each(FAULTS)('are told by %s as %s: %s', (id, says, _, spoilt) => {
    expect(said(id, spoilt).faults).toEqual(says);
  });

  it('agree by Windows, POSIX and bare paths', () => {
    expect(
      said(
        'X-03',
        naming((old, i) => (i % 2 ? `\\\\host\\d$\\${old}` : `/data/x/${old}`)),
      ).faults,
    ).toEqual([]);
    expect(
      said(
        'X-03',
        naming((old) => old),
      ).faults,
    ).toEqual([]);
  });

  it('agree where frames were packed', () => {
    const packed = {
      ...run,
      files: run.files.map((file) => (file.kind === 'frame' ? { ...file, path: `${file.path}.bz2` } : file)),
    };

    expect(said('X-03', packed).faults).toEqual([]);
    expect(said('X-04', packed).faults).toEqual([]);
  });

  it('are told with the sections that name nothing, and their lines', () => {
    expect(said('X-03', withoutFrame(3)).told).toMatchObject({
      ...{ file: 'TS_001/TS_001.mdoc', location: 'section 3, line 38', count: 1, all: 13 },
      samples: ['section 3, line 38: TS_001_003_6.tif'],
    });
  });

  it('have a repair where some sections have no frames, and none where all have none', () => {
    expect(said('X-03', withoutFrame(3)).told?.repair).toMatchObject({
      ...{ kind: 'file', path: 'TS_001/TS_001.mdoc', lines: [{ line: 38, from: '[ZValue = 3]', to: null }] },
    });
    expect(
      said(
        'X-03',
        naming((_, i) => `${i}.tif`),
      ).told?.repair,
    ).toBeUndefined();
  });

  it('are told where the MDOC of another run names them by the same path', () => {
    const other = withFacts(without(soundRun({ name: 'TS_002' }), 'frame'), 'mdoc', mdocFacts('TS_001'));
    const deposition = soundDeposition({ datasets: [soundDataset({ runs: [run, other] })] });

    const judged = judge(FRAMES_AND_MDOC_RULES, 'X-05', run, deposition);
    expect(judged).toMatchObject({ faults: ['runs'], told: { count: 13, other: 'TS_002' } });
  });

  it('may be called the same in two runs that have their own', () => {
    const generic = (name: string): Run => {
      const own = soundRun({ name });
      const paths = names.map((_, i) => `D:\\frames\\${i}.tif`);
      const files = own.files.map((file) =>
        file.kind === 'frame'
          ? { ...file, path: `${name}/frames/${names.findIndex((one) => file.path.endsWith(one.slice(6)))}.tif` }
          : file,
      );
      return withFacts({ ...own, files }, 'mdoc', mdocFacts(name, { framePaths: paths }));
    };
    const [one, other] = [generic('TS_001'), generic('TS_002')];
    const deposition = soundDeposition({ datasets: [soundDataset({ runs: [one, other] })] });

    expect(judge(FRAMES_AND_MDOC_RULES, 'X-05', one, deposition)).toMatchObject({
      faults: [],
      compared: [expect.any(String)],
    });
    expect(judge(FRAMES_AND_MDOC_RULES, 'X-03', one, deposition).faults).toEqual([]);
  });

  it('of EER may be other fractions than the MDOC says, which is told', () => {
    const eer = frameFacts({ format: 'eer', dimensions: [4096, 4096, 800] });

    expect(said('X-23', withFacts(run, 'frame', eer))).toMatchObject({ faults: [], informs: ['eer'] });
  });

  it('are compared by an MDOC for each frame', () => {
    const mdocs = names.map((name, i) =>
      runFile(
        `m/${name}.mdoc`,
        'mdoc',
        mdocFacts('TS_001', { kind: 'frame set', tiltAngles: [i], framePaths: [i === 4 ? 'lost.tif' : name] }),
      ),
    );
    const spoilt = withFiles(without(run, 'mdoc'), ...mdocs);

    expect(said('X-02', spoilt).faults).toEqual([]);
    expect(said('X-03', spoilt)).toMatchObject({ faults: ['missing'], told: { file: `m/${names[4]}.mdoc`, count: 1 } });
  });

  it('of runs whose frames are not deposited claim none of another run', () => {
    const other = withFacts(
      without(soundRun({ name: 'TS_002', declared: { frames_not_deposited: true } }), 'frame'),
      'mdoc',
      mdocFacts('TS_001'),
    );
    const { deposition } = around(run);
    const both = { ...deposition, datasets: [soundDataset({ runs: [run, other] })] };

    expect(judge(FRAMES_AND_MDOC_RULES, 'X-05', run, both).faults).toEqual([]);
  });
});
