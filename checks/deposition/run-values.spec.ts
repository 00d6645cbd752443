import { describe, expect, it } from 'vitest';
import { resolved } from './run-values.js';

describe('the values of a run', () => {
  it('are its own over those of its data set, over those of headers, and say where each is from', () => {
    const dataset = { run_defaults: { cs_mm: 2.7, tilt_step_deg: 3 }, runs: { A: { tilt_step_deg: 2 } } };

    expect(resolved(dataset, 'A', { tilt_series_pixel_size_a: 1.35, cs_mm: 2 })).toEqual({
      values: { cs_mm: 2.7, tilt_step_deg: 2, tilt_series_pixel_size_a: 1.35 },
      from: { cs_mm: 'default', tilt_step_deg: 'declared', tilt_series_pixel_size_a: 'header' },
    });
  });

  it('are the defaults where the run declares nothing, or is not there', () => {
    expect(resolved({ run_defaults: { cs_mm: 2.7 }, runs: { A: {} } }, 'A').values).toEqual({ cs_mm: 2.7 });
    expect(resolved({ run_defaults: { cs_mm: 2.7 } }, 'constructor').values).toEqual({ cs_mm: 2.7 });
    expect(resolved({}, 'A')).toEqual({ values: {}, from: {} });
  });

  it('are false and zero where they are declared so', () => {
    const dataset = {
      run_defaults: { is_aligned: true, tilt_offset_deg: 3 },
      runs: { A: { is_aligned: false, tilt_offset_deg: 0 } },
    };

    expect(resolved(dataset, 'A').values).toEqual({ is_aligned: false, tilt_offset_deg: 0 });
  });

  it.each([
    [
      'an existing alignment',
      { alignment_software: 'IMOD', alignment_type: 'LOCAL', tilt_offset_deg: 1 },
      { alignment_ref: 'AL-1' },
      { tilt_offset_deg: 1 },
    ],
    ['a new alignment', { alignment_ref: 'AL-1' }, { alignment_software: 'IMOD' }, {}],
    ['a dose for each stack', { total_dose_e_a2: 120 }, { dose_per_stack_e_a2: 3 }, {}],
    ['a total dose', { dose_per_stack_e_a2: 3 }, { total_dose_e_a2: 120 }, {}],
  ] as const)('of a run with %s are without the other side of its data set', (_, run_defaults, own, kept) => {
    expect(resolved({ run_defaults, runs: { A: own } }, 'A').values).toEqual({ ...own, ...kept });
  });

  it('are both sides where the run declares both', () => {
    const both = { dose_per_stack_e_a2: 3, total_dose_e_a2: 120 };

    expect(resolved({ runs: { A: both } }, 'A').values).toEqual(both);
    expect(resolved({ run_defaults: both }, 'A').values).toEqual(both);
  });
});
