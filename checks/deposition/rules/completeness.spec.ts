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
import {
  alnFacts,
  anglesFacts,
  frameNames,
  mdocFacts,
  SORTED,
  TAKEN,
  tiltSeriesFacts,
  xfFacts,
  zarrFacts,
} from '../../samples/tomography-facts.js';
import type { DepositionKind, Run } from '../deposition.js';
import { acquisitionOf } from '../run-parts.js';
import { COMPLETENESS_RULES } from './completeness.js';

const run = soundRun();
const areTomo = soundRun({ alignment: 'ARETOMO' });

const said = (of: Run, kind: DepositionKind = 'cryoet-dataset') =>
  judge(COMPLETENESS_RULES, 'X-01', of, { ...around(of).deposition, kind });

/** The run with an MDOC for each of these frames in place of one for all, in the order of their names. */
function withMdocs(count: number, times?: (index: number) => number | null): Run {
  const names = frameNames('TS_001');
  const mdocs = TAKEN.slice(0, count).map((tilt, i) => {
    const facts = mdocFacts('TS_001', {
      kind: 'frame set',
      tiltAngles: [tilt],
      framePaths: [names[i] ?? ''],
      zValues: [0],
    });
    return runFile(`TS_001/m/${i + 100}.mdoc`, 'mdoc', {
      ...facts,
      times: [times ? times(i) : (facts.times[0] ?? 0) + i],
    });
  });
  return withFiles(without(run, 'mdoc'), ...mdocs);
}

