/** Which measures are unusual, and which were probably typed in another unit? */
import { isFilled, numberIn } from '../profiles/cryoet/drafts.js';
import { type Said, warn } from './note.js';

interface Slip {
  /** Values from which to below which are probably of the other unit. */
  readonly from: number;
  readonly below: number;
  readonly times: number;
  readonly unit: string;
}

interface Usual {
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  /** Where only a few values are usual. */
  readonly only?: readonly number[];
  readonly slips: readonly Slip[];
  readonly why: string;
}

const PIXELS: Usual = {
  unit: 'Å',
  from: 0.3,
  to: 20,
  slips: [
    { from: 0.05, below: 0.3, times: 10, unit: 'nanometres' },
    { from: 100, below: 2000, times: 0.01, unit: 'picometres' },
  ],
  why: 'Pixels are between 0.3 and 20 Å, nearly always.',
};

const MEASURES: Readonly<Record<string, Usual>> = {
  acceleration_voltage_v: {
    unit: 'V',
    from: 20_000,
    to: 1_000_000,
    only: [80_000, 100_000, 120_000, 200_000, 300_000],
    slips: [{ from: 20, below: 1500.001, times: 1000, unit: 'kilovolts' }],
    why: 'Microscopes run at 80, 100, 120, 200 or 300 kV.',
  },
  cs_mm: {
    unit: 'mm',
    from: 0.001,
    to: 5,
    slips: [
      { from: 0.0005, below: 0.005, times: 1000, unit: 'metres' },
      { from: 500, below: 5000, times: 0.001, unit: 'micrometres' },
    ],
    why: 'It is 2.7, 2.0 or 1.2 mm, and about 0.01 mm with a corrector.',
  },
  frame_pixel_size_a: PIXELS,
  tilt_series_pixel_size_a: PIXELS,
  voxel_size_a: {
    unit: 'Å',
    from: 1,
    to: 30,
    slips: [
      { from: 0.1, below: 1, times: 10, unit: 'nanometres' },
      { from: 100, below: 3000, times: 0.01, unit: 'picometres' },
    ],
    why: 'Voxels are between 1 and 30 Å, nearly always.',
  },
  dose_per_stack_e_a2: {
    unit: 'e⁻/Å²',
    from: 0.1,
    to: 20,
    slips: [{ from: 100, below: 2000, times: 0.01, unit: 'electrons per nm²' }],
    why: 'A stack takes between 0.1 and 20 e⁻/Å²; the dose of the whole series is the total dose.',
  },
  total_dose_e_a2: {
    unit: 'e⁻/Å²',
    from: 1,
    to: 400,
    slips: [{ from: 1000, below: 40_000, times: 0.01, unit: 'electrons per nm²' }],
    why: 'A tilt series takes between 1 and 400 e⁻/Å².',
  },
  tilt_step_deg: {
    unit: '°',
    from: 0.5,
    to: 10,
    slips: [{ from: 0.008, below: 0.2, times: 180 / Math.PI, unit: 'radians' }],
    why: 'Steps are between 0.5° and 10°, nearly always.',
  },
};

/** @param values the fields that were typed in one place */
export function* notesOfMeasures(values: Readonly<Record<string, unknown>>): Iterable<Said> {
  for (const [field, { unit, from, to, only, slips, why }] of Object.entries(MEASURES)) {
    const value = numberIn(values[field]);
    if (value === null) continue;
    const slip = slips.find((each) => value >= each.from && value < each.below);
    if (slip) {
      const better = Number(
        (value * slip.times).toPrecision(3 + Math.max(0, Math.ceil(Math.log10(value * slip.times)))),
      );
      const message = `${value} ${unit} looks like ${slip.unit}: did you mean ${better} ${unit}? ${why}`;
      yield warn([field], 'unit-slip', message, `Write ${better}, or leave it if it is right.`, {
        from: value,
        to: better,
      });
    } else if (value < from || value > to || (only && !only.includes(value)))
      yield warn([field], 'unusual', `${value} ${unit} is unusual. ${why}`, 'Look whether it is right.');
  }
}

/** Aberration is corrected by something. */
const CORRECTED_MM = 0.1;

export function* notesOfCorrector(values: Readonly<Record<string, unknown>>): Iterable<Said> {
  const { cs_mm: cs, image_corrector: corrector } = values;
  if (numberIn(cs) === null || Number(cs) > CORRECTED_MM || Number(cs) <= 0.005) return;
  if (isFilled(corrector) && !/^(none|no|n\/a)$/i.test(String(corrector).trim())) return;
  const message = `A spherical aberration of ${cs} mm is that of a corrected microscope, and there is no image corrector.`;
  yield warn(['image_corrector'], 'disagrees', message, 'Name the corrector, or correct the spherical aberration.');
}
