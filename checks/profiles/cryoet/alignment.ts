/** How were the tilt series aligned? By a new alignment, or by one that exists. */
import { choice, measure, words } from './fields.js';

const group = { group: 'Alignment' } as const;
const offset = (title: string, unit: '°' | 'Å') =>
  measure(
    { unit, from: unit === '°' ? -360 : -1_000_000, to: unit === '°' ? 360 : 1_000_000 },
    { title, description: 'Only where the files of the alignment do not tell it; 0 otherwise.', ...group },
  ).optional();

/** Of records that exist. */
export const alignmentReference = {
  alignment_ref: words(200, {
    title: 'Existing alignment',
    description: 'Identifier of the alignment by which the tomograms were reconstructed; or describe a new one.',
    ...group,
  }).optional(),
};

export const newAlignmentFields = {
  alignment_software: choice(['IMOD', 'ARETOMO'], {
    title: 'Alignment software',
    description: 'IMOD: one XF and one TLT a run. ARETOMO: one ALN a run.',
    ...group,
  }).optional(),
  alignment_method: choice(['fiducial_based', 'patch_tracking', 'projection_matching', 'simulated', 'undefined'], {
    title: 'Alignment method',
    description: 'By what the sections were aligned.',
    ...group,
  }).optional(),
  alignment_type: choice(['GLOBAL', 'LOCAL'], {
    title: 'Alignment type',
    description: 'LOCAL where parts of the images have transforms of their own.',
    ...group,
  }).optional(),
  tilt_offset_deg: offset('Tilt offset', '°'),
  x_tilt_offset_deg: offset('Tilt offset about X', '°'),
  volume_offset_x_a: offset('Offset of the volume along X', 'Å'),
  volume_offset_y_a: offset('Offset of the volume along Y', 'Å'),
  volume_offset_z_a: offset('Offset of the volume along Z', 'Å'),
};
