/** How were the movie stacks and tilt series taken? Declared for all runs of a data set, or for one of them. */
import { TILT_SCHEMES } from '../../deposition/declared.js';
import { choice, count, flag, measure, words } from './fields.js';

const asked = { requiredOfRun: true } as const;
const stacks = { group: 'Movie stacks and acquisition' } as const;
const series = { group: 'Tilt series' } as const;

export const MANUFACTURERS_OF_CAMERAS = ['Gatan', 'FEI', 'TFS', 'simulated'] as const;
/** By model: who makes it. */
export const CAMERAS: Readonly<Record<string, readonly (typeof MANUFACTURERS_OF_CAMERAS)[number][]>> = {
  K2: ['Gatan'],
  'K2 SUMMIT': ['Gatan'],
  K3: ['Gatan'],
  'K3 BIOQUANTUM': ['Gatan'],
  UltraCam: ['Gatan'],
  UltraScan: ['Gatan'],
  'FALCON IV': ['FEI', 'TFS'],
  'FALCON 4i': ['FEI', 'TFS'],
  simulated: ['simulated'],
};

/** Microscopes are known by their kilovolts. */
export const isInKilovolts = (volts: number): boolean => volts >= 20 && volts <= 1500;
const volts = (value: number) =>
  isInKilovolts(value) ? `${value} looks like kilovolts: did you mean ${value * 1000}?` : null;

