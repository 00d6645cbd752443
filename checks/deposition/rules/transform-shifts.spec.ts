import { describe, expect, it } from 'vitest';
import { soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { xfFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { TRANSFORM_SHIFT_RULES } from './transform-shifts.js';

const run = soundRun();
const said = (of: Run) => judge(TRANSFORM_SHIFT_RULES, 'X-48', of);

/** The images are 2880 × 2046 pixels. */
const shifted = (dx: number, dy: number) =>
  withFacts(
    run,
    'xf',
    xfFacts(3, {
      rows: [
        [1, 0, 0, 1, 0, 0],
        [1, 0, 0, 1, dx, dy],
        [1, 0, 0, 1, 0, 0],
      ],
    }),
  );

describe('the shifts of an XF', () => {
  it('are sound within the image', () => {
    expect(said(run)).toMatchObject({ faults: [], compared: [expect.stringContaining('2880 pixels')] });
    expect(said(shifted(2880, -2880)).faults).toEqual([]);
  });

  it.each([
    ['to the right', 2881, 0],
    ['upwards', 0, -2881],
  ])('are told where a section is out of the image %s', (_, dx, dy) => {
    const { faults, told } = said(shifted(dx, dy));

    expect(faults).toEqual(['beyond']);
    expect(told).toMatchObject({ location: 'row 2', count: 1, found: '2881', samples: ['row 2: 2881'] });
  });

  it('are not judged without the tilt series, or without an XF', () => {
    expect(said(without(run, 'tilt_series')).notApplicable).toHaveLength(1);
    expect(said(without(run, 'xf')).notApplicable).toHaveLength(1);
  });
});
