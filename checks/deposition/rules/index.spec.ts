import { describe, expect, it } from 'vitest';
import { around, runFile, soundRun, withFiles } from '../../samples/deposition.js';
import { zarrFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { TOLERANCES } from '../tolerances.js';
import { RULES } from './index.js';

/** Specification cryoet.md, section 5; X-48 is our own. */
const ASKED_FOR = [
  ...Array.from({ length: 48 }, (_, i) => `X-${String(i + 1).padStart(2, '0')}`),
  ...Array.from({ length: 6 }, (_, i) => `D-0${i + 1}`),
];

describe('the rules between files', () => {
  const ids = [...RULES.ofRuns, ...RULES.ofDatasets].map(({ id }) => id);

  it('are all that the specification has, each once', () => {
    expect([...ids].sort()).toEqual([...ASKED_FOR].sort());
  });

  it('say for each tolerance which rule it is of', () => {
    expect(Object.keys(TOLERANCES).filter((id) => !ids.some((known) => known === id))).toEqual([]);
  });

  it.each(RULES.ofRuns)('judge a tilt series that is there as MRC and as Zarr as they judge one: $id', ({ judge }) => {
    const level = { path: '0', shape: [13, 2046, 2880], scale: [3, 2.7, 2.7] };
    const zarr = zarrFacts({ dimensions: [2880, 2046, 13], voxelSize: [2.7, 2.7, 3], levels: [level] });
    const run = soundRun();
    const said = (of: Run) => [...judge(of, around(of))];
    const both = said(withFiles(run, runFile('zarr/TS_001.zarr', 'tilt_series', zarr)));

    expect(both.filter((one) => 'says' in one)).toEqual([]);
    expect(both.some((one) => 'notApplicable' in one)).toBe(
      said(run).some((one) => 'notApplicable' in one) && !both.some((one) => 'compared' in one),
    );
  });

  it('have sentences that say what is wrong and what to do', () => {
    for (const { says, title, why } of [...RULES.ofRuns, ...RULES.ofDatasets]) {
      expect(title).not.toBe('');
      expect(why).toMatch(/\.$/);
      for (const { message, fix } of Object.values(says)) {
        expect(message).toMatch(/[.?}]$/);
        expect(fix).toMatch(/[.?`)}]$/);
      }
    }
  });
});
