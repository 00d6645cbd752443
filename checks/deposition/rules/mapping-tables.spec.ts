import { describe, expect, it } from 'vitest';
import type { MappingFacts } from '../../formats/tomography-facts.js';
import { runFile, soundDataset } from '../../samples/deposition.js';
import { judgeDataset } from '../../samples/judged-dataset.js';
import { MAPPING_RULES } from './mapping-tables.js';

const GAIN = 'TS_001/frames/gain.mrc';
type Row = readonly [run: string, ...files: (string | null)[]];
const table = (rows: readonly Row[], columns = ['gain_file']): MappingFacts => ({
  ...{ format: 'mapping', columns },
  rows: rows.map(([run, ...files], i) => ({ run, line: i + 2, files })),
});
const said = (facts: MappingFacts | null) =>
  judgeDataset(MAPPING_RULES, 'X-28', soundDataset({ mappings: [runFile('gains.csv', 'mapping', facts)] }));

describe('a table of gain references', () => {
  it('has a line for each run, of files that are there', () => {
    expect(
      said(
        table([
          ['TS_001', GAIN],
          ['TS_002', 'gain.mrc'],
        ]),
      ),
    ).toMatchObject({ says: [], compared: [expect.any(String)] });
  });

  it('may name a file by its folders as Windows does, and leave a cell empty', () => {
    expect(
      said(
        table([
          ['TS_001', 'frames\\gain.mrc'],
          ['TS_002', null],
        ]),
      ).says,
    ).toEqual([]);
  });

  const SPOILT: readonly (readonly [what: string, says: string, rows: readonly Row[]])[] = [
    [
      'a run that is not declared',
      'unknown_run',
      [
        ['TS_001', GAIN],
        ['TS_002', GAIN],
        ['TS_02', GAIN],
      ],
    ],
    [
      'a file that is not there',
      'missing_file of TS_002',
      [
        ['TS_001', GAIN],
        ['TS_002', 'gain2.mrc'],
      ],
    ],
    ['no line for a run', 'no_row of TS_002', [['TS_001', GAIN]]],
  ];

  it.each(SPOILT)('tells of %s', (_, says, rows) => {
    expect(said(table(rows)).says).toEqual([says]);
  });

  it('tells the line', () => {
    expect(
      said(
        table([
          ['TS_001', GAIN],
          ['TS_002', GAIN],
          ['TS_3', GAIN],
        ]),
      ).told,
    ).toMatchObject({ location: 'line 4', found: 'TS_3' });
  });

  it.each([
    ['could not be read', null],
    ['is of other files', table([['TS_9', 'a.mdoc']], ['mdoc_file'])],
  ])('is not judged where it %s', (_, facts) => {
    expect(said(facts).notApplicable).toEqual([expect.any(String)]);
  });
});
