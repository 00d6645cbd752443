/** Which rules between files are there? All, by their numbers: a new theme is a file beside this and a line here. */
import type { Rules } from '../matrix.js';
import { ACQUISITION_RULES } from './acquisition.js';
import { ALIGNMENT_COUNT_RULES } from './alignment-counts.js';
import { ALIGNMENT_FILE_RULES } from './alignment-files.js';
import { ANNOTATION_RULES } from './annotations.js';
import { COMPLETENESS_RULES } from './completeness.js';
import { TARGET_RULES } from './declared-targets.js';
import { FRAME_RULES } from './frames.js';
import { FRAMES_AND_MDOC_RULES } from './frames-and-mdoc.js';
import { GAIN_RULES } from './gain.js';
import { MAPPING_RULES } from './mapping-tables.js';
import { MASK_RULES } from './masks.js';
import { MESH_RULES } from './meshes.js';
import { PIXEL_SIZE_RULES } from './pixel-sizes.js';
import { POINT_RULES } from './points.js';
import { POINTS_OF_RUN_RULES } from './points-of-run.js';
import { RAW_ANGLE_RULES } from './raw-angles.js';
import { RECONSTRUCTION_RULES } from './reconstruction.js';
import { REFINED_ANGLE_RULES } from './refined-angles.js';
import { RUNS_ALIKE_RULES } from './runs-alike.js';
import { STORED_FILE_RULES } from './stored-files.js';
import { TILT_AXIS_RULES } from './tilt-axis.js';
import { TOMOGRAM_RULES } from './tomograms.js';
import { TRANSFORM_SHIFT_RULES } from './transform-shifts.js';

const numbered = <R extends { readonly id: string }>(rules: readonly R[]): R[] =>
  rules.toSorted(({ id: one }, { id: other }) => Number(one.slice(2)) - Number(other.slice(2)));

export const RULES: Rules = {
  ofRuns: numbered([
    ...ACQUISITION_RULES,
    ...ALIGNMENT_COUNT_RULES,
    ...ALIGNMENT_FILE_RULES,
    ...ANNOTATION_RULES,
    ...COMPLETENESS_RULES,
    ...FRAME_RULES,
    ...FRAMES_AND_MDOC_RULES,
    ...GAIN_RULES,
    ...MASK_RULES,
    ...MESH_RULES,
    ...PIXEL_SIZE_RULES,
    ...POINT_RULES,
    ...POINTS_OF_RUN_RULES,
    ...RAW_ANGLE_RULES,
    ...RECONSTRUCTION_RULES,
    ...REFINED_ANGLE_RULES,
    ...TILT_AXIS_RULES,
    ...TOMOGRAM_RULES,
    ...TRANSFORM_SHIFT_RULES,
  ]),
  ofDatasets: numbered([...TARGET_RULES, ...MAPPING_RULES, ...RUNS_ALIKE_RULES, ...STORED_FILE_RULES]),
};
