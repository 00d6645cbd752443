import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cryoetDataset } from '../profiles/cryoet-dataset.profile.js';
import { faultsOf } from '../profiles/profile.js';
import { type RunValues, TILT_SCHEMES } from './declared.js';
import { importRuns, runsTable } from './runs-table.js';

const KIND = 'cryoet-dataset';
const table = (...rows: string[]) => rows.join('\r\n');
const imported = (text: string, present: Record<string, RunValues> = {}) => importRuns(text, present, KIND);

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/);
const number = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
/** Texts as the metadata keep them, and those that spreadsheets would run. */
const text = fc
  .oneof(
    fc.stringMatching(/^[ -~À-ž]{1,20}$/),
    fc.constantFrom('=1+1', '@SUM(A1)', '-none', "'quoted", "'=1", '+', 'a,b', 'a;b', 'a"b"', 'true', '7', 'Å'),
  )
  .map((each) => each.trim())
  .filter((each) => each !== '');
const values = fc.record(
  {
    is_gain_corrected: fc.boolean(),
    acceleration_voltage_v: fc.integer({ min: 20_000, max: 1_000_000 }),
    cs_mm: number(1e-9, 10),
    tilt_min_deg: number(-90, 90),
    tilt_scheme: fc.constantFrom(...TILT_SCHEMES),
    tilt_scheme_text: text,
    acquisition_software: text,
    tilt_series_quality: fc.integer({ min: 1, max: 5 }),
    alignment_software: fc.constantFrom('IMOD' as const, 'ARETOMO' as const),
  },
  { requiredKeys: [] },
);
const runs = fc.dictionary(name, values, { maxKeys: 12, noNullPrototype: true });

