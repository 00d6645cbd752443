import { describe, expect, it } from 'vitest';
import type { AlnFacts } from '../../formats/tomography-facts.js';
import { soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import {
  alnFacts,
  anglesFacts,
  refined,
  SORTED,
  TAKEN,
  tiltComFacts,
  xfFacts,
} from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { ALIGNMENT_COUNT_RULES } from './alignment-counts.js';

const imod = soundRun();
const areTomo = soundRun({ alignment: 'ARETOMO' });
const { rows } = alnFacts();
const withAln = (facts: Partial<AlnFacts>) => withFacts(areTomo, 'aln', alnFacts(facts));
const said = (id: string, of: Run) => judge(ALIGNMENT_COUNT_RULES, id, of);

describe('files of an alignment', () => {
  it.each([
    ['X-13', imod, areTomo],
    ['X-14', imod, areTomo],
    ['X-15', areTomo, imod],
    ['X-16', areTomo, imod],
  ] as const)('that are sound are right by %s, which says where it does not apply', (id, of, other) => {
    expect(said(id, of)).toMatchObject({ faults: [], informs: [], notApplicable: [], compared: [expect.any(String)] });
    expect(said(id, other)).toMatchObject({ faults: [], compared: [], notApplicable: [expect.any(String)] });
  });

  const shorter = withFacts(imod, 'tlt', anglesFacts(refined().slice(1)));
  const dark = (section: number) => ({ frame: section, section, tilt: SORTED[section] ?? 0 });
  const FAULTS: readonly (readonly [id: string, says: readonly string[], what: string, spoilt: Run])[] = [
    ['X-13', ['of_angles', 'of_sections'], 'a transform too many', withFacts(imod, 'xf', xfFacts(14))],
    ['X-13', ['of_angles'], 'an angle too few', shorter],
    [
      'X-13',
      ['of_sections'],
      'transforms of another series',
      withFacts(withFacts(imod, 'xf', xfFacts(9)), 'tlt', anglesFacts(refined().slice(4))),
    ],
    ['X-14', ['differs'], 'an angle about X too few', withFacts(imod, 'xtilt', anglesFacts(SORTED.slice(1)))],
    ['X-15', ['exchanged'], 'x and y exchanged', withAln({ rawSize: [2046, 2880, 13] })],
    ['X-15', ['size'], 'images of another size', withAln({ rawSize: [1440, 1023, 13] })],
    [
      'X-15',
      ['sections'],
      'sections that are not in the tilt series',
      withAln({ rawSize: [2880, 2046, 14], dark: [dark(13)] }),
    ],
    ['X-15', ['rows'], 'a row too few', withAln({ rows: rows.slice(1) })],
    [
      'X-15',
      ['repeated'],
      'a section twice',
      withAln({ rows: [...rows.slice(0, -1), { ...rows[0], line: 21 } as never] }),
    ],
    ['X-15', ['local_rows'], 'rows of local alignment that are missing', withAln({ patches: 4, localRows: 51 })],
    [
      'X-16',
      ['spread'],
      'one tilt of another section',
      withAln({ rows: rows.map((row, i) => (i === 4 ? { ...row, tilt: -3 } : row)) }),
    ],
  ];
  it.each(FAULTS)('are told by %s as %s: %s', (id, says, _, spoilt) => {
    expect(said(id, spoilt).faults).toEqual(says);
  });

  it('may leave out sections that tilt.com excludes', () => {
    const excluding = withFacts(shorter, 'tilt_com', tiltComFacts('TS_001', { excluded: [1] }));

    expect(said('X-13', withFacts(excluding, 'xf', xfFacts(12))).faults).toEqual([]);
  });

  it('may leave out dark sections', () => {
    const kept = withAln({ rows: rows.slice(1), dark: [dark(0)] });

    expect(said('X-15', kept).faults).toEqual([]);
    expect(said('X-16', kept)).toMatchObject({ faults: [], compared: [expect.any(String)] });
  });

  it('may have tilts that are all moved, of raw angles in the order in which they were taken', () => {
    const moved = withAln({ alphaOffset: 1.2, rows: rows.map((row) => ({ ...row, tilt: row.tilt + 1.2 })) });

    expect(said('X-16', moved).compared).toEqual(['1.2° / one offset (±0.1 °)']);
    expect(said('X-16', withFacts(moved, 'rawtlt', anglesFacts(TAKEN))).faults).toEqual([]);
  });

  it('with local alignment are sound where each patch has a row', () => {
    expect(said('X-15', withAln({ patches: 4, localRows: 52 })).faults).toEqual([]);
  });

  it('are told with the row that is off', () => {
    const off = withAln({ rows: rows.map((row, i) => (i === 4 ? { ...row, tilt: -3 } : row)) });

    expect(said('X-16', off).told).toMatchObject({
      file: 'TS_001/TS_001.aln',
      location: 'line 13',
      count: 1,
      samples: ['line 13: -3°, off by 3°'],
    });
  });

  it('are compared with one another where there is no tilt series', () => {
    expect(said('X-13', without(imod, 'tilt_series'))).toMatchObject({ faults: [], compared: [expect.any(String)] });
  });
});
