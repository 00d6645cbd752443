import { describe, expect, it } from 'vitest';
import { mdocFacts } from '../samples/mdoc-facts.js';
import { isOfScheme, schemeOf, stepOf } from './tilt-scheme.js';

const taken = (...tiltAngles: number[]) => schemeOf(mdocFacts({ tiltAngles })).scheme;
const range = (from: number, to: number, step = 3) =>
  Array.from({ length: Math.floor(Math.abs(to - from) / step) + 1 }, (_, i) => from + Math.sign(to - from) * step * i);
const bySides = (most: number, step = 3) => range(step, most, step).flatMap((tilt) => [tilt, -tilt]);

describe('the tilt scheme', () => {
  it.each([
    ['from lowest to highest', range(-60, 60), 'unidirectional_min_to_max'],
    ['from highest to lowest', range(60, -60), 'unidirectional_max_to_min'],
    ['with a stage that settles near the angle', [-6.01, -3.2, -2.9, 0.1, 2.95, 6.1], 'unidirectional_min_to_max'],
    ['up from the start, then down from it', [...range(0, 60), ...range(-3, -60)], 'bidirectional_pos_first'],
    ['down from the start, then up from it', [...range(-12, -60), ...range(-9, 60)], 'bidirectional_neg_first'],
    ['with the start taken twice', [...range(0, 30), 0, ...range(-3, -30)], 'bidirectional_pos_first'],
    ['on both sides by turns', [0, ...bySides(60)], 'dose_symmetric'],
    ['by turns, in groups of two', [0, 3, 6, -3, -6, 9, 12, -9, -12, 15, 18, -15], 'dose_symmetric'],
    ['by turns about the tilt of a lamella', [0, ...bySides(45)].map((tilt) => tilt + 12), 'dose_symmetric'],
    ['by turns, further on one side', [0, ...bySides(30), ...range(33, 54)], 'dose_symmetric'],
    ['by turns, one view a step early', [0, 3, -3, 6, -9, -6, 9, 12, -12], 'dose_symmetric'],
    ['in no order', [0, 30, -3, 9, -27, 3, 6, -30], null],
    ['to one end, and from the other end back', [...range(0, 30), ...range(-30, -3)], null],
    ['to one end, and on from far off on the other side', [...range(0, 30), ...range(-30, -60)], null],
    ['nearly to one end before the other side begins', [...range(0, 30), -3, 33, ...range(-6, -33)], null],
    ['twice', [0, 3], null],
    ['always at one angle', [0, 0, 0, 0], null],
  ])('%s is told', (_, tilts, scheme) => {
    expect(taken(...tilts)).toBe(scheme);
  });

  const sorted = { tiltAngles: [-6, -3, 0, 3, 6] };
  const minutes = [4, 2, 0, 1, 3].map((minute) => Date.UTC(2024, 0, 1, 0, minute));

  it('goes by the times of the sections, where each has one', () => {
    expect(schemeOf(mdocFacts({ ...sorted, times: minutes }))).toEqual({ scheme: 'dose_symmetric', by: 'DateTime' });
  });

  it('goes by the dose before each section where times are missing', () => {
    const times = [null, ...minutes.slice(1)];

    expect(schemeOf(mdocFacts({ ...sorted, times, priorDoses: [12, 6, 0, 3, 9] }))).toEqual({
      scheme: 'dose_symmetric',
      by: 'PriorRecordDose',
    });
  });

  it('goes by the order of the sections where no dose was calibrated', () => {
    expect(schemeOf(mdocFacts({ ...sorted, priorDoses: [0, 0, 0, 0, 0] }))).toEqual({
      scheme: 'unidirectional_min_to_max',
      by: 'order',
    });
  });

  it('leaves out sections without an angle', () => {
    expect(schemeOf(mdocFacts({ tiltAngles: [-6, null, -3, 0, null, 3] })).scheme).toBe('unidirectional_min_to_max');
  });

  it('is what was declared, where that says less', () => {
    expect(isOfScheme('bidirectional_neg_first', 'bidirectional')).toBe(true);
    expect(isOfScheme('bidirectional_neg_first', 'bidirectional_neg_first')).toBe(true);
    expect(isOfScheme('bidirectional_neg_first', 'bidirectional_pos_first')).toBe(false);
    expect(isOfScheme('dose_symmetric', 'other')).toBe(false);
  });

  it('has the step that most neighbours have', () => {
    expect(stepOf([3, -3, 0, 0.02, 6.02, 20])).toBeCloseTo(3, 1);
    expect(stepOf([5])).toBeNull();
  });
});
