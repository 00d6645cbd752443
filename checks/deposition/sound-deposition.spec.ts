import { describe, expect, it } from 'vitest';
import { soundDataset, soundDeposition, soundRun } from '../samples/deposition.js';
import { associate } from './associate.js';
import { cellsOf } from './matrix.js';
import { RULES } from './rules/index.js';

const areTomo = soundDataset({ runs: ['TS_001', 'TS_002'].map((name) => soundRun({ name, alignment: 'ARETOMO' })) });

describe('a sound deposition', () => {
  it.each([
    ['IMOD', soundDeposition()],
    ['AreTomo', soundDeposition({ datasets: [areTomo] })],
  ])('that was aligned by %s is one in which no rule finds anything', (_, deposition) => {
    const cells = cellsOf(deposition, RULES);

    expect(cells.flatMap(({ findings }) => findings.map(({ rule, message }) => `${rule} ${message}`))).toEqual([]);
    expect(cells.filter(({ status }) => status === 'passed').length).toBeGreaterThan(50);
  });

  it('has its files where they are found', () => {
    const { datasets } = soundDeposition();
    const files = datasets.flatMap(({ runs, photos }) => [...runs.flatMap((run) => run.files), ...photos]);
    const declared = datasets.map(({ runs, ...rest }) => ({
      ...rest,
      runs: runs.map(({ name }) => name),
      mapping: [],
    }));

    const placed = associate({ datasets: declared, files }).files;
    const expected = datasets.flatMap(({ runs, photos }) => [
      ...runs.flatMap(({ name, files: its }) =>
        its.map(({ path, kind, belongsTo }) => ({ path, kind, belongsTo, run: name })),
      ),
      ...photos.map(({ path, kind }) => ({ path, kind, belongsTo: null, run: null })),
    ]);
    expect(placed.map(({ path, kind, belongsTo, run }) => ({ path, kind, belongsTo, run }))).toEqual(
      expected.sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
  });
});

describe('the rules between files', () => {
  it('are told apart by their numbers', () => {
    const ids = [...RULES.ofRuns, ...RULES.ofDatasets].map(({ id }) => id);

    expect(ids).toHaveLength(new Set(ids).size);
    expect(ids.filter((id) => /^X-(0\d|1\d|2[0-3])$/.test(id))).toHaveLength(23);
  });
});