describe('the table of runs', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(runs, (present) => {
        const written = runsTable(present, KIND);

        expect(imported(written)).toMatchObject({ patch: present, faults: [] });
        expect(imported(written, present)).toEqual({ patch: {}, added: [], changed: [], removed: [], faults: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('changes one set of runs to another', () => {
    fc.assert(
      fc.property(runs, runs, (before, after) => {
        const { patch, faults } = imported(runsTable(after, KIND), before);
        const merged: Record<string, object> = { ...before };
        for (const [run, changes] of Object.entries(patch)) {
          if (changes === null) delete merged[run];
          else
            merged[run] = Object.fromEntries(
              Object.entries({ ...merged[run], ...changes }).filter(([, value]) => value !== null),
            );
        }

        expect(faults).toEqual([]);
        expect(merged).toEqual(after);
      }),
    );
  });

  it('has a column for each field, and lets no spreadsheet run what is in it', () => {
    const written = runsTable(
      { TS_1: { acquisition_software: '=HYPERLINK("http://a.example","b")', tilt_min_deg: -60 } },
      KIND,
    );
    const [heads = '', row = ''] = written.split('\r\n');

    expect(heads.split(',')).toEqual(expect.arrayContaining(['run_name', 'tilt_min_deg', 'volume_offset_z_a']));
    expect(row).toContain(`"'=HYPERLINK(""http://a.example"",""b"")"`);
    expect(row).toContain(',-60,');
  });

  it('has columns of alignments alone where tomograms are deposited', () => {
    expect(runsTable({}, 'cryoet-tomograms')).toMatch(/^run_name,alignment_ref,alignment_software,/);
    expect(runsTable({ A: {} }, 'cryoet-annotations')).toBe('run_name\r\nA\r\n');
  });

  it('tells what it adds, changes and takes out', () => {
    const present = { A: { cs_mm: 2.7, tilt_step_deg: 3, phase_plate: 'none' }, B: {} };

    expect(imported(table('run_name,cs_mm,tilt_step_deg', 'A,2,', 'C,,2'), present)).toEqual({
      patch: { A: { cs_mm: 2, tilt_step_deg: null }, B: null, C: { tilt_step_deg: 2 } },
      added: ['C'],
      changed: [
        { run: 'A', field: 'cs_mm', from: 2.7, to: 2 },
        { run: 'A', field: 'tilt_step_deg', from: 3, to: null },
      ],
      removed: ['B'],
      faults: [],
    });
  });

  it.each([
    ['semicolons and a byte order mark', '\uFEFFrun_name;cs_mm\nA;2.7\n'],
    ['a byte order mark before a quotation mark', '\uFEFF"run_name","cs_mm"\r\n"A","2.7"\r\n'],
    ['tabs', 'run_name\tcs_mm\r\nA\t2.7'],
    ['quotation marks, blanks and empty rows', '"run_name" , cs_mm\n\n"A", 2.7 \n,\n'.replaceAll('" ', '"')],
    ['heads in capitals', 'RUN_NAME,Cs_mm\nA,2.70'],
  ])('is read with %s', (_, written) => {
    expect(imported(written)).toMatchObject({ patch: { A: { cs_mm: 2.7 } }, faults: [] });
  });

  it('takes yes and no, and words in capitals', () => {
    expect(
      imported(table('run_name,is_gain_corrected,is_aligned,tilt_scheme', 'A,Yes,0,Dose_Symmetric')).patch,
    ).toEqual({
      A: { is_gain_corrected: true, is_aligned: false, tilt_scheme: 'dose_symmetric' },
    });
  });

  it.each([
    [
      'a number with a comma',
      'tilt_min_deg',
      '"-60,5"',
      '-60,5',
      'a number in ° from -90 to 90; decimals stand after a point',
    ],
    ['a number out of range', 'cs_mm', '27', '27', 'a number in mm above 0 and at most 10'],
    [
      'kilovolts',
      'acceleration_voltage_v',
      '300',
      '300',
      'a number in V from 20000 to 1000000; 300 looks like kilovolts: did you mean 300000?',
    ],
    ['a word for a number', 'cs_mm', 'none', 'none', 'a number in mm above 0 and at most 10'],
    ['a number in hexadecimal', 'cs_mm', '0x2', '0x2', 'a number in mm above 0 and at most 10'],
    ['a word for true', 'is_aligned', 'maybe', 'maybe', 'true or false'],
    ['half a star', 'tilt_series_quality', '4.5', '4.5', 'a whole number from 1 to 5'],
  ])('tells %s with its row and column', (_, column, cell, found, expected) => {
    const { faults, patch, removed } = imported(table(`run_name,${column}`, 'A,', `B,${cell}`), { C: {} });

    expect(faults).toEqual([{ row: 3, column, found, expected }]);
    expect({ patch, removed }).toEqual({ patch: {}, removed: ['C'] });
  });

  it.each([
    ['no column of names', table('run,cs_mm', 'A,2.7'), 1, 'run_name'],
    ['a column that nobody knows', table('run_name,voltage', 'A,300'), 1, 'voltage'],
    ['a column twice', table('run_name,cs_mm,cs_mm', 'A,2.7,2'), 1, 'cs_mm'],
    ['a name that climbs out', table('run_name', 'A..B'), 2, 'run_name'],
    ['a row without a name', table('run_name,cs_mm', ',2.7'), 2, 'run_name'],
    ['a run twice', table('run_name', 'A', 'B', 'A'), 4, 'run_name'],
    ['more cells than heads', table('run_name', 'A,B'), 2, null],
    ['a quotation mark that stays open', table('run_name,cs_mm', '"A,2.7', 'B,2'), 2, null],
    ['nothing', '', 1, 'run_name'],
    ['a field of another kind of deposition', table('run_name,alignment_ref', 'A,AL-1'), 1, 'alignment_ref'],
  ])('refuses %s, and changes nothing', (_, written, row, column) => {
    const { faults, patch } = imported(written, { A: {} });

    expect(faults).toContainEqual(expect.objectContaining({ row, column }));
    expect(patch).toEqual({});
  });

  it('is bounded', () => {
    expect(imported(table('run_name', ...Array.from({ length: 10_001 }, (_, i) => `R${i}`))).faults).toMatchObject([
      { expected: 'at most 10000 runs' },
    ]);
    expect(imported(`run_name${',x'.repeat(600)}`).faults).toMatchObject([{ expected: 'at most 500 columns' }]);
    expect(imported(`run_name,cs_mm\n${'A,x\n'.repeat(5000)}`).faults.length).toBeLessThanOrEqual(1000);
  });

  it('holds ten thousand runs, which are sound metadata', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`TS_${i}`, { tilt_max_deg: 57 }]));
    const { patch } = imported(runsTable(many, KIND));
    const { datasets, ...rest } = cryoetDataset.example.metadata;
    const metadata = { ...rest, datasets: { yeast: { ...datasets.yeast, runs: patch } } };

    expect(faultsOf(cryoetDataset, metadata)).toEqual([]);
  });

  it('is read, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom(',', '"', '\n', '\r\n', 'run_name', 'cs_mm', "'="))),
        (bits) => {
          expect(imported(bits.join('')).faults).toBeInstanceOf(Array);
          expect(imported(`run_name,cs_mm\n${bits.join('')}`).patch).toBeInstanceOf(Object);
        },
      ),
      { numRuns: 500 },
    );
  });
});
