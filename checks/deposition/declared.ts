/**
 * What may a submitter declare of a run? Flat, one column of the runs table each, by the names of the metadata; a run has
 * what its data set declares for all, but for what it declares itself. Specification: cryoet.md, sections 3.4 to 3.8.
 */

export interface RunValues {
  // Movie stacks and acquisition.
  readonly frames_not_deposited?: boolean;
  readonly is_gain_corrected?: boolean;
  /** V. */
  readonly acceleration_voltage_v?: number;
  /** mm. */
  readonly cs_mm?: number;
  /** Degrees. */
  readonly tilt_min_deg?: number;
  readonly tilt_max_deg?: number;
  readonly tilt_step_deg?: number;
  readonly tilt_scheme?: TiltScheme;
  readonly tilt_scheme_text?: string;
  /** Electrons per Å². */
  readonly dose_per_stack_e_a2?: number;
  readonly total_dose_e_a2?: number;
  readonly acquisition_software?: string;
  /** e⁻/Å²/s. */
  readonly dose_rate_e_a2_s?: number;
  readonly camera_acquire_mode?: 'counting' | 'superresolution' | 'linear' | 'cds';
  readonly camera_manufacturer?: string;
  readonly camera_model?: string;
  readonly microscope_manufacturer?: string;
  readonly microscope_model?: string;
  readonly microscope_additional_info?: string;
  readonly energy_filter?: string;
  readonly image_corrector?: string;
  readonly phase_plate?: string;
  /** Å per pixel; only where the header does not say it, or says it wrongly. */
  readonly frame_pixel_size_a?: number;
  readonly frame_header_is_wrong?: boolean;
  // Tilt series.
  readonly tilt_series_pixel_size_a?: number;
  readonly tilt_series_header_is_wrong?: boolean;
  readonly binning_from_frames?: number;
  readonly tilt_axis_rotation_deg?: number;
  readonly is_aligned?: boolean;
  readonly tilt_series_quality?: number;
  readonly aligned_tilt_series_binning?: number;
  readonly tilt_alignment_software?: string;
  readonly related_empiar_entry?: string;
  // Alignment: a new one, or one that exists.
  readonly alignment_ref?: string;
  readonly alignment_software?: 'IMOD' | 'ARETOMO';
  readonly alignment_method?: 'fiducial_based' | 'patch_tracking' | 'projection_matching' | 'simulated' | 'undefined';
  readonly alignment_type?: 'GLOBAL' | 'LOCAL';
  /** Degrees. */
  readonly tilt_offset_deg?: number;
  readonly x_tilt_offset_deg?: number;
  /** Å. */
  readonly volume_offset_x_a?: number;
  readonly volume_offset_y_a?: number;
  readonly volume_offset_z_a?: number;
}

export const TILT_SCHEMES = [
  'dose_symmetric',
  'bidirectional',
  'bidirectional_neg_first',
  'bidirectional_pos_first',
  'unidirectional',
  'unidirectional_min_to_max',
  'unidirectional_max_to_min',
  'simulated',
  'other',
] as const;
export type TiltScheme = (typeof TILT_SCHEMES)[number];

export const RECONSTRUCTION_METHODS = ['WBP', 'SIRT', 'SART', 'Fourier Space', 'other', 'Unknown'] as const;
export type ReconstructionMethod = (typeof RECONSTRUCTION_METHODS)[number];

export const STAR_FLAVOURS = ['relion3', 'relion4', 'relion5', 'stopgap', 'tomoman'] as const;
export type StarFlavour = (typeof STAR_FLAVOURS)[number];

/** A kind of tomogram that each run of the data set has. */
export interface TomogramValues {
  /** What the names of its files hold beside the run's: `_denoised`; only where a data set has several kinds. */
  readonly file_contains?: string;
  /** Å. */
  readonly voxel_size_a?: number;
  readonly header_is_wrong?: boolean;
  readonly ctf_corrected?: boolean;
  readonly reconstruction_method?: ReconstructionMethod;
  readonly reconstruction_software?: string;
  readonly post_processing?: 'raw' | 'denoised' | 'filtered' | 'filtered_even' | 'filtered_odd';
  readonly processing_software?: string;
  readonly tomogram_version?: number;
  readonly is_visualization_default?: boolean;
}

/** Annotations of one object, by one method. */
export interface AnnotationValues {
  readonly object_name?: string;
  readonly object_id?: string;
  readonly object_state?: string;
  readonly object_description?: string;
  /** Paths, in which `{run_name}` stands for the run's name and `*` for anything within a name. */
  readonly files?: readonly {
    readonly path: string;
    /** A key of the data set's `tomograms`, or the identifier of a tomogram that exists. */
    readonly reference_tomogram?: string;
    readonly star_flavour?: StarFlavour;
    /** 1 where not given: coordinates are divided by it. */
    readonly coordinate_binning?: number;
    readonly scale_factor?: number;
    readonly is_probability_map?: boolean;
    /** Voxels of a probability map from which on an object is there. */
    readonly threshold?: number;
    /** How many objects there are, as declared. */
    readonly object_count?: number;
  }[];
}
