import { describe, expect, it } from 'vitest';
import { soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { gainFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { GAIN_RULES } from './gain.js';

const run = soundRun();
const said = (of: Run) => judge(GAIN_RULES, 'X-27', of);
const sized = (...dimensions: [number, number, number]) => withFacts(run, 'gain', gainFacts({ dimensions }));
const corrected = soundRun({ declared: { is_gain_corrected: true } });

describe('a gain reference', () => {
  it('fits the frames of a sound run', () => {
    expect(said(run)).toMatchObject({ faults: [], notApplicable: [], compared: [expect.any(String)] });
  });

  it.each([
    ['in super-resolution', sized(11520, 8184, 1)],
    ['of half the pixels', sized(2880, 2046, 1)],
  ])('may be %s', (_, of) => {
    expect(said(of).faults).toEqual([]);
  });

  it.each<[what: string, says: string, of: Run]>([
    ['is missing', 'missing', without(run, 'gain')],
    ['is there for frames that are corrected', 'needless', corrected],
    ['has several images', 'sections', sized(5760, 4092, 2)],
    ['is turned', 'turned', sized(4092, 5760, 1)],
    ['is of another camera', 'differs', sized(4096, 4096, 1)],
  ])('is told where it %s', (_, says, of) => {
    expect(said(of).faults).toEqual([says]);
  });

  it('is not asked for where frames are corrected, or not there', () => {
    expect(said(without(corrected, 'gain')).compared).toHaveLength(1);
    expect(said(without(run, 'frame', 'gain')).notApplicable).toEqual(['There are no frames.']);
  });

  it('is not looked at where it could not be read, and where nothing is declared', () => {
    expect(said(withFacts(run, 'gain', null)).notApplicable).toHaveLength(1);
    expect(said({ ...without(run, 'gain'), declared: {} }).notApplicable).toHaveLength(1);
  });
});
