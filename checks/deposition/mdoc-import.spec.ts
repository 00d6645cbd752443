import { describe, expect, it } from 'vitest';
import { cryoetDataset } from '../profiles/cryoet-dataset.profile.js';
import { faultsOf } from '../profiles/profile.js';
import { mdocFacts } from '../samples/mdoc-facts.js';
import { importMdoc } from './mdoc-import.js';

const sides = Array.from({ length: 20 }, (_, i) => [3 * (i + 1), -3 * (i + 1)]).flat();
const facts = mdocFacts({
  tiltAngles: [0.01, ...sides],
  doses: Array<number>(41).fill(3.02),
  pixelSpacing: 1.971,
  voltage: 300,
  tiltAxisAngle: 82.9,
  rotationAngle: 172.9,
});
const FOUND = {
  tilt_min_deg: -60,
  tilt_max_deg: 60,
  tilt_step_deg: 3,
  tilt_scheme: 'dose_symmetric',
  dose_per_stack_e_a2: 3.02,
  total_dose_e_a2: 123.82,
  frame_pixel_size_a: 1.971,
  tilt_axis_rotation_deg: 82.9,
  acceleration_voltage_v: 300_000,
} as const;

describe('the import of an MDOC', () => {
  it('fills what it tells where nothing is declared', () => {
    expect(importMdoc(facts, {})).toEqual({ fills: FOUND, differs: [], agrees: [], silent: [] });
  });

  it('fills what is sound', () => {
    const { yeast } = cryoetDataset.example.metadata.datasets;
    const { dose_per_stack_e_a2: _, ...defaults } = yeast.run_defaults;
    const run_defaults = { ...defaults, ...importMdoc(facts, {}).fills };

    expect(
      faultsOf(cryoetDataset, {
        ...cryoetDataset.example.metadata,
        datasets: { yeast: { ...yeast, run_defaults } },
      }),
    ).toEqual([]);
  });

  it('agrees with what is nearly the same', () => {
    const declared = {
      ...FOUND,
      tilt_min_deg: -60.1,
      total_dose_e_a2: 124.8,
      tilt_axis_rotation_deg: -270,
      frame_pixel_size_a: 1.96,
    };

    expect(importMdoc(facts, declared)).toMatchObject({ fills: {}, differs: [], silent: [] });
  });

  it.each([
    ['tilt_min_deg', -57, -60],
    ['tilt_max_deg', 60.2, 60],
    ['tilt_step_deg', 2, 3],
    ['tilt_scheme', 'bidirectional', 'dose_symmetric'],
    ['dose_per_stack_e_a2', 2.5, 3.02],
    ['total_dose_e_a2', 100, 123.82],
    ['frame_pixel_size_a', 3.94, 1.971],
    ['tilt_axis_rotation_deg', 172.9, 82.9],
    ['acceleration_voltage_v', 200_000, 300_000],
  ])('shows where %s of %j is not what it says', (field, declared, found) => {
    expect(importMdoc(facts, { ...FOUND, [field]: declared }).differs).toEqual([
      { field, declared, found, tolerance: expect.any(String) },
    ]);
  });

  it('takes a scheme that is declared less precisely, or in words, as it is', () => {
    const ascending = mdocFacts({ tiltAngles: [-3, 0, 3] });

    expect(importMdoc(ascending, { tilt_scheme: 'unidirectional' }).agrees).toContain('tilt_scheme');
    expect(importMdoc(ascending, { tilt_scheme: 'other' }).agrees).toContain('tilt_scheme');
    expect(importMdoc(ascending, { tilt_scheme: 'unidirectional_max_to_min' }).differs).toHaveLength(1);
  });

  it('takes the pixels of movie stacks to be those of the image before it was binned', () => {
    const binned = mdocFacts({ tiltAngles: [0], pixelSpacing: 5.4, binnings: [4] });

    expect(importMdoc(binned, {}).fills).toMatchObject({ frame_pixel_size_a: 1.35 });
    for (const frame_pixel_size_a of [1.35, 0.675, 5.4])
      expect(importMdoc(binned, { frame_pixel_size_a }).agrees).toContain('frame_pixel_size_a');
    expect(importMdoc(binned, { frame_pixel_size_a: 2.7 }).differs).toHaveLength(1);
  });

  it('says what it does not tell, and why', () => {
    const { fills, silent } = importMdoc(mdocFacts({ tiltAngles: [null], doses: [0] }), {});

    expect(fills).toEqual({});
    expect(silent.map(({ field }) => field).sort()).toEqual(Object.keys(FOUND).sort());
    expect(silent).toContainEqual({ field: 'total_dose_e_a2', why: expect.stringContaining('not calibrated') });
  });

  it('tells the total alone where the dose rises with the tilt', () => {
    const { fills } = importMdoc(mdocFacts({ tiltAngles: [-3, 0, 3], doses: [4, 3, 4] }), {});

    expect(fills).toMatchObject({ total_dose_e_a2: 11 });
    expect(fills).not.toHaveProperty('dose_per_stack_e_a2');
  });

  it('tells no total where one section has no dose', () => {
    expect(importMdoc(mdocFacts({ tiltAngles: [-3, 0, 3], doses: [3, null, 3] }), {}).fills).not.toHaveProperty(
      'total_dose_e_a2',
    );
  });

  it('brings no dose that would not fit the one that is declared', () => {
    const many = importMdoc(facts, { dose_per_stack_e_a2: 2 });
    const gaps = importMdoc(
      mdocFacts({ tiltAngles: [-60, -57, -54, 54, 57, 60], doses: Array<number>(6).fill(3) }),
      {},
    );

    expect(many.fills).not.toHaveProperty('total_dose_e_a2');
    expect(gaps.fills).toMatchObject({ dose_per_stack_e_a2: 3 });
    expect(gaps.fills).not.toHaveProperty('total_dose_e_a2');
  });
});
