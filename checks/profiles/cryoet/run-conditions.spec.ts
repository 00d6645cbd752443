import { describe, expect, it } from 'vitest';
import type { RunValues } from '../../deposition/declared.js';
import { cryoetDataset } from '../cryoet-dataset.profile.js';
import { cryoetTomograms } from '../cryoet-tomograms.profile.js';
import { faultsOf } from '../profile.js';
import { acquisitionConditions, newAlignment } from './run-conditions.js';

const { yeast } = cryoetDataset.example.metadata.datasets;
const at = (field: string) => `/datasets/yeast/${field}`;

/** Faults of the example with these defaults and runs in place of its own. */
const faults = (run_defaults: object, runs: object = { A: {} }) =>
  faultsOf(cryoetDataset, { ...cryoetDataset.example.metadata, datasets: { yeast: { ...yeast, run_defaults, runs } } });
const without = (field: string) =>
  Object.fromEntries(Object.entries(yeast.run_defaults).filter(([name]) => name !== field));
const withValues = (changed: RunValues) => faults({ ...yeast.run_defaults, ...changed });

describe('what is declared of runs', () => {
  it.each([...acquisitionConditions.required, ...newAlignment.required])('needs %s', (field) => {
    expect(faults(without(field))).toEqual([
      { pointer: at(`run_defaults/${field}`), detail: expect.stringMatching(/^is missing/) },
    ]);
  });

  it('is enough in the runs, where the defaults lack it', () => {
    const runs = { A: { cs_mm: 2.7 }, B: { cs_mm: 2 } };

    expect(faults(without('cs_mm'), runs)).toEqual([]);
    expect(faults({}, { A: yeast.run_defaults })).toEqual([]);
  });

  it('is asked for of the runs that lack it, where others have it', () => {
    expect(faults(without('cs_mm'), { A: { cs_mm: 2.7 }, B: {}, C: {} }).map(({ pointer }) => pointer)).toEqual([
      at('runs/B/cs_mm'),
      at('runs/C/cs_mm'),
    ]);
  });

  it('is asked for of twenty runs by name, and of the others by number', () => {
    const runs = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`TS_${i}`, i === 0 ? { cs_mm: 2.7 } : {}]));
    const found = faults(without('cs_mm'), runs);

    expect(found).toHaveLength(21);
    expect(found.at(-1)).toEqual({
      pointer: at('runs'),
      detail: 'cs_mm is missing or wrong in 479 more of the runs, too',
    });
  });

  it.each<[string, RunValues, string]>([
    ['a range that ends before it begins', { tilt_min_deg: 60, tilt_max_deg: -60 }, 'tilt_max_deg'],
    ['a range of one angle', { tilt_min_deg: 60 }, 'tilt_max_deg'],
    ['an angle beyond 90°', { tilt_max_deg: 91 }, 'tilt_max_deg'],
    ['a step of nothing', { tilt_step_deg: 0 }, 'tilt_step_deg'],
    ['another scheme without words', { tilt_scheme: 'other' }, 'tilt_scheme_text'],
    ['a total that is not the sum', { total_dose_e_a2: 60 }, 'total_dose_e_a2'],
    ['a wrong header without the right size', { frame_header_is_wrong: true }, 'frame_pixel_size_a'],
    ['a wrong header of the stack', { tilt_series_header_is_wrong: true }, 'tilt_series_pixel_size_a'],
    ['kilovolts', { acceleration_voltage_v: 300 }, 'acceleration_voltage_v'],
    ['no aberration at all', { cs_mm: 0 }, 'cs_mm'],
    ['an aberration of centimetres', { cs_mm: 27 }, 'cs_mm'],
    ['six stars', { tilt_series_quality: 6 }, 'tilt_series_quality'],
    ['a binning of nothing', { binning_from_frames: 0 }, 'binning_from_frames'],
    ['an axis that has turned twice', { tilt_axis_rotation_deg: 720 }, 'tilt_axis_rotation_deg'],
  ])('refuses %s', (_, changed, field) => {
    expect(withValues(changed).map(({ pointer }) => pointer)).toEqual([at(`run_defaults/${field}`)]);
  });

  it.each<[string, RunValues]>([
    ['a total that is the sum', { total_dose_e_a2: 123 }],
    ['a total of a series in which three views are missing', { total_dose_e_a2: 114 }],
    ['another scheme in words', { tilt_scheme: 'other', tilt_scheme_text: 'Spiral.' }],
    ['a wrong header with the right size', { frame_header_is_wrong: true, frame_pixel_size_a: 1.35 }],
    ['a quality', { tilt_series_quality: 5 }],
  ])('takes %s', (_, changed) => {
    expect(withValues(changed)).toEqual([]);
  });

  it('has one of both doses at least', () => {
    const { dose_per_stack_e_a2: _, ...rest } = yeast.run_defaults;

    expect(faults(rest)).toEqual([
      { pointer: at('run_defaults/dose_per_stack_e_a2'), detail: 'is missing: expected it, or total_dose_e_a2' },
    ]);
    expect(faults({ ...rest, total_dose_e_a2: 120 })).toEqual([]);
  });

  it('is judged with the defaults under it, and told where the value is', () => {
    expect(faults(yeast.run_defaults, { A: {}, B: { tilt_max_deg: -70 } })).toEqual([
      { pointer: at('runs/B/tilt_max_deg'), detail: 'expected more than the lowest tilt, -60°, found -70°' },
    ]);
    expect(faults(yeast.run_defaults, { A: {}, B: { tilt_min_deg: 70 } }).map(({ pointer }) => pointer)).toEqual([
      at('run_defaults/tilt_max_deg'),
    ]);
  });

  it('speaks of what is missing while other fields are wrong', () => {
    expect(faults({ ...without('cs_mm'), tilt_step_deg: 'x' }).map(({ pointer }) => pointer)).toEqual([
      at('run_defaults/tilt_step_deg'),
      at('run_defaults/cs_mm'),
    ]);
  });
});

describe('the alignment of tomograms that are added', () => {
  const NEW = { alignment_software: 'IMOD', alignment_method: 'patch_tracking', alignment_type: 'GLOBAL' };
  const of = (run_defaults: object) => {
    const { metadata } = cryoetTomograms.example;
    const datasets = { yeast: { ...metadata.datasets.yeast, run_defaults, runs: { A: {} } } };
    return faultsOf(cryoetTomograms, { ...metadata, datasets }).map(({ pointer }) => pointer);
  };

  it.each([
    ['one that exists', { alignment_ref: 'AL-1' }, []],
    ['a new one', NEW, []],
    ['none', {}, ['alignment_ref']],
    ['both', { ...NEW, alignment_ref: 'AL-1' }, ['alignment_ref']],
    ['half a new one', { alignment_software: 'IMOD' }, ['alignment_method', 'alignment_type']],
  ])('is judged: %s', (_, values, fields) => {
    expect(of(values)).toEqual(fields.map((field) => at(`run_defaults/${field}`)));
  });
});