export const acquisitionFields = {
  frames_not_deposited: flag({
    title: 'Movie stacks are not deposited',
    description: 'Said so that they are not merely forgotten.',
    ...stacks,
  }).optional(),
  is_gain_corrected: flag({
    title: 'Gain corrected',
    description: 'Whether the movie stacks are; where they are not, a gain reference is asked for.',
    ...stacks,
    ...asked,
  }).optional(),
  acceleration_voltage_v: measure(
    { unit: 'V', from: 20_000, to: 1_000_000, hint: volts },
    { title: 'Acceleration voltage', description: 'In volts: 300000, not 300.', ...stacks, ...asked },
  ).optional(),
  cs_mm: measure(
    { unit: 'mm', above: 0, to: 10 },
    { title: 'Spherical aberration', description: 'Cs of the objective lens: 2.7.', ...stacks, ...asked },
  ).optional(),
  tilt_min_deg: measure(
    { unit: '°', from: -90, to: 90 },
    { title: 'Lowest tilt', description: 'Nominal, as the stage was told.', ...stacks, ...asked },
  ).optional(),
  tilt_max_deg: measure(
    { unit: '°', from: -90, to: 90 },
    { title: 'Highest tilt', description: 'Nominal, as the stage was told.', ...stacks, ...asked },
  ).optional(),
  tilt_step_deg: measure(
    { unit: '°', above: 0, to: 90 },
    { title: 'Tilt step', description: 'Between neighbouring angles.', ...stacks, ...asked },
  ).optional(),
  tilt_scheme: choice(TILT_SCHEMES, {
    title: 'Tilt scheme',
    description: 'In which order the angles were taken.',
    ...stacks,
    ...asked,
  }).optional(),
  tilt_scheme_text: words(500, {
    title: 'Tilt scheme, in words',
    description: 'Asked for where the scheme is other.',
    ...stacks,
  }).optional(),
  dose_per_stack_e_a2: measure(
    { unit: 'e⁻/Å²', above: 0, to: 10_000 },
    { title: 'Dose per movie stack', description: 'This, or the total dose; this rather.', ...stacks },
  ).optional(),
  total_dose_e_a2: measure(
    { unit: 'e⁻/Å²', above: 0, to: 1_000_000 },
    { title: 'Total dose', description: 'Of the whole tilt series.', ...stacks },
  ).optional(),
  acquisition_software: words(200, {
    title: 'Acquisition software',
    description: 'By which the tilt series was recorded.',
    examples: ['SerialEM', 'Tomo5', 'Leginon', 'UCSFTomo', 'PACEtomo', 'EPU'],
    ...stacks,
    ...asked,
  }).optional(),
  dose_rate_e_a2_s: measure(
    { unit: 'e⁻/Å²/s', above: 0 },
    { title: 'Dose rate', description: 'Where it is known.', ...stacks },
  ).optional(),
  camera_acquire_mode: choice(['counting', 'superresolution', 'linear', 'cds'], {
    title: 'Mode of the camera',
    description: 'In which it recorded.',
    ...stacks,
  }).optional(),
  camera_manufacturer: words(100, {
    title: 'Manufacturer of the camera',
    description: 'Who made it.',
    examples: MANUFACTURERS_OF_CAMERAS,
    ...stacks,
    ...asked,
  }).optional(),
  camera_model: words(100, {
    title: 'Model of the camera',
    description: 'As its manufacturer calls it.',
    examples: Object.keys(CAMERAS),
    ...stacks,
    ...asked,
  }).optional(),
  microscope_manufacturer: words(100, {
    title: 'Manufacturer of the microscope',
    description: 'Who made it.',
    examples: ['FEI', 'TFS', 'JEOL', 'SIMULATED'],
    ...stacks,
    ...asked,
  }).optional(),
  microscope_model: words(100, {
    title: 'Model of the microscope',
    description: 'As its manufacturer calls it.',
    examples: ['Titan Krios', 'Talos Arctica', 'CRYO ARM 300'],
    ...stacks,
    ...asked,
  }).optional(),
  microscope_additional_info: words(1000, {
    title: 'More on the microscope',
    description: 'What else is to be known of it.',
    ...stacks,
  }).optional(),
  energy_filter: words(200, {
    title: 'Energy filter',
    description: 'Its name; none where there was none.',
    examples: ['none', 'Gatan BioQuantum', 'Selectris X'],
    ...stacks,
    ...asked,
  }).optional(),
  image_corrector: words(200, {
    title: 'Image corrector',
    description: 'Its type; none where there was none.',
    examples: ['none'],
    ...stacks,
    ...asked,
  }).optional(),
  phase_plate: words(200, {
    title: 'Phase plate',
    description: 'Its type; none where there was none.',
    examples: ['none', 'Volta'],
    ...stacks,
    ...asked,
  }).optional(),
  frame_pixel_size_a: measure(
    { unit: 'Å', from: 0.05, to: 100 },
    {
      title: 'Pixel size of the movie stacks',
      description: 'Only where the headers of the files do not say it, or say it wrongly.',
      ...stacks,
    },
  ).optional(),
  frame_header_is_wrong: flag({
    title: 'Headers of the movie stacks are wrong',
    description: 'The pixel size that is declared counts, and not theirs.',
    ...stacks,
  }).optional(),
  tilt_series_pixel_size_a: measure(
    { unit: 'Å', from: 0.05, to: 100 },
    {
      title: 'Pixel size of the tilt series',
      description: 'Only where the header of the file does not say it, or says it wrongly.',
      ...series,
    },
  ).optional(),
  tilt_series_header_is_wrong: flag({
    title: 'Header of the tilt series is wrong',
    description: 'The pixel size that is declared counts, and not that of the file.',
    ...series,
  }).optional(),
  binning_from_frames: measure(
    { unit: '', above: 0, to: 64 },
    { title: 'Binning from the movie stacks', description: '1 where there is none.', ...series, ...asked },
  ).optional(),
  tilt_axis_rotation_deg: measure(
    { unit: '°', from: -360, to: 360 },
    { title: 'Rotation of the tilt axis', description: 'As acquisition software tells it.', ...series, ...asked },
  ).optional(),
  is_aligned: flag({
    title: 'Already aligned',
    description: 'Whether the sections were transformed before they were deposited.',
    ...series,
    ...asked,
  }).optional(),
  tilt_series_quality: count(1, 5, {
    title: 'Quality',
    description:
      '5 excellent, fit for publication; 4 good, useful for analysis; 3 medium, minor parts were or must be discarded; 2 marginal, major parts discarded by hand; 1 low, cannot be aligned.',
    ...series,
  }).optional(),
  aligned_tilt_series_binning: measure(
    { unit: '', above: 0, to: 64 },
    { title: 'Binning of the aligned tilt series', description: 'Where there is one.', ...series },
  ).optional(),
  tilt_alignment_software: words(200, {
    title: 'Software that aligned the sections',
    description: 'Where they are aligned.',
    ...series,
  }).optional(),
  related_empiar_entry: words(100, {
    title: 'Entry of EMPIAR',
    description: 'Where the movie stacks of this run are in EMPIAR.',
    ...series,
  }).optional(),
};