describe('a run', () => {
  it.each([
    ['IMOD', run],
    ['AreTomo', areTomo],
  ])('that was aligned by %s is complete', (_, of) => {
    expect(said(of)).toMatchObject({ faults: [], notApplicable: [], compared: [expect.stringContaining('13 frame')] });
  });

  const stack = runFile('TS_001/other.st', 'tilt_series', tiltSeriesFacts());
  const localXf = runFile('TS_001/TS_001local.xf', 'local_xf', { format: 'local-xf', patches: [2, 2] });
  const tlt = runFile('TS_001/other.tlt', 'tlt', anglesFacts(SORTED));
  const FAULTS: readonly (readonly [says: readonly string[], what: string, spoilt: Run])[] = [
    [['no_tilt_series'], 'no tilt series', without(run, 'tilt_series')],
    [['tilt_series'], 'two tilt series', withFiles(run, stack)],
    [['no_mdoc'], 'no MDOC', without(run, 'mdoc')],
    [['mdoc'], 'two MDOCs', withFiles(run, runFile('TS_001/b.mdoc', 'mdoc', mdocFacts('TS_001')))],
    [['mdoc_of_frames'], 'an MDOC for each frame', withMdocs(13)],
    [['mdoc_of_some'], 'an MDOC for some frames', withMdocs(12)],
    [['no_rawtlt'], 'no raw tilt angles', without(run, 'rawtlt')],
    [['rawtlt'], 'raw tilt angles twice', withFiles(run, runFile('TS_001/b.rawtlt', 'rawtlt', anglesFacts(SORTED)))],
    [['no_frames'], 'no frames', without(run, 'frame')],
    [
      ['frames_not_deposited'],
      'frames that are not deposited',
      without(soundRun({ declared: { frames_not_deposited: true } }), 'frame'),
    ],
    [
      ['frames_though_not'],
      'frames though they are not deposited',
      soundRun({ declared: { frames_not_deposited: true } }),
    ],
    [['no_alignment'], 'no alignment', without(run, 'xf', 'tlt')],
    [['half_alignment'], 'transforms without angles', without(run, 'tlt')],
    [['half_alignment'], 'angles without transforms', without(run, 'xf')],
    [['alignment'], 'refined angles twice', withFiles(run, tlt)],
    [['no_alignment'], 'no ALN where AreTomo is declared', soundRun({ declared: { alignment_software: 'ARETOMO' } })],
    [
      ['no_alignment'],
      'an ALN where IMOD is declared',
      soundRun({ alignment: 'ARETOMO', declared: { alignment_software: 'IMOD' } }),
    ],
    [['no_alignment'], 'no alignment where AreTomo is declared', without(areTomo, 'aln')],
    [['no_local'], 'a local alignment without its file', soundRun({ declared: { alignment_type: 'LOCAL' } })],
    [['local'], 'a file of local alignments beside a global one', withFiles(run, localXf)],
    [
      ['no_local'],
      'a local alignment without patches',
      soundRun({ alignment: 'ARETOMO', declared: { alignment_type: 'LOCAL' } }),
    ],
    [['local'], 'patches in a global alignment', withFacts(areTomo, 'aln', alnFacts({ patches: 4, localRows: 52 }))],
    [['no_tomogram'], 'no tomogram', without(run, 'tomogram')],
  ];
  it.each(FAULTS)('is told as %s: %s', (says, _, spoilt) => {
    expect(said(spoilt).faults).toEqual(says);
  });

  it('need not have a tomogram where none is declared', () => {
    const spoilt = without(run, 'tomogram');
    const deposition = soundDeposition({ datasets: [soundDataset({ runs: [spoilt], tomograms: {} })] });

    expect(judge(COMPLETENESS_RULES, 'X-01', spoilt, deposition).faults).toEqual([]);
  });

  it('may have a local alignment with its file', () => {
    expect(said(withFiles(soundRun({ declared: { alignment_type: 'LOCAL' } }), localXf)).faults).toEqual([]);
  });

  it('may have its tilt series as MRC and as Zarr', () => {
    expect(said(withFiles(run, runFile('zarr/TS_001.zarr', 'tilt_series', zarrFacts()))).faults).toEqual([]);
  });

  it('may have transforms beside the ALN of AreTomo', () => {
    expect(said(withFiles(areTomo, tlt, runFile('TS_001/a.xf', 'xf', xfFacts()))).faults).toEqual([]);
  });

  it('of annotations is there already', () => {
    expect(said(without(run, 'tilt_series', 'mdoc'), 'cryoet-annotations').notApplicable).toHaveLength(1);
  });

  it('of tomograms has a tomogram, and an alignment that is new or exists', () => {
    const only = without(run, 'frame', 'mdoc', 'tilt_series', 'rawtlt');
    const existing = { ...only, declared: { ...only.declared, alignment_ref: 'AL-1' } };

    expect(said(only, 'cryoet-tomograms').faults).toEqual([]);
    expect(said(without(existing, 'xf', 'tlt'), 'cryoet-tomograms').faults).toEqual([]);
    expect(said(existing, 'cryoet-tomograms').faults).toEqual(['two_alignments']);
    expect(said(without(only, 'xf', 'tlt', 'tomogram'), 'cryoet-tomograms').faults).toEqual([
      'no_alignment',
      'no_tomogram',
    ]);
  });
});

describe('MDOCs of frames', () => {
  it('are put together in the order of their times', () => {
    const merged = acquisitionOf(withMdocs(13, (i) => 1000 - i));

    expect(merged?.facts.tiltAngles).toEqual(TAKEN.toReversed());
    expect(merged?.facts).toMatchObject({ sections: 13, pixelSpacing: 1.35, tiltAxisAngle: 84.7 });
    expect(merged?.places[0]?.file.path).toBe('TS_001/m/112.mdoc');
  });

  it('are put together in the order of their names where a time is missing', () => {
    expect(acquisitionOf(withMdocs(13, (i) => (i === 3 ? null : 1000 - i)))?.facts.tiltAngles).toEqual(TAKEN);
  });

  it('do not count beside the MDOC of the tilt series', () => {
    const both = withFiles(withMdocs(13), runFile('TS_001/TS_001.mdoc', 'mdoc', mdocFacts('TS_001')));

    expect(acquisitionOf(both)?.files.map(({ path }) => path)).toEqual(['TS_001/TS_001.mdoc']);
    expect(said(both).faults).toEqual(['mdoc']);
  });
});
