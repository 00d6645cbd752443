import { describe, expect, it } from 'vitest';
import type { MrcFacts } from '../../formats/tomography-facts.js';
import { ANNOTATIONS, soundDataset, soundDeposition, soundRun, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { maskFacts } from '../../samples/tomography-facts.js';
import type { AnnotationValues } from '../declared.js';
import type { Run } from '../deposition.js';
import { MASK_RULES } from './masks.js';

type Entry = Partial<NonNullable<AnnotationValues['files']>[number]>;

/** Masks of these facts in two runs, and what is declared of them. */
function said(facts: Partial<MrcFacts>, entry: Entry = {}, ribosomes: Entry = { object_count: 4 }) {
  const runs = ['TS_001', 'TS_002'].map((name): Run => {
    const run = soundRun({ name });
    const files = run.files.map((file) =>
      file.path.endsWith('_membrane.mrc') ? { ...file, facts: maskFacts(facts) } : file,
    );
    return { ...run, files };
  });
  const annotations = {
    ribosome: { files: [{ path: 'annotations/{run_name}_ribosomes.csv', ...ribosomes }] },
    membrane: { files: [{ path: 'annotations/{run_name}_membrane.mrc', ...entry }] },
  };
  const [run = soundRun()] = runs;
  return judge(MASK_RULES, 'X-44', run, soundDeposition({ datasets: [soundDataset({ runs, annotations })] }));
}

describe('a mask', () => {
  it('is 1 where its object is, and 0 elsewhere', () => {
    expect(judge(MASK_RULES, 'X-44', soundRun())).toMatchObject({
      faults: [],
      notApplicable: [],
      compared: [expect.any(String)],
    });
  });

  it('numbers as many objects as are declared, in each run or in all', () => {
    const instances = { values: [0, 1, 2, 3], dtype: 'uint16', mode: 6 };

    expect(said(instances, { object_count: 3 }).faults).toEqual([]);
    expect(said(instances, { object_count: 6 }).faults).toEqual([]);
  });

  it.each<[what: string, says: string, facts: Partial<MrcFacts>, entry: Entry]>([
    ['marks nothing', 'empty', { values: [0] }, {}],
    ['marks everything', 'full', { values: [1] }, {}],
    ['has values below zero', 'negative', { values: [-1, 0, 1] }, {}],
    ['marks its object by 255', 'not_binary', { values: [0, 255] }, {}],
    ['has several labels', 'labels', { values: [0, 1, 2] }, {}],
    ['has more labels than objects are declared', 'count', { values: [0, 1, 2, 3] }, { object_count: 2 }],
    ['holds numbers with a point', 'probabilities', { dtype: 'float32', values: undefined as never }, {}],
    ['is wider than a mask', 'wide', { dtype: 'int16' }, {}],
  ])('is told where it %s', (_, says, facts, entry) => {
    expect(said(facts, entry).faults).toEqual([says]);
  });

  it('may be a probability map, where that is declared with its threshold', () => {
    expect(
      said({ dtype: 'float32', values: undefined as never }, { is_probability_map: true, threshold: 0.5 }).faults,
    ).toEqual([]);
    expect(said({ dtype: 'float32', values: undefined as never }, { is_probability_map: true }).faults).toEqual([
      'no_threshold',
    ]);
  });

  it('is not judged where it was not read whole', () => {
    expect(said({ values: null }, {}, {})).toMatchObject({
      faults: [],
      notApplicable: [expect.stringContaining('not read whole')],
    });
    expect(judge(MASK_RULES, 'X-44', without(soundRun(), 'annotation')).notApplicable).toHaveLength(1);
  });
});

describe('a list of points', () => {
  it('has as many points as objects are declared, in each run or in all', () => {
    expect(said({}, {}, { object_count: 4 }).faults).toEqual([]);
    expect(said({}, {}, { object_count: 8 }).faults).toEqual([]);
    expect(ANNOTATIONS.ribosome?.files?.[0]?.object_count).toBe(4);
  });

  it('is told where it has not', () => {
    expect(said({}, {}, { object_count: 5 })).toMatchObject({
      faults: ['points'],
      told: { expected: '5', found: '4' },
    });
  });
});
